"""Couplings made and taken away by rules, and runs started by rules -> rows in the world, legs that run now.

R1.8 to R1.10 (couple), section 6 (uncouple), R3.34 and rule of evaluation 9 (synchronise).
"""

from __future__ import annotations

from collections.abc import Callable

from engine import connector
from engine.catalog.catalog import Table
from engine.frozen import dataclass
from engine.model import model
from engine.model.model import Leg, Mapping, Statement
from engine.run.apart import note
from engine.run.settle import moment
from engine.run.world import World
from engine.sql.block import read_block
from engine.sql.frame import Frame, Outcome
from engine.sql.quote import identifier
from engine.sql.scope import Joined, Scope
from engine.sql.values import Around


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A run started by a rule: these mappings, away from these records, now.

    chosen: the SQL table that holds the ids in a column `_id`. only_if_it_may: create missing partners only where
    the mapping does. by_hand: pairs are synchronised whatever the filters of the mapping say (R3.34). unfiltered: so are
    records without a partner.
    """

    mappings: tuple[str, ...]
    leg: Leg
    chosen: str
    only_if_it_may: bool
    by_hand: bool
    unfiltered: bool


RunNow = Callable[[Call], None]


def ids_into(world: World, about: str, query: str) -> tuple[str, int]:
    """Put ids into a table (_id, _unit, _whose), each id once; its name and how many there are.

    query: of ids, what brings each along, and the unit that does (NULL for none); `_whose` is the list of all these units.
    """
    name = identifier(world.alias("ids"))
    world.run(
        about,
        f"CREATE TEMP TABLE {name} AS SELECT _id, any_value(_unit) AS _unit, list(DISTINCT _whose) AS _whose "
        f"FROM ({query}) t(_id, _unit, _whose) WHERE _id IS NOT NULL GROUP BY _id",
    )
    return name, world.one("how many", f"SELECT count(*) FROM {name}")[0]


def couple(bc_table: Table, pairs: str, world: World, around: Around) -> None:
    """Couple records, stamps empty, unless one of them is coupled already. pairs: a query giving bc, sales and the unit
    that couples them (NULL for none)."""
    table = world.catalog.table("bc", connector.COUPLINGS)
    bc, sales = identifier(connector.COUPLED_BC_ID), identifier(connector.COUPLED_SALES_ID)
    number = identifier(connector.COUPLED_TABLE)
    known = f"SELECT 1 FROM {world.relation(table)} k WHERE k.{number} = {bc_table.number} AND (k.{bc} = p.bc OR k.{sales} = p.sales)"
    columns = [connector.COUPLED_BC_ID, connector.COUPLED_SALES_ID, connector.COUPLED_TABLE, table.modified_field]
    made = identifier(world.alias("pairs"))
    world.run(
        f"{bc_table.caption} to be coupled",
        f"CREATE TEMP TABLE {made} AS SELECT CAST(md5('coupling/' || CAST(bc AS VARCHAR) || '/' || CAST(sales AS VARCHAR)) AS UUID) "
        f"AS _id, bc, sales, list(DISTINCT whose) AS _whose FROM ({pairs}) p(bc, sales, whose) "
        f"WHERE bc IS NOT NULL AND sales IS NOT NULL AND NOT EXISTS ({known}) GROUP BY bc, sales",
    )
    note(world, table, f"SELECT _id, unnest(_whose) FROM {made}", new=True)
    world.insert(
        table,
        columns,
        f"SELECT _id, bc AS {bc}, sales AS {sales}, {bc_table.number} AS {number}, "
        f"{moment(around.now)} AS {identifier(table.modified_field)} FROM {made}",
    )
    world.connection.execute(f"DROP TABLE {made}")


def couplings_of(table: Table, ids: str, mappings: dict[str, Mapping], world: World) -> dict[str, str]:
    """mapping name -> a query of its couplings that name one of these records: `kid`, their ids, and the units that ask."""
    couplings = world.catalog.table("bc", connector.COUPLINGS)
    column = connector.COUPLED_BC_ID if table.system == "bc" else connector.COUPLED_SALES_ID
    found: dict[str, str] = {}
    seen: set[int] = set()
    for name, mapping in mappings.items():
        own = mapping.bc.table if table.system == "bc" else mapping.sales.table
        if own.name != table.name or mapping.bc.table.number in seen:
            continue
        seen.add(mapping.bc.table.number)
        found[name] = (
            f"SELECT k.{identifier(couplings.id_field)} AS kid, i._whose AS whose FROM {world.relation(couplings)} k "
            f"JOIN {ids} i ON i._id = k.{identifier(column)} WHERE k.{identifier(connector.COUPLED_TABLE)} = {mapping.bc.table.number}"
        )
    return found


def uncouple_loose(table: Table, ids: str, world: World) -> None:
    """Remove the couplings of records whose table has no mapping."""
    couplings = world.catalog.table("bc", connector.COUPLINGS)
    column = connector.COUPLED_BC_ID if table.system == "bc" else connector.COUPLED_SALES_ID
    loose = f"FROM {world.relation(couplings)} k JOIN {ids} i ON i._id = k.{identifier(column)}"
    note(world, couplings, f"SELECT k.{identifier(couplings.id_field)}, unnest(i._whose) {loose}")
    world.delete(couplings, f"SELECT k.{identifier(couplings.id_field)} {loose}")


def uncouple(
    mapping: Mapping, kids: str, world: World, around: Around, effect: Callable[[Frame, Statement], None] | None
) -> int:
    """Remove couplings, then carry out what the mapping does after uncoupling; gives how many there were.

    kids: a query of the ids of coupling rows (`kid`) and the list of the units that ask for it (`whose`).
    """
    table = world.catalog.table("bc", connector.COUPLINGS)
    pairs = identifier(world.alias("pairs"))
    world.run(
        f"couplings of {mapping.name} to be removed",
        f"CREATE TEMP TABLE {pairs} AS SELECT k.{identifier(table.id_field)} AS kid, k.{identifier(connector.COUPLED_BC_ID)} AS bc, "
        f"k.{identifier(connector.COUPLED_SALES_ID)} AS sales, whose, whose[1] AS unit "
        f"FROM {world.relation(table)} k JOIN ({kids}) asked ON asked.kid = k.{identifier(table.id_field)}",
    )
    count = world.one("how many", f"SELECT count(*) FROM {pairs}")[0]
    if not count:
        return 0
    note(world, table, f"SELECT kid, unnest(whose) FROM {pairs}")
    world.delete(table, f"SELECT kid FROM {pairs}")
    bc, sales = mapping.bc, mapping.sales
    scope = Scope(world, f"{pairs} p")
    scope.unit = "p.unit"
    scope.joins.append(f"LEFT JOIN {world.relation(bc.table)} b ON b.{identifier(bc.table.id_field)} = p.bc")
    scope.joins.append(f"LEFT JOIN {world.relation(sales.table)} s ON s.{identifier(sales.table.id_field)} = p.sales")
    scope.names[bc.key] = Joined(alias="b", table=bc.table, certain=False)
    scope.names[sales.key] = Joined(alias="s", table=sales.table, certain=False)
    frame = Frame(around=around, scope=scope, outcome=Outcome(), effect=effect)
    for block in mapping.after_uncoupling:
        read_block(block, frame)
    return int(count)


def called(statement: model.Synchronise, chosen: str, *, by_hand: bool) -> Call:
    """The run that a `synchronise` asks for. chosen: relation with the ids (`_id`) of the records. by_hand: see `Call`."""
    return Call(
        mappings=statement.mappings,
        leg=statement.leg,
        chosen=chosen,
        only_if_it_may=statement.if_it_may_create,
        by_hand=by_hand,
        unfiltered=statement.unfiltered,
    )
