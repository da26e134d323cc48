"""Records that a user points at -> their ids, their partners, their marks.

Couplings of ordinary mappings are rows of one table, those of option mappings of another (R4.24); `couplings` gives
both in the same form, so that an action need not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine import connector
from engine.catalog.catalog import System, Table
from engine.frozen import dataclass
from engine.model.model import Mapping
from engine.plan.legs import keeps_options
from engine.run.dryrun import Session
from engine.run.optionbooks import couplings as relation_of_couplings
from engine.run.world import World
from engine.sql.quote import identifier, literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Records of one system that an action is for."""

    system: System
    ids: tuple[str, ...]


def listed(ids: Iterable[object]) -> str:
    """SQL of a list of ids; an empty one holds none."""
    return ", ".join(f"{literal(str(one))}::UUID" for one in ids) or "NULL::UUID"


def couplings(world: World, mapping: Mapping) -> str:
    """SQL of the couplings of a mapping's BC table: kid, bc, sales, skipped."""
    table = book(mapping, world)
    skipped = identifier(connector.SKIPPED) if world.holds(table, connector.SKIPPED) else "false"
    return (
        f"(SELECT {identifier(table.id_field)} AS kid, {identifier(connector.COUPLED_BC_ID)} AS bc, "
        f"{identifier(connector.COUPLED_SALES_ID)} AS sales, coalesce({skipped}, false) AS skipped "
        f"FROM {relation_of_couplings(mapping, world)} r WHERE {identifier(connector.COUPLED_TABLE)} = {mapping.bc.table.number})"
    )


def book(mapping: Mapping, world: World) -> Table:
    """The table that keeps the couplings of a mapping."""
    return world.catalog.table("bc", connector.OPTION_COUPLINGS if keeps_options(mapping) else connector.COUPLINGS)


def on_side(session: Session, mapping: Mapping, chosen: Chosen, side: System) -> tuple[str, ...]:
    """The ids of chosen records on one side: their own, or those of their partners."""
    if chosen.system == side:
        return chosen.ids
    own = chosen.system
    rows = session.world.run(
        "the partners of the chosen records",
        f"SELECT DISTINCT CAST({side} AS VARCHAR) FROM {couplings(session.world, mapping)} k "
        f"WHERE {own} IN ({listed(chosen.ids)}) ORDER BY 1",
    ).fetchall()
    return tuple(row[0] for row in rows if row[0] is not None)


def without_skipped(session: Session, mapping: Mapping, ids: Sequence[str], side: System) -> tuple[str, ...]:
    """Chosen records without those that carry a skip mark (R3.36)."""
    marked = session.world.run(
        "which of them are marked as skipped",
        f"SELECT CAST({side} AS VARCHAR) FROM {couplings(session.world, mapping)} k "
        f"WHERE skipped AND {side} IN ({listed(ids)})",
    ).fetchall()
    left_out = {row[0] for row in marked}
    return tuple(one for one in ids if str(one) not in left_out)


def uncoupled(session: Session, mapping: Mapping, ids: Sequence[str], side: System) -> tuple[str, ...]:
    """Chosen records without those that have a partner already."""
    coupled = session.world.run(
        "which of them are coupled",
        f"SELECT CAST({side} AS VARCHAR) FROM {couplings(session.world, mapping)} k WHERE {side} IN ({listed(ids)})",
    ).fetchall()
    left_out = {row[0] for row in coupled}
    return tuple(one for one in ids if str(one) not in left_out)
