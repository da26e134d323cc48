"""Written statements -> typed statements; each block has its own level of names."""

from __future__ import annotations

from typing import assert_never

import engine.model.branches as branches
import engine.model.steps as steps
import engine.model.values as values
from engine.catalog.catalog import Field, Table
from engine.model.aliases import new_record, new_value
from engine.model.carrying import blank_becomes, carried_of, must_look_up
from engine.model.conditions import condition_of, negation_free
from engine.model.constants import blank_of, unknown
from engine.model.messages import message_of
from engine.model.model import (
    ApplyTemplate,
    Assign,
    AssignSetting,
    Behind,
    Block,
    Column,
    CountsAsNew,
    Create,
    CreateOrChange,
    Find,
    ForEach,
    ForPieces,
    Itself,
    Let,
    Matches,
    Message,
    Named,
    Partner,
    Record,
    Relation,
    Require,
    Statement,
    Translate,
    Value,
)
from engine.model.names import column, field_named, setting_named, table_named
from engine.model.presence import holds
from engine.model.rowwise import change, couple, delete, record_meant, synchronise, uncouple
from engine.model.scope import PieceName, Scope
from engine.model.types import INTEGER, TEXT, UNKNOWN, UNKNOWN_TABLE, group, is_unknown
from engine.model.world import World
from engine.syntax import ast


def block_of(world: World, scope: Scope, node: ast.Block) -> Block:
    """The statements of a block, bound one after the other into `scope`."""
    bound = [one for statement in node.statements for one in statements_of(world, scope, statement)]
    return Block(span=node.span, statements=tuple(bound))


def statements_of(world: World, scope: Scope, node: ast.Statement) -> tuple[Statement, ...]:
    """What one statement comes to; nothing when it is not there under the settings or could not be bound."""
    with world.deeper(node.span) as fine:
        if not fine:
            return ()
        if isinstance(node, ast.If):
            return branches.if_(world, scope, node)
        one = _statement(world, scope, node)
        return () if one is None else (one,)


Single = (
    ast.Find
    | ast.Let
    | ast.Do
    | ast.Create
    | ast.CreateOrChange
    | ast.Change
    | ast.Delete
    | ast.Couple
    | ast.Uncouple
    | ast.Synchronise
    | ast.Require
    | ast.ForEach
    | ast.ForPieces
    | ast.Assign
    | ast.ApplyTemplate
    | ast.CountsAsNew
)


def _statement(world: World, scope: Scope, node: Single) -> Statement | None:
    match node:
        case ast.Find():
            return find(world, scope, node)
        case ast.Let():
            return let(world, scope, node)
        case ast.Do():
            return steps.do(world, scope, node)
        case ast.Create():
            return _create(world, scope, node)
        case ast.CreateOrChange():
            return _create_or_change(world, scope, node)
        case ast.Change():
            return change(world, scope, node)
        case ast.Delete():
            return delete(world, scope, node)
        case ast.Couple():
            return couple(world, scope, node)
        case ast.Uncouple():
            return uncouple(world, scope, node)
        case ast.Synchronise():
            return synchronise(world, scope, node)
        case ast.Require():
            return Require(
                span=node.span,
                condition=condition_of(world, scope.plain(), node.condition),
                outcome=node.outcome,
                message=message_of(world, scope.plain(), node.message),
            )
        case ast.ForEach():
            return _for_each(world, scope, node)
        case ast.ForPieces():
            return _for_pieces(world, scope, node)
        case ast.Assign():
            return _assign_setting(world, scope, node) if node.to_setting else _assign(world, scope, node)
        case ast.ApplyTemplate():
            return _apply_template(world, scope, node)
        case ast.CountsAsNew():
            return _counts_as_new(world, scope, node)
        case _:
            assert_never(node)


# --- names for records and values ---------------------------------------------------------------------------


def find(world: World, scope: Scope, node: ast.Find) -> Find:
    """`find T as a …`; the alias is in sight from here on."""
    record = new_record(world, scope, node.alias, table_named(world, node.table))
    return find_into(world, scope, node, record)


