"""A leg of a mapping -> the records it reads, and what their coupling and stamps say of each.

Sync-semantics section 2 (who is read) and R3.1 to R3.14 (what follows before any field is compared). One
narrow pass: ids, stamps and marks only. The table `cand_N` holds a row per record read:

    src, dst        ids of the source record and of its partner (NULL when uncoupled)
    kid             id of the coupling row
    src_mod, dst_mod, src_stamp, dst_stamp   moments, UTC
    both            both sides changed since the last run (R3.13)
    failed_before   the last attempt in this direction failed; last_job the job that made it
    class           left out, skip, insert, gone, untouched, alike (surely unchanged), compare, recognised
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from engine import connector
from engine.catalog.catalog import Table
from engine.model import model
from engine.plan.legs import Pass, keeps_options
from engine.run.optionbooks import couplings as relation_of_couplings
from engine.run.world import World
from engine.sql.block import read
from engine.sql.conditions import condition, joined_by
from engine.sql.frame import Frame, Outcome
from engine.sql.quote import identifier, literal
from engine.sql.scope import Joined, Scope, keys_of
from engine.sql.values import Around, Reading

STEP_BACK = timedelta(milliseconds=999)  # R2.7
SAME_STAMP = timedelta(milliseconds=10)  # R3.11


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The columns of the coupling that a leg looks at; `out` and `back` are the results of this leg and the other."""

    source_id: str
    destination_id: str
    source_stamp: str
    destination_stamp: str
    out: str
    back: str
    job: str


TO_SALES = Books(
    source_id=connector.COUPLED_BC_ID,
    destination_id=connector.COUPLED_SALES_ID,
    source_stamp=connector.BC_STAMP,
    destination_stamp=connector.SALES_STAMP,
    out=connector.RESULT_TO_SALES,
    back=connector.RESULT_TO_BC,
    job=connector.JOB_TO_SALES,
)
TO_BC = Books(
    source_id=connector.COUPLED_SALES_ID,
    destination_id=connector.COUPLED_BC_ID,
    source_stamp=connector.SALES_STAMP,
    destination_stamp=connector.BC_STAMP,
    out=connector.RESULT_TO_BC,
    back=connector.RESULT_TO_SALES,
    job=connector.JOB_TO_BC,
)


def books(step: Pass) -> Books:
    """Which columns of a coupling keep the stamp and the result of a leg in its direction."""
    return TO_SALES if step.leg == "to_sales" else TO_BC


@dataclass(frozen=True, slots=True, kw_only=True)
class RunScope:
    """How a leg is run: as scheduled, or by hand.

    force: every record is written whatever its stamps say (R3.10, R3.22). since_watermark: read only what changed
    after it (R2.7); moves_watermark: and move it afterwards (R2.20). records: only these source ids, whatever the
    filters say; None for all. chosen: only the ids in column `_id` of this SQL table, filters honoured. creates_missing: as the mapping says (None), or decided by the caller.
    """

    force: bool = False
    since_watermark: bool = True
    moves_watermark: bool = True
    records: tuple[str, ...] | None = None
    chosen: str | None = None
    creates_missing: bool | None = None


SCHEDULED = RunScope()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """What a leg read. table: the SQL table of candidates. newest: greatest stamp read, None when none was.

    failed_before: did the last attempt fail for any of them?
    """

    table: str
    scanned: int
    left_out: int
    newest: datetime | None
    classes: dict[str, int]
    failed_before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """How to see that a coupled record needs no write, before its fields are looked at one by one (`engine.run.alike`).

    source, partner: subqueries in place of the source's and the partner's rows, the former over `{rows} s`. test: SQL
    truth over both, `s` and `d`.
    """

    source: str
    partner: str
    test: str


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


