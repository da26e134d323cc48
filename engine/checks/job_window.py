"""Law: a window opens, and stays open for as long as the time between two runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

from engine.checks.context import Context, finding
from engine.diagnostic import Diagnostic
from engine.syntax import ast

DAY = 24 * 60


def check(context: Context) -> Iterator[Diagnostic]:
    for job in context.written(ast.Job):
        every = next((one for one in job.lines if isinstance(one, ast.Every)), None)
        for line in job.lines:
            if not isinstance(line, ast.Window) or line.start is None or line.end is None:
                continue
            hours = f"from {line.start:%H:%M} to {line.end:%H:%M}"
            length = (_minutes(line.end) - _minutes(line.start)) % DAY
            if not length:
                message = (
                    f"the window {hours} is open for no time at all: only a run planned for that very instant starts"
                )
                hint = "leave `from … to …` out for the whole day, or let it end later than it begins"
                yield finding("E351", "window-never-opens", "error", line.span, message, hint)
            elif every is not None and every.minutes > length:
                apart = f"the time between two runs, {every.minutes} minutes, is longer"
                message = f"{apart} than the window {hours}: there is one run a day"
                hint = f"let it run every {length} minutes or more often, or make the window longer"
                yield finding("W352", "interval-longer-than-window", "warning", every.span, message, hint)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
