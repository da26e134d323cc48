"""A leg of a mapping -> the records it reads, and what their coupling and stamps say of each.

Sync-semantics section 2 (who is read) and R3.1 to R3.14 (what follows before any field is compared). One
narrow pass: ids, stamps and marks only. The table `cand_N` holds a row per record read:

    src, dst        ids of the source record and of its partner (NULL when uncoupled)
    kid             id of the coupling row
    src_mod, dst_mod, src_stamp, dst_stamp   moments, UTC
    both            both sides changed since the last run (R3.13)
    failed_before   the last attempt in this direction failed; last_job the job that made it
    class           left out, skip, insert, gone, untouched, alike (surely unchanged), compare, recognised

Where most of very many are alike, the pass is narrower still: `seen_N` holds of every record read what is needed of one
that is alike, and `cand_N` the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from engine import connector
from engine.catalog.catalog import Table
from engine.frozen import dataclass
from engine.model import model
from engine.plan.legs import Pass, keeps_options
from engine.run.found import CLASSES, Alike, Candidates, books
from engine.run.gates import RunScope, retries, who_is_chosen
from engine.run.near import couplings_near, few, few_of_many, near_rows, take_near
from engine.run.optionbooks import couplings as relation_of_couplings
from engine.run.verdicts import choose
from engine.run.world import World
from engine.sql import watch
from engine.sql.block import read
from engine.sql.conditions import condition, joined_by
from engine.sql.frame import Frame, Outcome
from engine.sql.quote import identifier, literal
from engine.sql.scope import Joined, Scope
from engine.sql.values import Around, Reading

SAME_STAMP = timedelta(milliseconds=10)  # R3.11


def candidates(
    step: Pass, world: World, around: Around, run: RunScope, likeness: Callable[[], Alike | None] = lambda: None
) -> Candidates:
    """Read the candidates of a leg into a table. likeness: asked where there are many to compare."""
    mapping, source, destination = step.mapping, step.source.table, step.destination.table
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
    moves = _Moves(
        k=k, all=mapping.always_compare, forced=run.force, two_way=step.two_way, job=f"k.{identifier(books(step).job)}"
    )
    seen = _seen(k, modified, dst_mod, recognised)
    creates = mapping.creates_missing if run.creates_missing is None else run.creates_missing
    marked = k.skipped if step.leg == "to_sales" else marked_anywhere(k.skipped, k.held, creates, source, world)
    cases = [
        (joined_by("OR", out) if out else "false", "left out"),
        (marked, "skip"),
        *seen.known,
        (f"{k.held} IS NULL", "insert" if creates else "left out"),
        (f"d.{identifier(destination.id_field)} IS NULL", "gone"),
        (f"NOT {moves.to_be_looked_at(modified)}", "untouched"),
        (same, "alike"),
    ]
    where = f"FROM {scope.sql()}\nWHERE {read if read_later else 'true'}"
    if same == "false" or recognised is not None or asks_for_alike(step):
        return _in_full(step, seen, moves, cases, where, world)
    return _in_two(step, moves, cases, where, world)


def asks_for_alike(step: Pass) -> bool:
    """Does anybody look at records that need no write: a block `after unchanged`, or `coupler why`?"""
    moments = [one for one in step.mapping.items if isinstance(one, model.Moment) and one.after and one.leg == step.leg]
    return watch.witness is not None or any(one.states & {"unchanged", "untouched"} for one in moments)


def _in_full(
    step: Pass, seen: _Seen, moves: _Moves, cases: list[tuple[str, str]], where: str, world: World
) -> Candidates:
    """All that is known of every record, at once."""
    source, couplings = step.source.table, world.catalog.table("bc", connector.COUPLINGS)
    name = f"cand_{step.number}"
    world.run(
        f"{step.mapping.name} {step.leg}: who is read, and what coupling and stamps say",
        f"""CREATE TEMP TABLE {name} AS
