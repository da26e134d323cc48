"""A job whose turn it is -> its plan, saved; a saved plan -> applied; a plan -> does it stand in the snapshot?

This is what runs beside the loop. Nothing here knows the queue; a snapshot that is just being replaced is no failure of
a job but `NotNow`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from engine import connector, planning
from engine.catalog.catalog import Catalog, Table
from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.jobs import carry
from engine.jobs.live import exported
from engine.jobs.live.exported import Look, look
from engine.jobs.live.live import COUNTERS, Line, Prepared, Seen
from engine.jobs.live.place import secure
from engine.jobs.live.steps import line_job, moved_between
from engine.jobs.queue import Done, Failed, Result, Setup
from engine.jobs.waking import prints, written
from engine.manual.review import RESULTS, STATUSES
from engine.pipeline import Rules
from engine.run.actions import fullsync
from engine.run.actions.runs import clear_watermarks, connected
from engine.run.apply import Applied, apply, open_plan, plan_tables
from engine.run.dryrun import Session, begin
from engine.run.save import WAS
from engine.run.world import OPERATION, World
from engine.snapshot.open import SnapshotProblem, connect, fingerprint, first_line
from engine.sql.quote import identifier, literal, qualified
from engine.textfile import shown
from engine.workspace import Workspace

REPLACED = "the snapshot was replaced in the meantime"
BEING_WRITTEN = "the snapshot is just being written"
COUPLED = "Coupled"
PASSING = ("E501", "E502", "E503", "E504", "E611")
"""What is wrong with a snapshot that another process is about to replace; it passes by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What every run stands on. settings: as the workspace says them; moved: with what runs have changed. anew: the
    mappings that read everything in their next run, because their connection was switched on."""

    workspace: Workspace
    rules: Rules
    snapshot: Path
    settings: Mapping[str, object]
    moved: Mapping[str, object]
    anew: frozenset[str] = frozenset()
    threads: int | None = None
    memory: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotNow:
    """The snapshot cannot be used at this moment. stray: because the log beside it is of the file that it replaced."""

    reason: str
    stray: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The plan was applied. seen: the BC tables that it wrote and jobs listen to, None when nothing can be said; look:
    at the snapshot now."""

    seen: Seen | None
    look: Look


def clock() -> datetime:
    """The clock in UTC without zone, in milliseconds."""
    now = datetime.now(UTC).replace(tzinfo=None)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def missing(path: Path) -> NotNow:
    """Why no job may run: the snapshot is not there."""
    return NotNow(reason=f"there is no snapshot {shown(path)}; jobs run when it is there")


def refused(path: Path, diagnostic: Diagnostic) -> NotNow:
    """What a snapshot's problem means for the queue."""
    match diagnostic.code:
        case "E501":
            return missing(path)
        case "E502":
            return NotNow(reason=f"the snapshot {shown(path)} is open in another program; jobs run when it is free")
        case "E611":
            return NotNow(reason=REPLACED)
        case _:
            stray = "WAL was created for" in diagnostic.message
            return NotNow(reason=f"{diagnostic.message}; jobs run when it is whole", stray=stray)


def lay_log_aside(path: Path) -> str:
    """Rename the log of a snapshot that is no longer there, so that the one in its place can be opened; the new name,
    blank when it lets itself not be renamed."""
    log = path.with_name(f"{path.name}.wal")
    aside = log.with_name(f"{log.name}.stray")
    try:
        log.replace(aside)
    except OSError:
        return ""
    return aside.name


# --- a plan ---


def prepare(ground: Ground, setup: Setup, plan: Path, seen: Look, queued: frozenset[str]) -> Prepared | Failed | NotNow:
    """Plan a job on the snapshot and save the plan. seen: how the snapshot looks, at rest; queued: the jobs that are in
    the queue already."""
    if look(ground.snapshot) != seen:
        return NotNow(reason=REPLACED)
    try:
        connection = connect(
            ground.snapshot, threads=ground.threads, memory_limit=ground.memory, preserve_insertion_order=False
        )
    except SnapshotProblem as problem:
        return refused(ground.snapshot, problem.diagnostic)
    try:
        made = _planned(ground, connection, setup, plan, queued)
    except (duckdb.Error, SnapshotProblem) as error:
        made = Failed(reason=f"the plan could not be made: {first_line(error)}")
    finally:
        connection.close()
    if look(ground.snapshot) != seen:
        with suppress(OSError):
            plan.unlink(missing_ok=True)
        return NotNow(reason=REPLACED)
    return made


