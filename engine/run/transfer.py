"""Candidates of a leg -> what every record would become, and the verdict on it.

Sections 3.5, 3.6 and 4. The table `work_N` holds a row per record that is not settled by its stamps:

    src, dst, kid, class …    as in the candidates; dst is the planned id of a record to be created
    is_new                    is it to be created
    failure, reason           number of the failing line and its words; NULL when all went well
    differs                   some field would change (any_modified of R3.15, with the lines of blocks)
    clash                     number of the first two-way line that differs (R3.17), NULL when none does
    verdict                   create, update, same, uncouple, fail, again (the second identical failure, R3.27),
                              conflict, lost (the other side's change wins)

Those that are created, changed or in conflict have n0, o0, n1, o1 … too: the new and old value of every field that
the mapping writes, and w0, wr0 …: warnings that hold, and their words. Where many records are looked at that may be as
they were, these stand in a table `value_N` of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.catalog.catalog import Field
from engine.frozen import dataclass
from engine.model import model
from engine.model.model import Statement
from engine.plan.legs import Pass
from engine.run.dropped import Dropped
from engine.run.entered import check_entered
from engine.run.found import LOOKED_AT, Candidates
from engine.run.judge import Carried, Judged, WrittenField, in_one_pass, one_by_one
from engine.run.templates import apply_templates
from engine.run.verdicts import wins
from engine.run.world import World
from engine.source import Span
from engine.sql import watch
from engine.sql.block import acts, carry_into, read, read_block
from engine.sql.conditions import joined_by
from engine.sql.frame import Failure, Frame, Outcome
from engine.sql.quote import identifier, literal
from engine.sql.scope import Joined, Scope, Written
from engine.sql.values import Around, Reading, before

LEGS = {"to_sales": "to Sales", "to_bc": "to BC"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """The outcome of the field transfer of one leg, for all records at once.

    frame: what its SQL was read with, None when no record had to be looked at.
    """

    table: str
    values: str
    fields: tuple[WrittenField, ...]
    failures: tuple[Failure, ...]
    lines: tuple[model.FieldLine, ...]
    warnings: tuple[Failure, ...]
    counts: dict[str, int]
    frame: Frame | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Records that fail whatever comes. table: src, nth (of the failures) and reason of each. failures: code and line."""

    table: str
    failures: tuple[tuple[str, Span], ...]


def transfer(
    step: Pass,
    found: Candidates,
    world: World,
    around: Around,
    effect: Callable[[Frame, Statement], None],
    *,
    force: bool = False,
    refused: Refused | None = None,
) -> Transfer:
    """Compute new values, failures and verdicts of a leg into a table.

    effect: called for a statement before the write that changes other records. refused: records known to fail.
    """
    name = f"work_{step.number}"
    unchanged = found.classes.get("alike", 0)
    if watch.watcher is not None:
        watch.watcher.leg(step, world, around)
    if not any(found.classes.get(one) for one in LOOKED_AT):
        return nothing(step, found, world)
    frame, entry = start(step, found, world, around, force)
    frame.effect = effect
    dropped = Dropped(frame=frame, table=f"dropped_{step.number}", world=world)
    if found.classes.get("insert") or found.classes.get("gone"):
        frame.lost = dropped.lost
    if refused is not None:
        fail_again(refused, frame, world)
    carried = read_items(step, frame, entry, force)
    read_changed(step, carried, frame, entry, force)
    fields = written(step, entry, frame)
    outcome = frame.outcome
    pairs = [(entry.values[one.field.name], old_value(entry, one.field, frame)) for one in fields]
    at_once = in_one_pass(step, found, pairs, world)
    judged = Judged(fields=fields, pairs=pairs, carried=carried, force=force)
    values = one_by_one(step, found, judged, at_once, frame, dropped, world)
    counts = dict(world.run("how many of each", f"SELECT verdict, count(*) FROM {name} GROUP BY verdict").fetchall())
    if unchanged:
        counts["same"] = counts.get("same", 0) + unchanged
    return Transfer(
        table=name,
        values=values,
        fields=fields,
        failures=tuple(outcome.failures),
        lines=carried.lines,
        warnings=tuple(outcome.warnings),
        counts=counts,
        frame=frame,
    )


