"""Days as Business Central's filters say them (`month`, `-1D`, `CM+1D`, `monday 36`) -> days counted from a clock.

A text stands for one day or for a whole period; both are kept as steps from today or the work date, so that a
plan's clock decides (sync-semantics R10.11 to R10.13, R10.16). Choices where the products leave one: a week, a month,
a quarter and a weekday are those of today; a week number counts in the calendar year of the work date. Accounting
periods and fiscal years stand in a table of the books; the steps lead to the months and years of the calendar, which
hold where that table is empty.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final, Literal

from engine.frozen import dataclass
from engine.model.model import Period, Step

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHIFTED: Final = {"today": 0, "yesterday": -1, "tomorrow": 1}
PERIODS: Final[dict[str, Literal["W", "M", "Q"]]] = {"week": "W", "month": "M", "quarter": "Q"}
BOOKED: Final[dict[str, Literal["period", "year"]]] = {"period": "period", "year": "year"}
WORDS: Final = (*SHIFTED, "work date", *PERIODS, *BOOKED, *WEEKDAYS)
"""The words for days, as a rule file writes them."""

NEXT: Final = (Step(kind="length", sign=1, count=1, unit="D"),)
"""On to the day after."""

Order = Literal["day month", "month day"]
"""Which of the two comes first in a date that is written without the year in front."""

DATE_ORDER: Final = "date_order"
"""The setting that says so; 1 is the month."""

_MOST_PERIODS: Final = 999
_SHORT: Final = {"t": "today", "w": "work date", "workdate": "work date", "p": "period"}
_TERM = re.compile(
    r"\s*([+-]?)\s*(?:C(?P<end>[DWMQY])|(?P<count>\d{1,6})(?P<unit>[DWMQY])|(?P<named>WD|D)(?P<number>\d\d?))"
)
_WORD = re.compile(r"([a-z]+(?: [a-z]+)?)\s*(\d{1,2})?(?=\s*(?:[+-]|\Z))")
_BOOKED = re.compile(r"([a-z]+) ?(?:(?P<number>\d{1,3})|(?P<sign>[+-]) ?(?P<by>\d{1,3}))?")
_ISO = re.compile(r"(\d{4})[^\d](\d\d?)[^\d](\d\d?)")
_PARTS = re.compile(r"(\d\d?)(?:[-/. ](\d\d?)(?:[-/. ](\d{4}|\d\d))?)?")
_JOINED = re.compile(r"(\d\d)(?:(\d\d)(\d{4}|\d\d)?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """From the day `low` to the day `high`, each reached by steps from `start`; one day when both are the same.

    period: the accounting period or fiscal year that is looked up, as its first day; None for days of the calendar.
    """

    start: Literal["today", "work date"]
    low: tuple[Step, ...]
    high: tuple[Step, ...]
    period: Period | None = None


def read(text: str, *, brief: bool = False) -> Days | None:
    """The days that a text means; None when it means none. brief: in any case, by any start that no other word has."""
    given = " ".join(text.split())
    booked = _booked(given.lower() if brief else given, brief=brief)
    if booked is not None:
        return booked
    if brief:
        upper = given.upper()
        found = _formula(upper)
        if found is not None:
            return Days(start="today", low=found, high=found)
        given = given.lower()
    word = _WORD.match(given)
    if word is None:
        steps = _formula(given)
        return None if steps is None else Days(start="today", low=steps, high=steps)
    rest = given[word.end() :].strip()
    meant = _named(word[1], word[2], brief=brief)
    if meant is None or not rest:
        return meant
    steps = _formula(rest.upper() if brief else rest)
    if steps is None or meant.low != meant.high:
        return None
    both = (*meant.low, *steps)
    return Days(start=meant.start, low=both, high=both)


def order_of(settings: Mapping[str, object]) -> Order:
    """The order of dates in digits that the settings say."""
    return "month day" if settings.get(DATE_ORDER) == 1 else "day month"


def short_date(text: str, order: Order) -> date | Days | None:
    """A date in digits (R10.11): `15`, `1503`, `150326`, `15.03.2026`; the parts left out are those of the work date.

    None for what is no date in digits, or no day of any year. A year of two digits is one of 1950 to 2049.
    """
    text = text.strip()
    iso = _ISO.fullmatch(text)
    if iso is not None:
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    found = _JOINED.fullmatch(text) or _PARTS.fullmatch(text)
    if found is None:
        return None
    if found[2] is None:
        return _within(int(found[1]), None)
    day, month = (int(found[1]), int(found[2])) if order == "day month" else (int(found[2]), int(found[1]))
    if found[3] is None:
        return _within(day, month)
    year = int(found[3])
    return _date(year if len(found[3]) == 4 else year + (2000 if year < 50 else 1900), month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _within(day: int, month: int | None) -> Days | None:
    """A day of the work date's month, or of a month of its year."""
    if not 1 <= day <= (31 if month is None else monthrange(2024, month)[1] if 1 <= month <= 12 else 0):
        return None
    steps: tuple[Step, ...] = (Step(kind="at", sign=1, count=day, unit="D"),)
    if month is not None:
        steps = (Step(kind="at", sign=1, count=month, unit="M"), *steps)
    return Days(start="work date", low=steps, high=steps)