SELECT s.{identifier(source.id_field)} AS src, {seen.partner} AS dst, k.{identifier(couplings.id_field)} AS kid,
  {seen.modified} AS src_mod, {seen.dst_mod} AS dst_mod, {seen.src_stamp} AS src_stamp, {seen.dst_stamp} AS dst_stamp,
  {moves.columns(seen.modified, seen.dst_mod)}, {choose([(when, literal(one)) for when, one in cases], "'compare'")} AS class
{where}""",
    )
    return _counted(name, f"SELECT *, 'same' AS verdict FROM {name} WHERE class = 'alike'", name, world)


def _in_two(step: Pass, moves: _Moves, cases: list[tuple[str, str]], where: str, world: World) -> Candidates:
    """Of all records what is needed of those that are alike, in as few bytes as possible; then the others in full.

    One whose last attempt failed is looked at in any case, so that the stamp of those alike is the moment of their
    change.
    """
    source, destination, k = step.source.table, step.destination.table, moves.k
    own = world.catalog.table("bc", connector.COUPLINGS).id_field
    key, kept, id = identifier(own), books(step), f"s.{identifier(source.id_field)}"
    every, name = f"seen_{step.number}", f"cand_{step.number}"
    cases = [*cases[:-1], (joined_by("AND", [cases[-1][0], f"NOT {k.failed}"]), "alike")]
    number = choose([(when, str(CLASSES.index(one))) for when, one in cases], str(CLASSES.index("compare")))
    named = choose([(f"c.class = {at}", literal(one)) for at, one in enumerate(CLASSES)], "NULL")
    alike = CLASSES.index("alike")
    world.run(
        f"{step.mapping.name} {step.leg}: who is read, and what coupling and stamps say",
        f"""CREATE TEMP TABLE {every} AS
SELECT coalesce(k.{key}, {id}) AS id, s.{identifier(source.modified_field)} AS src_mod,
  d.{identifier(destination.modified_field)} AS dst_mod, {k.dst_stamp} AS dst_stamp, CAST({number} AS UTINYINT) AS class
{where}""",
    )
    others = f"SELECT id FROM {every} WHERE class <> {alike}"
    count = world.one("how many", f"SELECT count(*) FROM ({others})")[0]
    couplings = couplings_near(own, others, count, source, world)
    world.run(
        f"{step.mapping.name} {step.leg}: the records that may need a write",
        f"""CREATE TEMP TABLE {name} AS
SELECT coalesce(k.{identifier(kept.source_id)}, c.id) AS src, {k.held} AS dst, k.{key} AS kid,
  c.src_mod, c.dst_mod, {k.src_stamp} AS src_stamp, c.dst_stamp, {moves.columns("c.src_mod", "c.dst_mod")}, {named} AS class
