"""Functions of lists of numbers (DMN 10.3.4.4). Each takes a list, or the numbers themselves."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import reduce

from dmnroute.feel.builtins.registry import Builtins
from dmnroute.feel.notices import NoticeKind, NoValue
from dmnroute.feel.values.number import CONTEXT, ONE, ZERO

builtin = Builtins()


def _numbers(arguments: tuple[object, ...]) -> list[Decimal]:
    """The numbers of one list or of several arguments."""
    items = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], list) else arguments
    numbers = [item for item in items if isinstance(item, Decimal)]
    if len(numbers) < len(items):
        raise NoValue("an item is no number", NoticeKind.TYPE_MISMATCH)
    return numbers


def _some_numbers(arguments: tuple[object, ...]) -> list[Decimal]:
    numbers = _numbers(arguments)
    if not numbers:
        raise NoValue("the list is empty", NoticeKind.OUT_OF_DOMAIN)
    return numbers


@builtin("sum(list: list)", "sum(n: Any…)")
def total(*arguments: object) -> Decimal:
    """The sum; of an empty list there is none."""
    return reduce(CONTEXT.add, _some_numbers(arguments), ZERO)


@builtin("product(list: list)", "product(n: Any…)")
def product(*arguments: object) -> Decimal:
    """The product; of an empty list there is none."""
    return reduce(CONTEXT.multiply, _some_numbers(arguments), ONE)


@builtin("mean(list: list)", "mean(n: Any…)")
def mean(*arguments: object) -> Decimal:
    """The arithmetic mean."""
    numbers = _some_numbers(arguments)
    return CONTEXT.divide(total(numbers), Decimal(len(numbers)))


@builtin("median(list: list)", "median(n: Any…)")
def median(*arguments: object) -> Decimal:
    """The middle number in order, or the mean of the two in the middle."""
    numbers = sorted(_some_numbers(arguments))
    middle = len(numbers) // 2
    return numbers[middle] if len(numbers) % 2 else mean(numbers[middle - 1 : middle + 1])


@builtin("stddev(list: list)", "stddev(n: Any…)")
def stddev(*arguments: object) -> Decimal:
    """The standard deviation of a sample."""
    numbers = _some_numbers(arguments)
    if len(numbers) < 2:
        raise NoValue("a deviation needs at least two numbers", NoticeKind.OUT_OF_DOMAIN)
    centre = mean(numbers)
    squares = [CONTEXT.power(CONTEXT.subtract(number, centre), Decimal(2)) for number in numbers]
    return CONTEXT.sqrt(CONTEXT.divide(total(squares), Decimal(len(numbers) - 1)))


@builtin("mode(list: list)", "mode(n: Any…)")
def mode(*arguments: object) -> list[Decimal]:
    """The most frequent numbers, in order."""
    counts = Counter(_numbers(arguments))
    most = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == most)
