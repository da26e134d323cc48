"""Parts of a day that is worked out from the clock: terms of a date formula, periods of the books. Frozen."""

from __future__ import annotations

from typing import Literal

from engine.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One term of a date formula (R10.13). sign: forwards or back.

    length: `2W`, so many units on. end: `CM`, the last day of the unit that the day lies in; its first when back.
    next: `WD4`, `D10`, the next day (the last one before when back) that is this day of the week (1 is Monday) or of
    the month; never the day itself. at: the day or month of a date that is not written whole
    (`15`, `1503`, R10.11); a day that the month does not have is its last.
    """

    kind: Literal["length", "end", "next", "at"]
    sign: Literal[1, -1]
    count: int
    unit: Literal["D", "W", "M", "Q", "Y", "WD"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """An accounting period or fiscal year as the books divide time (R10.12), its first or its last day.

    counted: `first`: number 1 is the first period of the work date's fiscal year, or the first year of all; `current`:
    number 0 is the one that the work date lies in.
    """

    unit: Literal["period", "year"]
    counted: Literal["first", "current"]
    number: int
    last: bool
