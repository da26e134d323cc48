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

from engine import connector
from engine.catalog.catalog import Table
from engine.model import model
from engine.plan.legs import Pass, keeps_options
from engine.run.gates import RunScope, retries, who_is_chosen
from engine.run.optionbooks import couplings as relation_of_couplings
from engine.run.world import World
from engine.sql.block import read
from engine.sql.conditions import condition, joined_by
from engine.sql.frame import Frame, Outcome
from engine.sql.quote import identifier
from engine.sql.scope import Joined, Scope
from engine.sql.values import Around, Reading

SAME_STAMP = timedelta(milliseconds=10)  # R3.11
LOOKED_AT = ("insert", "compare", "recognised", "gone")
"""The classes whose fields are looked at one by one."""


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


def candidates(
    step: Pass, world: World, around: Around, run: RunScope, likeness: Callable[[], Alike | None] = lambda: None
) -> Candidates:
    """Read the candidates of a leg into a table. likeness: asked where there are many to compare."""
    mapping, kept = step.mapping, books(step)
    source, destination = step.source.table, step.destination.table
    couplings = world.catalog.table("bc", connector.COUPLINGS)
    scope = Scope(world, "")
    scope.names[step.source.key] = Joined(alias="s", table=source, certain=True)
    reading = Reading(scope=scope, around=around)
    k = _coupling(step, world)
    read = _who_is_read(step, world, reading, run, k)
    read_later = bool(scope.joins)  # a filter that looks at other tables comes after them
    same = _bring_together(step, world, run, scope, None if read_later else read, k, likeness)
    side = "bc" if step.leg == "to_sales" else "sales"
    out = [condition(one.condition, reading) for one in mapping.leave_out if one.system == side]
    modified, dst_mod = f"s.{identifier(source.modified_field)}", f"d.{identifier(destination.modified_field)}"
    recognised = recognise(step, scope, around)
    seen = _seen(k, modified, dst_mod, recognised)
    moved = "true" if mapping.always_compare else joined_by("OR", [k.failed, later(modified, k.src_stamp)])
    moved_back = joined_by("OR", [k.failed_back, later(dst_mod, k.dst_stamp)])
    both = joined_by("AND", [moved, moved_back]) if step.two_way and not run.force else "false"
    creates = mapping.creates_missing if run.creates_missing is None else run.creates_missing
    marked = k.skipped if step.leg == "to_sales" else marked_anywhere(k.skipped, k.held, creates, source, world)
    name = f"cand_{step.number}"
    world.run(
        f"{mapping.name} {step.leg}: who is read, and what coupling and stamps say",
        f"""CREATE TEMP TABLE {name} AS
SELECT s.{identifier(source.id_field)} AS src, {seen.partner} AS dst, k.{identifier(couplings.id_field)} AS kid,
  {modified} AS src_mod, {seen.dst_mod} AS dst_mod, {seen.src_stamp} AS src_stamp, {seen.dst_stamp} AS dst_stamp,
  {both} AS both_changed, {k.failed} AS failed_before, k.{identifier(kept.job)} AS last_job,
  CASE WHEN {joined_by("OR", out) if out else "false"} THEN 'left out'
    WHEN {marked} THEN 'skip'
    {seen.known}
    WHEN {k.held} IS NULL THEN '{"insert" if creates else "left out"}'
    WHEN d.{identifier(destination.id_field)} IS NULL THEN 'gone'
    WHEN NOT {"true" if run.force else moved} THEN 'untouched'
    WHEN {same} THEN 'alike'
    ELSE 'compare' END AS class
FROM {scope.sql()}
WHERE {read if read_later else "true"}""",
    )
    return _counted(name, world)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Coupling:
    """SQL of what the coupling `k` of a candidate says. own: it is one of the mapping's.

    held: id of the partner. failed, failed_back: the last attempt of this leg, and of the way back, failed.
    """

    own: str
    held: str
    src_stamp: str
    dst_stamp: str
    skipped: str
    failed: str
    failed_back: str


