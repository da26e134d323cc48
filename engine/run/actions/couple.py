"""Pairs of records -> couplings made by hand, without stamps, and the refusals (R1.8, R1.9)."""

from __future__ import annotations

from collections.abc import Sequence

from engine import connector
from engine.catalog.catalog import Table
from engine.frozen import dataclass
from engine.model.model import Leg, Mapping
from engine.plan.legs import keeps_options
from engine.run.actions.records import Chosen, book, couplings
from engine.run.actions.runs import run_mapping
from engine.run.dryrun import Session
from engine.run.ledger import label
from engine.run.settle import moment
from engine.run.world import World
from engine.sql.choices import LABEL, VALUE
from engine.sql.quote import identifier, literal

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What a user was refused, and why. record: the record it is about, as `Customer: C00010`; blank for none."""

    mapping: str
    record: str
    reason: str


def couple(session: Session, name: str, pairs: Sequence[Pair], first_sync: Leg | None = None) -> tuple[Refusal, ...]:
    """Couple pairs (BC id, Sales id) one after the other; then, if wanted, a forced run of those pairs.

    The first synchronisation runs for all pairs that are coupled afterwards.
    """
    mapping = session.model.mappings[name]
    refused: list[Refusal] = []
    coupled: list[Pair] = []
    for pair in pairs:
        problem = couple_pair(session, mapping, pair)
        if problem is None:
            coupled.append(pair)
        else:
            refused.append(problem)
    if first_sync is not None and coupled:
        ids = tuple(one[0] if first_sync == "to_sales" else one[1] for one in coupled)
        run_mapping(session, name, first_sync, Chosen(system="bc" if first_sync == "to_sales" else "sales", ids=ids))
    return tuple(refused)


def couple_pair(session: Session, mapping: Mapping, pair: Pair) -> Refusal | None:
    """One coupling by hand. An earlier one of the BC record is moved to the new partner, its BC stamp kept."""
    world = session.world
    bc, sales = (f"{literal(one)}::UUID" for one in pair)
    rows = world.run(
        "what is coupled already",
        f"SELECT kid, bc, sales, EXISTS (SELECT 1 FROM {world.relation(mapping.bc.table)} b "
        f"WHERE b.{identifier(mapping.bc.table.id_field)} = k.bc) FROM {couplings(world, mapping)} k "
        f"WHERE bc = {bc} OR sales = {sales}",
    ).fetchall()
    own = next((row for row in rows if str(row[1]) == pair[0]), None)
    if own is not None and str(own[2]) == pair[1]:
        return None
    table = book(mapping, world)
    others = [row for row in rows if str(row[1]) != pair[0]]
    for kid, holder, _, lives in others:
        if lives:
            return _taken(session, mapping, pair, str(holder))
        world.delete(table, f"SELECT {literal(str(kid))}::UUID")
    now = moment(session.around.now)
    if own is not None and keeps_options(mapping):
        world.delete(table, f"SELECT {literal(str(own[0]))}::UUID")
    elif own is not None:
        values = {
            connector.COUPLED_SALES_ID: sales,
            connector.SALES_STAMP: "NULL::TIMESTAMP",
            connector.RESULT_TO_SALES: "0",
            connector.JOB_TO_SALES: "NULL::UUID",
            connector.SKIPPED: "false",
            table.modified_field: now,
        }
        select = ", ".join(f"{sql} AS {identifier(column)}" for column, sql in values.items())
        world.update(table, list(values), f"SELECT {literal(str(own[0]))}::UUID AS _id, {select}")
        return None
    insert_couplings(session, mapping, f"(SELECT {bc} AS bc, {sales} AS sales)")
    return None


def insert_couplings(session: Session, mapping: Mapping, pairs: str) -> None:
    """New couplings without stamps. pairs: a query giving bc and sales."""
    world = session.world
    now = moment(session.around.now)
    if keeps_options(mapping):
        _insert_option_couplings(world, mapping, pairs, now)
        return
    table = world.catalog.table("bc", connector.COUPLINGS)
    values = {
        connector.COUPLED_BC_ID: "bc",
        connector.COUPLED_SALES_ID: "sales",
        connector.COUPLED_TABLE: str(mapping.bc.table.number),
        connector.BC_CREATED: now,
        table.modified_field: now,
    }
    select = ", ".join(f"{sql} AS {identifier(column)}" for column, sql in values.items())
    id = "CAST(md5('coupling/' || CAST(bc AS VARCHAR) || '/' || CAST(sales AS VARCHAR)) AS UUID)"
    world.insert(table, list(values), f"SELECT {id} AS _id, {select} FROM {pairs} p")


def _insert_option_couplings(world: World, mapping: Mapping, pairs: str, now: str) -> None:
    """R4.24: the BC record, the number of the option and its caption."""
    table, bc, choices = book(mapping, world), mapping.bc.table, mapping.sales.table
    record = f"{literal(bc.name + ': ')} || b.{identifier(bc.key[0])}"
    values = {
        connector.OPTION_RECORD: record,
        connector.OPTION_VALUE: f"s.{identifier(VALUE)}",
        connector.OPTION_CAPTION: f"s.{identifier(LABEL)}",
        connector.OPTION_TABLE: str(bc.number),
        table.modified_field: now,
    }
    select = ", ".join(f"{sql} AS {identifier(column)}" for column, sql in values.items())
    world.insert(
        table,
        list(values),
        f"SELECT CAST(md5('option/' || {record}) AS UUID) AS _id, {select} FROM {pairs} p "
        f"JOIN {world.relation(bc)} b ON b.{identifier(bc.id_field)} = p.bc "
        f"JOIN {world.relation(choices)} s ON s.{identifier(choices.id_field)} = p.sales",
    )


def _taken(session: Session, mapping: Mapping, pair: Pair, holder: str) -> Refusal:
    """R1.9: the Sales record has a partner of this BC table already; both are named."""
    sales, bc = named(session, mapping.sales.table, pair[1]), named(session, mapping.bc.table, holder)
    reason = f"{mapping.sales.table.caption} {sales} is already coupled with {mapping.bc.table.caption} {bc}"
    return Refusal(mapping=mapping.name, record="", reason=reason)


def named(session: Session, table: Table, id: str) -> str:
    """How people call a record; its id when there is none."""
    world = session.world
    found = world.run(
        "its name",
        f"SELECT {label(table, 'r', world)} FROM {world.relation(table)} r "
        f"WHERE r.{identifier(table.id_field)} = {literal(id)}::UUID",
    ).fetchone()
    return str(found[0]) if found is not None else id
