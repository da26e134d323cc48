"""Words that a user wrote for records -> a process carried out for these records (rule of evaluation 10).

A process takes chosen records in its outermost loops, whose `where` is then not asked; so a word is looked for in the
tables of these, in the order of the text: by key or number, by name, by id.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.catalog.catalog import Table
from engine.diagnostic import Diagnostic
from engine.manual.pointing import Meant, Shelf, carried_keys, key_of, names_of, numbers_of, pointed_on, texts_of
from engine.model import model
from engine.model.model import Process
from engine.run.actions.nodes import nodes
from engine.run.actions.records import listed
from engine.run.dryrun import Session


def run_chosen(session: Session, process: Process, words: Sequence[str]) -> Sequence[Diagnostic]:
    """Carry a process out for the records that these words mean; or what is wrong with the words."""
    tables = tables_of(process)
    if not tables:
        return [
            _wrong(f"{process.name} goes over no records", f"plan it without --records: coupler plan {process.name}")
        ]
    points, problems = points_of(session, process, words)
    if problems:
        return problems
    table = next(one for one in tables if any(point.table == one for point in points))
    if other := next((one for one in points if one.table != table), None):
        first = next(one for one in points if one.table == table)
        named = (
            f"{first.word} of {table.caption} and {other.word} of {other.table.caption if other.table else 'another'}"
        )
        return [_wrong(f"the records are of several tables: {named}", "plan those of one table at a time")]
    session.process(process, (listed(one.id for one in points), table))
    return ()


def points_of(session: Session, process: Process, words: Sequence[str]) -> Meant:
    """The records that these words mean in the tables of the outermost loops; and what is wrong with the words."""
    return pointed_on(session.world, [_shelf(session, one) for one in tables_of(process)], words)


def tables_of(process: Process) -> tuple[Table, ...]:
    """The tables of the outermost loops, each once, in the order of the text."""
    loops = list(nodes(process.body, model.ForEach))
    inner = {id(one) for loop in loops for one in nodes(loop.body, model.ForEach)}
    tables = [one.record.table for one in loops if id(one) not in inner]
    return tuple(one for at, one in enumerate(tables) if one not in tables[:at])


def _shelf(session: Session, table: Table) -> Shelf:
    world = session.world
    rows = f"{world.relation(table)} r"
    if table.system == "bc":
        return Shelf(table=table, rows=rows, keys=key_of(world, table), names=names_of(world, table))
    mappings = (one for one in session.model.mappings.values() if one.sales.table == table)
    carried = [name for one in mappings for name in carried_keys(one)]
    keys = texts_of(world, table, list(dict.fromkeys([*carried, *numbers_of(world, table)])))
    return Shelf(table=table, rows=rows, keys=keys, names=names_of(world, table))


def _wrong(message: str, hint: str) -> Diagnostic:
    return Diagnostic(code="E602", name="wrong-arguments", severity="error", span=None, message=message, hint=hint)
