"""Folders of exports -> one snapshot, all or nothing.

All findings of all files are gathered. A row that cannot be taken is refused and told with file, line, column, value
and reason; refused rows make the import fail, and nothing is written, unless it is allowed to go on without them.
Then they are listed in `sync.reject`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import duckdb

from engine.catalog.catalog import Catalog, System
from engine.diagnostic import Diagnostic, in_source_order
from engine.frozen import dataclass
from engine.snapshot.cells import Dialect, Order
from engine.snapshot.columns import resolve
from engine.snapshot.content import content_fingerprint
from engine.snapshot.facts import Facts, facts_of, write_facts, write_rejects
from engine.snapshot.files import Export, find_exports, placeless
from engine.snapshot.layout import new_snapshot, write_head
from engine.snapshot.open import SnapshotProblem
from engine.snapshot.places import lines_of, place, shown
from engine.snapshot.raw import Unreadable, open_raw, unreadable
from engine.snapshot.refusals import FAULTS, Group, collect
from engine.snapshot.staging import Staged, settle, stage
from engine.sql.quote import literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What is declared about the files, and what the machine may spend.

    decimal_comma, dates: how numbers and dates are written in CSV and JSON texts. encoding: None to tell by the bytes.
    delimiter: one character. allow_rejects: leave refused rows out instead of failing.
    """

    decimal_comma: bool = False
    dates: Order = "iso"
    encoding: str | None = None
    delimiter: str = ","
    allow_rejects: bool = False
    threads: int | None = None
    memory_limit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedTable:
    """What became of one file. rows: in the snapshot; refused: left out (or in the way of the import)."""

    system: System
    name: str
    caption: str
    file: str
    rows: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What an import found. written: is the snapshot there (with errors it is not, and an old one is untouched)?"""

    diagnostics: tuple[Diagnostic, ...]
    tables: tuple[ImportedTable, ...]
    written: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """What came of one file; without table and facts it could not be read."""

    told: tuple[Diagnostic, ...]
    table: ImportedTable | None = None
    facts: Facts | None = None


Progress = Callable[[int, int, str], None]


class _Abandoned(Exception):  # noqa: N818 - leaves the new snapshot unwritten
    pass


DEFAULTS = ImportOptions()


def import_snapshot(
    target: Path,
    bc: Path | None,
    sales: Path | None,
    catalog: Catalog,
    *,
    now: datetime,
    options: ImportOptions = DEFAULTS,
    progress: Progress = lambda done, of, what: None,
) -> ImportResult:
    """Reads the folders of both systems into the snapshot `target`; `now` is noted as the time of the import.

    Never raises for what is wrong with files, folders or options: it is in the diagnostics, and with an error among
    them nothing is written. The same files give the same content (`engine.snapshot.content`). progress is called
    before each file with the number of files done, of files in all, and the name of the next.
    """
    wrong_options = tuple(_wrong_options(options))
    exports, wrong = _exports_in({"bc": bc, "sales": sales}, catalog)
    found = [*wrong_options, *wrong]
    if not exports and not any(one.severity == "error" for one in found):
        told = ("the folders hold no file of any table", "name the files like their tables")
        if bc is None and sales is None:
            told = ("no folder is named", "say where the exports are: --bc DIR, --sales DIR, or both")
        found.append(placeless("E517", "nothing-to-import", *told))
    files: list[_File] = []
    written = False
    try:
        if exports and not wrong_options:
            with (
                tempfile.TemporaryDirectory(prefix="coupler-") as scratch,
                new_snapshot(target, threads=options.threads, memory_limit=options.memory_limit) as connection,
            ):
                for number, export in enumerate(exports):
                    progress(number, len(exports), export.shown)
                    files.append(_import_file(connection, export, Path(scratch), number, options))
                    found += files[-1].told
                if any(one.severity == "error" for one in found):
                    raise _Abandoned
                write_facts(connection, [one.facts for one in files if one.facts])
                moment = literal(now)
                write_head(connection, "fresh", moment, content_fingerprint(connection, "fresh"))
            written = True
    except _Abandoned:
        pass
    except SnapshotProblem as problem:
        found.append(problem.diagnostic)
    return ImportResult(
        diagnostics=in_source_order(found), tables=tuple(one.table for one in files if one.table), written=written
    )


def _exports_in(folders: Mapping[System, Path | None], catalog: Catalog) -> tuple[list[Export], list[Diagnostic]]:
    """The exports of both systems in the order of the folders, and what is wrong with the files."""
    exports: list[Export] = []
    found: list[Diagnostic] = []
    for system, folder in folders.items():
        if folder is not None:
            here, wrong = find_exports(folder, system, catalog)
            exports += here
            found += wrong
    return exports, found


def _import_file(
    connection: duckdb.DuckDBPyConnection, export: Export, scratch: Path, number: int, options: ImportOptions
) -> _File:
    """One file into its table of the new snapshot: what it became, and what is wrong or odd."""
    try:
        raw = open_raw(
            connection,
            export,
            scratch,
            number=number,
            dialect=Dialect(decimal_comma=options.decimal_comma, dates=options.dates),
            delimiter=options.delimiter,
            encoding=options.encoding,
        )
        if not raw.headers:
            return _File(told=(_empty(export),))
        columns, wrong = resolve(export, raw.headers)
        if any(one.severity == "error" for one in wrong):
            return _File(told=wrong)
        staged = stage(connection, export, raw, columns)
    except Unreadable as why:
        return _File(told=(why.diagnostic(export),))
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        return _File(told=(unreadable(error).diagnostic(export),))
    groups = collect(connection, staged)
    split, refused = _refuse(connection, staged, groups)
    told = [*wrong, *_remarks(staged), *_told(staged, groups, options, refused + split)]
    facts = facts_of(staged, groups, split=split, refused=refused, remarks=told)
    return _File(table=_imported(staged, split, refused), facts=facts, told=tuple(told))


def _refuse(connection: duckdb.DuckDBPyConnection, staged: Staged, groups: Sequence[Group]) -> tuple[int, int]:
    """Takes the refused rows out; gives how many lines were no rows, and how many rows are refused."""
    if not any(one.code.startswith("E") for one in groups):
        settle(connection, staged, "")
        return 0, 0
    connection.execute(f"CREATE OR REPLACE TEMP TABLE refused AS SELECT DISTINCT n FROM {FAULTS} WHERE code LIKE 'E%'")
    split = connection.execute(f"SELECT count(*) FROM {FAULTS} WHERE n IS NULL").fetchall()[0][0]
    refused = connection.execute("SELECT count(n) FROM refused").fetchall()[0][0]
    settle(connection, staged, "refused" if refused else "")
    write_rejects(connection, staged)
    return split, refused


def _imported(staged: Staged, split: int, refused: int) -> ImportedTable:
    export = staged.export
    return ImportedTable(
        system=export.system,
        name=export.table.name,
        caption=export.table.caption,
        file=export.path.name,
        rows=staged.rows - refused,
        refused=refused + split,
    )


def _told(staged: Staged, groups: Sequence[Group], options: ImportOptions, refused: int) -> Iterator[Diagnostic]:
    """The findings of a file as diagnostics: the first few of each kind with their places, and how many more."""
    refuses = [one for one in groups if one.code.startswith("E")]
    if options.allow_rejects:
        groups = [one for one in groups if one not in refuses]
    wanted = {line for one in groups for line, _, _ in one.first}
    readable = staged.raw.unit == "line"
    texts = lines_of(staged.raw.path, "utf-8", wanted) if readable else {}
    for one in groups:
        for line, value, reason in one.first:
            subject = f"column {one.column} '{shown(value)}' " if one.column else "the line "
            where = f"{staged.export.table.name}, {staged.raw.unit} {line}: "
            yield Diagnostic(
                code=one.code,
                name=one.name,
                severity="error" if one.code.startswith("E") else "warning",
                span=place(staged.export.shown, line, texts.get(line, ""), value),
                message=where + subject + reason,
                hint=one.hint,
            )
        if one.count > len(one.first):
            line = one.first[-1][0]
            subject = f"column {one.column} " if one.column else "the file "
            yield Diagnostic(
                code=one.code,
                name=one.name,
                severity="error" if one.code.startswith("E") else "warning",
                span=place(staged.export.shown, line + 1, "", ""),
                message=f"{staged.export.table.name}: {subject}has {one.count - len(one.first)} more of these",
                hint=one.hint,
            )
    if options.allow_rejects and refused:
        line = min(line for one in refuses for line, _, _ in one.first)
        yield Diagnostic(
            code="W520",
            name="rows-left-out",
            severity="warning",
            span=place(staged.export.shown, line, "", ""),
            message=f"{refused} {'row' if refused == 1 else 'rows'} of {staged.export.path.name} "
            f"{'is' if refused == 1 else 'are'} left out, the first is {staged.raw.unit} {line}",
            hint="`coupler snapshot show` lists them with their reasons",
        )


def _remarks(staged: Staged) -> Iterator[Diagnostic]:
    """What is worth knowing about a whole file: its encoding, ids that had to be made, no moment of change."""
    export = staged.export
    known = {one.field.name for one in staged.columns if one.field is not None}
    start = place(export.shown, 1, "", "")
    if staged.raw.encoding not in ("", "utf-8", "utf-8-sig"):
        yield Diagnostic(
            code="W512",
            name="encoding-taken",
            severity="note",
            span=start,
            message=f"{export.path.name} was read as {staged.raw.encoding}",
            hint="name the encoding with --encoding if that is wrong",
        )
    if export.system == "bc" and export.table.id_field not in known and staged.rows:
        yield Diagnostic(
            code="W514",
            name="ids-made",
            severity="warning",
            span=start,
            message=f"{export.path.name} has no column {export.table.id_field}; ids are made from table and key",
            hint="export the column too if couplings refer to these records",
        )
    if export.table.modified_field and export.table.modified_field not in known and staged.rows:
        yield Diagnostic(
            code="W513",
            name="no-moment-of-change",
            severity="warning",
            span=start,
            message=f"{export.path.name} has no column {export.table.modified_field}; no record counts as changed",
            hint="export the column too, so that a plan can tell what changed since the last run",
        )


def _wrong_options(options: ImportOptions) -> Iterator[Diagnostic]:
    if len(options.delimiter) != 1 or options.delimiter in '"\n\r\0':
        yield placeless(
            "E516",
            "wrong-import-option",
            f"'{options.delimiter}' is no delimiter",
            "give one character, such as ; or |, or the word tab",
        )
    if options.encoding is not None:
        try:
            "".encode(options.encoding)
        except (LookupError, ValueError):
            yield placeless(
                "E516",
                "wrong-import-option",
                f"there is no encoding {options.encoding}",
                "write utf-8, utf-16 or windows-1252",
            )


def _empty(export: Export) -> Diagnostic:
    return Diagnostic(
        code="W510",
        name="file-left-out",
        severity="warning",
        span=None,
        message=f"{export.path.name} is left out: it has no record and no column",
        hint="export the table again if it has records",
    )
