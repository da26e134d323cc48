"""A job whose turn it is -> its mappings and processes carried out on the session's world, and what came of them.

Only what fails a run as a whole reaches the queue: no connection, no field lines, what cannot be planned (R9.15). A
record that fails is activity (R9.10).
"""

from __future__ import annotations

from engine import connector
from engine.jobs.queue import Done, Failed, Result, Setup
from engine.model.model import Behind, Leg, Mapping, Model, Record, Synchronise
from engine.plan.legs import Pass
from engine.run.actions import fullsync
from engine.run.actions.nodes import nodes
from engine.run.actions.runs import ALLOWED, carries, connected, run_mapping
from engine.run.dryrun import Session
from engine.run.gates import SCHEDULED, who_is_chosen
from engine.run.process.carry import run_process
from engine.sql.conditions import joined_by
from engine.sql.quote import identifier
from engine.sql.scope import Joined, Scope
from engine.sql.values import Reading

NO_CONNECTION = "There is no connection to Sales"
ACTIVITY = ("Inserted", "Modified", "Deleted", "Failed")


def carry_out(session: Session, setup: Setup) -> Result:
    """Run a job now, on the session's clock."""
    if needs_sales(session.model, setup.runs) and not connected(session.around.settings):
        return Failed(reason=NO_CONNECTION)
    logged, found = log_size(session), len(session.found)
    for name in setup.runs:
        reason = _run(session, name, full=setup.full)
        if reason:
            return Failed(reason=reason)
    if len(session.found) > found:
        return Failed(reason=session.found[found].message)
    return Done(activity=activity_since(session, logged))


def needs_sales(model: Model, names: tuple[str, ...]) -> bool:
    """Does any of them look at Sales or change it? A process that stays in Business Central needs no connection."""
    for name in names:
        process = model.processes.get(name)
        if process is None or name in model.mappings or any(nodes(process, Synchronise)):
            return True
        tables = [one.table for one in nodes(process, Record)] + [one.table for one in nodes(process, Behind)]
        if any(table.system == "sales" for table in tables):
            return True
    return not names


def _run(session: Session, name: str, *, full: bool) -> str:
    """Run one mapping or process; why it failed as a whole, if it did."""
    mapping = session.model.mappings.get(name)
    if mapping is None:
        if name in session.model.processes:
            return _process(session, name)
        return f"There is no mapping or process {name} under the present settings"
    if full:
        fullsync.run_line(session, name)
        return ""
    for leg in ALLOWED[mapping.arrow]:
        if carries(mapping, leg):
            run_mapping(session, name, leg)
        elif reads_anything(session, mapping, leg):
            way = "to Sales" if leg == "to_sales" else "to Business Central"
            return f"{name} has no field line {way} that is on"
    return ""


def reads_anything(session: Session, mapping: Mapping, leg: Leg) -> bool:
    """Are there records past the watermark that a leg would read? Without a field line the first fails it (R2.23)."""
    step = Pass(number=0, mapping=mapping, leg=leg)
    source = step.source
    scope = Scope(session.world, f"{session.world.relation(source.table)} s")
    scope.names[source.key] = Joined(alias="s", table=source.table, certain=True)
    tests = who_is_chosen(step, session.world, Reading(scope=scope, around=session.around), SCHEDULED)
    query = f"SELECT EXISTS (SELECT 1 FROM {scope.sql()} WHERE {joined_by('AND', tests)})"
    return bool(session.world.one(f"has {mapping.name} anything to read", query)[0])


def _process(session: Session, name: str) -> str:
    """Run a process once; why it was refused as a whole, if it was."""
    process = session.model.processes[name]
    number = session.legs + 1
    run_process(session, process)
    refused = session.world.connection.execute(
        "SELECT reason FROM plan.record WHERE pass = ? AND action = 'fail' AND table_caption = 'Process'", [number]
    ).fetchone()
    return str(refused[0]) if refused is not None else ""


def log_size(session: Session) -> int:
    """How many rows the job log has."""
    table = session.world.catalog.table("bc", connector.JOBS)
    if ("bc", connector.JOBS) not in session.world.changed:
        return 0
    return int(session.world.one("rows of the job log", f"SELECT count(*) FROM {session.world.planned(table)}")[0])


def activity_since(session: Session, logged: int) -> int | None:
    """R9.10: what the rows written since count together; None when there are none."""
    world = session.world
    table = world.catalog.table("bc", connector.JOBS)
    if log_size(session) == logged:
        return None
    counted = " + ".join(f"coalesce({identifier(one)}, 0)" for one in ACTIVITY if world.holds(table, one))
    rows = f"SELECT * FROM {world.planned(table)} ORDER BY rowid OFFSET {logged}"
    row = world.one("was there anything to do", f"SELECT coalesce(sum({counted}), 0) FROM ({rows})")
    return int(row[0])
