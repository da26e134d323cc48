"""The words after a comma (`else keep`, `blank means X`, `unchecked`) -> how a value gets into its field."""

from __future__ import annotations

from typing import Literal

from engine.model.constants import blank_of
from engine.model.model import (
    Arithmetic,
    Blank,
    Call,
    Carried,
    Choose,
    Column,
    Constant,
    Convert,
    Matches,
    Negative,
    Partner,
    Relation,
    Shift,
    Translate,
    Type,
    Value,
)
from engine.model.names import column, variants
from engine.model.types import is_unknown
from engine.model.world import World
from engine.source import Span
from engine.syntax import ast


def carried_of(options: ast.Options, span: Span) -> Carried:
    """The words as they bear on the writing of a value."""
    not_found: Literal["fail", "blank", "keep"] = "fail"
    if options.else_blank or options.else_keep:
        not_found = "blank" if options.else_blank else "keep"
    return Carried(span=span, not_found=not_found, keep_if_blank=options.keep_if_blank, unchecked=options.unchecked)


def must_look_up(world: World, options: ast.Options, span: Span, written: tuple[Value, ...]) -> None:
    """`else blank` and `else keep` speak of a look-up: a finding when there is none."""
    if not (options.else_blank or options.else_keep):
        return
    if any(asks_partner(one) or is_unknown(one.type) for one in written):
        return
    word = "else blank" if options.else_blank else "else keep"
    world.say("W202", span, f"nothing is looked up here that `{word}` could stand in for", f"leave `{word}` out")


def asks_partner(value: Value) -> bool:
    """Does the value need a partner from a coupling?"""
    match value:
        case Partner():
            return True
        case Choose():
            return asks_partner(value.then) or asks_partner(value.otherwise)
        case Call():
            return any(asks_partner(one) for one in value.arguments)
        case Translate() | Convert():
            return asks_partner(value.value)
        case Arithmetic():
            return asks_partner(value.left) or asks_partner(value.right)
        case Negative():
            return asks_partner(value.operand)
        case Shift():
            return asks_partner(value.date)
        case _:
            return False


def blank_becomes(source: Value, stand_in: Value, value: Value) -> Value:
    """`stand_in` where the source is blank, else the value."""
    condition = Blank(span=source.span, what=source)
    return Choose(span=value.span, type=value.type, condition=condition, then=stand_in, otherwise=value)


def becomes_blank(source: Value, stand_in: Value, value: Value, target: Type) -> Value:
    """Blank where the source is what stands for blank, else the value."""
    filter_ = Relation(span=stand_in.span, operator="=", operand=stand_in)
    condition = Matches(span=source.span, value=source, filter=filter_)
    blank = blank_of(target, value.span)
    return Choose(span=value.span, type=value.type, condition=condition, then=blank, otherwise=value)


def named_elsewhere(world: World, base: Value, mappings: tuple[ast.Name, ...], value: Value) -> Value:
    """Blank where the field names a record of a table that none of the mappings has, else the value.

    Such a record has no partner by nature (R4.19: a team that owns, where users are looked up). Which table is named,
    says another field of the record, as the catalog has it.
    """
    if not isinstance(base, Column):
        return value
    ours = {one.on(base.record.table.system).name for name in mappings for one in variants(world, name)}
    for reference in base.field.references:
        if reference.table in ours or len(reference.when) != 1 or reference.when[0].how != "is":
            continue
        kind = column(world, base.record, base.record.table.field(reference.when[0].field), base.span)
        said = next(
            (one.number for one in kind.type.options if reference.when[0].value in (one.caption, one.name)), None
        )
        if said is not None:
            value = becomes_blank(kind, Constant(span=base.span, type=kind.type, value=said), value, value.type)
    return value
