"""A workspace or a folder of rules, and scenario files -> verdicts: the stages of `coupler test`, once, in order."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from engine.catalog.catalog import Catalog, Table
from engine.catalog.load import load_catalog
from engine.catalog.suggest import did_you_mean
from engine.coverage.coverage import Coverage, covered
from engine.coverage.points import points
from engine.coverage.watch import Marks
from engine.diagnostic import Diagnostic, in_source_order, worst
from engine.frozen import dataclass
from engine.pipeline import rule_sources
from engine.scenario.read import read_files
from engine.scenario.run import verdicts
from engine.scenario.scenario import Known, Verdict
from engine.scenario.stage import Rulebook
from engine.source import Source
from engine.sql.watch import watching
from engine.syntax import ast
from engine.syntax.parse import parse
from engine.textfile import shown
from engine.workspace import find_workspace, load_workspace, standard_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """verdicts: one per scenario. found: why nothing could be run, or what is worth knowing. coverage: if asked for."""

    verdicts: tuple[Verdict, ...]
    found: tuple[Diagnostic, ...]
    coverage: Coverage | None = None

    @property
    def passed(self) -> bool:
        """Did every gated scenario pass, and was there one?"""
        if worst(self.found) == "error" or not self.verdicts:
            return False
        return all(one.status == "passed" or (one.status == "failed" and not one.gate) for one in self.verdicts)


CAPTURE = "coupler capture PLAN KEY --out tests/NAME.yaml writes one from a planned record"


def test(
    paths: Sequence[Path],
    *,
    rules: Path | None = None,
    base: Path | None = None,
    only: str | None = None,
    coverage: bool = False,
) -> Tested:
    """Run scenario files. paths: none means the folder tests/ of the workspace. rules: a folder of rule files.

    coverage: note which places of the rules any record reaches.
    """
    root = find_workspace(Path.cwd())
    workspace, about = load_workspace(root) if root is not None else (None, ())
    if rules is not None:
        sources, about = rule_sources([rules])
        overlays: tuple[Path, ...] = ()
        shipped: frozenset[str] = frozenset()
    else:
        sources = workspace.rule_files if workspace is not None else standard_rules()
        overlays = workspace.overlays if workspace is not None else ()
        shipped = frozenset(one.path for one in workspace.standard_rules) if workspace is not None else frozenset()
    catalog, about_tables = load_catalog(overlays)
    book, found = rulebook(sources, catalog, shipped)
    found = in_source_order([*(one for one in about if one.severity == "error"), *about_tables, *found])
    if worst(found) == "error":
        return Tested(verdicts=(), found=found)
    chosen = list(paths) or [workspace.tests if workspace is not None else Path("tests")]
    if not any(one.exists() for one in chosen):
        what = "is no file or folder" if len(chosen) == 1 else "are no files or folders"
        message = f"there {what} {', '.join(map(shown, chosen))}"
        return Tested(verdicts=(), found=(_nothing(message, "name the files, or put them in the folder tests/"),))
    marks = Marks()
    with watching(marks) if coverage else nullcontext():
        files = read_files(chosen, book.known, base)
        made = tuple(verdicts(files, book, only))
    if not made:
        message, hint = "the files hold no scenario", CAPTURE
        if only:
            message = f"no scenario is called {only} or belongs to that area"
            known = {name for file in files for one in file.scenarios for name in (one.id, one.area)}
            areas = sorted({one.area for file in files for one in file.scenarios})
            hint = did_you_mean(only, sorted(known)) or f"the areas of these files: {', '.join(areas)}"
        return Tested(verdicts=(), found=(_nothing(message, hint),))
    reached = covered(points(book.files), marks.reached_marks, book.shipped) if coverage else None
    return Tested(verdicts=made, found=(), coverage=reached)


def rulebook(
    sources: Sequence[Source], catalog: Catalog, shipped: frozenset[str] = frozenset()
) -> tuple[Rulebook, tuple[Diagnostic, ...]]:
    """Rule texts -> what scenarios run against, and what is wrong with how they are written."""
    parsed = [parse(source) for source in sources]
    files = tuple(one.file for one in parsed)
    declarations = [one for file in files for one in file.declarations]
    mappings: dict[str, tuple[Table, Table]] = {}
    for node in declarations:
        if isinstance(node, ast.Mapping):
            bc = catalog.find("bc", node.left.table.name.text)
            sales = catalog.find("sales", node.right.table.name.text)
            if bc and sales:
                mappings.setdefault(node.name.text, (bc[0], sales[0]))
    known = Known(catalog=catalog, mappings=mappings)
    book = Rulebook(files=files, shipped=shipped, known=known, first=_first(declarations))
    return book, in_source_order([slip for one in parsed for slip in one.mistakes])


def _first(declarations: Sequence[ast.Declaration]) -> tuple[str, ...]:
    """The order of R9.18: that of the job which runs some mappings and then all others."""
    for node in declarations:
        if isinstance(node, ast.Job):
            runs = [one for one in node.lines if isinstance(one, ast.Run)]
            if any(not one.names for one in runs):
                return tuple(name.text for one in runs for name in one.names)
    return ()


def _nothing(message: str, hint: str) -> Diagnostic:
    return Diagnostic(code="E446", name="no-scenario", severity="error", span=None, message=message, hint=hint)
