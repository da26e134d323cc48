"""What a user of either system does -> rows in the world, stamped; and what the products do at once (see `react`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from engine import connector
from engine.catalog.catalog import Field, System, Table
from engine.frozen import dataclass
from engine.run.dryrun import Session
from engine.run.settle import moment
from engine.snapshot.types import column_type, empty_value
from engine.sql.quote import Literal as Value, identifier, literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change by a user. values: field -> value as a row holds it, None for blank."""

    op: Literal["create", "update", "delete"]
    table: Table
    id: str
    values: Mapping[str, Value]


def edit(session: Session, change: Edit) -> None:
    """Write one change; the row gets the moment of the clock unless the change gives one itself."""
    table, world = change.table, session.world
    at = f"{literal(change.id)}::UUID"
    if change.op == "delete":
        world.delete(table, f"SELECT {at}")
        return
    values = {name: stored(table.system, table.fields[name], value) for name, value in change.values.items()}
    values.pop(table.id_field, None)
    stamps = {table.modified_field: moment(session.around.now)} if table.modified_field else {}
    if change.op == "create":
        created = connector.BC_CREATED if table.system == "bc" else connector.SALES_CREATED
        if created in table.fields:
            stamps[created] = moment(session.around.now)
    values = {**stamps, **values}
    select = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in values.items())
    rows = f"SELECT {at} AS _id, {select}" if select else f"SELECT {at} AS _id"
    if change.op == "create":
        world.insert(table, list(values), rows)
    elif values:
        _rename_books(session, table, change.id, values)
        world.update(table, list(values), rows)


def _rename_books(session: Session, table: Table, id: str, values: Mapping[str, str]) -> None:
    """Option couplings are kept by the name of the BC record (R4.24); they follow it when a user renames it."""
    if table.system != "bc" or table.key[0] not in values:
        return
    books, world = session.world.catalog.table("bc", connector.OPTION_COUPLINGS), session.world
    kept, key = identifier(connector.OPTION_RECORD), identifier(table.key[0])
    name = literal(table.name + ": ")
    old = (
        f"SELECT {name} || {key} FROM {world.relation(table)} WHERE {identifier(table.id_field)} = {literal(id)}::UUID"
    )
    world.update(
        books,
        [connector.OPTION_RECORD],
        f"SELECT {identifier(books.id_field)} AS _id, {name} || {values[table.key[0]]} AS {kept} "
        f"FROM {world.relation(books)} WHERE {kept} IN ({old})",
    )


def stored(system: System, field: Field, value: Value) -> str:
    """SQL of a value as a row of this system holds it."""
    if value is None:
        return f"CAST({empty_value(system, field)} AS {column_type(field.kind)})"
    return f"CAST({literal(value)} AS {column_type(field.kind)})"
