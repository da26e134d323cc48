"""Fields -> types; which type goes into which, and which can be compared (sync-semantics 4.4)."""

from __future__ import annotations

from typing import Final, Literal

from engine.catalog.catalog import Catalog, Field, Kind, Table
from engine.model.model import Type
from engine.model.typed import AnyRecord, Behind, Record, Value

UNKNOWN: Final = Type(kind="text", length=-1)
"""The type of what could not be resolved: already told, so nothing more is said about it."""

UNKNOWN_TABLE: Final = Table(
    system="bc", name="", caption="", number=0, key=(), id_field="", modified_field="", fields={}
)

TEXT: Final = Type(kind="text")
INTEGER: Final = Type(kind="integer")
DECIMAL: Final = Type(kind="decimal")
BOOLEAN: Final = Type(kind="boolean")
DATE: Final = Type(kind="date")
MOMENT: Final = Type(kind="moment")

Group = Literal["textual", "number", "calendar", "time", "boolean", "option", "identity"]

GROUPS: Final[dict[Kind, Group]] = {
    "text": "textual",
    "code": "textual",
    "blob": "textual",
    "date formula": "textual",
    "integer": "number",
    "big integer": "number",
    "decimal": "number",
    "duration": "number",
    "date": "calendar",
    "moment": "calendar",
    "time": "time",
    "boolean": "boolean",
    "option": "option",
    "id": "identity",
    "record id": "identity",
}

# What can be written into what besides its own group: everything has a text (R4.9), and is read back from one.
CONVERTS: Final[frozenset[tuple[Group, Group]]] = frozenset(
    {
        ("number", "textual"),
        ("calendar", "textual"),
        ("time", "textual"),
        ("boolean", "textual"),
        ("option", "textual"),
        ("textual", "number"),
        ("textual", "calendar"),
        ("textual", "time"),
        ("textual", "boolean"),
        ("textual", "option"),
        ("number", "option"),
        ("option", "number"),
    }
)


def group(type_: Type) -> Group:
    """What kinds of values a type belongs with: those that can be compared with it."""
    return GROUPS[type_.kind]


def is_unknown(type_: Type | None) -> bool:
    """Is the type not known because the value is a mistake that was told already?"""
    return type_ is UNKNOWN


def is_lost(what: AnyRecord | Value) -> bool:
    """Could a record or a value not be resolved? That is told already."""
    if isinstance(what, Record | Behind):
        return what.table is UNKNOWN_TABLE
    return is_unknown(what.type)


def type_of(catalog: Catalog, table: Table, field: Field) -> Type:
    """The type of a field of a table; `table` of the type is the one table it refers to, if there is just one."""
    return Type(
        kind=field.kind,
        length=field.length,
        options=field.options,
        table=_named_by(catalog, table, field),
        blank_option=field.blank_option if field.kind == "option" else 0,
    )


def _named_by(catalog: Catalog, table: Table, field: Field) -> Table | None:
    if field.name == table.id_field or (table.system == "bc" and table.key == (field.name,)):
        return table
    if field.kind not in ("id", "code", "text"):
        return None
    targets = {reference.table for reference in field.references}
    if len(targets) != 1:
        return None
    name = targets.pop()
    return catalog.table(table.system, name) if catalog.has(table.system, name) else None


def same_table(left: Table | None, right: Table | None) -> bool:
    """Do both name the same table, as far as they name one?"""
    if left is None or right is None:
        return True
    return (left.system, left.name) == (right.system, right.name)


def assignable(source: Type, target: Type) -> bool:
    """Can a value of `source` be written into `target`, as it is or through its text (R4.8, R4.9)?"""
    if source is UNKNOWN or target is UNKNOWN:
        return True
    one, other = group(source), group(target)
    if one == other == "identity":
        return "record id" in (source.kind, target.kind) or same_table(source.table, target.table)
    return one == other or (one, other) in CONVERTS


def comparable(left: Type, right: Type) -> bool:
    """Can two values be compared? Options also by their text, ids only of one table."""
    if left is UNKNOWN or right is UNKNOWN:
        return True
    one, other = group(left), group(right)
    if one == other == "identity":
        return "record id" in (left.kind, right.kind) or same_table(left.table, right.table)
    return one == other or {one, other} in ({"option", "textual"}, {"option", "number"})


def described(type_: Type) -> str:
    """A type in words: `text of 50 characters`, `record of sales Unit`."""
    if type_.kind == "id" and type_.table is not None:
        return f"record of {type_.table.system} {type_.table.caption}"
    match type_.kind:
        case "boolean":
            return "yes or no"
        case "text" | "code" if type_.length:
            return f"{type_.kind} of {type_.length} characters"
        case kind:
            return kind


def joined(left: Type, right: Type) -> Type:
    """The type of two texts put together."""
    if left.length is None or right.length is None:
        return TEXT
    return Type(kind="text", length=left.length + right.length)


def wider(left: Type, right: Type) -> Type | None:
    """The type that holds values of both; None when there is none."""
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    one, other = group(left), group(right)
    if one != other:
        if {one, other} == {"option", "textual"}:
            return TEXT
        return None
    match one:
        case "textual":
            known = left.length is not None and right.length is not None
            kind: Kind = left.kind if left.kind == right.kind else "text"
            table = left.table if left.table is right.table else None
            return Type(kind=kind, length=max(left.length or 0, right.length or 0) if known else None, table=table)
        case "number":
            return left if left.kind == right.kind else DECIMAL
        case "calendar":
            return left if left.kind == right.kind else MOMENT
        case _:
            return left
