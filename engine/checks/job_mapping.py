"""Law: what a job runs exists under the present settings; else every run of the job ends in an error."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, finding
from engine.diagnostic import Diagnostic


def check(context: Context) -> Iterator[Diagnostic]:
    declared = {one.mapping.name: one.mapping.span for one in context.facts.mappings}
    model = context.model
    for job in model.jobs.values():
        for name in job.runs if job.every is not None else ():
            if name in declared and name not in model.mappings and name not in model.processes:
                place = f"{declared[name].path}, line {declared[name].line}"
                message = f"the mapping {name} does not exist under the present settings ({place}), but its job does"
                hint = f"give the job {job.name} the `when` of the mapping"
                yield finding("W357", "job-without-mapping", "warning", job.span, message, hint)
