"""Law: a job says how often, in which hours, how many attempts and which category once; the last line would hold."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, finding
from engine.diagnostic import Diagnostic
from engine.syntax import ast

Kind = type[ast.Every] | type[ast.NextRun] | type[ast.Attempts] | type[ast.Category] | type[ast.Window]
ONCE: tuple[tuple[tuple[Kind, ...], str], ...] = (
    ((ast.Every, ast.NextRun), "how often it runs"),
    ((ast.Window,), "on which days and in which hours it runs"),
    ((ast.Attempts,), "how many attempts it has"),
    ((ast.Category,), "its category"),
)
WAYS_OUT = {
    "how often it runs": "keep one of the lines `every …` and `next run …`",
    "on which days and in which hours it runs": "name all days on one line; other hours on other days are another job",
}


def check(context: Context) -> Iterator[Diagnostic]:
    for job in context.written(ast.Job):
        for kinds, what in ONCE:
            lines = [one for one in job.lines if isinstance(one, kinds)]
            for line in lines[:-1]:
                message = f"the job says {what} again in line {lines[-1].span.line}, and that line holds"
                hint = WAYS_OUT.get(what, "keep one of the two lines")
                yield finding("W363", "job-line-twice", "warning", line.span, message, hint)