def _coupling(step: Pass, world: World) -> _Coupling:
    kept = books(step)
    skipped = _mark(world, connector.SKIPPED, "false")
    return _Coupling(
        own=f"k.{identifier(connector.COUPLED_TABLE)} = {step.mapping.bc.table.number}",
        held=f"k.{identifier(kept.destination_id)}",
        src_stamp=f"k.{identifier(kept.source_stamp)}",
        dst_stamp=f"k.{identifier(kept.destination_stamp)}",
        skipped=skipped,
        failed=f"({_mark(world, kept.out, '0')} = {connector.FAILURE} AND NOT {skipped})",
        failed_back=f"({_mark(world, kept.back, '0')} = {connector.FAILURE} AND NOT {skipped})",
    )


def _who_is_read(step: Pass, world: World, reading: Reading, run: RunScope, k: _Coupling) -> str:
    """SQL truth over the source `s`: through all gates, or failed and read again (R2.8)."""
    read = joined_by("AND", who_is_chosen(step, world, reading, run))
    if not retries(step, run):
        return read
    coupled = relation_of_couplings(step.mapping, world)
    again = f"SELECT k.{identifier(books(step).source_id)} FROM {coupled} k WHERE {k.own} AND {k.failed}"
    return joined_by("OR", [read, f"s.{identifier(step.source.table.id_field)} IN ({again})"])


def _bring_together(
    step: Pass,
    world: World,
    run: RunScope,
    scope: Scope,
    read: str | None,
    k: _Coupling,
    likeness: Callable[[], Alike | None],
) -> str:
    """The source `s`, its coupling `k` and its partner `d` into the scope; gives the SQL truth that a pair is alike.

    read: who is read, where that can be told from the source alone; else None.
    """
    kept, source, destination = books(step), step.source.table, step.destination.table
    coupled = relation_of_couplings(step.mapping, world)
    wanted, partners, same = world.relation(source), world.relation(destination), "false"
    if read not in (None, "true"):
        wanted = f"(SELECT s.* FROM {wanted} s WHERE {read})"
    scope.base = f"{wanted} s"
    if read is not None and world.is_large(source):
        few = world.few(source, wanted) if read != "true" else None
        if few is not None:
            scope.base = f"{world.some(source, source.id_field, few)} s"
            if not keeps_options(step.mapping):
                coupled = world.some(world.catalog.table("bc", connector.COUPLINGS), kept.source_id, few)
        elif not run.force and (seen := likeness()) is not None:
            scope.base, partners, same = seen.source.replace("{rows}", wanted), seen.partner, seen.test
    scope.joins.append(
        f"LEFT JOIN {coupled} k ON k.{identifier(kept.source_id)} = s.{identifier(source.id_field)} AND {k.own}"
    )
    scope.joins.append(f"LEFT JOIN {partners} d ON d.{identifier(destination.id_field)} = {k.held}")
    return same


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """SQL of partner, stamps and the partner's change as the run sees them. known: the case of one just recognised."""

    partner: str
    src_stamp: str
    dst_stamp: str
    dst_mod: str
    known: str


def _seen(k: _Coupling, modified: str, dst_mod: str, recognised: str | None) -> _Seen:
    if recognised is None:
        return _Seen(partner=k.held, src_stamp=k.src_stamp, dst_stamp=k.dst_stamp, dst_mod=dst_mod, known="")
    taken = f"{k.held} IS NULL AND {recognised}.id IS NOT NULL"  # R3.6: coupled at once, with both stamps
    return _Seen(
        partner=f"coalesce({k.held}, {recognised}.id)",
        src_stamp=f"CASE WHEN {taken} THEN {modified} ELSE {k.src_stamp} END",
        dst_stamp=f"CASE WHEN {taken} THEN {recognised}.modified ELSE {k.dst_stamp} END",
        dst_mod=f"CASE WHEN {taken} THEN {recognised}.modified ELSE {dst_mod} END",
        known=f"WHEN {taken} THEN 'recognised'",
    )


def _counted(name: str, world: World) -> Candidates:
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


def later(moment: str, stamp: str) -> str:
    """R3.11: later than the stamp by 10 ms at least; an empty stamp is older than anything."""
    return f"({stamp} IS NULL OR {moment} >= {stamp} + INTERVAL {int(SAME_STAMP.total_seconds() * 1000)} MILLISECOND)"


def _mark(world: World, column: str, otherwise: str) -> str:
    """A mark of the coupling, blank where there is no coupling or no such column."""
    couplings = world.catalog.table("bc", connector.COUPLINGS)
    return f"coalesce(k.{identifier(column)}, {otherwise})" if world.holds(couplings, column) else otherwise


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
