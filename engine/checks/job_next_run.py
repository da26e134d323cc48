"""Law: a date formula for the next run of a job leads ahead, from every day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from engine.checks.context import Context, finding
from engine.diagnostic import Diagnostic
from engine.model import days
from engine.syntax import ast

FIRST = date(2023, 1, 1)
FOUR_YEARS = 4 * 365 + 1
"""Days in which every day of the calendar comes, on weekdays of all kinds."""


def check(context: Context) -> Iterator[Diagnostic]:
    for job in context.written(ast.Job):
        for line in job.lines:
            if isinstance(line, ast.NextRun):
                yield from _behind(line)


def _behind(line: ast.NextRun) -> Iterator[Diagnostic]:
    found = days.read(line.formula, brief=True)
    steps = found.low if found is not None else ()
    today = next((one for one in _calendar() if days.day(one, steps) <= one), None)
    if today is None:
        return
    then = days.day(today, steps)
    where = f"{today} itself" if then == today else f"{then}, a day before it"
    message = f"`{line.formula}` does not lead ahead from every day: counted from {today} it is {where}"
    if all(days.day(one, steps) < one for one in _calendar()):
        hint = "write a formula that leads to a later day, like 1D, 1M or 1M+CM"
    else:
        hint = f"go a step ahead first, like 1D+{line.formula.lstrip('-')}; a day that is past is counted from the next"
    yield finding("W362", "formula-not-ahead", "warning", line.span, message, hint)


def _calendar() -> Iterator[date]:
    return (FIRST + timedelta(days=one) for one in range(FOUR_YEARS))
