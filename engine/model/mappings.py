"""A mapping declaration with its changes -> the mapping as it finally stands, and the facts about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

import engine.model.statements as statements
import engine.model.values as values
from engine.model.branches import if_
from engine.model.conditions import condition_of
from engine.model.facts import DependsFact, FilterFact, LineFact, MappingFacts
from engine.model.lines import label_of, line_of
from engine.model.model import (
    Block,
    Condition,
    InFullSynchronisation,
    LeaveOut,
    Leg,
    Mapping,
    MappingItem,
    MatchCriterion,
    Moment,
    Record,
    Value,
)
from engine.model.names import called, variants
from engine.model.presence import holds
from engine.model.scope import RecordName, Scope
from engine.model.steps import do
from engine.model.types import comparable, described, is_unknown
from engine.model.world import Variant, World
from engine.syntax import ast

BEFORE = ("every", "new", "changed")
AFTER = ("new", "changed", "unchanged", "untouched")


@dataclass(slots=True, kw_only=True)
class Draft:
    """A mapping while its items are read from top to bottom."""

    scope: Scope
    bc: Record
    sales: Record
    creates_missing: bool = False
    only_within: str | None = None
    always_compare: bool = False
    update_conflict: str = "fail"
    deletion_conflict: str = "fail"
    create_unmatched: bool = False
    synchronise_matched: bool = False
    depends: list[DependsFact] = field(default_factory=list)
    filters: list[FilterFact] = field(default_factory=list)
    leave_out: list[LeaveOut] = field(default_factory=list)
    recognise: list[Condition] = field(default_factory=list)
    matches: list[MatchCriterion] = field(default_factory=list)
    lines: list[LineFact] = field(default_factory=list)
    items: list[MappingItem] = field(default_factory=list)
    after_uncoupling: list[Block] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    in_full: list[InFullSynchronisation] = field(default_factory=list)

    def on(self, system: ast.System) -> Record:
        """The record of the mapping in one of the two systems."""
        return self.bc if system == "bc" else self.sales


def mapping_of(world: World, variant: Variant, items: tuple[ast.MappingItem, ...]) -> MappingFacts:
    """One variant of a mapping with the items that it finally has. It is bound whether or not it exists."""
    node = variant.node
    bc = world.record(node.left.alias.text, variant.bc, node.left.alias.span)
    sales = world.record(node.right.alias.text, variant.sales, node.right.alias.span)
    names = {one.name: RecordName(record=one, span=one.span) for one in (bc, sales)}
    if len(names) < 2:
        told = f"{bc.name} is the name of both records"
        world.say("E216", node.right.alias.span, told, "choose two names")
    draft = Draft(scope=Scope(names={**names}), bc=bc, sales=sales)
    first_look_up = len(world.gathered.look_ups)
    when = None if node.when is None else condition_of(world, Scope(), node.when)
    world.sides = (variant.bc, variant.sales)
    for item in items:
        _read(world, draft, item)
    world.sides = ()
    look_ups = tuple(world.gathered.look_ups[first_look_up:])
    return MappingFacts(
        mapping=_finished(world, draft, node),
        active=variant.active,
        when=when,
        written=node,
        filters=tuple(draft.filters),
        leave_outs=tuple(draft.leave_out),
        lines=tuple(draft.lines),
        matches=tuple(draft.matches),
        depends=tuple(draft.depends),
        look_ups=look_ups,
    )


def _finished(world: World, draft: Draft, node: ast.Mapping) -> Mapping:
    existing = {name for name, found in world.mappings.items() if any(one.active for one in found)}
    wanted = dict.fromkeys(one.mapping for one in draft.depends if one.active)
    filters = [one for one in draft.filters if one.active]
    return Mapping(
        span=node.span,
        name=node.name.text,
        title=node.title,
        bc=draft.bc,
        sales=draft.sales,
        arrow=node.arrow,
        depends_on=tuple(one for one in wanted if one in existing),
        creates_missing=draft.creates_missing,
        only_within=draft.only_within,
        always_compare=draft.always_compare,
        update_conflict=draft.update_conflict,  # type: ignore[arg-type]
        deletion_conflict=draft.deletion_conflict,  # type: ignore[arg-type]
        bc_filter=tuple(one.condition for one in filters if one.system == "bc"),
        sales_filter=tuple(one.condition for one in filters if one.system == "sales"),
        leave_out=tuple(draft.leave_out),
        recognise=tuple(draft.recognise),
        matches=tuple(draft.matches),
        create_unmatched=draft.create_unmatched,
        synchronise_matched=draft.synchronise_matched,
        items=tuple(draft.items),
        after_uncoupling=tuple(draft.after_uncoupling),
        idle=tuple(draft.idle),
        in_full_synchronisation=tuple(draft.in_full),
    )


def _read(world: World, draft: Draft, item: ast.MappingItem) -> None:
    """One item of a mapping, in the order of the text."""
    match item:
        case ast.FieldLine():
            _line(world, draft, item)
        case ast.Moment():
            draft.items.append(_moment(world, draft, item))
        case ast.Find():
            draft.items.append(statements.find(world, draft.scope, item))
        case ast.Let():
            draft.items.append(statements.let(world, draft.scope, item))
        case ast.If():
            draft.items.extend(if_(world, draft.scope, item))
        case ast.Do():
            inlined = do(world, draft.scope, item)
            if inlined is not None:
                draft.items.append(inlined)
        case ast.AfterUncoupling():
            draft.after_uncoupling.append(statements.block_of(world, draft.scope.block(writing=None), item.block))
        case ast.RecordFilter():
            _filter(world, draft, item)
        case ast.LeaveOut():
            condition = condition_of(world, draft.scope.where(draft.on(item.system)), item.condition)
            draft.leave_out.append(LeaveOut(span=item.span, system=item.system, condition=condition))
        case ast.Recognise():
            condition = condition_of(world, draft.scope.where(draft.on(item.system)), item.condition)
            if not item.off:
                draft.recognise.append(condition)
        case ast.Match():
            draft.matches.append(_match(world, draft, item))
        case ast.InFullSynchronisation():
            when = None if item.when is None else condition_of(world, draft.scope.plain(), item.when)
            draft.in_full.append(InFullSynchronisation(span=item.span, action=item.action, condition=when))
        case _:
            _settle(world, draft, item)


Clause = (
    ast.DependsOn
    | ast.Creation
    | ast.OnlyWithin
    | ast.AlwaysCompare
    | ast.OnConflict
    | ast.CreateUnmatched
    | ast.SynchroniseMatched
    | ast.Drop
)


def _settle(world: World, draft: Draft, item: Clause) -> None:
    """The clauses that say how the mapping as a whole behaves."""
    match item:
        case ast.DependsOn():
            active = item.when is None or holds(world, draft.scope, item.when)
            for name in item.mappings:
                for variant in variants(world, name):
                    world.used("mapping", name.text, name.span, variant.node.name.span)
                draft.depends.append(DependsFact(mapping=name.text, active=active, span=name.span))
        case ast.Creation():
            if item.when is None or holds(world, draft.scope, item.when):
                draft.creates_missing = item.missing
        case ast.OnlyWithin():
            if variants(world, item.mapping):
                draft.only_within = item.mapping.text
        case ast.AlwaysCompare():
            draft.always_compare = True
        case ast.OnConflict():
            _on_conflict(world, draft, item)
        case ast.CreateUnmatched():
            draft.create_unmatched = True
        case ast.SynchroniseMatched():
            draft.synchronise_matched = True
        case ast.Drop():
            told = "`drop` stands in a mapping that is written here"
            world.say("E230", item.span, told, "`drop` belongs in `change mapping`; here delete the line")
        case _:
            assert_never(item)


def _on_conflict(world: World, draft: Draft, item: ast.OnConflict) -> None:
    if item.kind == "update":
        if item.strategy not in ("fail", "keep bc", "keep sales"):
            told = f"`{item.strategy}` does not settle a conflict of two changes"
            world.say("E230", item.span, told, "write keep bc, keep sales or fail")
            return
        draft.update_conflict = item.strategy
        return
    if item.strategy not in ("fail", "restore", "uncouple", "delete"):
        told = f"`{item.strategy}` does not say what becomes of the survivor"
        world.say("E230", item.span, told, "write restore, uncouple, delete or fail")
        return
    draft.deletion_conflict = item.strategy


def _filter(world: World, draft: Draft, item: ast.RecordFilter) -> None:
    active = item.when is None or holds(world, draft.scope, item.when)
    world.gathered.active = active
    condition = condition_of(world, draft.scope.where(draft.on(item.system)), item.condition)
    world.gathered.active = True
    draft.filters.append(FilterFact(system=item.system, condition=condition, active=active, written=item))
    if not active:
        draft.idle.append(" ".join(item.span.text.split()))


def _line(world: World, draft: Draft, item: ast.FieldLine) -> None:
    active = item.options.when is None or holds(world, draft.scope, item.options.when)
    active = active and not item.options.off
    world.gathered.active, world.gathered.on_line = active, True
    line = line_of(world, draft.scope, draft.bc, draft.sales, item)
    world.gathered.active, world.gathered.on_line = True, False
    if line is not None:
        draft.lines.append(LineFact(line=line, active=active, written=item))
        if active:
            draft.items.append(line)
    if not active:
        draft.idle.append(label_of(item))


def _moment(world: World, draft: Draft, item: ast.Moment) -> Moment:
    leg: Leg = "to_sales" if item.system == "sales" else "to_bc"
    allowed = AFTER if item.after else BEFORE
    for state in item.states:
        if state not in allowed:
            told = f"there is no moment `{'after ' if item.after else ''}{state} record`"
            way_out = "after " + ", after ".join(AFTER) if item.after else ", ".join(BEFORE)
            world.say("E230", item.span, told, f"the moments are {way_out}")
    writing = None if item.after else draft.on(item.system)
    body = statements.block_of(world, draft.scope.block(writing=writing), item.block)
    return Moment(span=item.span, after=item.after, states=frozenset(item.states), leg=leg, body=body)


def _match(world: World, draft: Draft, item: ast.Match) -> MatchCriterion:
    pairs: list[tuple[Value, Value]] = []
    rest: list[ast.Expression] = [item.condition]
    while rest:
        node = rest.pop(0)
        match node:
            case ast.And():
                rest[:0] = [node.left, node.right]
            case ast.Group():
                rest.insert(0, node.inner)
            case ast.Equals(filter=right) if not isinstance(
                right, ast.AnyOf | ast.AllOf | ast.Relation | ast.Range | ast.Pattern | ast.FilterGroup
            ):
                pairs.append(_pair(world, draft, node.left, right, node))
            case _:
                told = "`match` compares a field of Business Central with one of Sales"
                world.say("E230", node.span, told, "write `match A = B and C = D`")
    return MatchCriterion(span=item.span, pairs=tuple(pairs), exact_case=item.exact_case)


def _pair(
    world: World, draft: Draft, left: ast.Expression, right: ast.Expression, node: ast.Equals
) -> tuple[Value, Value]:
    one = values.value_of(world, draft.scope.side(draft.bc), left)
    wanted = None if is_unknown(one.type) else one.type
    field_first = isinstance(right, ast.Path)
    other = values.value_of(world, draft.scope.side(draft.sales), right, None if field_first else wanted)
    if not is_unknown(one.type) and not is_unknown(other.type) and not comparable(one.type, other.type):
        told = f"{described(one.type)} is compared with {described(other.type)}"
        hint = f"look one up: `A via M = B`, where M couples with {called(draft.sales.table)}"
        world.say("E211", node.span, told, hint)
    return one, other