def candidates(
    step: Pass, world: World, around: Around, run: RunScope, likeness: Callable[[], Alike | None] = lambda: None
) -> Candidates:
    """Read the candidates of a leg into a table. likeness: asked where there are many to compare."""
    mapping, kept = step.mapping, books(step)
    source, destination = step.source.table, step.destination.table
    couplings = world.catalog.table("bc", connector.COUPLINGS)
    coupled = relation_of_couplings(mapping, world)
    scope = Scope(world, "")
    scope.names[step.source.key] = Joined(alias="s", table=source, certain=True)
    reading = Reading(scope=scope, around=around)
    chosen = who_is_chosen(step, world, reading, run)
    skipped = _mark(world, connector.SKIPPED, "false")
    failed = f"({_mark(world, kept.out, '0')} = {connector.FAILURE} AND NOT {skipped})"
    failed_back = f"({_mark(world, kept.back, '0')} = {connector.FAILURE} AND NOT {skipped})"
    own = f"k.{identifier(connector.COUPLED_TABLE)} = {mapping.bc.table.number}"
    read = joined_by("AND", chosen)
    if retries(step, run):
        again = f"SELECT k.{identifier(kept.source_id)} FROM {coupled} k WHERE {own} AND {failed}"
        read = joined_by("OR", [read, f"s.{identifier(source.id_field)} IN ({again})"])
    wanted, partners, same = world.relation(source), world.relation(destination), "false"
    read_later = bool(scope.joins)  # a filter that looks at other tables comes after them
    if not read_later and read != "true":
        wanted = f"(SELECT s.* FROM {wanted} s WHERE {read})"
    scope.base = f"{wanted} s"
    if not read_later and world.is_large(source):
        few = world.few(source, wanted) if read != "true" else None
        if few is not None:
            scope.base = f"{world.some(source, source.id_field, few)} s"
            if not keeps_options(mapping):
                coupled = world.some(couplings, kept.source_id, few)
        elif not run.force and (seen := likeness()) is not None:
            scope.base, partners, same = seen.source.replace("{rows}", wanted), seen.partner, seen.test
    scope.joins.append(
        f"LEFT JOIN {coupled} k ON k.{identifier(kept.source_id)} = s.{identifier(source.id_field)} AND {own}"
    )
    scope.joins.append(
        f"LEFT JOIN {partners} d ON d.{identifier(destination.id_field)} = k.{identifier(kept.destination_id)}"
    )
    modified = f"s.{identifier(source.modified_field)}"
    side = "bc" if step.leg == "to_sales" else "sales"
    out = [condition(one.condition, reading) for one in mapping.leave_out if one.system == side]
    recognised = recognise(step, scope, around)
    held = f"k.{identifier(kept.destination_id)}"
    src_stamp, dst_stamp = f"k.{identifier(kept.source_stamp)}", f"k.{identifier(kept.destination_stamp)}"
    dst_mod = f"d.{identifier(destination.modified_field)}"
    partner, seen_src, seen_dst, dst_seen = held, src_stamp, dst_stamp, dst_mod
    if recognised is not None:  # R3.6: coupled at once, with both stamps
        taken = f"{held} IS NULL AND {recognised}.id IS NOT NULL"
        partner = f"coalesce({held}, {recognised}.id)"
        seen_src = f"CASE WHEN {taken} THEN {modified} ELSE {src_stamp} END"
        seen_dst = f"CASE WHEN {taken} THEN {recognised}.modified ELSE {dst_stamp} END"
        dst_seen = f"CASE WHEN {taken} THEN {recognised}.modified ELSE {dst_mod} END"
    moved = "true" if mapping.always_compare else joined_by("OR", [failed, later(modified, src_stamp)])
    both = (
        joined_by("AND", [moved, joined_by("OR", [failed_back, later(dst_mod, dst_stamp)])])
        if step.two_way and not run.force
        else "false"
    )
    creates = mapping.creates_missing if run.creates_missing is None else run.creates_missing
    uncoupled = "insert" if creates else "left out"
    marked = skipped if step.leg == "to_sales" else marked_anywhere(skipped, held, creates, source, world)
    name = f"cand_{step.number}"
    if recognised is not None:
        known = f"WHEN {taken} THEN 'recognised'"
    else:
        known = ""
    world.run(
        f"{mapping.name} {step.leg}: who is read, and what coupling and stamps say",
        f"""CREATE TEMP TABLE {name} AS
SELECT s.{identifier(source.id_field)} AS src, {partner} AS dst, k.{identifier(couplings.id_field)} AS kid,
  {modified} AS src_mod, {dst_seen} AS dst_mod, {seen_src} AS src_stamp, {seen_dst} AS dst_stamp,
  {both} AS both_changed, {failed} AS failed_before, k.{identifier(kept.job)} AS last_job,
  CASE WHEN {joined_by("OR", out) if out else "false"} THEN 'left out'
    WHEN {marked} THEN 'skip'
    {known}
    WHEN {held} IS NULL THEN '{uncoupled}'
    WHEN d.{identifier(destination.id_field)} IS NULL THEN 'gone'
    WHEN NOT {"true" if run.force else moved} THEN 'untouched'
    WHEN {same} THEN 'alike'
    ELSE 'compare' END AS class
FROM {scope.sql()}
WHERE {read if read_later else "true"}""",
    )
    query = f"SELECT class, count(*), max(src_mod), bool_or(failed_before) FROM {name} GROUP BY class"
    rows = world.run("how many of each", query).fetchall()
    classes = {row[0]: row[1] for row in rows}
    stamps = [row[2] for row in rows if row[2] is not None]
    return Candidates(
        table=name,
        scanned=sum(classes.values()),
        left_out=classes.pop("left out", 0),
        newest=max(stamps, default=None),
        classes=classes,
        failed_before=any(row[3] for row in rows),
    )


