"""Functions of dates and times (DMN 10.3.4.7)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from dmnroute.feel.builtins.registry import Builtins
from dmnroute.feel.notices import NoticeKind, NoValue
from dmnroute.feel.values.calendar import days_of_date
from dmnroute.feel.values.date_time import Date, DateTime
from dmnroute.feel.values.python import from_python

if TYPE_CHECKING:
    from dmnroute.feel.evaluation import Evaluation
    from dmnroute.feel.notices import Site

builtin = Builtins()

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _date(value: Date | DateTime) -> Date:
    return value.date if isinstance(value, DateTime) else value


@builtin("now()", evaluation=True)
def now(evaluation: Evaluation, site: Site) -> DateTime:
    """The moment that the caller says it is; feel never looks at a clock itself."""
    if evaluation.now is None:
        raise NoValue("the evaluation was given no clock", NoticeKind.OUT_OF_DOMAIN)
    moment = from_python(evaluation.now)
    assert isinstance(moment, DateTime)
    return moment


@builtin("today()", evaluation=True)
def today(evaluation: Evaluation, site: Site) -> Date:
    """The date of that moment."""
    return now(evaluation, site).date


@builtin("is(value1: Any, value2: Any)")
def same_element(value1: object, value2: object) -> bool:
    """Tell whether both are the same element of the same type: two spellings of one instant differ."""
    return type(value1) is type(value2) and value1 == value2


@builtin("day of year(date: date | date and time)")
def day_of_year(value: Date | DateTime) -> Decimal:
    """1 to 366."""
    date = _date(value)
    return Decimal(date.epoch_days - days_of_date(date.year, 1, 1) + 1)


@builtin("day of week(date: date | date and time)")
def day_of_week(value: Date | DateTime) -> str:
    """`Monday` to `Sunday`."""
    return _DAYS[_date(value).weekday - 1]


@builtin("month of year(date: date | date and time)")
def month_of_year(value: Date | DateTime) -> str:
    """`January` to `December`."""
    return _MONTHS[_date(value).month - 1]


@builtin("week of year(date: date | date and time)")
def week_of_year(value: Date | DateTime) -> Decimal:
    """The week by ISO 8601: that of its Thursday."""
    date = _date(value)
    thursday = date.plus_days(4 - date.weekday) or date
    return Decimal((thursday.epoch_days - days_of_date(thursday.year, 1, 1)) // 7 + 1)
