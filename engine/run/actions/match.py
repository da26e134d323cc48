"""Uncoupled BC records and what they are matched by -> couplings, job log, and what follows (section 5).

Always driven from BC. What every record finds in each group of criteria does not depend on the others and is one
query; who gets a Sales record that several found is settled in rounds: every record holds the best that is left for
it, the first in key order keeps it, the others go on to their next.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine import connector
from engine.frozen import dataclass
from engine.model import model
from engine.model.model import Leg, Mapping, Value
from engine.plan.legs import keeps_options
from engine.run.actions.couple import insert_couplings
from engine.run.actions.joblog import JobError, log_job
from engine.run.actions.records import Chosen, couplings, listed, on_side, uncoupled
from engine.run.actions.runs import create_new, run_mapping
from engine.run.dryrun import Session
from engine.sql import blank
from engine.sql.blank import TEXTS
from engine.sql.block import read
from engine.sql.conditions import comparable, compared, condition, joined_by
from engine.sql.frame import Frame, Outcome
from engine.sql.quote import identifier, literal
from engine.sql.scope import Joined, Scope, keys_of
from engine.sql.values import Reading, value


@dataclass(frozen=True, slots=True, kw_only=True)
class Equal:
    """One comparison of a group: a BC value, a Sales value, whether case counts."""

    bc: Value
    sales: Value
    exact: bool


Group = tuple[Equal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The ids of the BC records that were looked at: those coupled, and those without a match, in key order."""

    coupled: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()


def groups_of(mapping: Mapping) -> tuple[Group, ...]:
    """The criteria of a mapping in order of priority."""
    return tuple(
        tuple(Equal(bc=bc, sales=sales, exact=one.exact_case) for bc, sales in one.pairs) for one in mapping.matches
    )


def match(session: Session, name: str, chosen: Chosen | None = None, groups: Sequence[Group] | None = None) -> Matched:
    """Match-based coupling of these BC records or of all that pass the filter.

    groups: what they are matched by, in order of priority; that of the mapping when nothing is said. A chosen record
    need not pass the filter.
    """
    mapping = session.model.mappings[name]
    groups = groups_of(mapping) if groups is None else groups
    if not groups:
        reason = f"{name} says by no field how its records are matched"
        log_job(session, name, "coupling", {}, message=reason, errors=[JobError(record="", reason=reason)])
        return Matched()
    proposals = _proposals(session, mapping, chosen, groups)
    coupled = _settle(session, mapping, proposals)
    every = session.world.run(
        "how many were looked at", f"SELECT id FROM {proposals.looked_at} ORDER BY place"
    ).fetchall()
    done = frozenset(coupled)
    unmatched = tuple(str(row[0]) for row in every if str(row[0]) not in done)
    _finish(session, mapping, coupled, unmatched)
    return Matched(coupled=coupled, unmatched=unmatched)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proposals:
    """looked_at: table of the BC records (id, place: its number in key order). found: table of (place, bc, grp, sales)."""

    looked_at: str
    found: str


def _proposals(session: Session, mapping: Mapping, chosen: Chosen | None, groups: Sequence[Group]) -> _Proposals:
    world = session.world
    looked_at, found = identifier(world.alias("lookedat")), identifier(world.alias("found"))
    scope = _bc_rows(session, mapping, chosen)
    order = ", ".join(f"s.{identifier(one)}" for one in mapping.bc.table.key if world.holds(mapping.bc.table, one))
    id = f"s.{identifier(mapping.bc.table.id_field)}"
    world.run(
        "the records to be matched, in key order",
        f"CREATE TEMP TABLE {looked_at} AS SELECT {id} AS id, row_number() OVER (ORDER BY {order or id}, {id}) AS place "
        f"FROM {scope.sql()} WHERE {_wanted(session, mapping, chosen, scope)}",
    )
    world.run("what they find", f"CREATE TEMP TABLE {found} (place BIGINT, bc UUID, grp INTEGER, sales UUID)")
    standing: dict[str, Equal] = {}
    for number, group in enumerate(groups):
        for one in group:
            standing[_column(one)] = one
        world.run(
            f"what they find by group {number + 1}",
            f"INSERT INTO {found}\n{_one_found(session, mapping, looked_at, number, tuple(standing.values()), group)}",
        )
    return _Proposals(looked_at=looked_at, found=found)