def marked_anywhere(skipped: str, held: str, creates: bool, source: Table, world: World) -> str:
    """R1.6: on the way to Business Central the mark counts whichever BC table the Sales record is coupled with."""
    couplings = world.catalog.table("bc", connector.COUPLINGS)
    if not world.holds(couplings, connector.SKIPPED):
        return skipped
    others = f"SELECT {identifier(connector.COUPLED_SALES_ID)} FROM {world.relation(couplings)} WHERE {identifier(connector.SKIPPED)}"
    there = f"s.{identifier(source.id_field)} IN ({others})"
    return f"({skipped} OR {there if creates else f'({held} IS NOT NULL AND {there})'})"


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
        filters = mapping.bc_filter if step.leg == "to_sales" else mapping.sales_filter
        chosen = [Gate(kind="filter", test=condition(one, reading), condition=one) for one in filters]
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


def retries(step: Pass, run: RunScope) -> bool:
    """R2.8: are records read again whose last attempt failed, whatever the filters say?"""
    if run.records is not None or run.chosen is not None:
        return False
    return not (retries_are_off(step) or step.mapping.always_compare or keeps_options(step.mapping))


def later(moment: str, stamp: str) -> str:
    """R3.11: later than the stamp by more than 10 ms; an empty stamp is older than anything."""
    return f"({stamp} IS NULL OR {moment} > {stamp} + INTERVAL {int(SAME_STAMP.total_seconds() * 1000)} MILLISECOND)"


def _mark(world: World, column: str, otherwise: str) -> str:
    """A mark of the coupling, blank where there is no coupling or no such column."""
    couplings = world.catalog.table("bc", connector.COUPLINGS)
    return f"coalesce(k.{identifier(column)}, {otherwise})" if world.holds(couplings, column) else otherwise


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


def recognise(step: Pass, scope: Scope, around: Around) -> str | None:
    """R3.6: a partner that is taken instead of creating one; alias of its `id` and `modified`, None without such a rule."""
    if step.leg != "to_sales" or not step.mapping.recognise:
        return None
    frame = Frame(around=around, scope=scope, outcome=Outcome())
    for item in step.mapping.items:
        if isinstance(item, (model.Find, model.Let, model.Inlined, model.If)):
            read(item, frame)
    table = step.destination.table
    inner = Scope(scope.relations, f"{scope.relations.relation(table)} r", scope)
    inner.names[step.destination.key] = Joined(alias="r", table=table, certain=True)
    tests = [condition(one, Reading(scope=inner, around=frame.around)) for one in step.mapping.recognise]
    id = f"r.{identifier(table.id_field)}"
    return scope.lateral(
        f"SELECT {id} AS id, r.{identifier(table.modified_field)} AS modified FROM {inner.sql()} "
        f"WHERE k.{identifier(connector.COUPLED_SALES_ID)} IS NULL "
        f"AND {joined_by('OR', tests)} ORDER BY 1 LIMIT 1",
        scope.relations.alias("known"),
    )
