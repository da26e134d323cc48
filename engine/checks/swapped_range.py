"""Law: a range runs from the lower end to the higher one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from engine.checks.context import Context, finding
from engine.diagnostic import Diagnostic
from engine.model import model as m


def check(context: Context) -> Iterator[Diagnostic]:
    for one in context.every(m.Range):
        if isinstance(one.low, m.Constant) and isinstance(one.high, m.Constant) and _above(one.low, one.high):
            hint = f"write {one.high.span.text}..{one.low.span.text}"
            message = f"no value lies in {one.span.text}: the first end is above the second"
            yield finding("E327", "range-swapped", "error", one.span, message, hint)


def _above(low: m.Constant, high: m.Constant) -> bool:
    match low.value, high.value:
        case (bool(), _) | (_, bool()):
            return False
        case (int() | Decimal() as one, int() | Decimal() as other):
            return one > other
        case (datetime() as one, datetime() as other):
            return one > other
        case (datetime(), _) | (_, datetime()):
            return False
        case (date() as one, date() as other):
            return one > other
        case (str() as one, str() as other):
            return one.isdigit() and other.isdigit() and len(one) == len(other) and one > other
        case _:
            return False
