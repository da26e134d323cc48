"""Mappings -> the plan of a full synchronisation: its lines, what may start, and the run of one line (section 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.catalog.catalog import System
from engine.frozen import dataclass
from engine.model.model import Condition, Mapping, Record
from engine.plan.legs import keeps_options, passes
from engine.run.actions.match import Group, Matched, match
from engine.run.actions.runs import clear_watermarks
from engine.run.dryrun import Session
from engine.run.gates import RunScope
from engine.run.settle import moment
from engine.sql.conditions import condition, joined_by
from engine.sql.quote import identifier, literal
from engine.sql.scope import Joined, Scope
from engine.sql.values import Reading

LINES = "CRM Full Synch. Review Line"
NAME, DEPENDS, STATUS, RECOMMENDED = (
    "Name",
    "Dependency Filter",
    "Job Queue Entry Status",
    "Initial Synch Recommendation",
)
TO_SALES_STATUS, TO_BC_STATUS, DIRECTION = "To Int. Table Job Status", "From Int. Table Job Status", "Direction"
READY, FINISHED = 1, 5
FULL, COUPLE, NOTHING = 0, 1, 2
SUCCESS, ERROR = 1, 3
WHOLE = RunScope(force=True, since_watermark=False, moves_watermark=True, creates_missing=True)


def plan(session: Session) -> None:
    """One line per mapping that has none with a status yet: what must be finished before, and what is recommended."""
    world = session.world
    table = world.catalog.table("bc", LINES)
    known = _statuses(session)
    for name in session.model.order:
        mapping = session.model.mappings[name]
        recommended = recommendation(session, mapping)
        if recommended is None or known.get(name, 0):
            continue
        if name in known:
            world.delete(table, f"SELECT {identifier(table.id_field)} FROM {world.relation(table)} WHERE {_is(name)}")
        _insert(session, mapping, recommended)


def recommendation(session: Session, mapping: Mapping) -> int | None:
    """R7.3: what the plan recommends; None where the mapping takes no part."""
    if mapping.only_within is not None:
        return None
    in_bc, in_sales = has_rows(session, mapping, "bc"), has_rows(session, mapping, "sales")
    clauses = mapping.in_full_synchronisation
    for at, clause in enumerate(clauses):
        if clause.condition is not None and not _true(session, mapping, clause.condition):
            continue
        if clause.action == "leave out":
            return None
        empty = not in_bc and (keeps_options(mapping) or (clause.condition is not None and at == len(clauses) - 1))
        return NOTHING if empty else (FULL if clause.action == "run" else COUPLE)
    if in_bc and in_sales:
        return COUPLE
    return FULL if in_bc or in_sales else NOTHING


def has_rows(session: Session, mapping: Mapping, side: System) -> bool:
    """Is there anything to synchronise? Neither side is looked at with the mapping's filter."""
    table = (mapping.bc if side == "bc" else mapping.sales).table
    return bool(session.world.one("is there anything", f"SELECT EXISTS (FROM {session.world.relation(table)})")[0])


def _true(session: Session, mapping: Mapping, test: Condition) -> bool:
    """Does a condition hold? In it a record of the mapping is the first one that its filters let through."""
    scope = Scope(session.world, "(SELECT 1) one")
    for record, filters in ((mapping.bc, mapping.bc_filter), (mapping.sales, mapping.sales_filter)):
        alias = session.world.alias(record.table.name)
        scope.joins.append(f"LEFT JOIN ({_within(session, record, filters)} LIMIT 1) {alias} ON true")
        scope.names[record.key] = Joined(alias=alias, table=record.table, certain=False)
    holds = condition(test, Reading(scope=scope, around=session.around))
    return bool(session.world.one("does it hold", f"SELECT {holds} FROM {scope.sql()}")[0])


def _within(session: Session, record: Record, filters: Sequence[Condition]) -> str:
    """The rows of a table that filters let through."""
    scope = Scope(session.world, f"{session.world.relation(record.table)} s")
    scope.names[record.key] = Joined(alias="s", table=record.table, certain=True)
    tests = [condition(one, Reading(scope=scope, around=session.around)) for one in filters]
    return f"SELECT s.* FROM {scope.sql()} WHERE {joined_by('AND', tests)}"


def advance(session: Session) -> tuple[str, ...]:
    """Queue every line without a status whose parents are finished, have no line or nothing to synchronise; their names."""
    world = session.world
    table = world.catalog.table("bc", LINES)
    statuses = _statuses(session)
    if not statuses:
        return ()
    idle = {name for name, recommended in _recommendations(session).items() if recommended == NOTHING}
    depends = dict(
        world.run(
            "who waits for whom", f"SELECT {identifier(NAME)}, {identifier(DEPENDS)} FROM {world.relation(table)}"
        ).fetchall()
        if world.holds(table, DEPENDS)
        else []
    )
    started = []
    for name, status in sorted(statuses.items()):
        mapping = session.model.mappings.get(name)
        named = [one for one in str(depends.get(name) or "").split("|") if one]
        parents = named or list(mapping.depends_on if mapping is not None else ())
        waiting = [one for one in parents if one in statuses and one not in idle and statuses[one] != FINISHED]
        if not status and name not in idle and not waiting:
            started.append(name)
    for name in started:
        _set(session, name, {STATUS: str(READY)})
    return tuple(started)


