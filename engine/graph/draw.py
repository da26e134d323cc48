"""The rules of a workspace -> the drawing of their mappings and processes, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, assert_never, cast

from engine.diagnostic import Diagnostic
from engine.frozen import dataclass

if TYPE_CHECKING:
    from engine.catalog.settings import Value as Setting
    from engine.graph.graph import Graph

Format = Literal["mermaid", "svg", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """text: the drawing, None when there is nothing to draw. found: why not, or what is wrong with what was drawn."""

    text: str | None
    found: tuple[Diagnostic, ...]


def draw(names: Sequence[str] = (), form: Format = "mermaid", processes: bool = True) -> Drawn:
    """The mappings of the workspace around the current folder, and its processes unless they are not wanted.

    names: only these and their neighbours.
    """
    from engine import pipeline
    from engine.graph.graph import fewer, graph_of, neighbourhood
    from engine.workspace import find_workspace, load_workspace

    workspace, about = load_workspace(find_workspace(Path.cwd()) or Path.cwd())
    if workspace is None:
        return Drawn(text=None, found=about)
    shipped = frozenset(one.path for one in workspace.standard_rules)
    settings = cast("Mapping[str, Setting]", workspace.settings)
    rules = pipeline.understand(workspace.rule_files, workspace.overlays, settings, shipped)
    graph = graph_of(rules.model, processes)
    known = [one.name for one in graph.nodes]
    left_out = () if processes else tuple(rules.model.processes)
    unknown = tuple(_unknown(name, known, left_out) for name in names if name not in known)
    if unknown:
        return Drawn(text=None, found=unknown)
    if names:
        graph = neighbourhood(graph, names)
    elif form != "json":
        graph = fewer(graph)
    return Drawn(text=_drawn(graph, names, form), found=tuple(one for one in rules.found if one.severity == "error"))


def _drawn(graph: Graph, names: Sequence[str], form: Format) -> str:
    match form:
        case "svg":
            from engine.graph.svg import to_svg

            return to_svg(graph, names)
        case "mermaid":
            from engine.graph.mermaid import to_mermaid

            return to_mermaid(graph)
        case "json":
            from engine.graph.exchange import to_json

            return to_json(graph)
    assert_never(form)


def _unknown(name: str, known: Sequence[str], left_out: Sequence[str]) -> Diagnostic:
    from engine.catalog.suggest import did_you_mean

    hint = did_you_mean(name, sorted(known)) or "coupler show lists what there is"
    if name in left_out:
        hint = f"{name} is a process: leave out --mappings-only"
    return Diagnostic(
        code="E680",
        name="no-mapping-to-draw",
        severity="error",
        span=None,
        message=f"there is no mapping {name} under the present settings"
        if left_out
        else f"there is no mapping or process {name} under the present settings",
        hint=hint,
    )


def keep(text: str, out: Path) -> tuple[Diagnostic, ...]:
    """Write a drawing, or a scenario, to its file; what stood in the way, if anything."""
    from engine.report.write import write_whole
    from engine.standing import precious

    try:
        if not out.parent.is_dir():
            raise FileNotFoundError(2, f"there is no folder {out.parent.as_posix()}")
        if precious(out):
            return (_not_written(out, "it is a rule file, settings, a plan or a snapshot", "name another file"),)
        write_whole(out, text)
    except OSError as error:
        return (_not_written(out, error.strerror or str(error), "name a file in a folder that may be written"),)
    return ()


def _not_written(out: Path, why: str, hint: str) -> Diagnostic:
    message = f"{out.as_posix()} could not be written: {why}"
    return Diagnostic(code="E681", name="file-not-written", severity="error", span=None, message=message, hint=hint)