def closing(text: str, order: Order = "day month") -> date | Days | None:
    """The day that a closing date (`C2026-12-31`, `C311226`) follows; None for any other text."""
    return short_date(text[1:], order) if text.startswith("C") and text[1:2].isdigit() else None


def day(start: date, steps: tuple[Step, ...]) -> date:
    """The day reached from `start`; the first or last day of the calendar where it would lie beyond."""
    for step in steps:
        try:
            start = _moved(start, step)
        except (OverflowError, ValueError):
            start = date.min if step.sign < 0 else date.max
    return start


def full_word(text: str) -> str:
    """What a rule file has for a text that only a filter typed by hand may use (`t`, `cm`, `mon`); blank if none."""
    given = " ".join(text.split()).lower()
    word = _WORD.match(given)
    whole = _whole(word[1], word[2]) if word is not None else ""
    if word is not None and whole and read(given, brief=True) is not None:
        number = f" {word[2]}" if word[2] else ""
        return whole + number + given[word.end() :].upper()
    return given.upper() if _formula(given.upper()) is not None else ""


def _whole(word: str, number: str | None) -> str:
    """The word that this is the start of, when it is of one alone; only weekdays have a number."""
    if word in _SHORT or word in WORDS:
        return _SHORT.get(word, word)
    meant = [one for one in (WORDS if number is None else (*WEEKDAYS, *BOOKED)) if one.startswith(word)]
    return meant[0] if len(meant) == 1 else ""


def _named(word: str, number: str | None, *, brief: bool) -> Days | None:
    whole = _whole(word, number) if brief else word if word in WORDS else ""
    if whole in WEEKDAYS:
        at = WEEKDAYS.index(whole)
        return _weekday(at) if number is None else _weekday_of_week(at, int(number))
    if number is not None:
        return None
    if whole in PERIODS:
        unit = PERIODS[whole]
        return Days(start="today", low=(_end(unit, -1),), high=(_end(unit),))
    if whole == "work date":
        return Days(start="work date", low=(), high=())
    if whole in SHIFTED:
        steps = (_length(SHIFTED[whole], "D"),) if SHIFTED[whole] else ()
        return Days(start="today", low=steps, high=steps)
    return None


def _weekday(at: int) -> Days:
    steps = (_end("W", -1), _length(at, "D"))
    return Days(start="today", low=steps, high=steps)


def _weekday_of_week(at: int, week: int) -> Days | None:
    """Week 1 is the week of 4 January."""
    if not 1 <= week <= 53:
        return None
    steps = (_end("Y", -1), _length(3, "D"), _end("W", -1), _length(week - 1, "W"), _length(at, "D"))
    return Days(start="work date", low=steps, high=steps)