def nothing(step: Pass, found: Candidates, world: World) -> Transfer:
    """A leg whose records are all settled by their stamps."""
    columns = (
        "false AS is_new, false AS recognised, 0 AS failure, '' AS reason, false AS differs, 0 AS clash, "
        "'' AS source_record, '' AS verdict"
    )
    name = f"work_{step.number}"
    world.run("nothing to look at", f"CREATE TEMP TABLE {name} AS SELECT *, {columns} FROM {found.table} WHERE false")
    return Transfer(
        table=name,
        values=name,
        fields=(),
        failures=(),
        lines=(),
        warnings=(),
        counts={"same": unchanged} if (unchanged := found.classes.get("alike", 0)) else {},
    )


def start(step: Pass, found: Candidates, world: World, around: Around, force: bool) -> tuple[Frame, Written]:
    """The FROM clause of a leg: candidates to be looked at, the source row, the partner's row."""
    source, destination = step.source.table, step.destination.table
    restore = step.mapping.deletion_conflict == "restore" and not force  # R3.10
    chosen = ", ".join(literal(one) for one in LOOKED_AT)
    new = f"(class IN ('insert'{', ' + literal('gone') if restore else ''}))"
    inserted = found.classes.get("insert", 0) + (found.classes.get("gone", 0) if restore else 0)
    id = new_id(step, found, new, world, around) if inserted else "dst"
    base = (
        f"(SELECT * REPLACE (CASE WHEN {new} THEN {id} ELSE dst END AS dst), {new} AS is_new, "
        f"class = 'recognised' AS recognised FROM {found.table} WHERE class IN ({chosen})) c"
    )
    scope = Scope(world, base)
    scope.joins.append(f"JOIN {world.relation(source)} s ON s.{identifier(source.id_field)} = c.src")
    scope.joins.append(
        f"LEFT JOIN {world.relation(destination)} d ON d.{identifier(destination.id_field)} = c.dst AND NOT c.is_new"
    )
    entry = Written(
        table=destination,
        old=Joined(alias="d", table=destination, certain=False),
        id="c.dst",
        exists="(NOT c.is_new)",
    )
    scope.names[step.source.key] = Joined(alias="s", table=source, certain=True)
    scope.names[step.destination.key] = entry
    frame = Frame(around=around, scope=scope, outcome=Outcome(), order=turns(step, world))
    if not restore:
        frame.outcome.failures.append(partner_gone(step))
    return frame, entry


def fail_again(refused: Refused, frame: Frame, world: World) -> None:
    """What is known to fail does so first of all."""
    alias = frame.scope.join(refused.table, world.alias("refused"), "{alias}.src = c.src")
    frame.outcome.failures[:0] = [
        Failure(when=f"coalesce({alias}.nth = {at}, false)", reason=f"{alias}.reason", code=code, span=span)
        for at, (code, span) in enumerate(refused.failures)
    ]


def turns(step: Pass, world: World) -> tuple[tuple[str, str], ...]:
    """The order in which the product takes the records of a leg: those that failed before first, then by the key of a
    BC record (R2.10); by the id of a Sales record (R2.16)."""
    source = step.source.table
    if source.system == "sales":
        return (("c.src", ""),)
    return (
        ("(NOT c.failed_before)", ""),
        *((f"s.{identifier(one)}", "") for one in source.key if world.holds(source, one)),
    )


def partner_gone(step: Pass) -> Failure:
    """R3.8: the coupled partner no longer exists. With the strategy `uncouple` this becomes no failure."""
    where = "Sales" if step.leg == "to_sales" else "Business Central"
    reason = f"The {step.destination.table.caption} that it is coupled with no longer exists in {where}"
    return Failure(when="(class = 'gone')", reason=literal(reason), code="E634", span=step.mapping.span)


def new_id(step: Pass, found: Candidates, chosen: str, world: World, around: Around) -> str:
    """The id that a record created for a source record gets: the same for the same source, as long as it is free.

    It is taken when the coupling of a record created earlier was removed and that record stayed.
    """
    table = step.destination.table
    rows, key = world.relation(table), identifier(table.id_field)
    seed = f"{literal(step.mapping.name + '/' + step.leg + '/')} || CAST(src AS VARCHAR)"
    id = f"CAST(md5({seed}) AS UUID)"
    taken = (
        f"SELECT d.{key} FROM {rows} d JOIN (SELECT {id} AS id FROM {found.table} WHERE {chosen}) c ON c.id = d.{key}"
    )
    if not world.one("is the id of a new record taken", f"SELECT EXISTS ({taken})")[0]:
        return id
    other = f"CAST(md5({seed} || {literal(f'/{around.now.isoformat()}/')} || (SELECT count(*) FROM {rows})) AS UUID)"
    return f"(CASE WHEN {id} IN ({taken}) THEN {other} ELSE {id} END)"


