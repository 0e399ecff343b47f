import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.camunda.dmn.DmnEngine;
import org.camunda.dmn.parser.ParsedDmn;
import org.camunda.feel.FeelEngineClock;
import org.camunda.feel.api.EvaluationResult;
import org.camunda.feel.api.FeelEngineApi;
import org.camunda.feel.syntaxtree.*;
import scala.jdk.javaapi.CollectionConverters;
import scala.util.Either;

/**
 * Camunda's own engine behind a pipe: a question as JSON on each line of the input, an answer on each line of the
 * output. A question has `kind` ("expression", "unary", "table"), `text` (FEEL, or a whole DMN file), `context`, and
 * `input` or `decision`. The answer has one of `value`, `parse` (why it can't be read), `failure` (why it failed).
 */
public final class CamundaOracle {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
  private static final ZonedDateTime NOW = ZonedDateTime.parse("2026-01-02T03:04:05Z");

  private final DmnEngine dmn;
  private final FeelEngineApi feel;

  private CamundaOracle() {
    final FeelEngineClock clock = () -> NOW;
    dmn = new DmnEngine.Builder().clock(clock).build();
    feel = dmn.feelEngine();
  }

  public static void main(final String[] arguments) throws Exception {
    final PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    System.setOut(System.err);
    final CamundaOracle oracle = new CamundaOracle();
    final BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String line;
    while ((line = in.readLine()) != null) {
      out.println(JSON.writeValueAsString(oracle.answer(JSON.readValue(line, Map.class))));
      out.flush();
    }
  }

  @SuppressWarnings("unchecked")
  private Map<String, Object> answer(final Map<String, Object> question) {
    final Map<String, Object> context = (Map<String, Object>) question.getOrDefault("context", Map.of());
    final String text = (String) question.get("text");
    try {
      return switch ((String) question.get("kind")) {
        case "expression" -> expression(text, context);
        case "unary" -> unary(text, question.get("input"), context);
        case "table" -> table(text, (String) question.get("decision"), context);
        default -> Map.of("failure", "unknown kind");
      };
    } catch (final Throwable error) {
      return Map.of("failure", "thrown: " + error);
    }
  }

  private Map<String, Object> expression(final String text, final Map<String, Object> context) {
    final var parsed = feel.parseExpression(text);
    if (parsed.isFailure()) {
      return Map.of("parse", parsed.failure().message());
    }
    return result(feel.evaluate(parsed.parsedExpression(), context));
  }

  private Map<String, Object> unary(final String text, final Object input, final Map<String, Object> context) {
    final var parsed = feel.parseUnaryTests(text);
    if (parsed.isFailure()) {
      return Map.of("parse", parsed.failure().message());
    }
    final Object value = feel.evaluateExpression("input", Collections.singletonMap("input", input)).result();
    return result(feel.evaluateWithInput(parsed.parsedExpression(), value, context));
  }

  private Map<String, Object> table(final String text, final String decision, final Map<String, Object> context) {
    final Either<DmnEngine.Failure, ParsedDmn> parsed =
        dmn.parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    if (parsed.isLeft()) {
      return Map.of("parse", parsed.swap().toOption().get().message());
    }
    final Either<DmnEngine.EvalFailure, DmnEngine.EvalResult> result =
        dmn.eval(parsed.toOption().get(), decision, context);
    if (result.isLeft()) {
      return Map.of("failure", result.swap().toOption().get().failure().message());
    }
    final DmnEngine.EvalResult value = result.toOption().get();
    return value.isNil() ? valued(null) : valued(written(value.value()));
  }

  private static Map<String, Object> result(final EvaluationResult result) {
    return result.isFailure() ? Map.of("failure", result.failure().message()) : valued(written(result.result()));
  }

  private static Map<String, Object> valued(final Object value) {
    final Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("value", value);
    return answer;
  }

