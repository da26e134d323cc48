"""A saved plan and a document that a process made -> the same dry run once more, the document planned by itself.

A process plans all its documents in one run. So that one of them can be told alone, those that come before it in the
order of the plan are made first; then the world stands as the document found it, numbers included. Only what becomes
the same again, word for word, is told further.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from engine import connector
from engine.capture.chosen import Chosen, words_of
from engine.capture.reads import Reads
from engine.capture.replay import FORCED, Replayed
from engine.capture.rows import Slice, Width, cut_around
from engine.catalog.catalog import Table
from engine.model import model
from engine.model.model import Model
from engine.pipeline import Rules
from engine.plan.legs import passes
from engine.plan.turns import turns
from engine.run.actions.nodes import nodes
from engine.run.actions.records import listed
from engine.run.dryrun import Session, begin
from engine.run.gates import SCHEDULED
from engine.run.world import World
from engine.snapshot.open import connect
from engine.sql.quote import identifier

COUNTERS = {"Inserted": "inserted", "Modified": "modified", "Unchanged": "unchanged", "Failed": "failed"}


def pointed(rules: Model, chosen: Chosen) -> bool:
    """Can a scenario point at the record of the document? A run takes records of the first loop of a system."""
    one = chosen.records[0]
    loops = (loop.record.table for loop in nodes(rules.processes[chosen.mapping].body, model.ForEach))
    first = next((table for table in loops if table.system == one.system), None)
    return first is not None and first.name == one.table


def replay_document(rules: Rules, chosen: Chosen, snapshot: Path, read: Callable[[Session], Any]) -> Replayed | None:
    """Plan again up to the document, then the document alone; None when it does not become the same.

    read: called with the session just before.
    """
    assert chosen.document is not None
    for forced in (False, True):
        for names in dict.fromkeys((chosen.document.names, (chosen.mapping,))):
            if forced and names == (chosen.mapping,):
                continue  # no mapping runs then that could be forced
            for earlier in dict.fromkeys((chosen.document.earlier, ())):
                made = _once(rules, chosen, snapshot, read, names, earlier, forced)
                if made is not None:
                    return made
    return None


def _once(
    rules: Rules,
    chosen: Chosen,
    snapshot: Path,
    read: Callable[[Session], Any],
    names: tuple[str, ...],
    earlier: tuple[UUID, ...],
    forced: bool,
) -> Replayed | None:
    process, one = rules.model.processes[chosen.mapping], chosen.records[0]
    world = World.over(connect(snapshot, preserve_insertion_order=False), rules.catalog)
    session = begin(rules.model, world, now=chosen.head["now"], work_date=chosen.head["work_date"])
    if known := [name for name in names if name in rules.model.mappings]:
        for step in passes(rules.model, known):
            session.run(step, FORCED if forced else SCHEDULED)
    for other in turns(rules.model, names).processes:
        if other.name == process.name:
            break
        session.process(other)
    table = world.catalog.table(one.system, one.table)
    if earlier:
        session.process(process, (listed(earlier), table))
    before, logged, legs = read(session), {row[0] for row in _log(session, process.name)}, session.legs
    session.process(process, (listed((one.source,)), table))
    if chosen.document is not None and _told(session, chosen, legs) == chosen.document.told:
        fresh = [row for row in _log(session, process.name) if row[0] not in logged]
        sums = {told: sum(row[at] or 0 for row in fresh) for at, told in enumerate(COUNTERS.values(), start=1)}
        counts = {"process": {told: count for told, count in sums.items() if count}}
        return Replayed(before=before, session=session, forced=False, counts=counts)
    world.connection.close()
    return None


def _told(session: Session, chosen: Chosen, legs: int) -> Counter[tuple[str, ...]]:
    """What the run after so many legs lists of the document."""
    cursor = session.world.connection.execute(
        "SELECT r.* FROM plan.record r JOIN plan.pass p USING (pass) "
        "WHERE p.mapping = ? AND p.leg = 'process' AND r.source_id = ? AND r.pass > ?",
        [chosen.mapping, chosen.records[0].source, legs],
    )
    names = [one[0] for one in cursor.description]
    return words_of([dict(zip(names, row, strict=True)) for row in cursor.fetchall()])


def _log(session: Session, name: str) -> Sequence[tuple[Any, ...]]:
    """Id and counters of the rows of the job log that a process has."""
    table = session.world.catalog.table("bc", connector.JOBS)
    if not session.world.holds(table, connector.JOB_MAPPING):
        return ()
    columns = ", ".join(identifier(one) for one in (connector.JOB_ID, *COUNTERS))
    return session.world.connection.execute(
        f"SELECT {columns} FROM {session.world.relation(table)} WHERE {identifier(connector.JOB_MAPPING)} = ?", [name]
    ).fetchall()


# --- the rows that the document hangs on ---------------------------------------------------------------------


def around(session: Session, chosen: Chosen, ids: Sequence[UUID], found: Reads, width: Width) -> Slice:
    """The slice of the world around the record of a document, and the records after whose numbers it draws its own."""
    world, one = session.world, chosen.records[0]
    own = (world.catalog.table(one.system, one.table),)
    cut = cut_around(world, session.model, chosen.mapping, own, ids, found, width)
    _set_up(session, found, cut)
    made = {words[1] for words in chosen.document.told if words[0] == "create"} if chosen.document is not None else ()
    for table, row in _last_numbers(session, chosen.mapping):
        if table.name in made:
            cut.rows.setdefault((table.system, table.name), {}).setdefault(row[table.id_field], row)
    return cut


def _set_up(session: Session, found: Reads, cut: Slice) -> None:
    """Settings that are fields of setup tables stand there, as the run had them: what the workspace gives goes before
    the snapshot, which may have no row at all."""
    for name, (table, field) in found.setup.items():
        value = session.around.settings.get(name)
        if value in (None, "", 0):
            continue
        rows = cut.rows.setdefault((table.system, table.name), {}) or {UUID(int=0): {table.id_field: None}}
        for row in rows.values():
            row[field] = value
        cut.rows[table.system, table.name] = rows


def _last_numbers(session: Session, name: str) -> Iterator[tuple[Table, dict[str, Any]]]:
    """The record with the highest number, id and key alone, per table and number series from which a process draws."""
    world, settings = session.world, session.around.settings
    for given in nodes(session.model.processes[name].body, model.NextNumber):
        table, column = given.record.table, identifier(given.field.name)
        number, where = f"t.{column}", "true"
        match given.start:
            case None if len(table.key) > 1:
                continue  # numbered within a document, whose records are there
            case None:
                pass
            case model.Constant(value=pattern):
                stem = str(pattern).rstrip("0123456789")
                number, where = f"TRY_CAST(substr(t.{column}, {len(stem) + 1}) AS BIGINT)", stem
            case model.SettingValue(name=setting):
                stem = f"{settings.get(setting) or 'NEW'}-"
                number, where = f"TRY_CAST(substr(t.{column}, {len(stem) + 1}) AS BIGINT)", stem
            case _:
                continue
        columns = [one for one in dict.fromkeys((table.id_field, *table.key)) if world.holds(table, one)]
        if given.field.name not in columns or table.id_field not in columns:
            continue
        test, bound = ("true", []) if where == "true" else (f"starts_with(t.{column}, ?)", [where])
        row = world.connection.execute(
            f"SELECT {', '.join(f't.{identifier(one)}' for one in columns)} FROM {world.relation(table)} t "
            f"WHERE {test} AND {number} IS NOT NULL ORDER BY {number} DESC LIMIT 1",
            bound,
        ).fetchone()
        if row is not None:
            yield table, dict(zip(columns, row, strict=True))
