"""Skip marks and broken couplings -> the couplings with their marks set or taken away (R1.4, R3.29, R3.30)."""

from __future__ import annotations

from collections.abc import Sequence

from engine import connector
from engine.catalog.catalog import Table
from engine.model import model
from engine.model.model import Mapping
from engine.run.actions.nodes import nodes
from engine.run.actions.records import Chosen, book, couplings, listed, on_side
from engine.run.dryrun import Session
from engine.run.settle import moment
from engine.sql.conditions import condition, joined_by
from engine.sql.quote import identifier
from engine.sql.scope import Joined, Scope
from engine.sql.values import Reading

STATISTICS = "Statistics Uploaded"
NO_ID = "00000000-0000-0000-0000-000000000000"


def retry(session: Session, name: str | None = None, chosen: Chosen | None = None) -> None:
    """Take the skip mark off.

    For chosen records: as far as their BC record exists, and the figures of the record are sent again. Without
    records: one bulk write on every coupling (of the mapping), existing or not.
    """
    mappings = list(session.model.mappings.values()) if name is None else [session.model.mappings[name]]
    for mapping in mappings if chosen is not None else ():
        assert chosen is not None
        bc = on_side(session, mapping, chosen, "bc")
        table = mapping.bc.table
        exists = f"EXISTS (SELECT 1 FROM {session.world.relation(table)} b WHERE b.{identifier(table.id_field)} = k.bc)"
        rows = (
            f"SELECT kid FROM {couplings(session.world, mapping)} k WHERE skipped AND bc IN ({listed(bc)}) AND {exists}"
        )
        _mark(session, book(mapping, session.world), rows, {connector.SKIPPED: "false", STATISTICS: "false"})
    for keeper in (connector.COUPLINGS, connector.OPTION_COUPLINGS) if chosen is None else ():
        table = session.world.catalog.table("bc", keeper)
        if session.world.holds(table, connector.SKIPPED) and session.world.holds(table, connector.COUPLED_TABLE):
            numbers = ", ".join(str(one.bc.table.number) for one in mappings)
            where = "" if name is None else f" AND {identifier(connector.COUPLED_TABLE)} IN ({numbers})"
            rows = (
                f"SELECT {identifier(table.id_field)} AS kid FROM {session.world.relation(table)} "
                f"WHERE {identifier(connector.SKIPPED)}{where}"
            )
            _mark(session, table, rows, {connector.SKIPPED: "false"})


def find_broken(session: Session) -> None:
    """Mark the couplings of one-way mappings whose BC record is gone or outside of the mapping's filter (R3.30).

    Orders are left out, whose couplings outlive them (R1.13): records that a process brings from Sales.
    """
    brought = {one.record.table.name for one in nodes(tuple(session.model.processes.values()), model.Create)}
    for mapping in _tables(session):
        if mapping.arrow == "<->" or mapping.bc.table.name in brought:
            continue
        scope = Scope(session.world, f"{session.world.relation(mapping.bc.table)} s")
        scope.names[mapping.bc.key] = Joined(alias="s", table=mapping.bc.table, certain=True)
        reading = Reading(scope=scope, around=session.around)
        inside = joined_by("AND", [condition(one, reading) for one in mapping.bc_filter])
        id = identifier(mapping.bc.table.id_field)
        rows = (
            f"SELECT kid FROM {couplings(session.world, mapping)} k WHERE NOT skipped AND bc NOT IN "
            f"(SELECT s.{id} FROM {scope.sql()} WHERE {inside})"
        )
        _mark(session, book(mapping, session.world), rows, {connector.SKIPPED: "true"})


def repair(session: Session) -> None:
    """Couplings without a BC table get one: by their BC record, else by their Sales record, else they go (R1.4)."""
    world = session.world
    table = world.catalog.table("bc", connector.COUPLINGS)
    looked_at = world.written_rows(table) if session.repaired else world.relation(table)
    session.repaired = True  # from here on only what the plan writes can lack a table
    if looked_at is None:
        return
    found = world.connection.execute(f"SELECT EXISTS (SELECT 1 FROM {looked_at} WHERE {_no_table()})")
    if found.fetchone() == (False,):
        return
    mappings = _tables(session)
    for mapping in mappings:
        numbers = f"SELECT {identifier(mapping.bc.table.id_field)} FROM {world.relation(mapping.bc.table)}"
        _take_table(session, mapping, f"{identifier(connector.COUPLED_BC_ID)} IN ({numbers})")
    for mapping in mappings:
        scope = Scope(world, f"{world.relation(mapping.sales.table)} s")
        scope.names[mapping.sales.key] = Joined(alias="s", table=mapping.sales.table, certain=True)
        reading = Reading(scope=scope, around=session.around)
        inside = joined_by("AND", [condition(one, reading) for one in mapping.sales_filter])
        ids = f"SELECT s.{identifier(mapping.sales.table.id_field)} FROM {scope.sql()} WHERE {inside}"
        _take_table(session, mapping, f"{identifier(connector.COUPLED_SALES_ID)} IN ({ids})")
    world.delete(table, f"SELECT {identifier(table.id_field)} FROM {world.relation(table)} WHERE {_no_table()}")