def run_line(session: Session, name: str, groups: Sequence[Group] | None = None) -> Matched | None:
    """Run one line: matched when that is recommended, else all of both legs, forced, uncoupled records too.

    Gives who was matched, None for a line that was run whole. A line without records does nothing (R7.6); one that nobody
    planned is run whole and stands in the plan afterwards. The watermarks of the mapping are overwritten by those of this run (R2.20).
    """
    mapping = session.model.mappings[name]
    recommended = _recommendations(session).get(name)
    if recommended is None:
        _insert(session, mapping, FULL)
    if recommended == NOTHING:
        return None
    if recommended == COUPLE:
        matched = match(session, name, groups=groups)
        _set(session, name, {STATUS: str(FINISHED)})
        return matched
    clear_watermarks(session, mapping)
    results = {}
    for step in passes(session.model, (name,)):
        before = len(session.found)
        session.run(replace(step, number=0), WHOLE)
        failed = len(session.found) > before or _failures(session)
        results[TO_SALES_STATUS if step.leg == "to_sales" else TO_BC_STATUS] = str(ERROR if failed else SUCCESS)
    _set(session, name, {STATUS: str(FINISHED), **results})
    return None


def recommend_full(session: Session, name: str) -> None:
    """R7.3: the user overrides the recommendation of a line."""
    _set(session, name, {RECOMMENDED: str(FULL)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the plan as it stands. Statuses as in its table: 0 blank, READY, FINISHED; of the jobs 1 success, 3 error."""

    name: str
    depends: tuple[str, ...]
    recommended: int
    direction: int
    status: int
    to_sales: int
    to_bc: int


def lines(session: Session) -> tuple[Line, ...]:
    """The lines of the plan in the order in which their mappings run."""
    world = session.world
    table = world.catalog.table("bc", LINES)
    if not world.holds(table, NAME):
        return ()
    numbers = (RECOMMENDED, DIRECTION, STATUS, TO_SALES_STATUS, TO_BC_STATUS)
    held = ", ".join(identifier(one) if world.holds(table, one) else "0" for one in numbers)
    depends = identifier(DEPENDS) if world.holds(table, DEPENDS) else "''"
    rows = world.run(
        "the lines of the plan", f"SELECT {identifier(NAME)}, {depends}, {held} FROM {world.relation(table)}"
    ).fetchall()
    order = {name: at for at, name in enumerate(session.model.order)}
    found = [
        Line(
            name=str(row[0]),
            depends=tuple(one for one in str(row[1] or "").split("|") if one),
            recommended=int(row[2] or 0),
            direction=int(row[3] or 0),
            status=int(row[4] or 0),
            to_sales=int(row[5] or 0),
            to_bc=int(row[6] or 0),
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: (order.get(one.name, len(order)), one.name)))


def _failures(session: Session) -> bool:
    """R7.9: did the last leg fail any record?"""
    row = session.world.run(
        "how did it go", f"SELECT failed + conflicts > 0 FROM plan.pass WHERE pass = {session.legs}"
    ).fetchone()
    return bool(row is not None and row[0])


def _statuses(session: Session) -> dict[str, int]:
    return _column(session, STATUS)


def _recommendations(session: Session) -> dict[str, int]:
    return _column(session, RECOMMENDED)


def _column(session: Session, column: str) -> dict[str, int]:
    world = session.world
    table = world.catalog.table("bc", LINES)
    if not world.holds(table, NAME):
        return {}
    held = identifier(column) if world.holds(table, column) else "0"
    rows = world.run(
        "the lines of the plan", f"SELECT {identifier(NAME)}, {held} FROM {world.relation(table)}"
    ).fetchall()
    return {str(row[0]): int(row[1] or 0) for row in rows}


def _insert(session: Session, mapping: Mapping, recommended: int) -> None:
    """A line that has not run yet."""
    table = session.world.catalog.table("bc", LINES)
    values = {
        NAME: literal(mapping.name),
        DEPENDS: literal("|".join(mapping.depends_on)),
        RECOMMENDED: str(recommended),
        DIRECTION: str({"<->": 0, "->": 1, "<-": 2}[mapping.arrow]),
        STATUS: "0",
        TO_SALES_STATUS: "0",
        TO_BC_STATUS: "0",
        table.modified_field: moment(session.around.now),
    }
    select = ", ".join(f"{sql} AS {identifier(column)}" for column, sql in values.items())
    id = f"CAST(md5({literal('full/' + mapping.name)}) AS UUID)"
    session.world.insert(table, list(values), f"SELECT {id} AS _id, {select}")


def _set(session: Session, name: str, values: dict[str, str]) -> None:
    world = session.world
    table = world.catalog.table("bc", LINES)
    if name not in _statuses(session):
        return
    values = {**values, table.modified_field: moment(session.around.now)}
    select = ", ".join(f"{sql} AS {identifier(column)}" for column, sql in values.items())
    world.update(
        table,
        list(values),
        f"SELECT {identifier(table.id_field)} AS _id, {select} FROM {world.relation(table)} WHERE {_is(name)}",
    )


def _is(name: str) -> str:
    return f"{identifier(NAME)} = {literal(name)}"