  /** A value with its type: strings, booleans, null and lists as they are, the rest as an object with one key. */
  private static Object written(final Object value) {
    if (value instanceof ValNumber number) {
      return Map.of("number", number.value().bigDecimal().toString());
    } else if (value instanceof ValString string) {
      return string.value();
    } else if (value instanceof ValBoolean bool) {
      return bool.value();
    } else if (value instanceof ValList list) {
      return list(CollectionConverters.asJava(list.items()));
    } else if (value instanceof ValContext context) {
      return Map.of("context", entries(CollectionConverters.asJava(
          context.context().variableProvider().getVariables())));
    } else if (value instanceof ValDate date) {
      return Map.of("date", date.value().toString());
    } else if (value instanceof ValLocalTime time) {
      return Map.of("time", parts(nanoseconds(time.value()), null, null));
    } else if (value instanceof ValTime time) {
      return Map.of("time", zonedTime(time.value()));
    } else if (value instanceof ValLocalDateTime moment) {
      return Map.of("date and time", local(moment.value(), null, null));
    } else if (value instanceof ValDateTime moment) {
      final ZoneId zone = moment.value().getZone();
      final String name = zone instanceof ZoneOffset ? null : zone.getId();
      return Map.of("date and time",
          local(moment.value().toLocalDateTime(), moment.value().getOffset().getTotalSeconds(), name));
    } else if (value instanceof ValYearMonthDuration duration) {
      return Map.of("months", Long.toString(duration.value().toTotalMonths()));
    } else if (value instanceof ValDayTimeDuration duration) {
      return Map.of("nanoseconds", nanoseconds(duration.value()));
    } else if (value instanceof ValRange range) {
      return Map.of("range", range.toString());
    } else if (value instanceof ValFunction) {
      return Map.of("function", true);
    } else if (value instanceof Val other) {
      return other == ValNull$.MODULE$ || other.getClass().getSimpleName().startsWith("ValNull")
          ? null : Map.of("error", other.toString());
    }
    return plain(value);
  }

  /** What came in with the context and was given back untouched. */
  private static Object plain(final Object value) {
    if (value == null || value instanceof String || value instanceof Boolean) {
      return value;
    } else if (value instanceof Number number) {
      return Map.of("number", new BigDecimal(number.toString()).toString());
    } else if (value instanceof List<?> list) {
      return list(list);
    } else if (value instanceof Map<?, ?> map) {
      return Map.of("context", entries(map));
    } else if (value instanceof scala.collection.Map<?, ?> map) {
      return Map.of("context", entries(CollectionConverters.asJava(map)));
    } else if (value instanceof scala.collection.Iterable<?> list) {
      return list(CollectionConverters.asJava(list));
    } else if (value instanceof scala.math.BigDecimal number) {
      return Map.of("number", number.bigDecimal().toString());
    }
    return Map.of("foreign", value.getClass().getName());
  }

  private static List<Object> list(final Iterable<?> items) {
    final List<Object> written = new ArrayList<>();
    items.forEach(item -> written.add(written(item)));
    return written;
  }

  private static Map<String, Object> entries(final Map<?, ?> entries) {
    final Map<String, Object> written = new LinkedHashMap<>();
    entries.forEach((key, value) -> written.put((String) key, written(value)));
    return written;
  }

  private static Object zonedTime(final ZonedTime time) {
    final String zone = time.zone().isDefined() ? time.zone().get().getId() : null;
    return parts(nanoseconds(time.time()), time.offset().getTotalSeconds(), zone);
  }

  private static Object local(final LocalDateTime moment, final Integer offset, final String zone) {
    final List<Object> written = new ArrayList<>();
    written.add(moment.toLocalDate().toString());
    written.addAll(parts(nanoseconds(moment.toLocalTime()), offset, zone));
    return written;
  }

  private static List<Object> parts(final String nanoseconds, final Integer offset, final String zone) {
    return Arrays.asList(nanoseconds, offset, zone);
  }

  private static String nanoseconds(final LocalTime time) {
    return Long.toString(time.toNanoOfDay());
  }

  private static String nanoseconds(final Duration duration) {
    return BigDecimal.valueOf(duration.getSeconds()).scaleByPowerOfTen(9)
        .add(BigDecimal.valueOf(duration.getNano())).toBigInteger().toString();
  }
}
