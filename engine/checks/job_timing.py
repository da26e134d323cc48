"""Law: the lines of a job are of use: it runs something, sleeps for longer than it waits between runs, no time is 0;
and one job alone says how what somebody starts is run."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, finding
from engine.diagnostic import Diagnostic
from engine.syntax import ast


def check(context: Context) -> Iterator[Diagnostic]:
    yield from _asked(context)
    for job in context.written(ast.Job):
        for line in job.lines:
            if isinstance(line, ast.Every):
                yield from _every(line)
        if not any(isinstance(one, ast.Run) for one in job.lines):
            hint = "say what it runs: `run CUSTOMER`, or `run all others`"
            yield finding(
                "W356", "nothing-to-run", "warning", job.name.span, f"the job {job.name.text} runs nothing", hint
            )


def _asked(context: Context) -> Iterator[Diagnostic]:
    """Jobs that run what is asked for: of their lines only attempts, category and hours say anything."""
    lines = {one.name.text: one for one in context.written(ast.Job)}
    jobs = [one for one in context.model.jobs.values() if one.asked_for]
    for job in jobs:
        for line in lines[job.name].lines if job.name in lines else ():
            if not isinstance(line, ast.Attempts | ast.Category | ast.Window) and not _is_asked(line):
                message = f"this says nothing: {job.name} runs what is asked for, once, whenever somebody asks"
                hint = "declare another job for it"
                yield finding("W358", "asked-and-more", "warning", line.span, message, hint)
    for job in jobs[:-1]:
        place = f"{jobs[-1].span.path}, line {jobs[-1].span.line}"
        message = f"{jobs[-1].name} runs what is asked for too ({place}), and its lines hold"
        hint = f"take one of them out, or call yours {job.name}, so that it replaces this one"
        yield finding("W359", "asked-twice", "warning", job.span, message, hint)


def _is_asked(line: ast.JobLine) -> bool:
    return isinstance(line, ast.Run) and line.asked


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
