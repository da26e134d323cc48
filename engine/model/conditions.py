"""Written conditions and filters -> typed ones; the right of `=` is in BC's filter language (sync-semantics 10)."""

from __future__ import annotations

from typing import Literal, assert_never

import engine.model.lookups as lookups
import engine.model.values as values
from engine.model.constants import alias_hint, fitted, is_blank_word, text, unknown
from engine.model.dayvalues import Ends, ends_of, related
from engine.model.model import (
    All,
    AllOf,
    Any,
    AnyOf,
    Behind,
    Blank,
    Column,
    Compares,
    Condition,
    Constant,
    Coupled,
    CoupledTogether,
    Exists,
    Filter,
    Holds,
    Itself,
    Like,
    Matches,
    Not,
    Range,
    Record,
    Relation,
    Type,
    Value,
)
from engine.model.names import PRODUCT, called, table_named
from engine.model.scope import RecordName, Scope
from engine.model.tokens import is_token, of_token
from engine.model.types import DATE, UNKNOWN_TABLE, comparable, described, group, is_lost, is_unknown, same_table
from engine.model.world import World
from engine.source import Span
from engine.syntax import ast


def condition_of(world: World, scope: Scope, node: ast.Expression) -> Condition:
    """The condition that an expression says; a yes-or-no value stands as a condition, too."""
    with world.deeper(node.span) as fine:
        return _condition(world, scope, node) if fine else Holds(span=node.span, value=unknown(node.span))


def _condition(world: World, scope: Scope, node: ast.Expression) -> Condition:
    match node:
        case ast.Group():
            return condition_of(world, scope, node.inner)
        case ast.And():
            return All(span=node.span, parts=_parts(world, scope, node, ast.And))
        case ast.Or():
            return Any(span=node.span, parts=_parts(world, scope, node, ast.Or))
        case ast.Not():
            return Not(span=node.span, part=condition_of(world, scope, node.operand))
        case ast.Equals():
            return _equals(world, scope, node)
        case ast.Compare():
            return _compare(world, scope, node)
        case ast.IsBlank():
            what = values.record_or_value(world, scope, node.value)
            return _negated(Blank(span=node.span, what=what), node.negated)
        case ast.IsCoupled():
            return _negated(_coupled(world, scope, node), node.negated)
        case ast.CoupledWith():
            return _coupled_with(world, scope, node)
        case ast.ThereIs():
            return _negated(_there_is(world, scope, node), node.negated)
        case _:
            return _holds(world, scope, node)


def _parts(
    world: World, scope: Scope, node: ast.Expression, kind: type[ast.And] | type[ast.Or]
) -> tuple[Condition, ...]:
    """A chain of `and` (or of `or`) as one list; without recursion, so that a long chain is no problem."""
    parts: list[ast.Expression] = []
    rest: ast.Expression = node
    while isinstance(rest, ast.And | ast.Or) and isinstance(rest, kind):
        parts.append(rest.right)
        rest = rest.left
    parts.append(rest)
    return tuple(condition_of(world, scope, part) for part in reversed(parts))


def _negated(condition: Condition, negated: bool) -> Condition:
    return Not(span=condition.span, part=condition) if negated else condition


def _holds(world: World, scope: Scope, node: ast.Expression) -> Condition:
    value = values.value_of(world, scope, node)
    if not is_unknown(value.type) and value.type.kind != "boolean":
        told = f"{described(value.type)} stands where a condition is wanted"
        world.say("E210", node.span, told, "a condition compares (`=`, `is blank`) or is yes or no")
    return Holds(span=node.span, value=value)


def _equals(world: World, scope: Scope, node: ast.Equals) -> Condition:
    left = values.value_of(world, scope, node.left)
    filter_ = filter_of(world, scope, node.filter, left.type)
    if isinstance(filter_, Relation) and filter_.operator == "=":
        _same_on_both_sides(world, left, filter_.operand, node.span)
    return Matches(span=node.span, value=left, filter=filter_)


def _compare(world: World, scope: Scope, node: ast.Compare) -> Condition:
    left = values.value_of(world, scope, node.left)
    if (ends := _days(world, scope, node.right, left.type)) is not None:
        return Matches(span=node.span, value=left, filter=related(world, node.operator, ends, node.right.span))
    right = _operand(world, scope, node.right, left.type)
    if is_blank_word(left):
        left = fitted(world, left, right.type)
    _same_on_both_sides(world, left, right, node.span)
    return Compares(span=node.span, operator=node.operator, left=left, right=right)


def _same_on_both_sides(world: World, left: Value, right: Value, span: Span) -> None:
    if isinstance(left, Column) and isinstance(right, Column) and _place(left) == _place(right):
        told = f"{left.field.caption} of {called(left.record.table)} is compared with itself"
        hint = (
            "a name without alias belongs to the record looked at; name the other record with `as` and write its alias"
        )
        world.say("W201", span, told, hint)