def _planned(
    ground: Ground, connection: duckdb.DuckDBPyConnection, setup: Setup, plan: Path, queued: frozenset[str]
) -> Prepared | Failed:
    now = clock()
    opened = planning.Opened(
        workspace=ground.workspace,
        rules=ground.rules,
        world=World.over(connection, ground.rules.catalog),
        snapshot=ground.snapshot,
        fingerprint=fingerprint(ground.snapshot),
        now=now,
        work_date=now.date(),
    )
    session = begin(ground.rules.model, opened.world, now=now, work_date=opened.work_date)
    settings = session.around.settings
    assert isinstance(settings, dict)
    settings.update(ground.moved)
    before = dict(settings)
    for name in setup.runs:
        if name in ground.anew and name in session.model.mappings:
            clear_watermarks(session, session.model.mappings[name])
    result, queues = _carried_out(session, setup, queued)
    if isinstance(result, Failed):
        return result
    finished = planning.finished(opened, session.found, plan)
    unsaved = [one for one in finished.found if one.code == "E603"]
    if unsaved:
        return Failed(reason=unsaved[0].message)
    try:
        secure(plan)
    except OSError as error:
        return Failed(reason=f"the plan could not be saved in {shown(plan)}: {(error.strerror or str(error)).lower()}")
    return Prepared(
        end=clock(),
        activity=result.activity,
        counters=_counters(session.world),
        moved=moved_between(before, settings, dict(ground.settings)),
        wakes=tuple(sorted(written({}, prints(session.world)))),
        queues=queues,
        lines=_lines(session) if setup.full else (),
    )


def _carried_out(session: Session, setup: Setup, queued: frozenset[str]) -> tuple[Result, tuple[str, ...]]:
    """Run the job; of a full synchronisation the lines that come next as well (R7.5)."""
    if setup.full and not setup.runs:
        if not connected(session.around.settings):
            return Failed(reason=carry.NO_CONNECTION), ()
        fullsync.plan(session)
        result: Result = Done(activity=None)
    else:
        result = carry.carry_out(session, setup)
    if not setup.full or isinstance(result, Failed):
        return result, ()
    started = fullsync.advance(session)
    lost = (
        one.name
        for one in fullsync.lines(session)
        if one.status == fullsync.READY and one.name not in setup.runs and line_job(one.name) not in queued
    )
    return result, tuple(dict.fromkeys((*started, *lost)))


def _counters(world: World) -> tuple[int, ...]:
    """The sums over all legs; what was coupled stands in the job log alone."""
    *counted, coupled = COUNTERS
    assert coupled == "coupled"
    sums = ", ".join(f"coalesce(sum({one}), 0)" for one in counted)
    (row,) = world.connection.execute(f"SELECT {sums} FROM plan.pass").fetchall()
    table = world.catalog.table("bc", connector.JOBS)
    pairs = 0
    if ("bc", connector.JOBS) in world.changed and world.holds(table, COUPLED):
        log = world.planned(table)
        (pairs,) = world.connection.execute(f"SELECT coalesce(sum({identifier(COUPLED)}), 0) FROM {log}").fetchall()[0]
    return (*(int(one) for one in row), int(pairs))


def _lines(session: Session) -> tuple[Line, ...]:
    return tuple(
        Line(
            name=one.name,
            status="nothing to do"
            if one.recommended == fullsync.NOTHING and not one.status
            else (STATUSES.get(one.status, "") or "waits"),
            result=" / ".join(RESULTS.get(it, "") for it in (one.to_sales, one.to_bc) if it),
        )
        for one in fullsync.lines(session)
    )


# --- applying it ---


