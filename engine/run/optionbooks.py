"""The choices of an option column, coupled in books of their own -> the same columns as any coupling.

R4.24 to R4.26: a BC code and an option number are paired in the option couplings, keyed by the BC record. A leg of
such a mapping reads them through this relation; `engine.run.keepoptions` writes them. A code or choice that is gone
has an id of its own, which no record has.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine import connector
from engine.catalog.catalog import Table
from engine.model.model import Mapping
from engine.plan.legs import keeps_options
from engine.run.world import World
from engine.sql.choices import COLUMN, LABEL, TABLE, VALUE, fixed
from engine.sql.quote import identifier, literal, qualified

COLUMNS = (
    connector.OPTION_RECORD,
    connector.OPTION_VALUE,
    connector.OPTION_CAPTION,
    connector.OPTION_TABLE,
    connector.BC_STAMP,
    connector.RESULT_TO_SALES,
    connector.SKIPPED,
    connector.JOB_TO_SALES,
)


def couplings(mapping: Mapping, world: World) -> str:
    """SQL relation of the couplings of a mapping, with the columns of the coupling table."""
    if not keeps_options(mapping):
        return world.relation(world.catalog.table("bc", connector.COUPLINGS))
    books = world.catalog.table("bc", connector.OPTION_COUPLINGS)
    world.require(books, COLUMNS)
    bc, choices = mapping.bc.table, mapping.sales.table
    record, own = f"o.{identifier(connector.OPTION_RECORD)}", literal(bc.name + ": ")
    which = " AND ".join(f"s.{identifier(name)} = {literal(given)}" for name, given in sorted(fixed(mapping).items()))
    return (
        f"(SELECT o.{identifier(books.id_field)}, "
        f"coalesce(b.{identifier(bc.id_field)}, CAST(md5('code/' || {record}) AS UUID)) AS {identifier(connector.COUPLED_BC_ID)}, "
        f"coalesce(s.{identifier(choices.id_field)}, CAST(md5('choice/' || CAST(o.{identifier(connector.OPTION_VALUE)} AS VARCHAR)) AS UUID)) "
        f"AS {identifier(connector.COUPLED_SALES_ID)}, {bc.number} AS {identifier(connector.COUPLED_TABLE)}, "
        f"o.{identifier(connector.BC_STAMP)}, NULL::TIMESTAMP AS {identifier(connector.SALES_STAMP)}, "
        f"o.{identifier(connector.RESULT_TO_SALES)}, 0 AS {identifier(connector.RESULT_TO_BC)}, "
        f"o.{identifier(connector.SKIPPED)}, o.{identifier(connector.JOB_TO_SALES)}, NULL::UUID AS {identifier(connector.JOB_TO_BC)} "
        f"FROM {world.relation(books)} o LEFT JOIN {world.relation(bc)} b ON {record} = {own} || b.{identifier(bc.key[0])} "
        f"LEFT JOIN {world.relation(choices)} s ON s.{identifier(VALUE)} = o.{identifier(connector.OPTION_VALUE)} AND {which or 'true'} "
        f"WHERE starts_with({record}, {own}))"
    )


def choices_of_schema(table: Table, world: World, mappings: Iterable[Mapping]) -> str:
    """Without rows of their own the choices are those of the table schemas, as a relation.

    They are those of the tables of the snapshot and of the tables that these mappings go to, exported or not.
    """
    named = {fixed(one).get(TABLE, "") for one in mappings if keeps_options(one)}
    named = {one for one in named if world.catalog.has("sales", one)}
    rows = []
    for name in sorted(named | {name for system, name in world.base if system == "sales"}):
        for field in world.catalog.table("sales", name).fields.values():
            rows += [
                f"({literal(name)}, {literal(field.name)}, {one.number}, {literal(one.caption)})"
                for one in field.options
                if one.caption.strip()
            ]
    target = qualified("choices", table.name)
    world.connection.execute("CREATE SCHEMA IF NOT EXISTS choices")
    listed = ", ".join(rows) or "(NULL, NULL, NULL, NULL)"
    id, modified = identifier(table.id_field), identifier(table.modified_field)
    world.connection.execute(
        f"CREATE OR REPLACE TABLE {target} AS SELECT CAST(md5(t || '/' || c || '/' || CAST(v AS VARCHAR)) AS UUID) AS {id}, "
        f't AS "{TABLE}", c AS "{COLUMN}", CAST(v AS INTEGER) AS "{VALUE}", l AS "{LABEL}", NULL::TIMESTAMP AS {modified} '
        f"FROM (VALUES {listed}) x(t, c, v, l) WHERE t IS NOT NULL"
    )
    return target