def _tables(session: Session) -> Sequence[Mapping]:
    return [one for one in session.model.mappings.values() if one.sales.table.name != connector.OPTION_SET]


def _no_table() -> str:
    """A coupling of a BC record; one without is a marker of a process, which needs no table."""
    record = identifier(connector.COUPLED_BC_ID)
    blank = f"{record} IS NULL OR {record} = '{NO_ID}'::UUID"
    return f"coalesce({identifier(connector.COUPLED_TABLE)}, 0) = 0 AND NOT ({blank})"


def _take_table(session: Session, mapping: Mapping, where: str) -> None:
    world = session.world
    table = world.catalog.table("bc", connector.COUPLINGS)
    world.update(
        table,
        [connector.COUPLED_TABLE],
        f"SELECT {identifier(table.id_field)} AS _id, {mapping.bc.table.number} AS {identifier(connector.COUPLED_TABLE)} "
        f"FROM {world.relation(table)} WHERE {_no_table()} AND {where}",
    )


def _mark(session: Session, table: Table, rows: str, values: dict[str, str]) -> None:
    """Write marks into couplings. rows: a query with one column, their ids."""
    world = session.world
    held = {name: sql for name, sql in values.items() if name == connector.SKIPPED or world.holds(table, name)}
    held[table.modified_field] = moment(session.around.now)
    select = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in held.items())
    world.update(table, list(held), f"SELECT kid AS _id, {select} FROM ({rows}) m")


def delete_survivors(session: Session, mapping: Mapping, kids: Sequence[str]) -> None:
    """Delete the record that is left of a broken coupling, and the coupling (R3.38)."""
    world = session.world
    pairs = f"(SELECT * FROM {couplings(world, mapping)} k WHERE kid IN ({listed(kids)}))"
    for table, own, other, side in (
        (mapping.bc.table, "bc", "sales", mapping.sales.table),
        (mapping.sales.table, "sales", "bc", mapping.bc.table),
    ):
        gone = f"NOT EXISTS (SELECT 1 FROM {world.relation(side)} o WHERE o.{identifier(side.id_field)} = p.{other})"
        ids = world.run(f"survivors among {table.caption}", f"SELECT {own} FROM {pairs} p WHERE {gone}").fetchall()
        if ids:
            world.delete(table, f"SELECT unnest([{listed(row[0] for row in ids)}])")
    coupled = world.catalog.table("bc", connector.COUPLINGS)
    world.delete(coupled, f"SELECT unnest([{listed(kids)}])")


def broken(session: Session, mapping: Mapping, chosen: Chosen) -> tuple[tuple[str, str, str], ...]:
    """The couplings of chosen records of which one side is gone: (coupling, BC id, Sales id)."""
    world = session.world
    tests = [
        f"NOT EXISTS (SELECT 1 FROM {world.relation(one.table)} o WHERE o.{identifier(one.table.id_field)} = k.{side})"
        for one, side in ((mapping.bc, "bc"), (mapping.sales, "sales"))
    ]
    rows = world.run(
        "broken couplings among the chosen records",
        f"SELECT CAST(kid AS VARCHAR), CAST(bc AS VARCHAR), CAST(sales AS VARCHAR) FROM {couplings(world, mapping)} k "
        f"WHERE {chosen.system} IN ({listed(chosen.ids)}) AND ({' OR '.join(tests)}) ORDER BY 1",
    ).fetchall()
    return tuple((row[0], row[1], row[2]) for row in rows)


def delete_couplings(session: Session, kids: Sequence[str]) -> None:
    """Remove couplings and nothing else."""
    table = session.world.catalog.table("bc", connector.COUPLINGS)
    session.world.delete(table, f"SELECT unnest([{listed(kids)}])")