def read_items(step: Pass, frame: Frame, entry: Written, force: bool) -> Carried:
    """Read a mapping from top to bottom."""
    lines: list[model.FieldLine] = []
    later: list[model.Moment] = []
    clashes: list[tuple[str, str]] = []
    told = None
    for item in step.mapping.items:
        match item:
            case model.FieldLine():
                carry = item.to_sales if step.leg == "to_sales" else item.to_bc
                if carry is not None:
                    text = carry_into(
                        entry, carry.target, carry.value, carry.source, carry.carried, item.label, item.span, frame
                    )
                    old = old_value(entry, carry.target, frame)
                    if step.leg == "to_bc":
                        check_entered(carry, text, old, item, frame)
                    if item.two_way:
                        clashes.append((f"({text} IS DISTINCT FROM {old})", str(len(lines))))
                    lines.append(item)
                    if watch.watcher is not None:
                        watch.watcher.reached("field line", LEGS[step.leg], item.span, frame)
            case model.Moment(after=True):
                pass
            case model.Moment():
                if item.leg != step.leg:
                    continue
                if "changed" in item.states:
                    later.append(item)
                    continue
                if lines and told is None:
                    told = len(frame.outcome.failures)
                guard = "true" if "every" in item.states else "c.is_new"
                if lines and "every" in item.states and (wins(step) or acts(item.body)) and not force:
                    guard = no_clash(clashes)
                read_moment(item, frame.under(guard))
            case _:
                read(item, frame)
    return Carried(
        lines=tuple(lines),
        later=tuple(later),
        clashes=tuple(clashes),
        told=len(frame.outcome.failures) if told is None else told,
    )


def no_clash(clashes: Sequence[tuple[str, str]]) -> str:
    """SQL truth: the record is not in an update conflict (R3.17). Where it is, nothing is done along with it (R3.19)."""
    clash = joined_by("OR", [when for when, _ in clashes])
    return f"(NOT {joined_by('AND', ['NOT c.is_new', 'c.both_changed', 'NOT c.recognised', clash])})"


def read_changed(step: Pass, carried: Carried, frame: Frame, entry: Written, force: bool) -> None:
    """What says `changed` comes last, when the differences are known, and then what a template gives a new record.

    In a conflict that the other side wins, or nobody, other records are left as they are: nothing is written (R3.18).
    """
    for item in carried.later:
        differs = joined_by("OR", ["c.recognised", any_difference(entry, frame)]) if not force else "true"
        changed = f"((NOT c.is_new) AND {differs})"
        if step.two_way and not force and not wins(step) and acts(item.body):
            changed = joined_by("AND", [changed, no_clash(carried.clashes)])
        read_moment(item, frame.under(joined_by("OR", ["c.is_new", changed]) if "new" in item.states else changed))
    if frame.outcome.template:
        apply_templates(frame, entry)


def read_moment(item: model.Moment, frame: Frame) -> None:
    """Read what is done at a moment, under the guard of the frame."""
    if watch.watcher is not None:
        watch.watcher.reached("moment", "", item.span, frame)
    read_block(item.body, frame)


def any_difference(entry: Written, frame: Frame) -> str:
    """SQL truth: some field read so far would change. A number in a row of numbers is only given to new records."""
    parts = [
        f"({text} IS DISTINCT FROM {old_value(entry, entry.table.fields[name], frame)})"
        for name, text in entry.values.items()
        if " OVER (" not in text
    ]
    return joined_by("OR", parts)


def old_value(entry: Written, field: Field, frame: Frame) -> str:
    """SQL of what a field held before; the default of a new record."""
    return before(entry, field, Reading(scope=frame.scope, around=frame.around))


def written(step: Pass, entry: Written, frame: Frame) -> tuple[WrittenField, ...]:
    """The fields written, in the order in which they were first set."""
    return tuple(
        WrittenField(
            field=entry.table.fields[name],
            new=f"n{at}",
            old=f"o{at}",
            origin=frame.outcome.origins[id(entry), name],
        )
        for at, name in enumerate(entry.values)
    )