def _bc_rows(session: Session, mapping: Mapping, chosen: Chosen | None) -> Scope:
    scope = Scope(session.world, f"{session.world.relation(mapping.bc.table)} s")
    scope.names[mapping.bc.key] = Joined(alias="s", table=mapping.bc.table, certain=True)
    return scope


def _wanted(session: Session, mapping: Mapping, chosen: Chosen | None, scope: Scope) -> str:
    """Not coupled, and chosen, or in the filter."""
    id = f"s.{identifier(mapping.bc.table.id_field)}"
    free = f"{id} NOT IN (SELECT bc FROM {couplings(session.world, mapping)} k)"
    if chosen is not None:
        ids = uncoupled(session, mapping, on_side(session, mapping, chosen, "bc"), "bc")
        return f"{id} IN ({listed(ids)})"
    reading = Reading(scope=scope, around=session.around)
    return joined_by("AND", [free, *(condition(one, reading) for one in mapping.bc_filter)])


def _column(one: Equal) -> str:
    """What a comparison stands on: a later one on the same Sales field takes the place of an earlier one (R5.5)."""
    return one.sales.field.name if isinstance(one.sales, model.Column) else repr(one.sales)


def _one_found(
    session: Session, mapping: Mapping, looked_at: str, number: int, standing: Sequence[Equal], group: Group
) -> str:
    """The records that find exactly one Sales record by all comparisons in force, and by one of this group at least."""
    found = _found(session, mapping, looked_at, standing, group)
    return f"SELECT place, id, {number}, any_value(sales) FROM (\n{found}\n) GROUP BY place, id HAVING count(*) = 1"


def finds(session: Session, mapping: Mapping, bc: str, number: int) -> str:
    """A query of all Sales records that one BC record finds by a group of criteria, coupled or not."""
    groups = groups_of(mapping)
    standing = {_column(one): one for group in groups[: number + 1] for one in group}
    looked_at = f"(SELECT 0 AS place, {literal(bc)}::UUID AS id)"
    found = _found(session, mapping, looked_at, tuple(standing.values()), groups[number])
    return f"SELECT DISTINCT sales FROM (\n{found}\n)"


def _found(session: Session, mapping: Mapping, looked_at: str, standing: Sequence[Equal], group: Group) -> str:
    """A query of place, id, sales: the Sales records that every record finds."""
    world = session.world
    bc, sales = mapping.bc, mapping.sales
    scope = Scope(world, f"{looked_at} l")
    scope.joins.append(f"JOIN {world.relation(bc.table)} s ON s.{identifier(bc.table.id_field)} = l.id")
    scope.joins.append(f"CROSS JOIN {world.relation(sales.table)} d")
    scope.names[bc.key] = Joined(alias="s", table=bc.table, certain=True)
    scope.names[sales.key] = Joined(alias="d", table=sales.table, certain=True)
    _bring_look_ups(session, mapping, scope, standing)
    reading = Reading(scope=scope, around=session.around)
    tests = [condition(one, reading) for one in mapping.sales_filter]
    tests += [_equal(one, reading) for one in standing]
    tests.append(joined_by("OR", [_usable(one, reading) for one in group]))
    found = f"SELECT l.place, l.id, d.{identifier(sales.table.id_field)} AS sales FROM "
    pieces = [
        f"{found}{scope.sql()}\nWHERE {joined_by('AND', [*tests, *branch])}" for branch in _branches(standing, reading)
    ]
    return "\nUNION ALL\n".join(pieces)


def _branches(standing: Sequence[Equal], reading: Reading) -> list[list[str]]:
    """The records in groups, each with an equality that a join can be made on; what is left is compared one by one.

    Which comparisons are in force differs from record to record, as blank texts are not used. So each group is known
    by the first text that is not blank; texts with wildcards make up the last group.
    """
    if any(one.bc.type.kind not in TEXTS or one.sales.type.kind not in TEXTS for one in standing):
        return [[]]
    branches: list[list[str]] = []
    before: list[str] = []
    plain: list[str] = []
    for one in standing:
        bc, sales = value(one.bc, reading), value(one.sales, reading)
        wild = f"(strpos({bc}, '*') > 0 OR strpos({bc}, '?') > 0)" if not one.exact else "false"
        equal = f"{bc} = {sales}" if one.exact else f"lower({bc}) = lower({sales})"
        usable = _usable(one, reading)
        branches.append([*before, usable, f"(NOT {wild})", equal])
        plain.append(f"({usable} AND {wild}{''.join(f' AND {other}' for other in before)})")
        before.append(f"(NOT {usable})")
    return [*branches, [joined_by("OR", plain)]]


