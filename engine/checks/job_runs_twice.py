"""Law: a mapping has one recurring job; two run it without knowing of each other, each by its own clock."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, finding
from engine.diagnostic import Diagnostic
from engine.model import model as m


def check(context: Context) -> Iterator[Diagnostic]:
    first: dict[str, m.Job] = {}
    for job in context.model.jobs.values():
        if job.every is None:
            continue
        for name in job.runs:
            other = first.setdefault(name, job)
            if other is job:
                continue
            place = f"{other.span.path}, line {other.span.line}"
            same = other.category and other.category == job.category
            how = "one after the other" if same else "perhaps at the same time"
            message = f"{name} is run by the job {other.name} too ({place}): both run it, {how}"
            hint = f"take {name} out of one of them, or give one a `when` that excludes the other"
            yield finding("W350", "run-by-two-jobs", "warning", job.span, message, hint)
