"""Law: a window names every day once, and the hours that it has across midnight fall on days that it names."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, finding
from engine.diagnostic import Diagnostic
from engine.syntax import ast
from engine.syntax.weekdays import WEEKDAYS, day_numbers, days_of


def check(context: Context) -> Iterator[Diagnostic]:
    for job in context.written(ast.Job):
        for line in job.lines:
            if isinstance(line, ast.Window):
                yield from _twice(line)
                yield from _cut(line)


def _twice(line: ast.Window) -> Iterator[Diagnostic]:
    seen: set[int] = set()
    for one in line.days:
        again = [number for number in day_numbers(one) if number in seen]
        seen.update(day_numbers(one))
        if again:
            message = f"{WEEKDAYS[again[0] - 1]} is among the days before already"
            yield finding("W360", "day-twice", "warning", one.span, message, "name every day once")


def _cut(line: ast.Window) -> Iterator[Diagnostic]:
    """A window across midnight is open on its days, before and after midnight: the day after need not be one."""
    if line.start is None or line.end is None or line.start <= line.end:
        return
    days = days_of(line.days)
    last = next((one for one in sorted(days) if one % 7 + 1 not in days), None)
    if last is None:
        return
    first = next(one for one in sorted(days) if (one - 2) % 7 + 1 not in days)
    message = (
        f"the window ends at midnight after {WEEKDAYS[last - 1]}, because {WEEKDAYS[last % 7]} is not among its days; "
        f"on {WEEKDAYS[first - 1]} it is open from 00:00 to {line.end:%H:%M} as well"
    )
    hint = f"add {WEEKDAYS[last % 7]}, or say two jobs, one up to midnight and one from 00:00"
    yield finding("W361", "window-cut-at-midnight", "warning", line.span, message, hint)