def _booked(text: str, *, brief: bool) -> Days | None:
    """`period`, `period 2`, `p2`, `period - 1`, `year`, `year + 1`: of the fiscal year of the work date (R10.12)."""
    found = _BOOKED.fullmatch(text)
    if found is None:
        return None
    word = found[1]
    whole = _whole(word, None) if brief else _SHORT.get(word, word)
    if whole not in BOOKED or (number := int(found["number"] or found["by"] or 0)) > _MOST_PERIODS:
        return None
    unit = BOOKED[whole]
    if found["number"] is not None and number == 0:
        return None
    counted: Literal["first", "current"] = "current" if found["number"] is None else "first"
    by = -number if found["sign"] == "-" else number
    period = Period(unit=unit, counted=counted, number=by, last=False)
    low, high = _of_calendar(period)
    return Days(start="work date", low=low, high=high, period=period)


def _of_calendar(period: Period) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """The same by the calendar: periods are months, the first is January; `year 3` is that of the work date."""
    if period.unit == "year":
        by = 0 if period.counted == "first" else period.number
        first = (_end("Y", -1), _length(by, "Y"))
        return first, (*first, _end("Y"))
    if period.counted == "first":
        first = (_end("Y", -1), _length(period.number - 1, "M"))
    else:
        first = (_end("M", -1), _length(period.number, "M"))
    return first, (*first, _end("M"))


def _end(unit: Literal["D", "W", "M", "Q", "Y"], sign: Literal[1, -1] = 1) -> Step:
    return Step(kind="end", sign=sign, count=0, unit=unit)


def _length(count: int, unit: Literal["D", "W", "M", "Q", "Y"]) -> Step:
    return Step(kind="length", sign=-1 if count < 0 else 1, count=abs(count), unit=unit)


def _formula(text: str) -> tuple[Step, ...] | None:
    """`-1M+CM`: the terms of a date formula; None when the text is no formula."""
    steps = tuple(_steps(text))
    return None if not steps or None in steps else tuple(one for one in steps if one is not None)


def _steps(text: str) -> Iterator[Step | None]:
    at = 0
    while at < len(text):
        term = _TERM.match(text, at)
        if term is None or (at and not term[1]):
            yield None
            return
        sign: Literal[1, -1] = -1 if term[1] == "-" else 1
        if term["end"]:
            yield Step(kind="end", sign=sign, count=0, unit=term["end"])  # type: ignore[arg-type]
        elif term["unit"]:
            yield Step(kind="length", sign=sign, count=int(term["count"]), unit=term["unit"])  # type: ignore[arg-type]
        else:
            number = int(term["number"])
            fits = 1 <= number <= (7 if term["named"] == "WD" else 31)
            yield Step(kind="next", sign=sign, count=number, unit=term["named"]) if fits else None  # type: ignore[arg-type]
        at = term.end()


# --- counting ---------------------------------------------------------------------------------------------


def _moved(start: date, step: Step) -> date:
    match step.kind:
        case "length":
            return _by_length(start, step.sign * step.count, step.unit)
        case "end":
            return _edge(start, step.unit, last=step.sign > 0)
        case "next":
            start += timedelta(days=step.sign)
            while step.count != (start.isoweekday() if step.unit == "WD" else start.day):
                start += timedelta(days=step.sign)
            return start
        case "at":
            return _set(start, step.count, step.unit)


def _set(start: date, count: int, unit: str) -> date:
    """The date with another day or month; no later than the last day of its month."""
    month = count if unit == "M" else start.month
    last = monthrange(start.year, month)[1]
    return date(start.year, month, min(count if unit == "D" else start.day, last))


def _by_length(start: date, count: int, unit: str) -> date:
    if unit in "DW":
        return start + timedelta(days=count * (7 if unit == "W" else 1))
    year, month = divmod(start.year * 12 + start.month - 1 + count * {"M": 1, "Q": 3, "Y": 12}[unit], 12)
    if not 1 <= year <= date.max.year:
        raise OverflowError
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _edge(start: date, unit: str, *, last: bool) -> date:
    """The first or last day of the week, month, quarter or year of a day."""
    match unit:
        case "D":
            return start
        case "W":
            return start + timedelta(days=7 - start.isoweekday() if last else 1 - start.isoweekday())
        case "Y":
            return date(start.year, 12, 31) if last else date(start.year, 1, 1)
    first = start.month if unit == "M" else (start.month - 1) // 3 * 3 + 1
    if not last:
        return date(start.year, first, 1)
    month = first if unit == "M" else first + 2
    return date(start.year, month, monthrange(start.year, month)[1])
