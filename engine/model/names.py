"""Names as written -> tables, fields, option values, mappings, settings; or a finding that says what was meant."""

from __future__ import annotations

import re

from engine.catalog.catalog import Field, System, Table
from engine.catalog.settings import SettingDef
from engine.catalog.suggest import did_you_mean
from engine.frozen import dataclass
from engine.model.findings import listed
from engine.model.model import AnyRecord, Behind, Column, Type
from engine.model.types import UNKNOWN, UNKNOWN_TABLE
from engine.model.world import Variant, World
from engine.source import Span
from engine.syntax import ast

OTHER: dict[System, System] = {"bc": "sales", "sales": "bc"}
PRODUCT: dict[System, str] = {"bc": "Business Central", "sales": "Sales"}


FUNCTIONS = ("first filled", "round", "max", "left", "plain text", "first line", "trim")
_CALL = re.compile(r"([A-Za-z][\w ]*)\((.*)\)")
_ONE_OF = re.compile(r"(.+?) (?:in|IN|In) ?\((.*)\)")
_NULL = re.compile(r"(.+?)[ ]+is[ ]+(not[ ]+)?null", re.IGNORECASE)


def called(table: Table) -> str:
    """How messages call a table: `bc Item`, `sales Order`."""
    return f"{table.system} {table.caption}"


def written(name: str) -> str:
    """A name as a rule may have to write it: in double quotes where it is not plain words."""
    return name if all(part.isalnum() for part in name.replace("-", " ").replace(".", " ").split()) else f'"{name}"'


def table_named(world: World, node: ast.TableName) -> Table:
    """The table of `bc Item` or `sales Order`; UNKNOWN_TABLE when there is none."""
    name, system = node.name.text, node.system
    found = world.catalog.find(system, name)
    if len(found) == 1:
        return found[0]
    if found:
        choices = listed(f"{system} {written(one.name)}" for one in found)
        world.say("E205", node.span, f"{system} {name} is the caption of {len(found)} tables", f"write {choices}")
        return UNKNOWN_TABLE
    if world.catalog.find(OTHER[system], name):
        hint = f"{name} is a table of {PRODUCT[OTHER[system]]}: write {OTHER[system]} {name}"
    else:
        hint = did_you_mean(name, (word for one in world.catalog.names(system) for word in (one[1], one[0])))
    world.say("E201", node.span, f"{PRODUCT[system]} has no table {name}", hint)
    return UNKNOWN_TABLE


def field_named(world: World, table: Table, name: ast.Name) -> Field | None:
    """The field that a name means in a table; None, and a finding, when it means none or several."""
    if table is UNKNOWN_TABLE:
        return None
    found = table.find(name.text)
    if len(found) == 1:
        return found[0]
    if found:
        choices = listed(written(one.name) for one in found)
        world.say(
            "E205",
            name.span,
            f"{name.text} is the caption of {len(found)} fields of {called(table)}",
            f"write {choices}",
        )
        return None
    hint = field_hint(table, name.text)
    same_word = any(one.caption.casefold() == name.text.casefold() for one in table.fields.values())
    for other in world.sides:
        if other is not table and other.find(name.text) and not same_word:
            hint = f"{name.text} is a field of {called(other)}"
    world.say("E204", name.span, f"table {called(table)} has no field {name.text}", hint)
    return None


def field_hint(table: Table, name: str) -> str:
    """`did you mean Name?`, with the captions first; what is written in the way of other languages is told as such."""
    if one_of := _ONE_OF.fullmatch(name):
        values = "|".join(one.strip() for one in one_of[2].split(","))
        return f"one of several values is written `{one_of[1]} = {values}`"
    if empty := _NULL.fullmatch(name):
        return f"an empty field is asked for with `{empty[1]} is {'not ' if empty[2] else ''}blank`"
    if call := _CALL.fullmatch(name):
        if call[1].lower() in FUNCTIONS:
            return f"functions are written in small letters: {call[1].lower()}({call[2]})"
        return f"the functions are {', '.join(FUNCTIONS[:-1])} and {FUNCTIONS[-1]}"
    if " & " in name:
        return f"`+` joins texts: {name.replace(' & ', ' + ')}"
    captions = [one.caption for one in table.fields.values()]
    return did_you_mean(name, [*captions, *table.fields])


def column(world: World, record: AnyRecord, field: Field, span: Span) -> Column:
    """A field of a record as a value."""
    return Column(span=span, type=world.type_of(record.table, field), record=record, field=field)


def behind(world: World, start: Column, span: Span) -> Behind | None:
    """The record that a field points to; None, and a finding, when it points to none or to one of several tables."""
    references = {one.table: one for one in start.field.references}
    table = start.record.table
    if len(references) > 1:
        targets = listed((_caption(world, table.system, name) for name in references), "or")
        world.say(
            "E227",
            span,
            f"{start.field.caption} of {called(table)} points to one of several tables: {targets}",
            "write a `find` that says which table is meant",
        )
        return None
    for name, reference in references.items():
        if world.catalog.has(table.system, name):
            target = world.catalog.table(table.system, name)
            return Behind(span=span, column=start, table=target, by=reference.field)
    world.say(
        "E227",
        span,
        f"{start.field.caption} of {called(table)} points to no table that is known",
        "a full stop after a field leads to the record that the field points to",
    )
    return None


def _caption(world: World, system: System, name: str) -> str:
    if not world.catalog.has(system, name):
        return f"{system} {name}"
    return called(world.catalog.table(system, name))


def option_number(type_: Type, text: str) -> int | None:
    """The number of an option value by caption, member name or number; None when there is no such value."""
    for option in type_.options:
        if text in (option.caption, option.name):
            return option.number
    if text.lstrip("-").isdigit() and any(option.number == int(text) for option in type_.options):
        return int(text)
    return type_.blank_option if text.strip() == "" else None


def unknown_option(world: World, type_: Type, text: str, span: Span) -> None:
    """Tells that an option has no such value."""
    captions = [one.caption for one in type_.options if one.caption.strip()]
    hint = did_you_mean(text, [*captions, *(one.name for one in type_.options)])
    if not hint and captions:
        hint = f"it can be {listed(captions[:12])}" + (", …" if len(captions) > 12 else "")
    world.say("E206", span, f"there is no option value {text} here", hint)


def variants(world: World, name: ast.Name) -> tuple[Variant, ...]:
    """The declarations of a mapping by name; empty, and a finding, when there is none."""
    found = world.mappings.get(name.text, ())
    if not found and not world.is_broken(name.text):
        hint = did_you_mean(name.text, world.mappings)
        world.say("E202", name.span, f"there is no mapping {name.text}", hint)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSetting:
    """A setting as binding sees it: its canonical name and the type of its value."""

    name: str
    type: Type


def setting_named(world: World, name: ast.Name) -> KnownSetting:
    """A setting by its label or name."""
    found = world.known_settings.find(name.text)
    if found is None:
        near = world.known_settings.suggest(name.text)
        hint = f"did you mean {listed(near)}?" if near else ""
        world.say("E208", name.span, f"there is no setting {name.text}", hint)
        return KnownSetting(name=name.text, type=UNKNOWN)
    world.used("setting", found.name, name.span)
    target = found.target
    table = world.catalog.table("sales", target) if target and world.catalog.has("sales", target) else None
    type_ = Type(kind=found.kind, length=found.length, options=found.options, table=table, blank_option=_blank(found))
    return KnownSetting(name=found.name, type=type_)


def _blank(setting: SettingDef) -> int:
    return next((one.number for one in setting.options if not one.caption.strip()), 0)
