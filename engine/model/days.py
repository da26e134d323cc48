"""Days as Business Central's filters say them (`month`, `-1D`, `CM+1D`, `monday 36`) -> days counted from a clock.

A text stands for one day or for a whole period; both are kept as steps from today or the work date, so that a
plan's clock decides (sync-semantics R10.11 to R10.13, R10.16). Choices where the products leave one: a week, a month,
a quarter and a weekday are those of today; a week number counts in the calendar year of the work date; accounting
period n is the nth month of that year.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, Literal

from engine.frozen import dataclass
from engine.model.model import Step

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHIFTED: Final = {"today": 0, "yesterday": -1, "tomorrow": 1}
PERIODS: Final[dict[str, Literal["W", "M", "Q"]]] = {"week": "W", "month": "M", "quarter": "Q"}
WORDS: Final = (*SHIFTED, "work date", *PERIODS, *WEEKDAYS)
"""The words for days, as a rule file writes them."""

NEXT: Final = (Step(kind="length", sign=1, count=1, unit="D"),)
"""On to the day after."""

_SHORT: Final = {"t": "today", "w": "work date", "workdate": "work date"}
_TERM = re.compile(
    r"\s*([+-]?)\s*(?:C(?P<end>[DWMQY])|(?P<count>\d{1,6})(?P<unit>[DWMQY])|(?P<named>WD|D)(?P<number>\d\d?))"
)
_WORD = re.compile(r"([a-z]+(?: [a-z]+)?)\s*(\d{1,2})?(?=\s*(?:[+-]|\Z))")
_CLOSING = re.compile(r"C(\d{4}-\d\d-\d\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """From the day `low` to the day `high`, each reached by steps from `start`; one day when both are the same."""

    start: Literal["today", "work date"]
    low: tuple[Step, ...]
    high: tuple[Step, ...]


def read(text: str, *, brief: bool = False) -> Days | None:
    """The days that a text means; None when it means none. brief: in any case, by any start that no other word has."""
    given = " ".join(text.split())
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


def closing(text: str) -> date | None:
    """The day that a closing date (`C2026-12-31`) follows; None for any other text."""
    found = _CLOSING.fullmatch(text)
    try:
        return None if found is None else date.fromisoformat(found[1])
    except ValueError:
        return None


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
    meant = [one for one in (WORDS if number is None else WEEKDAYS) if one.startswith(word)]
    return meant[0] if len(meant) == 1 else ""


def _named(word: str, number: str | None, *, brief: bool) -> Days | None:
    if word in ("p", "period"):
        return _accounting_period(int(number)) if number else None
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


def _accounting_period(number: int) -> Days | None:
    if not 1 <= number <= 12:
        return None
    first = (_end("Y", -1), _length(number - 1, "M"))
    return Days(start="work date", low=first, high=(*first, _end("M")))


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
