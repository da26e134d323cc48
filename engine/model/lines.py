"""A field line -> its two directions: what is written into which field, blank rules and value lists inside."""

from __future__ import annotations

import engine.model.values as values
from engine.catalog.catalog import System
from engine.frozen import dataclass
from engine.model.carrying import becomes_blank, blank_becomes, carried_of, must_look_up, named_elsewhere
from engine.model.constants import fitted, mismatch
from engine.model.lookups import partner, side_of, translated
from engine.model.model import Behind, Carry, Column, FieldLine, Itself, Leg, Record, Type, Value
from engine.model.names import OTHER, PRODUCT, called, column, field_named
from engine.model.scope import Scope
from engine.model.types import assignable, group, is_unknown
from engine.model.world import World
from engine.syntax import ast


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One side of a line. field: the plain field that stands there, if one does; written: all but `via`, `using`.

    lost: a name stands there that is neither field nor alias.
    """

    record: Record
    written: ast.Expression
    field: Column | None
    lost: bool = False


Conversion = ast.Via | ast.Using | None


def line_of(world: World, scope: Scope, bc: Record, sales: Record, node: ast.FieldLine) -> FieldLine | None:
    """Both directions of a field line; None, and a finding, when it writes nowhere."""
    left_written, left_conversion = _stripped(node.left)
    right_written, right_conversion = _stripped(node.right)
    conversion = left_conversion or right_conversion
    if left_conversion is not None and right_conversion is not None:
        told = "the line has `via` or `using` on both sides"
        world.say("E230", node.span, told, "write it once; it is read in the direction of the arrow")
    left = _end(world, scope, bc, left_written)
    right = _end(world, scope, sales, right_written)
    if left.lost or right.lost:
        return None
    _may_be_written(world, node, left, right)
    _misplaced(world, node)
    to_sales = to_bc = None
    if node.arrow in ("->", "<->") and right.field is not None:
        to_sales = _carry(world, scope, node, left, right, right.field, conversion)
    if node.arrow in ("<-", "<->") and left.field is not None:
        to_bc = _carry(world, scope, node, right, left, left.field, conversion)
    if to_sales is None and to_bc is None:
        return None
    must_look_up(world, node.options, node.span, tuple(one.value for one in (to_sales, to_bc) if one is not None))
    return FieldLine(span=node.span, label=label_of(node), two_way=node.arrow == "<->", to_sales=to_sales, to_bc=to_bc)


def label_of(node: ast.FieldLine) -> str:
    """`Description <-> Name`: a line as messages call it."""
    left, right = _stripped(node.left)[0], _stripped(node.right)[0]
    return f"{' '.join(left.span.text.split())} {node.arrow} {' '.join(right.span.text.split())}"


def plain_name(node: ast.Expression) -> ast.Name | None:
    """The name of the field on one side of a line; None when something else stands there."""
    written = _stripped(node)[0]
    return written.names[-1] if isinstance(written, ast.Path) and len(written.names) == 1 else None


def _stripped(node: ast.Expression) -> tuple[ast.Expression, Conversion]:
    match node:
        case ast.Via() | ast.Using():
            return node.value, node
        case _:
            return node, None


def _end(world: World, scope: Scope, record: Record, written: ast.Expression) -> End:
    """One side; a name that is no field and no alias is told here, and the side is lost."""
    match written:
        case ast.Path(names=(name,)) if record.table.find(name.text) or not _is_alias(world, scope, name):
            pass
        case ast.Path(names=(alias, name)) if alias.text == record.name:
            pass
        case _:
            return End(record=record, written=written, field=None)
    found = field_named(world, record.table, name)
    if found is None:
        return End(record=record, written=written, field=None, lost=True)
    return End(record=record, written=written, field=column(world, record, found, written.span))


def _is_alias(world: World, scope: Scope, name: ast.Name) -> bool:
    return scope.look(name.text) is not None or name.text in world.shared_nodes


def _may_be_written(world: World, node: ast.FieldLine, left: End, right: End) -> None:
    """Tells when an arrow points at something that is no field."""
    for end, points in ((left, node.arrow in ("<-", "<->")), (right, node.arrow in ("->", "<->"))):
        if end.field is not None or not points:
            continue
        if isinstance(end.written, ast.Path):
            told = f"{end.written.span.text} is no field of {called(end.record.table)}"
            world.say("E213", end.written.span, told, "an arrow points to a field of the mapping's own record")
        elif node.arrow == "<->":
            told = "`<->` cannot write back into what is computed or fixed"
            away = "->" if end is left else "<-"
            world.say("E214", end.written.span, told, f"write `{away}`, and a line of its own for the way back")
        else:
            told = "the arrow points to something that is computed or fixed"
            world.say("E213", end.written.span, told, "an arrow points to the field that is written; turn it round")


def _misplaced(world: World, node: ast.FieldLine) -> None:
    for override, arrow, words in (
        (node.options.to_sales, "<-", "to sales"),
        (node.options.to_bc, "->", "to bc"),
    ):
        if override is not None and node.arrow == arrow:
            told = f"the line does not go {words}"
            world.say("E230", override.span, told, f"leave `{words}` out, or let the arrow go that way")


def _carry(
    world: World, scope: Scope, node: ast.FieldLine, source: End, target: End, into: Column, conversion: Conversion
) -> Carry:
    """One direction of a line, from `source` into the field `into` of `target`."""
    leg: Leg = "to_sales" if target.record.table.system == "sales" else "to_bc"
    carried = carried_of(node.options, node.span)
    override = node.options.to_sales if leg == "to_sales" else node.options.to_bc
    if override is not None:
        inner = Scope(outer=scope, bare=source.record)
        value = values.checked_value(world, inner, override, into.type)
    else:
        base = _base(world, scope, source, into.type if conversion is None else None)
        value = _converted(world, scope, base, conversion, node, leg, into.type)
        if node.options.blank_means is not None:
            value = _blank_rule(world, scope, node, base, value, leg, into, source)
    return Carry(span=node.span, target=into.field, source=source.field, value=value, carried=carried)


def _base(world: World, scope: Scope, source: End, wanted: Type | None) -> Value:
    if source.field is not None:
        return source.field
    return values.value_of(world, scope.side(source.record), source.written, wanted)


def _converted(
    world: World, scope: Scope, base: Value, conversion: Conversion, node: ast.FieldLine, leg: Leg, wanted: Type
) -> Value:
    match conversion:
        case ast.Via():
            found = partner(world, base, conversion.mappings, wanted, conversion.span)
            return named_elsewhere(world, base, conversion.mappings, found) if node.options.keep_if_blank else found
        case ast.Using():
            return translated(world, scope, base, conversion, wanted, backwards=leg == "to_bc")
        case None if isinstance(base, Column) and not assignable(base.type, wanted):
            mismatch(world, base, wanted, node.span)
            return base
        case None:
            return fitted(world, base, wanted)


def _blank_rule(
    world: World,
    scope: Scope,
    node: ast.FieldLine,
    base: Value,
    value: Value,
    leg: Leg,
    into: Column,
    source: End,
) -> Value:
    """`blank means X`: a blank on one side stands for X on the other; the side of X is seen from X."""
    stand_in = node.options.blank_means
    if stand_in is None or is_unknown(value.type):
        return value
    inner = Scope(outer=scope)
    side = _side_of_stand_in(world, inner, node, base, into)
    if side is None:
        return value
    if side == into.record.table.system:
        return blank_becomes(base, values.checked_value(world, inner, stand_in, into.type), value)
    wanted = base.type if source.field is None else source.field.type
    return becomes_blank(base, values.checked_value(world, inner, stand_in, wanted), value, into.type)


def _side_of_stand_in(world: World, scope: Scope, node: ast.FieldLine, base: Value, into: Column) -> System | None:
    """The side on which the value after `blank means` stands; None, and a finding, when it could be either."""
    stand_in = node.options.blank_means
    if stand_in is None:
        return None
    target = into.record.table.system
    world.findings.silent += 1
    found = values.record_or_value(world, scope, stand_in)
    world.findings.silent -= 1
    if isinstance(found, Record | Behind | Column | Itself):
        return side_of(found)
    if is_unknown(found.type):
        return target
    if found.type.table is not None:
        return found.type.table.system
    if node.arrow != "<->":
        return target
    fits_target = group(found.type) == group(into.type)
    fits_source = group(found.type) == group(base.type)
    if fits_target != fits_source:
        return target if fits_target else OTHER[target]
    told = f"{stand_in.span.text} could stand in {PRODUCT['bc']} as well as in {PRODUCT['sales']}"
    hint = "write two lines, `->` and `<-`, each with its own `blank means`"
    world.say("E224", stand_in.span, told, hint)
    return None
