"""What differs between the FEEL of the standard and the FEEL of Camunda 8."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DialectName = Literal["dmn", "camunda"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """A way to read and evaluate FEEL."""

    name: DialectName
    reserved: frozenset[str]
    """Words that can't be a variable."""
    input_names: tuple[str, ...]
    """How the input of a unary test is called."""
    spaced_names: bool
    """Known names may hold spaces and symbols without backticks."""
    unicode_escapes: bool
    """`\\u0041` in a string is one character."""
    exponents: bool
    """`1.2e3` is a number."""
    single_item_lists: bool
    """A list of one item counts as its item, and an item as a list, where a function asks for it."""
    whole_indexes: bool
    """An index with a fraction finds nothing, where else the fraction is dropped."""
    booleans_by_name: bool
    """A test that names a boolean compares it with the input; else true is met whatever the input is."""
    range_values: bool
    """`[1..5]` is a value anywhere, not only in tests and as an argument."""
    later_iterators: bool
    """The second iterator of a `for` sees what the first one is at."""
    long_literals: bool
    """A number in the text keeps all of its digits; arithmetic has 34 anyway."""
    loose_grammar: bool
    """What the standard's grammar allows and Camunda's doesn't: comparisons of comparisons, typed parameters, …"""
    builtin_values: bool
    """A builtin can be passed on by its name."""
    recursion: bool
    """A function in a context sees its own entry."""
    distinct_keys: bool
    """A context whose literal has a key twice is null; else the last entry counts."""


_KEYWORDS = "null true false if then else for in return some every satisfies and or between instance function external"
_CAMUNDA_KEYWORDS = "null true false function in return then else satisfies and or"

DMN = Dialect(
    name="dmn",
    reserved=frozenset(_KEYWORDS.split()),
    input_names=("?",),
    spaced_names=True,
    unicode_escapes=True,
    exponents=True,
    single_item_lists=True,
    whole_indexes=True,
    booleans_by_name=True,
    range_values=True,
    later_iterators=True,
    long_literals=False,
    loose_grammar=True,
    builtin_values=True,
    recursion=True,
    distinct_keys=True,
)

CAMUNDA = Dialect(
    name="camunda",
    reserved=frozenset(_CAMUNDA_KEYWORDS.split()),
    input_names=("?", "cellInput"),
    spaced_names=False,
    unicode_escapes=False,
    exponents=False,
    single_item_lists=False,
    whole_indexes=False,
    booleans_by_name=False,
    range_values=False,
    later_iterators=False,
    long_literals=True,
    loose_grammar=False,
    builtin_values=False,
    recursion=False,
    distinct_keys=False,
)

DIALECTS: dict[str, Dialect] = {"dmn": DMN, "camunda": CAMUNDA}