def find_into(world: World, scope: Scope, node: ast.Find, record: Record) -> Find:
    """`find` whose record has its place among the names already."""
    looked = scope.where(record)
    where = tuple(condition_of(world, looked, one) for one in node.where)
    otherwise: Message | Block | None = None
    if isinstance(node.otherwise, ast.Message):
        otherwise = message_of(world, scope.plain(), node.otherwise)
    elif isinstance(node.otherwise, ast.Block):
        otherwise = block_of(world, scope.block(writing=record), node.otherwise)
    sorting, descending = sorting_of(world, record.table, node.sorting)
    return Find(span=node.span, record=record, where=where, sorting=sorting, descending=descending, otherwise=otherwise)


def sorting_of(world: World, table: Table, node: ast.Sorting | None) -> tuple[tuple[str, ...], bool]:
    """The technical names of the fields to sort by, and whether downwards."""
    if node is None:
        return (), False
    fields = [field_named(world, table, name) for name in node.fields]
    return tuple(one.name for one in fields if one is not None), node.descending


def let(world: World, scope: Scope, node: ast.Let) -> Find | Let:
    """`let a = X`; a name for a record is a `find` of that very record, so that its fields can be read."""
    found = values.record_or_value(world, scope.plain(), node.value)
    if isinstance(found, Record | Behind):
        record = new_record(world, scope, node.alias, found.table)
        return Find(
            span=node.span,
            record=record,
            where=_the_same(world, record, found, node),
            sorting=(),
            descending=False,
            otherwise=None,
        )
    named = new_value(world, scope, node.alias, found)
    return Let(span=node.span, key=named.key, name=named.name, value=found)


def _the_same(world: World, record: Record, other: Record | Behind, node: ast.Let) -> tuple[Matches, ...]:
    if other.table is UNKNOWN_TABLE:
        return ()
    id_ = column(world, record, other.table.field(other.table.id_field), node.value.span)
    itself = Itself(span=node.value.span, type=id_.type, record=other)
    operand = Relation(span=node.value.span, operator="=", operand=itself)
    return (Matches(span=node.value.span, value=id_, filter=operand),)


# --- records -------------------------------------------------------------------------------------------------


def _create(world: World, scope: Scope, node: ast.Create) -> Create:
    table = table_named(world, node.table)
    like = None if node.like is None else record_meant(world, scope, node.like)
    if node.alias is None:
        record = world.nameless(table, node.table.span)
    else:
        record = new_record(world, scope, node.alias, table)
    body = block_of(world, scope.block(writing=record), node.block)
    return Create(span=node.span, record=record, like=like, body=body)


def _create_or_change(world: World, scope: Scope, node: ast.CreateOrChange) -> CreateOrChange:
    table = table_named(world, node.table)
    if node.alias is None:
        record = world.nameless(table, node.table.span)
    else:
        record = new_record(world, scope, node.alias, table)
    where = condition_of(world, scope.where(record), node.where)
    demanded: list[tuple[Field, Value]] = []
    for part in negation_free(where):
        match part:
            case Matches(value=Column(record=of, field=field), filter=Relation(operator="=", operand=operand)):
                if of == record:
                    demanded.append((field, operand))
            case _:
                pass
    body = block_of(world, scope.block(writing=record), node.block)
    return CreateOrChange(span=node.span, record=record, where=where, demanded=tuple(demanded), body=body)


def _for_each(world: World, scope: Scope, node: ast.ForEach) -> ForEach:
    table = table_named(world, node.table)
    inner = scope.block(writing=None)
    record = new_record(world, inner, node.alias, table)
    where = None if node.where is None else condition_of(world, inner.where(record), node.where)
    sorting, descending = sorting_of(world, table, node.sorting)
    body = block_of(world, inner, node.block)
    return ForEach(span=node.span, record=record, where=where, sorting=sorting, descending=descending, body=body)


def _for_pieces(world: World, scope: Scope, node: ast.ForPieces) -> ForPieces | None:
    arguments = [values.value_of(world, scope.plain(), one) for one in node.arguments]
    if len(arguments) not in (2, 3):
        told = f"pieces takes 2 or 3 values, here are {len(arguments)}"
        world.say("E212", node.span, told, "write pieces(text, length) or pieces(text, length, instead)")
        arguments = [unknown(node.span), unknown(node.span)]
    for argument, wanted in zip(arguments, ("textual", "number", "textual"), strict=False):
        if not is_unknown(argument.type) and group(argument.type) != wanted:
            told = "pieces takes a text, a length and the text that stands in for a blank one"
            world.say("E210", argument.span, told, "write pieces(text, length, instead)")
    name = node.alias.text
    text = Named(span=node.alias.span, type=TEXT, key=world.key(f"{name}.Text"), name=f"{name}.Text")
    number = Named(span=node.alias.span, type=INTEGER, key=world.key(f"{name}.Number"), name=f"{name}.Number")
    inner = scope.block(writing=None)
    inner.names[name] = PieceName(text=text, number=number, span=node.alias.span)
    world.defined("let", name, node.alias.span)
    where = None if node.where is None else condition_of(world, inner, node.where)
    return ForPieces(
        span=node.span,
        text=arguments[0],
        length=arguments[1],
        instead=arguments[2] if len(arguments) > 2 else None,
        text_key=text.key,
        number_key=number.key,
        where=where,
        body=block_of(world, inner, node.block),
    )


