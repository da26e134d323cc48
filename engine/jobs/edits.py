"""A scripted edit -> the change in the world as a user makes it, with what the products do at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid5

from engine import connector
from engine.catalog.catalog import Table
from engine.frozen import dataclass
from engine.jobs.timeline import Edited
from engine.run.actions.edit import Edit as Change, stored
from engine.run.actions.react import edit_and_react
from engine.run.dryrun import Session
from engine.run.ledger import label
from engine.scenario.values import plain, read_id
from engine.sql.quote import identifier, literal

NEW = UUID("6f2c9a3e-5d0b-4a51-9a0f-3f1f4b8f7c11")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What a script asks for. key: an id, or fields that select one record. settings: instead of a change; so is fails:
    the job whose next run fails as a whole, because: with this reason (R9.15)."""

    at: datetime
    op: Literal["create", "update", "delete"] = "update"
    table: Table | None = None
    key: object = None
    values: Mapping[str, object] | None = None
    settings: Mapping[str, object] | None = None
    fails: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why an edit was not carried out."""

    reason: str


def carry_out_edit(session: Session, one: Edit, number: int) -> Edited | Refused:
    """Make the change; refused when its record is not there, or not one alone."""
    table = one.table
    assert table is not None
    values: dict[str, Any] = {name: plain(table.fields[name], value) for name, value in (one.values or {}).items()}
    if one.op == "create":
        given = values.get(table.id_field)
        id = given if isinstance(given, UUID) else uuid5(NEW, f"{table.name}/{number}/{one.at.isoformat()}")
    else:
        found = _find(session, table, one.key)
        if isinstance(found, Refused):
            return found
        id = found
    partner = _is_coupled(session, table, id)
    named = _label(session, table, id) if one.op == "delete" else ""
    edit_and_react(session, Change(op=one.op, table=table, id=str(id), values=values))
    return Edited(
        number=number,
        at=one.at,
        op=one.op,
        system=table.system,
        table=table.name,
        caption=table.caption,
        id=str(id),
        label=named or _label(session, table, id),
        values=tuple((name, str(value)) for name, value in (one.values or {}).items() if name != table.id_field),
        coupled=partner,
    )


def _is_coupled(session: Session, table: Table, id: UUID) -> bool:
    world = session.world
    books = world.catalog.table("bc", connector.COUPLINGS)
    column = connector.COUPLED_BC_ID if table.system == "bc" else connector.COUPLED_SALES_ID
    if not world.holds(books, column):
        return False
    query = f"SELECT 1 FROM {world.relation(books)} WHERE {identifier(column)} = {literal(str(id))}::UUID LIMIT 1"
    return world.connection.execute(query).fetchone() is not None


def _find(session: Session, table: Table, key: object) -> UUID | Refused:
    world = session.world
    id = identifier(table.id_field)
    if isinstance(key, dict):
        tests = [
            f"{identifier(name)} = {stored(table.system, table.fields[name], plain(table.fields[name], value))}"
            for name, value in key.items()
        ]
        shown = ", ".join(f"{name} {value}" for name, value in key.items())
    else:
        tests, shown = [f"{id} = {literal(str(read_id('a row', key)))}::UUID"], str(key)
    missing = [name for name in key if not world.holds(table, name)] if isinstance(key, dict) else []
    rows = (
        []
        if missing
        else world.connection.execute(
            f"SELECT {id} FROM {world.relation(table)} WHERE {' AND '.join(tests)}"
        ).fetchall()
    )
    if len(rows) != 1:
        count = "no" if not rows else str(len(rows))
        return Refused(reason=f"there is {count} {table.caption} with {shown}; an edit needs exactly one")
    found = rows[0][0]
    assert isinstance(found, UUID)
    return found


def _label(session: Session, table: Table, id: UUID) -> str:
    world = session.world
    row = world.connection.execute(
        f"SELECT {label(table, 's', world)} FROM {world.relation(table)} s "
        f"WHERE s.{identifier(table.id_field)} = {literal(str(id))}::UUID"
    ).fetchone()
    return str(row[0]) if row is not None else str(id)
