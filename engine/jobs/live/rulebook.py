"""A workspace -> its rules as they stand now, read anew when a file of it changes; why no job may run, if so."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from engine import pipeline, planning
from engine.catalog.catalog import Catalog
from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.jobs.live.live import Live
from engine.jobs.live.steps import settings_of
from engine.jobs.live.work import Ground
from engine.model.model import Model
from engine.pipeline import Rules
from engine.syntax import ast
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.catalog.settings import Value

OTHERS = frozenset({"queue", "plans", "snapshots", "exports", "tests"})
"""Folders of a workspace that hold no rules."""
Files = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """workspace, rules: as last read without errors. snapshot: the file that jobs run on; called: as the user calls it.
    files: how the files looked when they were read. waits: why no job may run, blank for nothing."""

    workspace: Workspace
    rules: Rules
    snapshot: Path
    called: str
    named: str | None
    files: Files
    waits: str = ""

    @property
    def model(self) -> Model:
        """What the rules mean now."""
        return self.rules.model

    @property
    def catalog(self) -> Catalog:
        """The tables that the rules know now."""
        return self.rules.catalog

    @property
    def once(self) -> frozenset[str]:
        """The jobs without interval that the rules declare, whatever the settings."""
        jobs = (one for file in self.rules.files for one in file.declarations if isinstance(one, ast.Job))
        return frozenset(one.name.text for one in jobs if not any(_again_or_asked(it) for it in one.lines))

    def files_now(self) -> Files:
        """How the files look now."""
        return files_of(self.workspace.root)

    def read(self) -> Book:
        """The book as the files say it now; with errors the old rules and the reason."""
        files = files_of(self.workspace.root)
        if files == self.files and not self.waits:
            return self
        made = opened(self.named)
        if isinstance(made, Book):
            return made
        errors = sum(one.severity == "error" for one in made)
        what = "an error" if errors == 1 else f"{errors} errors"
        first = next((one.message for one in made if one.severity == "error"), "")
        return replace(
            self,
            files=files,
            waits=f"the rules have {what} ({first}); coupler lint shows where; no job runs until they are mended",
        )

    @property
    def settings(self) -> dict[str, object]:
        """The settings of the workspace, without secrets: those that the queue is made for."""
        return planning.without_secrets(self.workspace.settings)

    def under(self, settings: Mapping[str, object]) -> Model:
        """What the rules mean under other settings. A setting that is not given has no value; secrets are as now."""
        secret = {name: one for name, one in self.workspace.settings.items() if name not in self.settings}
        given = cast("Mapping[str, Value]", {**secret, **settings})
        shipped = frozenset(one.path for one in self.workspace.standard_rules)
        return pipeline.understand(self.workspace.rule_files, self.workspace.overlays, given, shipped).model

    def ground(self, live: Live, *, threads: int | None = None, memory: str | None = None) -> Ground:
        """What a run stands on."""
        given = dict(self.workspace.settings)
        return Ground(
            workspace=self.workspace,
            rules=self.rules,
            snapshot=self.snapshot,
            settings=given,
            moved=_moved(live, given),
            anew=frozenset(live.anew),
            threads=threads,
            memory=memory,
        )


def _moved(live: Live, given: dict[str, object]) -> dict[str, object]:
    now = settings_of(live, given)
    return {one.name: now[one.name] for one in live.moved if now[one.name] != given.get(one.name)}


def _again_or_asked(line: ast.JobLine) -> bool:
    return isinstance(line, ast.Every | ast.NextRun) or (isinstance(line, ast.Run) and line.asked)


def opened(named: str | None) -> Book | tuple[Diagnostic, ...]:
    """The workspace around the current folder, its rules without errors. named: a snapshot, None for its own."""
    from engine.workspace import find_workspace

    root = find_workspace(Path.cwd())
    files = files_of(root) if root is not None else ()
    workspace, rules, found = planning.rules_here()
    if workspace is None or rules is None:
        return found
    path, missing = planning.chosen_snapshot(workspace, named)
    if path is None:
        return (cast("Diagnostic", missing),)
    return Book(
        workspace=workspace,
        rules=rules,
        snapshot=path,
        called=planning.shown(path, workspace),
        named=named,
        files=files,
    )


def files_of(root: Path) -> Files:
    """How the files look from which rules, tables and settings come."""
    found = []
    for folder, inside, names in os.walk(root):
        inside[:] = [one for one in inside if not one.startswith(".") and not (Path(folder) == root and one in OTHERS)]
        for name in names:
            if name.endswith((".rules", ".yaml")):
                path = Path(folder, name)
                try:
                    status = path.stat()
                except OSError:
                    continue
                found.append((path.as_posix(), status.st_size, status.st_mtime_ns))
    return tuple(sorted(found))