def _place(column: Column) -> tuple[str, ...]:
    match column.record:
        case Record():
            return (column.record.key, column.field.name)
        case Behind():
            return (*_place(column.record.column), column.field.name)


# --- filters ----------------------------------------------------------------------------------------------


def filter_of(world: World, scope: Scope, node: ast.Filter, type_: Type) -> Filter:
    """A filter for values of a type."""
    with world.deeper(node.span) as fine:
        if fine:
            return _filter(world, scope, node, type_)
        return Relation(span=node.span, operator="=", operand=unknown(node.span))


def _filter(world: World, scope: Scope, node: ast.Filter, type_: Type) -> Filter:
    match node:
        case ast.AnyOf():
            return AnyOf(span=node.span, parts=tuple(filter_of(world, scope, part, type_) for part in node.parts))
        case ast.AllOf():
            return AllOf(span=node.span, parts=tuple(filter_of(world, scope, part, type_) for part in node.parts))
        case ast.FilterGroup():
            return filter_of(world, scope, node.inner, type_)
        case ast.Pattern() if is_token(node.text):
            return of_token(world, node, type_, "=")
        case ast.Pattern():
            return _like(world, node, type_, negated=False)
        case ast.Relation():
            if isinstance(node.operand, ast.Pattern) and is_token(node.operand.text):
                return of_token(world, node.operand, type_, node.operator)
            if isinstance(node.operand, ast.Pattern):
                return _related_pattern(world, node, node.operand, type_)
            if (ends := _days(world, scope, node.operand, type_)) is not None:
                return related(world, node.operator, ends, node.operand.span)
            operand = _operand(world, scope, node.operand, type_)
            pattern = _pattern_in_quotes(node.operand, type_)
            if pattern is not None and node.operator in ("=", "<>"):
                return _like(world, pattern, type_, negated=node.operator == "<>")
            return Relation(span=node.span, operator=node.operator, operand=operand)
        case ast.Range():
            _ordered(world, node.span, type_)
            low = None if node.low is None else _end(world, scope, node.low, type_, "low")
            high = None if node.high is None else _end(world, scope, node.high, type_, "high")
            return Range(span=node.span, low=low, high=high)
        case _:
            if (ends := _days(world, scope, node, type_)) is not None:
                return related(world, "=", ends, node.span)
            pattern = _pattern_in_quotes(node, type_)
            if pattern is not None:
                return _like(world, pattern, type_, negated=False)
            return Relation(span=node.span, operator="=", operand=_operand(world, scope, node, type_))


def _days(world: World, scope: Scope, node: ast.Expression, type_: Type) -> Ends | None:
    """The days that stand next to a date: `month`, `-1D`, `1503`, `C2026-12-31`; None for anything else."""
    if is_unknown(type_) or group(type_) != "calendar":
        return None
    return ends_of(world, scope, node, in_filter=True)


def _end(world: World, scope: Scope, node: ast.Expression, type_: Type, side: Literal["low", "high"]) -> Value:
    """One end of a range; of a period its first or last day."""
    ends = _days(world, scope, node, type_)
    if ends is None:
        return _operand(world, scope, node, type_)
    return ends.low if side == "low" else ends.high


def _pattern_in_quotes(node: ast.Expression, type_: Type) -> ast.Pattern | None:
    """Wildcards and `@` keep working inside quotes (sync-semantics 10.2, 6)."""
    if not isinstance(node, ast.Text) or is_unknown(type_) or group(type_) != "textual":
        return None
    wild = node.value.startswith("@") or "*" in node.value or "?" in node.value
    return ast.Pattern(span=node.span, text=node.value) if wild else None


def _related_pattern(world: World, node: ast.Relation, pattern: ast.Pattern, type_: Type) -> Filter:
    if node.operator not in ("=", "<>"):
        told = f"`{node.operator}` does not go with the pattern {pattern.text}"
        world.say("E211", node.span, told, "a pattern stands alone or after `<>`")
    return _like(world, pattern, type_, negated=node.operator == "<>")


def _like(world: World, node: ast.Pattern, type_: Type, *, negated: bool) -> Filter:
    if not is_unknown(type_) and group(type_) != "textual":
        told = f"the pattern {node.text} is compared with {described(type_)}"
        world.say("E211", node.span, told, "patterns are for texts and codes")
    ignore_case = node.text.startswith("@")
    return Like(span=node.span, pattern=node.text.removeprefix("@"), ignore_case=ignore_case, negated=negated)


def _ordered(world: World, span: Span, type_: Type) -> None:
    if not is_unknown(type_) and group(type_) in ("boolean", "identity"):
        world.say("E211", span, f"there is no range of {described(type_)}", "write the values with `|` between them")


