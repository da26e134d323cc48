"""A timeline -> one HTML page that needs no other file and no network: the chart, the edits, the jobs, every line."""

from __future__ import annotations

from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.diagnostic import Diagnostic
from engine.jobs.gantt import chart
from engine.jobs.summary import COUNTERS, by_job, lines, span
from engine.jobs.tell import closing
from engine.jobs.timeline import Timeline
from engine.report.render import SHIPPED
from engine.report.write import write_whole
from engine.standing import precious
from engine.textfile import shown

TEMPLATES = Path(__file__).parent / "templates"


def render(timeline: Timeline, *, company: str, snapshot: str) -> str:
    """The page as text."""
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader([TEMPLATES, SHIPPED]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["span"] = span
    return environment.get_template("run.html").render(
        timeline=timeline,
        chart=chart(timeline),
        jobs=by_job(timeline),
        counters=COUNTERS,
        lines=lines(timeline),
        closing=closing(timeline),
        company=company,
        snapshot=snapshot,
    )


def write(timeline: Timeline, path: Path, *, company: str, snapshot: str) -> tuple[Diagnostic, ...]:
    """Write the page; what stood in the way, if anything."""
    text = render(timeline, company=company, snapshot=snapshot)
    try:
        if precious(path):
            return (_not_written(path, "it is a rule file, settings, a plan or a snapshot"),)
        write_whole(path, text)
    except OSError as problem:
        return (_not_written(path, problem.strerror or type(problem).__name__),)
    return ()


def _not_written(path: Path, why: str) -> Diagnostic:
    message = f"the report {shown(path)} cannot be written: {why}"
    hint = "choose a place that can be written with --html"
    return Diagnostic(code="E654", name="report-not-written", severity="error", span=None, message=message, hint=hint)