def carry_out(ground: Ground, plan: Path, listened: frozenset[str]) -> Written | Failed | NotNow:
    """Apply a plan, whole or not at all. listened: the BC tables that jobs listen to."""
    catalog = ground.rules.catalog
    before = look(ground.snapshot)
    done = apply(plan, ground.snapshot, catalog)
    if not isinstance(done, Applied) and done[0].code in PASSING:
        return refused(ground.snapshot, done[0])
    after = look(ground.snapshot)
    if not isinstance(done, Applied) or after.file[:1] != before.file[:1]:
        # it did not go as it should, or another file stands there now: what is in it decides
        stands = stands_in(plan, ground.snapshot, catalog)
        if isinstance(stands, NotNow):
            return stands
        if not stands:
            return NotNow(reason=REPLACED) if isinstance(done, Applied) else Failed(reason=done[0].message)
    tables = {one.name for one in tables_of(plan, catalog) if one.system == "bc"}
    seen = seen_of(ground, sorted(tables & listened))
    return Written(seen=None if isinstance(seen, NotNow) else seen, look=after)


def tables_of(plan: Path, catalog: Catalog) -> list[Table]:
    """The tables that a plan writes; none when it cannot be read."""
    try:
        connection = open_plan(plan)
    except SnapshotProblem:
        return []
    try:
        return plan_tables(connection, catalog)
    finally:
        connection.close()


def stands_in(plan: Path, snapshot: Path, catalog: Catalog) -> bool | NotNow:
    """Was this plan carried out on this snapshot? All that it writes is there, or it is not: an apply is one
    transaction. Every run writes its own row of the job log, so that a plan of another moment is not taken for it."""
    try:
        connection = open_plan(plan)
    except SnapshotProblem:
        return False
    try:
        connect(snapshot).close()
        connection.execute(f"ATTACH {literal(str(snapshot.resolve()))} AS snap (TYPE duckdb, READ_ONLY)")
        return all(_rows_stand(connection, table) for table in plan_tables(connection, catalog))
    except SnapshotProblem as problem:
        return refused(snapshot, problem.diagnostic)
    except duckdb.Error as error:
        return NotNow(reason=f"{shown(snapshot)} cannot be read: {first_line(error)}")
    finally:
        connection.close()


def _rows_stand(connection: duckdb.DuckDBPyConnection, table: Table) -> bool:
    rows = qualified("plan_file", table.system, table.name)
    (count,) = connection.execute(f"SELECT count(*) FROM {rows} WHERE {OPERATION} <> 'delete'").fetchall()[0]
    held = connection.execute(
        "SELECT column_name FROM duckdb_columns() WHERE database_name = 'snap' AND schema_name = ? AND table_name = ?",
        [table.system, table.name],
    ).fetchall()
    if not held:
        return not count
    written_columns = [row[0] for row in connection.execute(f"DESCRIBE {rows}").fetchall()]
    names = [one for one in written_columns if one not in (OPERATION, WAS)]
    if not set(names) <= {row[0] for row in held}:
        return not count
    there, id = qualified("snap", table.system, table.name), identifier(table.id_field)
    columns = ", ".join(identifier(one) for one in names)
    (missing,) = connection.execute(
        f"SELECT (SELECT count(*) FROM (SELECT {columns} FROM {rows} WHERE {OPERATION} <> 'delete' "
        f"EXCEPT SELECT {columns} FROM {there})) + (SELECT count(*) FROM {there} WHERE {id} IN "
        f"(SELECT {id} FROM {rows} WHERE {OPERATION} = 'delete'))"
    ).fetchall()[0]
    return not missing


def seen_of(ground: Ground, tables: list[str]) -> Seen | NotNow:
    """The prints of these BC tables and what else the queue reads; or why the snapshot cannot be read now. It is opened
    even for no table."""
    try:
        connection = connect(ground.snapshot, threads=ground.threads, memory_limit=ground.memory)
    except SnapshotProblem as problem:
        return refused(ground.snapshot, problem.diagnostic)
    try:
        found = exported.prints(connection, ground.rules.catalog, tables)
        return Seen(prints=found, deaf=exported.deaf(connection), lines=exported.has_lines(connection))
    except duckdb.Error as error:
        return NotNow(reason=f"{shown(ground.snapshot)} cannot be read: {first_line(error)}; jobs run when it is whole")
    finally:
        connection.close()