def _bring_look_ups(session: Session, mapping: Mapping, scope: Scope, standing: Sequence[Equal]) -> None:
    """The mapping's own `find` and `let` that a criterion names."""
    named = {key for one in standing for key in (*keys_of(one.bc), *keys_of(one.sales))}
    frame = Frame(around=session.around, scope=scope, outcome=Outcome())
    for item in mapping.items:
        if isinstance(item, model.Find | model.Let):
            key = item.record.key if isinstance(item, model.Find) else item.key
            if key in named:
                read(item, frame)


def _equal(one: Equal, reading: Reading) -> str:
    """R5.4, R5.6: blank text is not used; without regard to case `*` and `?` in the BC value are wildcards."""
    left, right = comparable(one.bc, one.sales, reading)
    if one.bc.type.kind not in TEXTS or one.sales.type.kind not in TEXTS:
        return compared("=", left, right, one.sales.type)
    blank_left = blank.is_blank(value(one.bc, reading), one.bc.type)
    if one.exact:
        return f"({blank_left} OR {compared('=', value(one.bc, reading), value(one.sales, reading), one.sales.type)})"
    pattern = f"{value(one.bc, reading)}"
    for sign in ("\\", "%", "_"):
        pattern = f"replace({pattern}, '{sign}', '\\{sign}')"
    pattern = f"replace(replace({pattern}, '*', '%'), '?', '_')"
    return f"({blank_left} OR ({value(one.sales, reading)} ILIKE {pattern} ESCAPE '\\'))"


def _usable(one: Equal, reading: Reading) -> str:
    if one.bc.type.kind not in TEXTS:
        return "true"
    return f"(NOT {blank.is_blank(value(one.bc, reading), one.bc.type)})"


def _settle(session: Session, mapping: Mapping, proposals: _Proposals) -> tuple[str, ...]:
    """R5.7: first come, first served in key order; a Sales record coupled with any BC table is taken (R1.6)."""
    world = session.world
    coupled = world.catalog.table("bc", connector.COUPLINGS)
    taken = f"SELECT {identifier(connector.COUPLED_SALES_ID)} FROM {world.relation(coupled)}"
    if keeps_options(mapping):
        taken = f"SELECT sales FROM {couplings(world, mapping)} k"
    world.run("who is taken already", f"DELETE FROM {proposals.found} WHERE sales IN ({taken})")
    while True:
        held = f"(SELECT place, bc, grp, sales FROM {proposals.found} QUALIFY row_number() OVER (PARTITION BY place ORDER BY grp) = 1)"
        losers = f"(SELECT place, grp FROM {held} h QUALIFY row_number() OVER (PARTITION BY sales ORDER BY place) > 1)"
        gone = world.one(
            "who comes too late goes on to what they found next",
            f"SELECT count(*) FROM {losers}",
        )[0]
        if not gone:
            break
        world.run(
            "they do", f"DELETE FROM {proposals.found} f USING {losers} o WHERE f.place = o.place AND f.grp = o.grp"
        )
    rows = world.run("who is coupled", f"SELECT CAST(bc AS VARCHAR) FROM {held} h ORDER BY place").fetchall()
    if rows:
        insert_couplings(session, mapping, held)
    return tuple(row[0] for row in rows)


def _finish(session: Session, mapping: Mapping, coupled: tuple[str, ...], unmatched: tuple[str, ...]) -> None:
    """R5.8, R5.9: the log, new records for those without a match, and a forced run of those coupled."""
    creates = mapping.create_unmatched and mapping.arrow in ("->", "<->")
    counters = {"Coupled": len(coupled)}
    errors = []
    if unmatched and not creates:
        counters["Failed"] = len(unmatched)
        errors.append(JobError(record="", reason=f"{len(unmatched)} records of {mapping.name} found no match"))
    log_job(session, mapping.name, "coupling", counters, errors=errors)
    if unmatched and creates:
        create_new(session, mapping.name, Chosen(system="bc", ids=unmatched))
    if coupled and mapping.synchronise_matched:
        wins: dict[str, Leg] = {"keep bc": "to_sales", "keep sales": "to_bc"}
        only = wins.get(mapping.update_conflict) if mapping.arrow == "<->" else None
        run_mapping(session, mapping.name, only, Chosen(system="bc", ids=coupled))
