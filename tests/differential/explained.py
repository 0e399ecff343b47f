"""Where dmnroute's Camunda dialect differs from Camunda on purpose: each with its reason and examples that prove it.

`broken`: Camunda computes or reads wrongly, and dmnroute gives the right result; `dmnroute check` warns where the text
shows it. `version`: feel-engine 1.18 differs from later releases, which dmnroute follows. `policy`: dmnroute is
stricter, or can't do it. The examples are held against Camunda's engine by `test_differential.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Explained:
    """A difference. Examples that begin with `? ` are tests of an input, which stands before the first `|`."""

    name: str
    why: Literal["broken", "version", "policy"]
    reason: str
    examples: tuple[str, ...]


EXPLAINED = (
    Explained(
        "in-takes-the-rest",
        "broken",
        "what follows `in` is read as one expression, so `x in [1, 2] and y` tests for the value of `[1, 2] and y`",
        ("1 in [1, 2] and true", "1 in [1, 2] or false", '"a" in "a" or 1', "1 in 1 and false"),
    ),
    Explained(
        "duration-times-fraction",
        "broken",
        "the fraction of a factor is dropped",
        ('@"P1D" * 1.5', '1.5 * @"P1D"', '@"P1Y" * 1.5'),
    ),
    Explained(
        "duration-divided",
        "broken",
        "a days and time duration is divided as milliseconds in 32 bits",
        ('@"P100D" / 2',),
    ),
    Explained(
        "duration-by-duration",
        "broken",
        "the fraction of a quotient of durations is dropped",
        ('@"PT1H" / @"PT7M"', '@"P1Y" / @"P5M"'),
    ),
    Explained(
        "duration-as-text",
        "broken",
        "the text of a duration loses the fractions of its seconds",
        ('string(@"PT0.5S")', 'string(@"-PT1.5S")'),
    ),
    Explained(
        "zoned-times-subtracted",
        "broken",
        "the difference of two zoned times loses its sign",
        ('@"10:00:00Z" - @"11:00:00Z"',),
    ),
    Explained(
        "zone-of-a-time",
        "broken",
        "a time that was taken out of a date and time keeps the offset of that day, though it has no day any more",
        ('time(@"2022-07-07T00:46:45@Europe/Berlin")',),
    ),
    Explained(
        "utf-16",
        "broken",
        "lengths and positions count UTF-16 units, so that a substring may hold half a character",
        ('string length("🐎")', 'substring("🐎ab", 2)'),
    ),
    Explained(
        "contexts-in-lists",
        "broken",
        "a context is never found in a list, though it equals an item of it",
        ("{a: 1} in [{a: 1}]", "list contains([{a: 1}], {a: 1})", "index of([{a: 1}], {a: 1})"),
    ),
    Explained(
        "input-in-a-list",
        "broken",
        "`?` isn't recognised as an item of a list, and where a function takes any value; `cellInput` is",
        ("? 5 | list contains([1, 5], ?)", "? 5 | count([?]) = 1", "? 5 | max(1, ?) = 5"),
    ),
    Explained(
        "true-beside-others",
        "broken",
        "`true` beside other tests or in `not(…)` is met by every input, alone it is met by true",
        ("? false | not(true)", "? null | true, 5"),
    ),
    Explained(
        "binary-numbers",
        "broken",
        "`sqrt`, `log`, `exp`, `stddev` and powers with a fraction are computed in binary, with 16 digits",
        ("sqrt(2)", "log(10)", "exp(1)", "stddev([1, 2, 4])", "2 ** 0.5", "exp(-1000)"),
    ),
    Explained(
        "numbers-beyond-decimal128",
        "policy",
        "FEEL's numbers are decimal128: 34 digits, exponents up to 6144",
        ("10 ** 7000", "12345678901234567890123456789012345678901 + 0"),
    ),
    Explained(
        "order-of-entries",
        "broken",
        "the entries of a context that came from outside have the order of a hash table",
        (),
    ),
    Explained(
        "priority-by-text",
        "broken",
        "output values are compared as text, and so are their positions: 1.0 isn't 1, and the eleventh comes before "
        "the second",
        (),
    ),
    Explained(
        "parenthesised-true",
        "policy",
        "dmnroute reads `(true)` as the value true; Camunda as a condition that is met",
        ("? 5 | (true)",),
    ),
    Explained(
        "backslash",
        "version",
        "two backslashes in a string are one, from feel-engine 1.21 on",
        ('"\\\\"',),
    ),
    Explained(
        "position-0",
        "version",
        "there is no position 0 in a list, in later releases",
        ("insert before([1, 2], 0, 9)", "remove([1, 2, 3], 0)", "sublist([1, 2, 3], 0)"),
    ),
    Explained(
        "later-functions",
        "version",
        "functions of later releases",
        (
            'is blank(" ")',
            'from base64("RkVFTA==")',
            "partition([1, 2, 3], 2)",
            'from json("[1]")',
            "to json({a: 1})",
        ),
    ),
    Explained(
        "randomness",
        "policy",
        "a decision gives the same answer each time it is taken: `random number()`, `uuid()` are null, with a reason",
        ("random number() < 1",),
    ),
    Explained(
        "unknown-functions-with-spaces",
        "policy",
        "a call of a function with spaces in its name that nothing has is an error; in Camunda it is null",
        ("foo bar(1)",),
    ),
    Explained(
        "comparison-without-left-side",
        "policy",
        "a test that stands where a value does is an error; in Camunda it is null",
        ("< 10",),
    ),
    Explained(
        "functions-as-values",
        "policy",
        "a function is a value that can be named, passed on and taken out of a list; Camunda knows it only to call it",
        (
            "{f: function(x) x, r: f instance of function}.r",
            "for f in [function(x) x] return f(1)",
            "{f: function(g) g(1), r: f(function(x) x + 1)}.r",
        ),
    ),
    Explained(
        "in-with-an-expression",
        "policy",
        "after `in` stands a value or a test; a larger expression wants parentheses",
        ("5 in if true then 5 else 6", "5 in ? > 3"),
    ),
    Explained(
        "java-patterns",
        "policy",
        "classes that only Java has (`\\p{javaLowerCase}`), and properties under the flag `i`",
        ('matches("a", "\\p{javaLowerCase}")', 'matches("a", "\\p{Lu}", "i")'),
    ),
)
