"""`if C { } else { }` -> both branches; a name that both give is one name afterwards (rule of evaluation 8).

Each branch has records and values of its own. Where the settings decide which branch is taken, the name means what
that branch gives; where the data decide, a `find` or `let` behind the `if` takes over what the branch taken gave.
"""

from __future__ import annotations

import engine.model.statements as statements
import engine.model.values as values
from engine.model.conditions import condition_of
from engine.model.constants import mismatch
from engine.model.model import Behind, Block, Choose, Condition, Find, If, Let, Matches, Named, Record, Relation, Type
from engine.model.names import called, column
from engine.model.presence import settled
from engine.model.scope import Entry, PieceName, RecordName, Scope, ValueName
from engine.model.types import UNKNOWN_TABLE, is_lost, is_unknown, same_table, wider
from engine.model.world import World
from engine.source import Span
from engine.syntax import ast


def if_(world: World, scope: Scope, node: ast.If) -> tuple[If | Find | Let, ...]:
    """The `if`, and behind it what brings the names of its branches together."""
    condition = condition_of(world, scope.plain(), node.condition)
    before = dict(scope.names)
    then = statements.block_of(world, scope, node.then)
    if node.otherwise is None:
        return (If(span=node.span, condition=condition, then=then, otherwise=None),)
    of_then = {name: entry for name, entry in scope.names.items() if name not in before}
    scope.names = dict(before)
    match node.otherwise:
        case ast.Block():
            otherwise = statements.block_of(world, scope, node.otherwise)
        case ast.If():
            inner = statements.statements_of(world, scope, node.otherwise)
            otherwise = Block(span=node.otherwise.span, statements=inner)
    of_else = {name: entry for name, entry in scope.names.items() if name not in before}
    scope.names = {**before, **of_else, **of_then}
    joined: list[Find | Let] = []
    for name in [one for one in of_then if one in of_else]:
        one = _joined(world, scope, name, condition, of_then[name], of_else[name])
        if one is not None:
            joined.append(one)
    return (If(span=node.span, condition=condition, then=then, otherwise=otherwise), *joined)


def _joined(
    world: World, scope: Scope, name: str, condition: Condition, then: Entry, otherwise: Entry
) -> Find | Let | None:
    """Makes one name of two; None when the settings decide, or the two do not go together (a finding)."""
    for entry in (then, otherwise):
        world.used("alias" if isinstance(entry, RecordName) else "let", name, entry.span, entry.span)
    taken = settled(world, condition)
    if taken is not None:
        scope.names[name] = then if taken else otherwise
    match then, otherwise:
        case (RecordName(record=one), RecordName(record=other)):
            if one.table is UNKNOWN_TABLE or other.table is UNKNOWN_TABLE:
                return None
            if same_table(one.table, other.table):
                return None if taken is not None else _record(world, scope, name, condition, one, other, then.span)
        case (ValueName(value=Named() as one_value), ValueName(value=Named() as other_value)):
            type_ = wider(one_value.type, other_value.type)
            if type_ is None:
                mismatch(world, other_value, one_value.type)
            elif taken is None:
                return _value(world, scope, name, condition, one_value, other_value, type_)
            return None
        case _:
            pass
    if _is_lost(then) or _is_lost(otherwise):
        scope.names[name] = otherwise if _is_lost(then) else then
        return None
    told = f"{name} is {_what(then)} in one branch of the `if` and {_what(otherwise)} in the other"
    world.say("E216", otherwise.span, told, "choose two names")
    return None


def _record(
    world: World,
    scope: Scope,
    name: str,
    condition: Condition,
    one: Record | Behind,
    other: Record | Behind,
    span: Span,
) -> Find:
    record = world.record(name, one.table, span)
    id_ = column(world, record, one.table.field(one.table.id_field), span)
    chosen = Choose(
        span=span,
        type=Type(kind="id", table=one.table),
        condition=condition,
        then=values.itself(one, span),
        otherwise=values.itself(other, span),
    )
    the_same = Matches(span=span, value=id_, filter=Relation(span=span, operator="=", operand=chosen))
    scope.names[name] = RecordName(record=record, span=span)
    return Find(span=span, record=record, where=(the_same,), sorting=(), descending=False, otherwise=None)


def _value(
    world: World, scope: Scope, name: str, condition: Condition, one: Named, other: Named, type_: Type
) -> Let | None:
    if is_unknown(type_):
        return None
    key = world.key(name)
    span = one.span
    scope.names[name] = ValueName(value=Named(span=span, type=type_, key=key, name=name), span=span)
    chosen = Choose(span=span, type=type_, condition=condition, then=one, otherwise=other)
    return Let(span=span, key=key, name=name, value=chosen)


def _is_lost(entry: Entry) -> bool:
    """Could what a name stands for not be resolved? That is told already."""
    match entry:
        case RecordName():
            return is_lost(entry.record)
        case ValueName():
            return is_lost(entry.value)
        case PieceName():
            return False


def _what(entry: Entry) -> str:
    match entry:
        case RecordName():
            return called(entry.record.table)
        case ValueName() | PieceName():
            return "a value"
