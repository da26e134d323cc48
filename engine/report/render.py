"""A report -> Markdown, or one HTML file, by Jinja templates that a workspace can override.

Templates run in a sandbox and see the report and the tables of words, nothing else. Whatever a template prints is
escaped for its format, unless the template says `| safe`. A template's mistake is a finding with file and line.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from engine.diagnostic import Diagnostic
from engine.report import wording
from engine.report.payload import payload
from engine.report.report import ACTIONS, ATTENTION, MADE, Report
from engine.source import Source
from engine.textfile import shown

SHIPPED = Path(__file__).parent / "templates"
"""The templates that come along: report.md, report.html, and report.css and report.js, which report.html includes."""

PER_ACTION = 20
"""Records of one pass and action that the Markdown shows in full; the page shows all."""


def render_markdown(report: Report, *, templates: Path | None = None) -> str | Diagnostic:
    """The report as Markdown, or what is wrong with the template (E653).

    templates: the folder with the workspace's own templates; one of the same name wins.
    """
    found = _render(_environment(templates, html=False), "report.md", report, templates)
    return found if isinstance(found, Diagnostic) else _tidy(found)


def render_html(report: Report, *, templates: Path | None = None) -> str | Diagnostic:
    """The report as one HTML file that needs no other, or what is wrong with the template (E653)."""
    environment = _environment(templates, html=True)
    return _render(environment, "report.html", report, templates, data=Markup(payload(report)))


def _tidy(text: str) -> str:
    """Without blanks at line ends and without more than one empty line in turn."""
    kept: list[str] = []
    for line in text.splitlines():
        if line.strip() or (kept and kept[-1]):
            kept.append(line.rstrip())
    return "\n".join(kept).rstrip() + "\n"


def _environment(templates: Path | None, *, html: bool) -> ImmutableSandboxedEnvironment:
    folders = [folder for folder in (templates, SHIPPED) if folder is not None]
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=html,
        finalize=_visible if html else wording.markdown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "number": wording.number,
        "records": wording.records,
        "visible": wording.visible,
        "cut": wording.cut,
        "value": wording.markdown_value,
        "integrity": _integrity,
    }
    return environment


def _visible(value: Any) -> Any:
    """What a template of the page prints, before it is escaped: text from data shows every character it has."""
    return wording.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _integrity(text: str) -> str:
    """The hash by which a page's content security policy allows this very script and no other."""
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _render(
    environment: ImmutableSandboxedEnvironment, name: str, report: Report, templates: Path | None, **more: Any
) -> str | Diagnostic:
    words = {"actions": ACTIONS, "attention": ATTENTION, "made": MADE, "per_action": PER_ACTION}
    try:
        return environment.get_template(name).render(report=report, **words, **more)
    except TemplateSyntaxError as mistake:
        return _finding(mistake, mistake.filename or mistake.name or name, mistake.lineno)
    except Exception as mistake:  # a template may call anything with anything: whatever it raises is its mistake
        if templates is None or not _own(templates):
            raise
        file, line = _frame(mistake, templates) or (str(templates / name), 1)
        return _finding(mistake, file, line)


def _own(templates: Path) -> bool:
    return any((templates / one.name).is_file() for one in SHIPPED.iterdir())


def _frame(mistake: BaseException, templates: Path) -> tuple[str, int] | None:
    """The innermost place in a template of the workspace on the way to the mistake."""
    places = list(_frames(mistake))
    return next(((file, line) for file, line in reversed(places) if Path(file).is_relative_to(templates)), None)


def _frames(mistake: BaseException) -> Iterator[tuple[str, int]]:
    trace = mistake.__traceback__
    while trace is not None:
        yield trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next


def _finding(mistake: Exception, file: str, line: int) -> Diagnostic:
    path = Path(file)
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    source = Source(path=shown(path), text=text.replace("\r\n", "\n"))
    start = source.starts[min(line, len(source.starts)) - 1]
    said = mistake.message if isinstance(mistake, TemplateError) and mistake.message else str(mistake)
    what = " ".join(said.split()).rstrip(".")[:200] or type(mistake).__name__
    return Diagnostic(
        code="E653",
        name="broken-template",
        severity="error",
        span=source.span(start, start + len(source.line(line))),
        message=f"the report template cannot be filled in: {what}",
        hint="mend this line, or take the file away: then the template that comes along is used",
    )
