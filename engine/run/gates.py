"""A leg and how it is run -> which records it reads: what must hold for one to be read, and whose attempts are repeated.

Sync-semantics section 2.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from engine import connector
from engine.frozen import dataclass
from engine.model import model
from engine.plan.legs import Pass, keeps_options
from engine.run.optionbooks import couplings
from engine.run.world import World
from engine.sql.conditions import condition
from engine.sql.quote import identifier, literal
from engine.sql.scope import keys_of
from engine.sql.values import Reading

STEP_BACK = timedelta(milliseconds=999)  # R2.7


@dataclass(frozen=True, slots=True, kw_only=True)
class RunScope:
    """How a leg is run: as scheduled, or by hand.

    force: every record is written whatever its stamps say (R3.10, R3.22). since_watermark: read only what changed
    after it (R2.7); moves_watermark: and move it afterwards (R2.20). records: only these source ids, whatever the
    filters say; None for all. chosen: only the ids in column `_id` of this SQL table, filters honoured unless told
    otherwise (filtered); of pairs too (filters_pairs), or of records without a partner only. creates_missing: as the mapping says (None), or decided by the
    caller.
    """

    force: bool = False
    since_watermark: bool = True
    moves_watermark: bool = True
    records: tuple[str, ...] | None = None
    chosen: str | None = None
    filtered: bool = True
    filters_pairs: bool = True
    creates_missing: bool | None = None


SCHEDULED = RunScope()


def watermark(step: Pass, world: World) -> datetime | None:
    """The watermark of a leg, None for none (R2.6)."""
    table = world.catalog.table("bc", connector.MAPPINGS)
    column = connector.BC_WATERMARK if step.leg == "to_sales" else connector.SALES_WATERMARK
    if not world.holds(table, column) or not world.holds(table, connector.MAPPING_NAME):
        return None
    found = world.one(
        f"the watermark of {step.mapping.name}",
        f"SELECT max({identifier(column)}) FROM {world.relation(table)} "
        f"WHERE {identifier(connector.MAPPING_NAME)} = {literal(step.mapping.name)}",
    )[0]
    assert found is None or isinstance(found, datetime)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One of the things that must hold for a record to be read. test: SQL truth over the source `s`.

    condition: the filter that it is. since: the moment that the record must have been modified after.
    """

    kind: Literal["chosen", "filter", "watermark", "own change"]
    test: str
    condition: model.Condition | None = None
    since: datetime | None = None


def who_is_chosen(step: Pass, world: World, reading: Reading, run: RunScope) -> list[str]:
    """SQL truths over the source `s` that must all hold for a record to be read (R2.6, R2.7, R2.15)."""
    return [one.test for one in gates(step, world, reading, run)]


def gates(step: Pass, world: World, reading: Reading, run: RunScope) -> list[Gate]:
    """The same, each with what it is."""
    mapping, source, around = step.mapping, step.source.table, reading.around
    id = f"s.{identifier(source.id_field)}"
    if run.records is not None:
        listed = ", ".join(f"{literal(one)}::UUID" for one in run.records) or "NULL"
        chosen = [Gate(kind="chosen", test=f"{id} IN ({listed})")]
    else:
        filters = (mapping.bc_filter if step.leg == "to_sales" else mapping.sales_filter) if run.filtered else ()
        paired = "" if run.filters_pairs else f"{id} IN ({coupled_ids(step, world)}) OR "
        chosen = [
            Gate(
                kind="filter",
                test=f"({paired}{condition(one, reading)})" if paired else condition(one, reading),
                condition=one,
            )
            for one in filters
        ]
    if run.chosen is not None:
        chosen.append(Gate(kind="chosen", test=f"{id} IN (SELECT _id FROM {run.chosen})"))
    unstamped = keeps_options(mapping) and step.leg == "to_bc"  # R4.26: all choices are read in every run
    since = watermark(step, world) if run.since_watermark and not unstamped else None
    if since is not None:
        back = since if step.leg == "to_sales" else since - STEP_BACK
        after = f"s.{identifier(source.modified_field)} > {literal(back)}"
        chosen.append(Gate(kind="watermark", test=after, since=back))
    if run.records is None and not run.force and leaves_out_own_changes(step):
        user = around.settings.get("integration_user")
        if user and world.holds(source, connector.SALES_MODIFIED_BY):
            own = f"s.{identifier(connector.SALES_MODIFIED_BY)} IS DISTINCT FROM {literal(str(user))}::UUID"
            chosen.append(Gate(kind="own change", test=own))
    return chosen


def coupled_ids(step: Pass, world: World) -> str:
    """A query of the ids of the source records that have a partner."""
    own = connector.COUPLED_BC_ID if step.leg == "to_sales" else connector.COUPLED_SALES_ID
    number = f"k.{identifier(connector.COUPLED_TABLE)} = {step.mapping.bc.table.number}"
    return f"SELECT k.{identifier(own)} FROM {couplings(step.mapping, world)} k WHERE {number}"


def retries(step: Pass, run: RunScope) -> bool:
    """R2.8: are records read again whose last attempt failed, whatever the filters say?"""
    if run.records is not None or run.chosen is not None:
        return False
    return not (retries_are_off(step) or step.mapping.always_compare or keeps_options(step.mapping))


def leaves_out_own_changes(step: Pass) -> bool:
    """R2.15: a two-way mapping does not read the integration user's changes, unless a line only goes to BC.

    A constant is no such line: it carries nothing from Sales.
    """
    if step.leg != "to_bc" or not step.two_way:
        return False
    lines = [one for one in step.mapping.items if isinstance(one, model.FieldLine)]
    own = step.source.key
    return all(one.two_way or one.to_bc is None or own not in set(keys_of(one.to_bc.value)) for one in lines)


def retries_are_off(step: Pass) -> bool:
    """R2.8, R2.13: a filter on the id, or some filter on every primary-key field, switches retries off."""
    filters = step.mapping.bc_filter if step.leg == "to_sales" else step.mapping.sales_filter
    named = {name for one in filters for name in _fields(one, step.source)}
    table = step.source.table
    if table.id_field in named:
        return True
    return step.leg == "to_sales" and set(table.key) <= named


def _fields(node: object, record: model.Record) -> set[str]:
    match node:
        case model.All(parts=parts) | model.Any(parts=parts):
            return {name for one in parts for name in _fields(one, record)}
        case model.Not(part=part):
            return _fields(part, record)
        case (
            model.Matches(value=value) | model.Holds(value=value) | model.Blank(what=value) | model.Compares(left=value)
        ):
            if isinstance(value, model.Column) and record.key in set(keys_of(value.record)):
                return {value.field.name}
            return {record.table.id_field} if isinstance(value, model.Itself) else set()
        case _:
            return set()
