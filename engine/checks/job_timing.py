"""Law: the times of a job are of use: idle it sleeps for longer than it waits between runs, and no time is 0."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, finding
from engine.diagnostic import Diagnostic
from engine.syntax import ast


def check(context: Context) -> Iterator[Diagnostic]:
    for job in context.written(ast.Job):
        for line in job.lines:
            if isinstance(line, ast.Every):
                yield from _every(line)
        if not any(isinstance(one, ast.Run) for one in job.lines):
            hint = "say what it runs: `run CUSTOMER`, or `run all others`"
            yield finding(
                "W356", "nothing-to-run", "warning", job.name.span, f"the job {job.name.text} runs nothing", hint
            )


def _every(line: ast.Every) -> Iterator[Diagnostic]:
    if line.minutes == 0:
        message = (
            "every 0 minutes means once in 1440 minutes: that is what the job queue takes for a job without interval"
        )
        yield finding(
            "W355", "interval-of-zero", "warning", line.span, message, "say how many minutes lie between two runs"
        )
    sleep = line.sleep_minutes
    if sleep == 0:
        message = "with `sleep 0 minutes` the job stays on hold after the first idle run, until somebody restarts it"
        hint = "say how long it sleeps, or leave `sleep …` out to have it ready again after every run"
        yield finding("W354", "sleep-too-short", "warning", line.span, message, hint)
    elif sleep is not None and sleep < line.minutes:
        message = (
            f"an idle run is followed by the next after {max(sleep, 5)} minutes, a busy one only after {line.minutes}"
        )
        hint = f"let it sleep {line.minutes} minutes or longer"
        yield finding("W354", "sleep-too-short", "warning", line.span, message, hint)
