"""Words about snapshots -> one call of the snapshot stage, with the workspace's tables and folders.

Outside of a workspace the shipped tables are meant, and a name is a file in the current folder.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from engine.diagnostic import Diagnostic, in_source_order
from engine.frozen import dataclass
from engine.snapshot.importing import ImportedTable, ImportOptions
from engine.snapshot.open import SnapshotProblem
from engine.snapshot.show import Rows, Summary
from engine.textfile import shown

if TYPE_CHECKING:
    from engine.catalog.catalog import Catalog, System


NONE_NAMED = Diagnostic(
    code="E546",
    name="no-snapshot-named",
    severity="error",
    span=None,
    message="no snapshot is named, and coupler.yaml names none",
    hint="coupler snapshot import june --bc DIR --sales DIR makes one; say --snapshot june, or write "
    "`snapshot: snapshots/june.duckdb` in coupler.yaml",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did. path: the snapshot; written: is it there now?"""

    path: Path
    tables: tuple[ImportedTable, ...]
    found: tuple[Diagnostic, ...]
    written: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where snapshots lie and which tables exist. chosen: the one that coupler.yaml names."""

    folder: Path
    catalog: Catalog
    chosen: Path | None
    found: tuple[Diagnostic, ...]

    def path(self, name: str) -> Path:
        """The file that a name or a path means."""
        given = Path(name)
        if given.suffix == ".duckdb" or len(given.parts) > 1:
            return given
        return self.folder / f"{name}.duckdb"


def ground() -> Ground:
    """The workspace around the current folder, or the current folder itself."""
    from engine.catalog.load import load_catalog
    from engine.workspace import find_workspace, load_workspace

    root = find_workspace(Path.cwd())
    workspace = load_workspace(root)[0] if root else None
    catalog, found = load_catalog(workspace.overlays if workspace else ())
    folder = workspace.snapshots if workspace else Path()
    return Ground(folder=folder, catalog=catalog, chosen=workspace.snapshot if workspace else None, found=found)


def import_exports(
    name: str,
    bc: Path | None,
    sales: Path | None,
    *,
    now: str | None,
    options: ImportOptions,
    progress: Callable[[int, int, str], None],
    drop_missing: bool = False,
) -> Imported:
    """Folders of exports -> the snapshot of a name. Nothing is written when there is an error among the findings.

    drop_missing: tables that the snapshot of that name holds and these exports do not may go.
    """
    from engine.snapshot.importing import import_snapshot

    here = ground()
    path = here.path(name)
    moment, wrong = clock(now)
    if wrong is None and not drop_missing:
        wrong = _would_lose(path, bc, sales, here.catalog)
    if wrong is not None:
        return Imported(path=path, tables=(), found=(wrong,), written=False)
    result = import_snapshot(path, bc, sales, here.catalog, now=moment, options=options, progress=progress)
    found = in_source_order([*here.found, *result.diagnostics])
    return Imported(path=path, tables=result.tables, found=found, written=result.written)


def _would_lose(path: Path, bc: Path | None, sales: Path | None, catalog: Catalog) -> Diagnostic | None:
    """An import makes a snapshot whole; it does not silently drop tables that the one of that name holds (E547)."""
    from engine.snapshot.files import find_exports
    from engine.snapshot.show import snapshot_summary

    try:
        held = snapshot_summary(path, catalog, rejects=0).tables if path.is_file() else ()
    except SnapshotProblem:
        return None  # no snapshot: the import itself says so, or writes it anew
    folders: tuple[tuple[System, Path | None], ...] = (("bc", bc), ("sales", sales))
    coming = {
        (system, one.table.caption)
        for system, folder in folders
        if folder is not None
        for one in find_exports(folder, system, catalog)[0]
    }
    lost = [f"{one.system} {one.caption}" for one in held if one.rows and (one.system, one.caption) not in coming]
    if not lost or not coming:
        return None
    named = ", ".join(lost[:5]) + (f" and {len(lost) - 5} more" if len(lost) > 5 else "")
    return Diagnostic(
        code="E547",
        name="import-would-lose-tables",
        severity="error",
        span=None,
        message=f"{shown(path)} holds tables that these exports do not: {named}",
        hint="import both systems (--bc and --sales), choose another name, or add --drop-missing to let them go",
    )


def clock(now: str | None) -> tuple[datetime, Diagnostic | None]:
    """The time of the import in UTC, without zone: now, or the one that is given."""
    moment = datetime.now(UTC)
    if now is not None:
        try:
            moment = datetime.fromisoformat(now)
        except ValueError:
            return moment, Diagnostic(
                code="E545",
                name="no-moment",
                severity="error",
                span=None,
                message=f"{now} is no moment",
                hint="write it like 2026-06-15T08:00:00Z",
            )
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).replace(tzinfo=None), None


def summary(name: str | None, rejects: int) -> Summary | Diagnostic:
    """What a snapshot holds; without a name the one of coupler.yaml."""
    from engine.snapshot.show import snapshot_summary

    here = ground()
    try:
        return snapshot_summary(_meant(here, name), here.catalog, rejects=rejects)
    except SnapshotProblem as problem:
        return problem.diagnostic


def rows(name: str | None, table: str, limit: int, *, captions: bool = True) -> Rows | Diagnostic:
    """The first rows of one table of a snapshot. captions: of its columns; else their technical names."""
    from engine.snapshot.show import first_rows

    here = ground()
    try:
        return first_rows(_meant(here, name), here.catalog, table, limit=limit, captions=captions)
    except SnapshotProblem as problem:
        return problem.diagnostic


def export(
    name: str | None, folder: Path, form: Literal["csv", "parquet", "json"], *, captions: bool
) -> tuple[Path, ...] | Diagnostic:
    """A snapshot -> a folder with one file per table: the files."""
    from engine.snapshot.export import export_snapshot

    here = ground()
    try:
        return export_snapshot(_meant(here, name), folder, here.catalog, format=form, captions=captions)
    except SnapshotProblem as problem:
        return problem.diagnostic


def _meant(here: Ground, name: str | None) -> Path:
    if name is not None:
        return here.path(name)
    if here.chosen is not None:
        return here.chosen
    raise SnapshotProblem(NONE_NAMED)
