import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.camunda.dmn.DmnEngine;
import org.camunda.dmn.parser.ParsedDmn;
import org.camunda.feel.api.FeelEngineApi;
import org.camunda.feel.api.FeelEngineBuilder;
import org.camunda.feel.api.ParseResult;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Camunda's engines, measured in their own process: everything is read once, then evaluated for every context until
 * the compiler of the JVM is warm, then once more with a clock around each evaluation. The input is one JSON object
 * with `dmn` and `decision`, or `feel`; and `contexts` and `warm` (seconds).
 */
public final class CamundaPeer {
  public static void main(final String[] arguments) throws Exception {
    final ObjectMapper json = new ObjectMapper();
    final Map<String, Object> request = json.readValue(System.in, Map.class);
    final List<Map<String, Object>> contexts = (List<Map<String, Object>>) request.get("contexts");
    final Function<Map<String, Object>, Object> call = request.containsKey("dmn")
        ? decision((String) request.get("dmn"), (String) request.get("decision"))
        : expression((String) request.get("feel"));
    final List<Object> values = new ArrayList<>();
    contexts.forEach(context -> values.add(plain(call.apply(context))));
    final long end = System.nanoTime() + (long) (((Number) request.get("warm")).doubleValue() * 1e9);
    while (System.nanoTime() < end) {
      contexts.forEach(call::apply);
    }
    final long[] times = new long[contexts.size()];
    for (int n = 0; n < times.length; n++) {
      final long start = System.nanoTime();
      call.apply(contexts.get(n));
      times[n] = System.nanoTime() - start;
    }
    Arrays.sort(times);
    final Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("values", values);
    answer.put("microseconds", times[times.length / 2] / 1000.0);
    System.out.println(json.writeValueAsString(answer));
  }

  private static Function<Map<String, Object>, Object> decision(final String dmn, final String name) {
    final DmnEngine engine = new DmnEngine.Builder().build();
    final ParsedDmn parsed = engine.parse(new ByteArrayInputStream(dmn.getBytes(StandardCharsets.UTF_8)))
        .fold(failure -> { throw new IllegalStateException(failure.message()); }, model -> model);
    return context -> engine.eval(parsed, name, context).fold(
        failure -> { throw new IllegalStateException(failure.failure().message()); },
        result -> result.isNil() ? null : result.value());
  }

  private static Function<Map<String, Object>, Object> expression(final String text) {
    final FeelEngineApi engine = FeelEngineBuilder.forJava().build();
    final ParseResult parsed = engine.parseExpression(text);
    return context -> engine.evaluate(parsed.parsedExpression(), context).result();
  }

  private static Object plain(final Object value) {
    if (value instanceof Number number) {
      return number.doubleValue();
    } else if (value instanceof scala.collection.Map<?, ?> map) {
      return plain(CollectionConverters.asJava(map));
    } else if (value instanceof Map<?, ?> map) {
      final Map<Object, Object> made = new LinkedHashMap<>();
      map.forEach((key, item) -> made.put(key, plain(item)));
      return made;
    }
    return value;
  }
}
