"""A report -> its files: where they go, which templates make them, each written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from engine.diagnostic import Diagnostic
from engine.report.render import render_html, render_markdown
from engine.report.report import Report
from engine.textfile import shown
from engine.workspace import find_workspace, load_workspace

RENDERERS = {".html": render_html, ".md": render_markdown}
FORMATS = {"html": (".html",), "md": (".md",), "both": (".html", ".md")}


def targets(plan: Path, out: str | None = None, form: str | None = None) -> tuple[Path, ...]:
    """The files to write: PLAN.html and PLAN.md beside the plan, in the folder `out`, or the file `out`.

    out: a folder when it exists as one, ends with a slash, or has no ending .html or .md.
    form: "html", "md", "both"; None is what the ending of `out` says, else both.
    """
    if out is not None and Path(out).suffix in RENDERERS and not Path(out).is_dir() and not out.endswith(("/", os.sep)):
        return tuple(Path(out).with_suffix(suffix) for suffix in FORMATS.get(form or "", (Path(out).suffix,)))
    folder = plan.parent if out is None else Path(out)
    return tuple(folder / f"{plan.name}{suffix}" for suffix in FORMATS[form or "both"])


def templates_of(start: Path, plan: Path) -> Path | None:
    """The folder of templates of the workspace around `start`, else around the plan; None when there is none.

    What is wrong in coupler.yaml is not told here: a report needs only the folder.
    """
    root = find_workspace(start.resolve()) or find_workspace(plan.resolve().parent)
    workspace = load_workspace(root)[0] if root else None
    return workspace.templates if workspace and workspace.templates.is_dir() else None


def write_report(
    report: Report, files: tuple[Path, ...], *, templates: Path | None, keep: Path | None = None
) -> tuple[Diagnostic, ...]:
    """Render every file, then write them; the problems, if any (E653, E654), and then nothing is written by halves.

    keep: a file that must not be written over: the plan.
    """
    if files and files[0].parent.is_file():
        hint = "name a folder, or a file that ends in .html or .md"
        return (_not_written(files[0].parent, "it is a file, and no page or Markdown", hint),)
    texts = [RENDERERS[path.suffix](report, templates=templates) for path in files]
    mistakes = tuple(dict.fromkeys(one for one in texts if isinstance(one, Diagnostic)))
    if mistakes:
        return mistakes
    problems = []
    for path, text in zip(files, texts, strict=True):
        if keep is not None and path.resolve() == keep.resolve():
            problems.append(_not_written(path, "it is the plan itself", "give another file with --out"))
            continue
        try:
            write_whole(path, str(text))
        except OSError as problem:
            why = problem.strerror or type(problem).__name__
            problems.append(_not_written(path, why, "choose a place that can be written with --out"))
    return tuple(problems)


def write_whole(path: Path, text: str) -> None:
    """Write a text so that at no moment a reader finds half of it; folders on the way are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _not_written(path: Path, why: str, hint: str) -> Diagnostic:
    message = f"the report {shown(path)} cannot be written: {why}"
    return Diagnostic(code="E654", name="report-not-written", severity="error", span=None, message=message, hint=hint)
