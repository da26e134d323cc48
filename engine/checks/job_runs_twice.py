"""Law: a mapping has one recurring job at a time; two run it without knowing of each other, each by its own clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

from engine.checks.context import Context, finding
from engine.diagnostic import Diagnostic
from engine.model import model as m


def check(context: Context) -> Iterator[Diagnostic]:
    known: dict[str, list[m.Job]] = {}
    for job in context.model.jobs.values():
        if job.every is None:
            continue
        for name in job.runs:
            others = known.setdefault(name, [])
            other = next((one for one in others if meet(one.window, job.window)), None)
            others.append(job)
            if other is None:
                continue
            place = f"{other.span.path}, line {other.span.line}"
            same = other.category and other.category == job.category
            how = "one after the other" if same else "perhaps at the same time"
            message = f"{name} is run by the job {other.name} too ({place}): both run it, {how}"
            hint = f"take {name} out of one of them, or give one a `when`, days or hours that exclude the other"
            yield finding("W350", "run-by-two-jobs", "warning", job.span, message, hint)


def meet(one: m.Window | None, other: m.Window | None) -> bool:
    """Are two windows ever open at the same time, for longer than an instant? By the clocks of two zones: perhaps."""
    if one is None or other is None or one.zone != other.zone:
        return True
    return bool(one.days & other.days) and any(
        max(begin, start) < min(close, end) for begin, close in _hours(one) for start, end in _hours(other)
    )


def _hours(window: m.Window) -> tuple[tuple[time, time], ...]:
    """The hours of one of its days, from and to."""
    start, end = window.start or time.min, window.end or time.max
    return ((start, end),) if start <= end else ((time.min, end), (start, time.max))
