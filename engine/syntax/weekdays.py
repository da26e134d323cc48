"""Words for days of the week, as people write them (`Monday`, `mon`, `Mondays`) -> the days; days -> their numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, get_args

from engine.syntax.lines import Days, Weekday

WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)
DAY_WORDS: Final = ("weekdays", "weekends", "every day")
"""What stands for several days."""
_SHORTEST: Final = 3


def weekday(word: str) -> Weekday | None:
    """The day that a word names, in any case: in full, its first letters (three at least), or many of it; else None."""
    small = word.lower()
    for day in WEEKDAYS:
        full = day.lower()
        if small == f"{full}s" or (len(small) >= _SHORTEST and full.startswith(small)):
            return day
    return None


def days_of(written: Iterable[Days]) -> frozenset[int]:
    """The days of a window as numbers, 1 is Monday."""
    return frozenset(number for one in written for number in day_numbers(one))


def day_numbers(one: Days) -> tuple[int, ...]:
    """The days of one part of a window in their order; from a day to an earlier one: across the end of the week."""
    match one.first:
        case "weekdays":
            return tuple(range(1, 6))
        case "weekends":
            return (6, 7)
        case "every day":
            return tuple(range(1, 8))
        case first:
            begin = WEEKDAYS.index(first)
            end = begin if one.last is None else WEEKDAYS.index(one.last)
            return tuple((begin + further) % 7 + 1 for further in range((end - begin) % 7 + 1))