# --- fields and settings ---------------------------------------------------------------------------------------


def _assign(world: World, scope: Scope, node: ast.Assign) -> Assign | None:
    record = scope.writing
    if record is None:
        told = f"{node.target.text} is set where no record is being written"
        hint = "write it inside `create`, `change r { … }` or a moment like `every sales record { … }`"
        first, _, rest = node.target.text.partition(" ")
        if first == "set" and rest:
            hint = f"a setting is set with `setting {rest} := …`; a field inside `change r {{ … }}`"
        world.say("E221", node.target.span, told, hint)
        values.value_of(world, scope, node.value, UNKNOWN)
        return None
    _misplaced(world, node)
    field = field_named(world, record.table, node.target)
    if field is None:
        values.value_of(world, scope.block(writing=None), node.value, UNKNOWN)
        return None
    wanted = world.type_of(record.table, field)
    if isinstance(node.value, ast.Word) and node.value.word == "by bc":
        return _by_bc(world, record, field, node)
    inner = scope.right_of(record, field)
    value = values.checked_value(world, inner, node.value, wanted)
    stand_in = node.options.blank_means
    if stand_in is not None:
        bound = values.checked_value(world, inner, stand_in, wanted)
        value = blank_becomes(_asked(value), bound, value)
    must_look_up(world, node.options, node.span, (value,))
    active = node.options.when is None or holds(world, scope, node.options.when)
    if node.options.off or not active:
        return None
    return Assign(span=node.span, record=record, field=field, value=value, carried=carried_of(node.options, node.span))


def _asked(value: Value) -> Value:
    """The value that is looked up or translated; its blank is the one that `blank means` speaks of."""
    while isinstance(value, Partner | Translate):
        value = value.value
    return value


def _by_bc(world: World, record: Record, field: Field, node: ast.Assign) -> Assign | None:
    """`F := by bc`: a field that Business Central's own code fills."""
    if record.table.system != "bc":
        told = f"{record.table.caption} is a table of Sales; Business Central fills none of its fields"
        world.say("E230", node.value.span, told, "leave the line out, or write a value")
        return None
    value = blank_of(world.type_of(record.table, field), node.value.span)
    carried = carried_of(node.options, node.span)
    return Assign(span=node.span, record=record, field=field, value=value, carried=carried, by_bc=True)


def _misplaced(world: World, node: ast.Assign) -> None:
    if node.options.to_sales is not None or node.options.to_bc is not None:
        told = "a `:=` goes one way only"
        world.say("E230", node.span, told, "write the value on the right of `:=`")


def _assign_setting(world: World, scope: Scope, node: ast.Assign) -> AssignSetting | None:
    setting = setting_named(world, node.target)
    wanted = None if is_unknown(setting.type) else setting.type
    value = values.checked_value(world, scope.plain(), node.value, wanted)
    return None if wanted is None else AssignSetting(span=node.span, setting=setting.name, value=value)


def _apply_template(world: World, scope: Scope, node: ast.ApplyTemplate) -> ApplyTemplate | None:
    record = scope.writing
    if record is None or record.table.system == "sales":
        told = "a template is applied where no new record of Business Central is being written"
        world.say("E230", node.span, told, "write it in `new bc record { … }`")
        return None
    return ApplyTemplate(span=node.span, record=record, code=node.code.value)


def _counts_as_new(world: World, scope: Scope, node: ast.CountsAsNew) -> CountsAsNew | None:
    if scope.writing is not None:
        told = "`counts as new` stands where a record is being written"
        world.say("E230", node.span, told, "write it among the statements of a process, around that record")
        return None
    return CountsAsNew(span=node.span)
