"""Every message about an expression, word by word: what was expected, and why a value is null."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from dmnroute.errors import FeelError, UsageError
from dmnroute.feel import Limits, compile, unary_tests


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("if", "expected a condition after `if`, found the end of the text\n  if\n    ^"),
        ("if a", "expected `then` after the condition, found the end of the text\n  if a\n      ^"),
        ("if a then", "expected a value after `then`, found the end of the text\n  if a then\n           ^"),
        (
            "if a then 1 else",
            "expected a value after `else`, found the end of the text\n  if a then 1 else\n                  ^",
        ),
        ("for", "expected a variable after `for`, followed by `in`, found the end of the text\n  for\n     ^"),
        ("for x", "expected `in` after the name, found the end of the text\n  for x\n       ^"),
        ("for x in", "expected a list or a range after `in`, found the end of the text\n  for x in\n          ^"),
        ("]", "expected the start of a range after `]`, found the end of the text\n  ]\n   ^"),
        ('{"a" 1}', 'expected `:` after the key of the context, found `1`\n  {"a" 1}\n       ^'),
        (
            "1 instance of context<1>",
            "expected a key of the type, followed by `:`, found `1`\n"
            "  1 instance of context<1>\n"
            "                        ^",
        ),
        (
            "for x in a",
            "expected `,` or `return` after the list to iterate over, found the end of the text\n"
            "  for x in a\n"
            "            ^",
        ),
        (
            "for x in a return",
            "expected a value after `return`, found the end of the text\n  for x in a return\n                   ^",
        ),
        (
            "for x in 1.. return x",
            "expected the end of the range after `..`, found `return`\n  for x in 1.. return x\n               ^^^^^^",
        ),
        (
            "some x in a",
            "expected `,` or `satisfies` after the list to iterate over, found the end of the text\n"
            "  some x in a\n"
            "             ^",
        ),
        (
            "some x in a satisfies",
            "expected a condition after `satisfies`, found the end of the text\n"
            "  some x in a satisfies\n"
            "                       ^",
        ),
        ("function", "expected `(` after `function`, found the end of the text\n  function\n          ^"),
        ("function(", "expected the name of a parameter, found the end of the text\n  function(\n           ^"),
        (
            "function(a",
            "expected `:` or `,` or `)` after the name, found the end of the text\n  function(a\n            ^",
        ),
        ("function(a: ) 1", "expected a type, found `)`\n  function(a: ) 1\n              ^"),
        ("function(a)", "expected the body of the function, found the end of the text\n  function(a)\n             ^"),
        (
            "function(a) external {java: {}}",
            "external functions are not supported\n  function(a) external {java: {}}\n              ^^^^^^^^",
        ),
        ("a in", "expected a test after `in`, found the end of the text\n  a in\n      ^"),
        ("a in (", "expected a test, found the end of the text\n  a in (\n        ^"),
        ("a in (1", "expected `,` or `)` after a test, found the end of the text\n  a in (1\n         ^"),
        ("a between", "expected a lower bound after `between`, found the end of the text\n  a between\n           ^"),
        (
            "a between 1 and",
            "expected an upper bound after `and`, found the end of the text\n  a between 1 and\n                 ^",
        ),
        (
            "a instance number",
            "expected `of` after `instance`, found `number`\n"
            "  a instance number\n"
            "             ^^^^^^\n"
            "hint: a name with spaces must be a known name, or stand in backticks",
        ),
        ("a instance of", "expected a type, found the end of the text\n  a instance of\n               ^"),
        (
            "a instance of list<number",
            "expected `>` after the type, found the end of the text\n"
            "  a instance of list<number\n"
            "                           ^",
        ),
        (
            "a instance of context<a number>",
            "expected `:` after the name, found `number`\n"
            "  a instance of context<a number>\n"
            "                          ^^^^^^\n"
            "hint: a name with spaces must be a known name, or stand in backticks",
        ),
        (
            "a instance of context<a: number b: string>",
            "expected `,` or `>` after an entry of the type, found `b`\n"
            "  a instance of context<a: number b: string>\n"
            "                                  ^\n"
            "hint: a name with spaces must be a known name, or stand in backticks",
        ),
        (
            "a instance of function<number>",
            "expected `->` and the type of the result, found the end of the text\n"
            "  a instance of function<number>\n"
            "                                ^",
        ),
        (
            "a instance of function<number string>",
            "expected `,` or `>` after a type, found `string`\n"
            "  a instance of function<number string>\n"
            "                                ^^^^^^\n"
            "hint: a name with spaces must be a known name, or stand in backticks",
        ),
        ("[", "expected an item of the list, or `]`, found the end of the text\n  [\n   ^"),
        ("[1,", "expected an item of the list after `,`, found the end of the text\n  [1,\n     ^"),
        ("[1..", "expected the end of the range after `..`, found the end of the text\n  [1..\n      ^"),
        ("[1..2", "expected `]`, `)` or `[` after the end of the range, found the end of the text\n  [1..2\n       ^"),
        ("]1", "expected `..` after the start of a range, found the end of the text\n  ]1\n    ^"),
        ("]1 2", "expected `..` after the start of a range, found `2`\n  ]1 2\n     ^"),
        ("(", "expected an expression after `(`, found the end of the text\n  (\n   ^"),
        ("(1", "expected `)`, found the end of the text\n  (1\n    ^"),
        ("(<", "expected a value after `<`, found the end of the text\n  (<\n    ^"),
        ("(< 1", "expected `)` after the range, found the end of the text\n  (< 1\n      ^"),
        ("{", "expected a key of the context, followed by `:`, found the end of the text\n  {\n   ^"),
        ("{a", "expected `:` after the name, found the end of the text\n  {a\n    ^"),
        ("{a:", "expected a value for the key `a`, found the end of the text\n  {a:\n     ^"),
        ("{a: 1 b: 2}", "expected `,` or `}` after an entry of the context, found `b`\n  {a: 1 b: 2}\n        ^"),
        ("-", "expected a value after `-`, found the end of the text\n  -\n   ^"),
        ("a.", "expected a name after `.`, found the end of the text\n  a.\n    ^"),
        ("a[", "expected a condition or an index after `[`, found the end of the text\n  a[\n    ^"),
        ("a[1", "expected `]` after the filter, found the end of the text\n  a[1\n     ^"),
        ("f(", "expected an argument, found the end of the text\n  f(\n    ^"),
        ("f(1 2)", "expected `,` or `)` after an argument, found `2`\n  f(1 2)\n      ^"),
        ("f(a: )", "expected a value for the argument `a`, found `)`\n  f(a: )\n       ^"),
        ("1 and", "expected a condition after `and`, found the end of the text\n  1 and\n       ^"),
        ("a or", "expected a condition after `or`, found the end of the text\n  a or\n      ^"),
        ("a =", "expected a value after `=`, found the end of the text\n  a =\n     ^"),
        ("a <", "expected a value after `<`, found the end of the text\n  a <\n     ^"),
        ("a **", "expected a value after `**`, found the end of the text\n  a **\n      ^"),
        ('@"x', 'a literal is opened and never closed\n  @"x\n  ^'),
        ("`a", "a quoted name is opened and never closed\n  `a\n  ^"),
        ("/* a", "a comment is opened and never closed\n  /* a\n  ^^"),
        ("1 2", "expected an operator or the end of the text, found `2`\n  1 2\n    ^"),
        (
            "a b",
            "expected an operator or the end of the text, found `b`\n"
            "  a b\n"
            "    ^\n"
            "hint: a name with spaces must be a known name, or stand in backticks",
        ),
        ('"a" "b"', 'expected an operator or the end of the text, found `"b"`\n  "a" "b"\n      ^^^'),
        ("#", "expected an expression, found `#`\n  #\n  ^"),
        (
            "a ! b",
            "expected an operator or the end of the text, found `!`\n"
            "  a ! b\n"
            "    ^\n"
            "hint: write `not(…)`, or `!=` to compare",
        ),
        ("a % b", "expected an operator or the end of the text, found `%`\n  a % b\n    ^\nhint: write `modulo(a, b)`"),
        ("a | b", "expected an operator or the end of the text, found `|`\n  a | b\n    ^\nhint: write `or`"),
    ],
)
def test_what_was_expected(text: str, message: str) -> None:
    """Message, the line with carets, and a hint where there is one."""
    with pytest.raises(FeelError) as caught:
        compile(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<", "expected a value after `<`, found the end of the text\n  <\n   ^"),
        ("1,", "expected a test, found the end of the text\n  1,\n    ^"),
        ("not(", "expected a test, found the end of the text\n  not(\n      ^"),
        ("not(1", "expected `,` or `)` after a test, found the end of the text\n  not(1\n       ^"),
    ],
)
def test_what_was_expected_of_tests(text: str, message: str) -> None:
    """The same for input cells."""
    with pytest.raises(FeelError) as caught:
        unary_tests(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("? + 1", "type_mismatch: a test is a condition, not a number"),
        ('if ? = 1 then "a" else "b"', "type_mismatch: a test is a condition, not a string"),
    ],
)
def test_why_a_test_is_neither_met_nor_not(text: str, message: str) -> None:
    """A test that speaks of the input is a condition."""
    result = unary_tests(text).evaluate(1)
    assert (result.value, [f"{notice.kind}: {notice.message}" for notice in result.notices]) == (None, [message])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "(= 1)",
            "expected a test, found `=`\n"
            "  (= 1)\n"
            "   ^\n"
            "hint: Camunda tests for a value by the value alone: `5`, `not(5)`",
        ),
        (
            "[1..3] + 1",
            "a range can't be an operand in Camunda's FEEL\n"
            "  [1..3] + 1\n"
            "  ^^^^^^\n"
            "hint: it can stand after `in`, in a test, and as an argument",
        ),
        (
            "for i in [1..3] return i",
            "a range can't be an operand in Camunda's FEEL\n"
            "  for i in [1..3] return i\n"
            "           ^^^^^^\n"
            "hint: Camunda counts with `1..3`, without brackets",
        ),
        (
            "function(a: number) a",
            "expected `,` or `)` after a parameter, found `:`\n"
            "  function(a: number) a\n"
            "            ^\n"
            "hint: Camunda's functions have no types",
        ),
        (
            "(function(a) a)(1)",
            "expected an operator or the end of the text, found `(`\n"
            "  (function(a) a)(1)\n"
            "                 ^\n"
            "hint: Camunda calls functions by their names only",
        ),
        (
            "1 + if true then 1 else 2",
            "expected a value after `+`, found `if`\n"
            "  1 + if true then 1 else 2\n"
            "      ^^\n"
            "hint: Camunda wants parentheses around `if` here",
        ),
        ("a = b = c", "expected an operator or the end of the text, found `=`\n  a = b = c\n        ^"),
        ("and", "expected an expression, found `and`\n  and\n  ^^^"),
    ],
)
def test_what_was_expected_in_camundas_dialect(text: str, message: str) -> None:
    """What only the standard has is refused, with what to write instead."""
    with pytest.raises(FeelError) as caught:
        compile(text, dialect="camunda")
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "!= 5",
            "expected a test, found `!=`\n"
            "  != 5\n"
            "  ^^\n"
            "hint: Camunda tests for a value by the value alone: `5`, `not(5)`",
        ),
        (
            'not("a"), not("b")',
            "expected the end of the text after `not(…)`, found `,`\n"
            '  not("a"), not("b")\n'
            "          ^\n"
            'hint: Camunda takes `not(…)` as a whole cell only: `not("a", "b")`',
        ),
    ],
)
def test_what_was_expected_of_tests_in_camundas_dialect(text: str, message: str) -> None:
    """The same for input cells."""
    with pytest.raises(FeelError) as caught:
        unary_tests(text, dialect="camunda")
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('get value({a: 1}, "b")', "unknown_key: `get value`: the context has no `b`"),
        (
            'context([{key: "a", value: 1}, {key: "a", value: 2}])',
            "invalid_argument: `context`: the key `a` is there twice",
        ),
        ("context([1])", "invalid_argument: `context`: an entry is a context with a text `key` and a `value`"),
        ("context put({}, [], 1)", "invalid_argument: `context put`: there is no key"),
        ("context put({}, [1], 1)", "type_mismatch: `context put`: a key is a string"),
        ('context put({a: 1}, ["a", "b"], 1)', "type_mismatch: `context put`: `a` is no context"),
        ("context merge([1])", "type_mismatch: `context merge`: only contexts can be merged"),
        ('date("x")', "invalid_argument: `date`: `x` is no date"),
        ("date(2020, 13, 1)", "out_of_domain: `date`: the calendar has no such day"),
        ("date(2020.5, 1, 1)", "out_of_domain: `date`: a year must be a whole number"),
        ('time("x")', "invalid_argument: `time`: `x` is no time"),
        ("time(25, 0, 0)", "out_of_domain: `time`: no clock shows that time"),
        ("time(1, 2, 60)", "out_of_domain: `time`: no clock shows that time"),
        ('date and time("x")', "invalid_argument: `date and time`: `x` is no date and time"),
        ('duration("x")', "invalid_argument: `duration`: `x` is no duration"),
        (
            'number("1", "x", ".")',
            "invalid_argument: `number`: a grouping separator is a space, `,` or `.`; a decimal separator `,` or `.`",
        ),
        ('number("1", ".", ".")', "invalid_argument: `number`: both separators are the same"),
        ('number("x", null, null)', "invalid_argument: `number`: `x` is no number"),
        ("sublist([1], 1, 5)", "out_of_domain: `sublist`: there are no 5 items from there on"),
        ("sublist([1], 3)", "out_of_domain: `sublist`: there is no position 3 in a length of 1"),
        ("all([1])", "null_operand: `all`: an item is neither true nor false"),
        ('min([1, "a"])', "not_comparable: `min`: the items have no order among each other"),
        (
            "list replace([1], function(a, b) 1, 2)",
            "type_mismatch: `list replace`: the function must give true or false",
        ),
        ("decimal(1, 10000)", "out_of_domain: `decimal`: a scale lies between -6111 and 6176"),
        ("sqrt(-1)", "out_of_domain: `sqrt`: there is no root of a negative number"),
        ("log(0)", "out_of_domain: `log`: there is a logarithm of positive numbers only"),
        ("modulo(1, 0)", "out_of_domain: `modulo`: a division by zero"),
        ("exp(100000)", "out_of_domain: `exp` has no result within the numbers of FEEL"),
        (
            'matches("a", "b", "q")',
            "invalid_argument: `matches`: there is no flag `q`; there are `s`, `m`, `i` and `x`",
        ),
        (
            'matches("a", "(")',
            "invalid_argument: `matches`: `(` is no regular expression: unterminated subpattern in expression: '('",
        ),
        (
            'matches("a", "a{99999}b{99999}")',
            "invalid_argument: `matches`: the counts of a pattern multiply to more than 100,000",
        ),
        (
            'replace("a", "a", "$x")',
            "invalid_argument: `replace`: in a replacement, `$` stands before the number of a group only",
        ),
        (
            'replace("a", "a", "\\x")',
            "invalid_argument: `replace`: in a replacement, `\\` stands before `\\` or `$` only",
        ),
        ('replace("a", "x*", "b")', "invalid_argument: `replace`: the pattern `x*` matches the empty string"),
        ('split("a", "x*")', "invalid_argument: `split`: the pattern `x*` matches the empty string"),
        ('range("[1..x]")', "invalid_argument: `range`: an endpoint of `[1..x]` is no literal"),
        ('range("x")', "invalid_argument: `range`: `x` is no range"),
        ('range("[2..1]")', "invalid_argument: `range`: the endpoints of `[2..1]` are not in order"),
        (
            'range("[1..")',
            "invalid_argument: `range`: `[1..` is no range: expected the end of the range after `..`, found "
            "the end of the text",
        ),
        ("floor(null)", "null_operand: `floor(n: number, scale?: number)` doesn't take null"),
        ('floor("a")', "type_mismatch: `floor(n: number, scale?: number)` doesn't take string"),
        ("floor(1, 2, 3)", "type_mismatch: `floor(n: number, scale?: number)` doesn't take number, number, number"),
        ("floor(n: 1, m: 2)", "invalid_argument: `floor` has no parameter `m`"),
        ('sum(["a"])', "type_mismatch: `sum`: an item is no number"),
        ("sum([])", "out_of_domain: `sum`: the list is empty"),
        ("sort([2, 1], function(x) x)", "type_mismatch: `sort`: the function must take two values"),
        ("stddev([1])", "out_of_domain: `stddev`: a deviation needs at least two numbers"),
        ('substring("a", 1, 0)', "out_of_domain: `substring`: a length is at least 1"),
        ('substring("a", 5)', "out_of_domain: `substring`: there is no position 5 in a length of 1"),
        ('substring("a", 1e16)', "out_of_domain: `substring`: a position is not that large"),
        ("string join([1])", "type_mismatch: `string join`: only strings can be joined"),
        ("now()", "out_of_domain: `now`: the evaluation was given no clock"),
        ('@"x"', "invalid_argument: `x` is no date, time, date and time or duration"),
        ("null[item > 1]", "null_path: a filter on null"),
        ("null[1]", "null_path: an index on null"),
        ('-"a"', "type_mismatch: `-` doesn't take a string"),
        ("-null", "null_operand: `-` with null"),
        ("{f: function(a) a, r: f(1, 2)}.r", "invalid_argument: the function takes 1 argument, not 2"),
        ("{f: function(a) a, r: f(b: 1)}.r", "invalid_argument: the function has no parameter `b`"),
        ('{f: function(a: number) a, r: f("x")}.r', "type_mismatch: the parameter `a` doesn't take a string"),
        ("1(2)", "type_mismatch: a number can't be invoked"),
        ("null(1)", "null_operand: null can't be invoked"),
        ('"a"("b")', "type_mismatch: a string can't be invoked"),
        (
            "for x in 1..null return x",
            "null_operand: `..` doesn't count from a number to null\nnull_operand: an iteration over null",
        ),
        (
            'for x in "a".."b" return x',
            "type_mismatch: `..` doesn't count from a string to a string\nnull_operand: an iteration over null",
        ),
        ("for x in null return x", "null_operand: an iteration over null"),
        ("for x in [1.5..3] return x", "type_mismatch: an iteration over a range needs whole numbers or dates"),
        ("for x in [3..1] return x", "out_of_domain: an iteration over a range that ends before it starts"),
        ("some x in [null] satisfies x", "null_operand: a condition that is neither true nor false"),
        ("1 instance of unknown", "unknown_name: this type isn't known"),
        ("true < false", "not_comparable: these values of type boolean can't be compared with each other"),
        ("[1] < [2]", "not_comparable: these values of type list can't be compared with each other"),
        ('1 < "a"', "not_comparable: a number can't be compared with a string"),
        ("[1][10000000000]", "out_of_domain: no such item"),
        ("1 < null", "null_operand: a comparison with null"),
        ('1 + "a"', "type_mismatch: `+` doesn't take a number and a string"),
        ("1 + null", "null_operand: `+` with null"),
        ("1 / 0", "out_of_domain: a division by zero"),
        ("10 ** 10000", "out_of_domain: `**` has no result for these values"),
        ("true and 1", "type_mismatch: `and` takes conditions, not a number"),
        ("true and null", "null_operand: `and` with null"),
        ("(< null)", "null_operand: `(< null)` is no range"),
        ("(!= 1)", "type_mismatch: `(!= number)` is no range"),
        ('["a"..1]', "not_comparable: a string can't be compared with a number"),
        ("unknown", "unknown_name: nothing is called `unknown`"),
        ("unknown(1)", "unknown_function: no function is called `unknown`; did you mean `union`?"),
        ("null.a", "null_path: `.a` of null"),
        ("{a: 1}.b", "unknown_key: the context has no `b`"),
        ('"a".b', "unknown_key: a string has no `b`"),
        ('coincides(1, "a")', "not_comparable: `coincides`: a number can't be compared with a string"),
        ('before(1, "a")', "not_comparable: `before`: a number can't be compared with a string"),
        ("flor(1.5)", "unknown_function: no function is called `flor`; did you mean `floor`?"),
        ('includes([1..3], "a")', "not_comparable: `includes`: a string can't be compared with a number"),
    ],
)
def test_why_a_value_is_null(text: str, message: str) -> None:
    """Kind and message of every notice."""
    result = compile(text).evaluate()
    assert result.value is None
    assert "\n".join(f"{notice.kind}: {notice.message}" for notice in result.notices) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("get value({}, [])", "unknown_key: `get value`: there is no key"),
        ('get value({a: 1}, ["b"])', "unknown_key: `get value`: the context has no `b`"),
        ('get value({a: 1}, ["a", "b"])', "unknown_key: `get value`: the path leads nowhere"),
        ("context put({}, [1], 2)", "type_mismatch: `context put`: keys are strings, at least one"),
        ('decimal(1, 0, "no")', "invalid_argument: `decimal`: there is no rounding mode `no`"),
        ('decimal(1.5, 0, "unnecessary")', "out_of_domain: `decimal`: rounding would be necessary"),
        ("partition([1], 0)", "out_of_domain: `partition`: a size is at least 1"),
        ('from base64("x")', "invalid_argument: `from base64`: this is no Base64 of a text"),
        ('from json("x")', "invalid_argument: `from json`: this is no JSON"),
        (
            "uuid()",
            "invalid_argument: `uuid`: a decision gives the same answer each time it is taken, so there is "
            "no randomness",
        ),
        ('replace("a", "a", "$1")', "invalid_argument: `replace`: there is no group 1 in the pattern"),
        ("sort([1], function(x) x)", "type_mismatch: `sort`: the function must take two values and give true or false"),
        ("insert before([1], 0, 2)", "out_of_domain: `insert before`: there is no position 0"),
        ("5[1]", "type_mismatch: a filter takes a list, not a number"),
        ("[1..3]", "invalid_argument: a range is a value only after `in`, in a test, and as an argument"),
        ("for x in 1 return x", "type_mismatch: an iteration takes a list, not a number"),
        ('-@"P1D"', "type_mismatch: `-` doesn't take a days and time duration"),
        ('time("x")', "invalid_argument: `time`: `x` is no time"),
        ('duration("x")', "invalid_argument: `duration`: `x` is no duration"),
        ("context([1])", "invalid_argument: `context`: an entry is a context with a text `key` and a `value`"),
        (
            'date and time(@"999999999-12-31T23:59:59Z", "Asia/Tokyo")',
            "out_of_domain: `date and time`: the moment is beyond the calendar",
        ),
        ("is(1, 1)", "unknown_function: no function is called `is`"),
    ],
)
def test_why_a_value_is_null_in_camundas_dialect(text: str, message: str) -> None:
    """The same for what only Camunda has."""
    result = compile(text, dialect="camunda").evaluate()
    assert result.value is None
    assert "\n".join(f"{notice.kind}: {notice.message}" for notice in result.notices) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "modulo(1, 0)",
            "`modulo`: a division by zero\n"
            "  modulo(1, 0)\n"
            "  ^^^^^^^^^^^^\n"
            "hint: Camunda fails the whole evaluation here",
        ),
        (
            "log(0)",
            "`log`: there is a logarithm of positive numbers only\n"
            "  log(0)\n"
            "  ^^^^^^\n"
            "hint: Camunda fails the whole evaluation here",
        ),
        (
            "stddev([1])",
            "`stddev`: a deviation needs at least two numbers\n"
            "  stddev([1])\n"
            "  ^^^^^^^^^^^\n"
            "hint: Camunda fails the whole evaluation here",
        ),
        (
            'substring("a", 5)',
            "`substring`: there is no position 5 in a length of 1\n"
            '  substring("a", 5)\n'
            "  ^^^^^^^^^^^^^^^^^\n"
            "hint: Camunda fails the whole evaluation here",
        ),
        (
            'substring("a", 1, -1)',
            "`substring`: a length of -1 is none\n"
            '  substring("a", 1, -1)\n'
            "  ^^^^^^^^^^^^^^^^^^^^^\n"
            "hint: Camunda fails the whole evaluation here",
        ),
        (
            "0 ** -1",
            "`**` has no result for these values\n  0 ** -1\n  ^^^^^^^\nhint: Camunda fails the whole evaluation here",
        ),
        (
            "[1] < [2]",
            "a list can't be compared with a list\n"
            "  [1] < [2]\n"
            "  ^^^^^^^^^\n"
            "hint: Camunda fails the whole evaluation here",
        ),
        (
            "?",
            "`?` stands for the input of a test, and there is none\n"
            "  ?\n"
            "  ^\n"
            "hint: Camunda fails the whole evaluation here",
        ),
        (
            "finished by(1, [1..2])",
            "`finished by`: the range comes first\n"
            "  finished by(1, [1..2])\n"
            "  ^^^^^^^^^^^^^^^^^^^^^^\n"
            "hint: Camunda fails the whole evaluation here",
        ),
        (
            "min([[1], [2]])",
            "`min`: lists can't be compared\n"
            "  min([[1], [2]])\n"
            "  ^^^^^^^^^^^^^^^\n"
            "hint: Camunda fails the whole evaluation here",
        ),
        (
            'date and time(@"2020-01-01T00:00:00", "x")',
            "`date and time`: there is no time zone `x`\n"
            '  date and time(@"2020-01-01T00:00:00", "x")\n'
            "  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "hint: Camunda fails the whole evaluation here",
        ),
        ("assert(1, false)", "the condition of `assert` is not true\n  assert(1, false)\n  ^^^^^^^^^^^^^^^^"),
        ('assert(1, false, "why")', 'why\n  assert(1, false, "why")\n  ^^^^^^^^^^^^^^^^^^^^^^^'),
    ],
)
def test_what_fails_in_camundas_dialect(text: str, message: str) -> None:
    """An error that says whose rule it is."""
    with pytest.raises(FeelError) as caught:
        compile(text, dialect="camunda").evaluate()
    assert str(caught.value) == message


def test_a_pattern_that_is_too_long_is_no_pattern() -> None:
    """A limit on what is compiled."""
    text = f'matches("a", "{"a" * 10_001}")'
    assert [notice.message for notice in compile(text).evaluate().notices] == [
        "`matches`: a pattern has at most 10,000 characters"
    ]


def test_a_type_that_is_nested_too_deeply_is_refused() -> None:
    """Types have their own limit."""
    with pytest.raises(FeelError) as caught:
        compile("1 instance of " + "list<" * 30 + "number" + ">" * 30)
    assert caught.value.message == "the type is nested more than 20 levels deep"


def test_a_dialect_that_there_is_not_is_the_callers_mistake() -> None:
    """A UsageError names those that there are."""
    with pytest.raises(UsageError) as caught:
        compile("1", dialect="feel")  # type: ignore[arg-type]  # wrong on purpose
    assert str(caught.value) == "there is no dialect `feel`; it is `dmn` or `camunda`"


@pytest.mark.parametrize(("text", "name"), [(5, "int"), (None, "NoneType"), (b"1 + 1", "bytes")])
@pytest.mark.parametrize("read", [compile, unary_tests])
def test_what_is_no_text_is_no_feel(read: Callable[[Any], object], text: object, name: str) -> None:
    """A mistake of the caller, named as one."""
    with pytest.raises(UsageError) as caught:
        read(text)
    assert str(caught.value) == f"FEEL is text, not `{name}`"


def test_the_clock_is_a_datetime() -> None:
    """A date has no time of day, and a text none that is sure."""
    with pytest.raises(UsageError) as caught:
        compile("now()").evaluate(now=date(2024, 2, 29))  # type: ignore[arg-type]  # what the test is about
    assert str(caught.value) == "`now` is a datetime, not `date`"


def test_a_function_that_nests_values_too_deeply_is_stopped() -> None:
    """Python's own stack is never the limit that a caller sees."""
    text = "{f: function(n) if n = 0 then 0 else [f(n - 1)], r: f(90)}.r"
    with pytest.raises(FeelError) as caught:
        compile(text).evaluate(limits=Limits(depth=50))
    assert caught.value.message == "functions call each other more than 50 levels deep"
