"""The records that an action is for, as a scenario points at them -> their ids and table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from engine import connector
from engine.catalog.catalog import System, Table
from engine.manual.processes import tables_of
from engine.model.model import Process
from engine.run.actions.records import listed
from engine.scenario.stage import StageError
from engine.scenario.state import State
from engine.scenario.values import read_id


def id_of(state: State, tables: Sequence[Table], given: object) -> UUID:
    """The id of a row that is pointed at: by its id, or by fields that select one row of these tables.

    StageError: where they select none, or several.
    """
    if not isinstance(given, dict):
        found = read_id("a row", given)
        if found is None:
            raise StageError("a row is pointed at by a blank id")
        return found
    able = [one for one in tables if set(given) <= set(one.fields)]
    ids = [id for one in able for id in state.find((one.system, one.name), given)]
    if len(ids) != 1:
        named = tables[0].name if len(tables) == 1 else "all tables"
        raise StageError(f"{len(ids)} rows of {named} have {given}; a row must be selected by exactly one")
    return ids[0]


def with_rows(state: State, system: System) -> list[Table]:
    """The tables of a system that have rows."""
    return [state.table(key) for key in state.rows if key[0] == system]


def units_of(process: Process, records: Mapping[str, Any] | None, state: State) -> tuple[str, Table] | None:
    """The records that a user chose for a process, as SQL of their ids, and their table, that of an outermost loop.

    What is chosen on the side that no loop goes over stands for its partners.
    """
    if not records:
        return None
    system: System = "bc" if "bc" in records else "sales"
    references = records[system]
    loops = tables_of(process)
    own = [one for one in loops if one.system == system]
    ids = [id_of(state, own if _by_fields(one, own) else with_rows(state, system), one) for one in references]
    for table in own:
        if set(ids) <= set(state.rows.get((table.system, table.name), {})):
            return listed(ids), table
    partners = [one for id in ids for one in _partners(state, id, system)]
    for table in loops:
        if partners and set(partners) <= set(state.rows.get((table.system, table.name), {})):
            return listed(partners), table
    return (listed(ids), own[0]) if own else None


def _by_fields(given: object, tables: Sequence[Table]) -> bool:
    """Is a row pointed at by fields that one of these tables has?"""
    return isinstance(given, dict) and any(set(given) <= set(one.fields) for one in tables)


def _partners(state: State, id: UUID, system: System) -> list[UUID]:
    """The partners of a record, by all couplings that name it."""
    here, there = connector.COUPLED_BC_ID, connector.COUPLED_SALES_ID
    if system == "sales":
        here, there = there, here
    rows = state.rows.get(("bc", connector.COUPLINGS), {}).values()
    return [row[there] for row in rows if row.get(here) == id and row.get(there) is not None]
