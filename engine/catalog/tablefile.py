"""The text of a table file -> a table as written -> a Table.

A table as written keeps each field as its one line; the lines are read when the table is first asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.catalog.catalog import Field, Kind, Option, System, Table
from engine.catalog.fieldline import FLOW_FILTER, Fault, parse_choices, parse_field

BC_ID = "SystemId"
BC_MODIFIED = "SystemModifiedAt"
SALES_MODIFIED = "modifiedon"


def _system_field(number: int, name: str, kind: Kind) -> Field:
    return Field(number=number, name=name, caption=name, kind=kind, access="read")


_SYSTEM_FIELDS = (
    _system_field(2000000000, BC_ID, "id"),
    _system_field(2000000001, "SystemCreatedAt", "moment"),
    _system_field(2000000002, "SystemCreatedBy", "id"),
    _system_field(2000000003, BC_MODIFIED, "moment"),
    _system_field(2000000004, "SystemModifiedBy", "id"),
)
SYSTEM_FIELD_NAMES = tuple(one.name for one in _SYSTEM_FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A table, or an addition to one, as its file says it.

    caption: blank where the file has none. fields and choices: the lines, by name of the field.
    origin: the file, as messages call it.
    """

    system: System
    name: str
    caption: str = ""
    number: int = 0
    key: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""


def read_shipped(path: Path, origin: str) -> Written:
    """A table file that came with the engine; it is right, the tests see to that."""
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    return written(yaml.load(path.read_text(encoding="utf-8"), loader), origin)


def written(content: Mapping[str, object], origin: str) -> Written:
    """The content of a table file, every scalar as text, the shape having been checked."""
    system, _, name = str(content["table"]).partition(" ")
    key = content.get("key", ())
    fields, choices = content.get("fields", {}), content.get("choices", {})
    assert isinstance(key, list | tuple) and isinstance(fields, Mapping) and isinstance(choices, Mapping)
    return Written(
        system="bc" if system == "bc" else "sales",
        name=name,
        caption=str(content.get("caption", "")),
        number=int(str(content.get("number", "0"))),
        key=tuple(map(str, key)),
        fields=fields,
        choices=choices,
        origin=origin,
    )


def laid_over(base: Written, addition: Written) -> Written:
    """A table with an addition: new fields come last, a field of the same name takes the place of the old one."""
    lines = {**base.fields, **addition.fields}
    choices = dict(base.choices)
    for name, more in addition.choices.items():
        choices[name] = f"{choices[name]}, {more}" if name in choices else more
    return replace(
        base,
        fields=lines,
        choices=choices,
        caption=addition.caption or base.caption,
        origin=f"{base.origin}, {addition.origin}",
    )


def flow_filters(table: Written) -> frozenset[str]:
    """The names of the fields that only filter calculations."""
    return frozenset(name for name, line in table.fields.items() if line.endswith(FLOW_FILTER))


def table_of(table: Written) -> Table:
    """The table that is meant; a line that is not understood is left out (the reader of its file has said so)."""
    filters = flow_filters(table)
    found: dict[str, Field] = {}
    for name, line in table.fields.items():
        one = parse_field(name, line, table.system, filters)
        if isinstance(one, Field):
            found[name] = one
    for name, line in table.choices.items():
        if name in found:
            found[name] = with_choices(found[name], line, table.system)
    key = tuple(name for name in table.key if name in found)
    if table.system == "bc":
        found.update({one.name: one for one in _SYSTEM_FIELDS if one.name not in found})
        return Table(
            system="bc",
            name=table.name,
            caption=table.caption or table.name,
            number=table.number,
            key=key,
            id_field=BC_ID,
            modified_field=BC_MODIFIED,
            fields=found,
            origin=table.origin,
        )
    return Table(
        system="sales",
        name=table.name,
        caption=sales_caption(table),
        number=table.number,
        key=key,
        id_field=key[0] if key else "",
        modified_field=SALES_MODIFIED if SALES_MODIFIED in found else "",
        fields=found,
        origin=table.origin,
    )


def with_choices(one: Field, line: str, system: System) -> Field:
    """The field with further choices; a choice of the same number takes the place of the old one."""
    added = parse_choices(line, system)
    if isinstance(added, Fault):
        return one
    more: dict[int, Option] = {option.number: option for option in (*one.options, *added)}
    return replace(one, options=tuple(more.values()))


def sales_caption(table: Written) -> str:
    """A Sales table is called by the caption of its id column."""
    id_field = table.key[0] if table.key else ""
    if id_field not in table.fields:
        return table.name
    one = parse_field(id_field, table.fields[id_field], "sales")
    return table.name if isinstance(one, Fault) else one.caption