def _operand(world: World, scope: Scope, node: ast.Expression, type_: Type) -> Value:
    """The value on the right of a comparison with a value of `type_`."""
    known = None if is_unknown(type_) else type_
    if known is not None and group(known) == "textual" and _bare_code(world, scope, node):
        return text(node.span, node.span.text)
    value = values.value_of(world, scope, node, DATE if _day_of_moment(node, type_) else type_)
    if known is None or is_unknown(value.type):
        return value
    if is_blank_word(value):
        return fitted(world, value, known)
    if not comparable(known, value.type):
        if not isinstance(value, Constant):
            told = f"{described(known)} is compared with {described(value.type)}"
            hint = _hint(known, value.type)
            if isinstance(value, Itself) and group(known) != "identity":
                hint = alias_hint(value)
            world.say("E211", node.span, told, hint)
        return unknown(node.span)
    return value


def _day_of_moment(node: ast.Expression, type_: Type) -> bool:
    """Is it a date next to a moment? It stays one: it means the whole day (sync-semantics 10.3, 14)."""
    if type_.kind != "moment":
        return False
    return isinstance(node, ast.Date) or (isinstance(node, ast.Text) and len(node.value) == len("2026-01-31"))


def _bare_code(world: World, scope: Scope, node: ast.Expression) -> bool:
    """Is it a code in capitals, as people write it in a filter (`BIKES|PARTS`), and no name of anything?"""
    if not isinstance(node, ast.Path) or len(node.names) != 1 or node.names[0].quoted:
        return False
    name = node.names[0].text
    known = scope.look(name) or name in world.shared_nodes or (scope.bare is not None and scope.bare.table.find(name))
    return not known and name.isupper()


def _hint(left: Type, right: Type) -> str:
    kinds = {group(left), group(right)}
    if kinds == {"textual", "identity"}:
        return "a key of one system becomes a record of the other by `via` and the name of their mapping"
    if kinds == {"identity"}:
        return "compare with a record of the same table"
    return ""


# --- records ----------------------------------------------------------------------------------------------


def _coupled(world: World, scope: Scope, node: ast.IsCoupled) -> Condition:
    what = values.record_or_value(world, scope, node.value)
    table = what.table if isinstance(what, Record | Behind) else what.type.table
    if node.by is not None:
        if isinstance(what, Record | Behind):
            lookups.mapping_on(world, (node.by,), what.table, node.span)
        else:
            lookups.partner(world, what, (node.by,), None, node.span)
        return Coupled(span=node.span, what=what, mappings=(node.by.text,))
    if table is None and not is_unknown(what.type if not isinstance(what, Record | Behind) else None):
        world.say("E222", node.value.span, "this value names no record", "write `is coupled by` and the mapping")
        return Coupled(span=node.span, what=what, mappings=())
    names = [
        name
        for name, found in world.mappings.items()
        if table is not None and any(one.active and same_table(one.on(table.system), table) for one in found)
    ]
    return Coupled(span=node.span, what=what, mappings=tuple(names))


def _coupled_with(world: World, scope: Scope, node: ast.CoupledWith) -> Condition:
    other = values.record_or_value(world, scope, node.value)
    record = scope.looked_at
    if record is None:
        world.say("E222", node.span, "`coupled with` stands where no record is looked at", "it belongs in a `where`")
        return Holds(span=node.span, value=unknown(node.span))
    if not is_lost(other) and record.table is not UNKNOWN_TABLE and lookups.side_of(other) == record.table.system:
        told = f"both records are of {PRODUCT[record.table.system]}"
        world.say("E226", node.span, told, "a coupling joins a record of Business Central with one of Sales")
    return CoupledTogether(span=node.span, record=record, other=other)


def _there_is(world: World, scope: Scope, node: ast.ThereIs) -> Condition:
    table = table_named(world, node.table)
    inner: Scope
    if node.alias is None:
        record = world.nameless(table, node.table.span)
        inner = scope.where(record)
    else:
        record = world.record(node.alias.text, table, node.alias.span)
        world.defined("alias", node.alias.text, node.alias.span)
        inner = scope.where(record)
        inner.names[node.alias.text] = RecordName(record=record, span=node.alias.span)
    where = None if node.where is None else condition_of(world, inner, node.where)
    return Exists(span=node.span, record=record, where=where)


def negation_free(condition: Condition) -> tuple[Condition, ...]:
    """The conditions that must hold together: the parts of an `and`, else the condition itself."""
    match condition:
        case All():
            return tuple(one for part in condition.parts for one in negation_free(part))
        case Any() | Not() | Holds() | Matches() | Compares() | Blank() | Coupled() | CoupledTogether() | Exists():
            return (condition,)
        case _:
            assert_never(condition)