FROM (SELECT * FROM {every} WHERE class <> {alike}) c
LEFT JOIN {couplings} k ON k.{key} = c.id""",
    )
    same = f"SELECT id AS kid, src_mod, dst_mod, src_mod AS src_stamp, dst_stamp, false AS both_changed, 'same' AS verdict FROM {every} WHERE class = {alike}"
    return _counted(every, same, name, world, CLASSES)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moves:
    """What the stamps of a coupling `k` say of the changes of both sides (R3.11, R3.13).

    all: every record is looked at, changed or not. job: the column of the job that made the last attempt.
    """

    k: _Coupling
    all: bool
    forced: bool
    two_way: bool
    job: str

    def to_be_looked_at(self, modified: str) -> str:
        """SQL truth: the source was changed since the last run, or failed in it, or the run is forced."""
        return "true" if self.forced else self._source(modified)

    def columns(self, modified: str, dst_mod: str) -> str:
        """SQL of the columns both_changed, failed_before, last_job."""
        both = "false"
        if self.two_way and not self.forced:
            both = joined_by(
                "AND",
                [self._source(modified), joined_by("OR", [self.k.failed_back, later(dst_mod, self.k.dst_stamp)])],
            )
        return f"{both} AS both_changed, {self.k.failed} AS failed_before, {self.job} AS last_job"

    def _source(self, modified: str) -> str:
        return "true" if self.all else joined_by("OR", [self.k.failed, later(modified, self.k.src_stamp)])


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
        found = few(source, wanted, world) if read != "true" else None
        if found is not None:
            ids, count = found
            if not keeps_options(step.mapping):
                coupled = couplings_near(kept.source_id, ids, count, source, world)
            if count and few_of_many(count, source, world) and not keeps_options(step.mapping):
                coupled = _few_near(step, ids, coupled, world)
                partners = near_rows(destination, world)
                scope.base = (
                    f"(SELECT * FROM {near_rows(source, world)} WHERE {identifier(source.id_field)} IN ({ids})) s"
                )
            else:
                scope.base = f"{world.some(source, source.id_field, ids)} s"
        elif not run.force and (seen := likeness()) is not None:
            scope.base, partners, same = seen.source.replace("{rows}", wanted), seen.partner, seen.test
    scope.joins.append(
        f"LEFT JOIN {coupled} k ON k.{identifier(kept.source_id)} = s.{identifier(source.id_field)} AND {k.own}"
    )
    scope.joins.append(f"LEFT JOIN {partners} d ON d.{identifier(destination.id_field)} = {k.held}")
    return same


def _few_near(step: Pass, ids: str, coupled: str, world: World) -> str:
    """Take the few rows near that are read, and their partners; gives the table of their couplings."""
    kept, source, destination = books(step), step.source.table, step.destination.table
    name = identifier(world.alias("kept"))
    world.run(f"the couplings of {source.caption}", f"CREATE TEMP TABLE {name} AS SELECT * FROM {coupled}")
    take_near(source, f"s.{identifier(source.id_field)} IN ({ids})", world)
    partners = f"SELECT {identifier(kept.destination_id)} FROM {name}"
    take_near(destination, f"s.{identifier(destination.id_field)} IN ({partners})", world)
    return name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """SQL of the source's change and of partner, stamps and the partner's change as the run sees them.

    known: the case of one just recognised.
    """

    modified: str
    partner: str
    src_stamp: str
    dst_stamp: str
    dst_mod: str
    known: tuple[tuple[str, str], ...]


def _seen(k: _Coupling, modified: str, dst_mod: str, recognised: str | None) -> _Seen:
    if recognised is None:
        return _Seen(
            modified=modified, partner=k.held, src_stamp=k.src_stamp, dst_stamp=k.dst_stamp, dst_mod=dst_mod, known=()
        )
    taken = f"{k.held} IS NULL AND {recognised}.id IS NOT NULL"  # R3.6: coupled at once, with both stamps
    return _Seen(
        modified=modified,
        partner=f"coalesce({k.held}, {recognised}.id)",
        src_stamp=f"CASE WHEN {taken} THEN {modified} ELSE {k.src_stamp} END",
        dst_stamp=f"CASE WHEN {taken} THEN {recognised}.modified ELSE {k.dst_stamp} END",
        dst_mod=f"CASE WHEN {taken} THEN {recognised}.modified ELSE {dst_mod} END",
        known=((taken, "recognised"),),
    )


def _counted(every: str, alike: str, table: str, world: World, classes: Sequence[str] = ()) -> Candidates:
    """every: the SQL table of all records read, whose class is a name, or a number in `classes`."""
    query = f"SELECT class, count(*), max(src_mod) FROM {every} GROUP BY class"
    rows = world.run("how many of each", query).fetchall()
    found = {classes[row[0]] if classes else row[0]: row[1] for row in rows}
    stamps = [row[2] for row in rows if row[2] is not None]
    failed = world.one("did any fail before", f"SELECT bool_or(failed_before) FROM {table}")[0]
    return Candidates(
        table=table,
        alike=alike,
        scanned=sum(found.values()),
        left_out=found.pop("left out", 0),
        newest=max(stamps, default=None),
        classes=found,
        failed_before=bool(failed),
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
