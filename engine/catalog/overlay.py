"""The table files of a workspace -> tables as written, and what is wrong in them.

An overlay adds a table, or adds to one: fields, choices. What cannot be understood is told and left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from engine.catalog.catalog import Field, System, Table
from engine.catalog.fieldline import Fault, parse_choices, parse_field
from engine.catalog.pointing import pointing
from engine.catalog.suggest import did_you_mean
from engine.catalog.tablefile import Written, flow_filters, laid_over, table_of, written
from engine.diagnostic import Diagnostic, Severity, in_source_order
from engine.shipped import shipped
from engine.source import Span
from engine.textfile import read_source
from engine.yamlfile import Places, read_yaml

_CODES = {"line": ("E421", "field-line"), "kind": ("E422", "field-type"), "option": ("E423", "field-choices")}


class Tables(Protocol):
    """What an overlay is laid over: the tables that exist."""

    def has(self, system: System, name: str) -> bool: ...

    def table(self, system: System, name: str) -> Table: ...

    def by_number(self, number: int) -> Table | None: ...

    def names(self, system: System) -> tuple[tuple[str, str], ...]: ...


def table_files(places: tuple[Path, ...]) -> tuple[Path, ...]:
    """The table files meant by files and folders; a folder means the files in it, in `bc` and in `sales`, sorted."""
    found: dict[Path, None] = {}
    for place in places:
        if place.is_dir():
            inside = [path for pattern in ("*.yaml", "bc/*.yaml", "sales/*.yaml") for path in place.glob(pattern)]
            found.update(dict.fromkeys(sorted(inside)))
        else:
            found[place] = None
    return tuple(found)


def read_overlays(places: tuple[Path, ...], tables: Tables) -> tuple[tuple[Written, ...], tuple[Diagnostic, ...]]:
    """The additions in the files, in their order, and the findings."""
    schema = table_schema()
    read: list[tuple[Written, Places]] = []
    found: list[Diagnostic] = []
    for path in table_files(places):
        one, problems = _read(path, schema, tables, [addition for addition, _ in read])
        found += problems
        if one is not None:
            read.append(one)
    found += pointing(read, tables)
    return tuple(addition for addition, _ in read), in_source_order(found)


def table_schema() -> Mapping[str, Any]:
    """The JSON Schema of a table file."""
    import json

    content: Mapping[str, Any] = json.loads(
        (shipped("schemas") / "json" / "table.schema.json").read_text(encoding="utf-8")
    )
    return content


def _read(
    path: Path, schema: Mapping[str, Any], tables: Tables, earlier: list[Written]
) -> tuple[tuple[Written, Places] | None, tuple[Diagnostic, ...]]:
    source = read_source(path)
    if isinstance(source, Diagnostic):
        return None, (source,)
    value, found, places = read_yaml(source, schema)
    if not isinstance(value, dict) or _unusable(value):
        return None, found
    addition = written(_right_parts(value), source.path)
    problems = tuple(_problems(addition, tables, earlier, places))
    if "key" in value and not addition.key:  # its shape is wrong, and that is told already
        problems = tuple(one for one in problems if one.code != "E427")
    unknown = any(one.code in ("E427", "E430") for one in problems)
    new = not tables.has(addition.system, addition.name) and bool(addition.key)
    if unknown or (new and not table_of(addition).key):
        return None, (*found, *problems)
    return (_understood(addition), places), (*found, *problems)


def _understood(addition: Written) -> Written:
    """Without the lines that say nothing, so that a bad line does not take the place of a good one."""
    filters = flow_filters(addition)
    lines = {
        name: line
        for name, line in addition.fields.items()
        if isinstance(parse_field(name, line, addition.system, filters), Field)
    }
    return replace(addition, fields=lines)


def _unusable(value: dict[str, object]) -> bool:
    system, _, name = str(value.get("table", "")).partition(" ")
    return system not in ("bc", "sales") or not name.strip()


def _right_parts(value: dict[str, object]) -> dict[str, object]:
    """What keeps to the schema, so that one slip hides no other mistake."""
    parts: dict[str, object] = {"table": value["table"]}
    number = value.get("number")
    if isinstance(number, int) and not isinstance(number, bool):
        parts["number"] = number
    if isinstance(value.get("caption"), str):
        parts["caption"] = value["caption"]
    key = value.get("key")
    if isinstance(key, list):
        parts["key"] = [one for one in key if isinstance(one, str)]
    for name in ("fields", "choices"):
        lines = value.get(name)
        if isinstance(lines, dict):
            parts[name] = {field: " ".join(line.split()) for field, line in lines.items() if isinstance(line, str)}
    return parts


def _problems(addition: Written, tables: Tables, earlier: list[Written], places: Places) -> Iterator[Diagnostic]:
    before = [one for one in earlier if (one.system, one.name) == (addition.system, addition.name)]
    exists = tables.has(addition.system, addition.name)
    base = _base(addition, before, tables if exists else None)
    if not exists and not before:
        yield from _new_table(addition, tables, places)
    else:
        yield from _kept(addition, base, places)
    if addition.system == "sales" and addition.caption:
        yield _finding(
            "W428",
            "sales-caption",
            places.key(("caption",)),
            "a Sales table is called by the caption of its id column",
            "give the id column that caption",
            "warning",
        )
    yield from _lines(addition, base, places)
    for one in before:
        for name in addition.fields.keys() & one.fields.keys():
            yield _finding(
                "W429",
                "field-twice",
                places.key(("fields", name)),
                f"{name} is described in {one.origin} too; this one counts",
                "keep one of the two",
                "warning",
            )


def _base(addition: Written, before: list[Written], tables: Tables | None) -> Table:
    """The table without and with what earlier files add to it."""
    known = tables.table(addition.system, addition.name) if tables else None
    own = replace(addition, fields={}, choices={})
    for one in before:
        own = laid_over(own, one)
    added = table_of(own)
    if known is None:
        return replace(added, fields={**added.fields})
    return replace(known, fields={**known.fields, **added.fields})


def _new_table(addition: Written, tables: Tables, places: Places) -> Iterator[Diagnostic]:
    if not addition.key:
        near = did_you_mean(addition.name, [name for pair in tables.names(addition.system) for name in pair])
        yield _finding(
            "E427",
            "unknown-table-file",
            places.value(("table",)),
            f"there is no {addition.system} table {addition.name} to add to",
            near or "a new table needs a key: key: [Field]",
        )
        return
    taken = tables.by_number(addition.number) if addition.system == "bc" else None
    if taken is not None:
        yield _finding(
            "E425",
            "number-twice",
            places.value(("number",)),
            f"{addition.number} is the number of the table {taken.name}",
            "tables of customers have numbers from 50000",
        )
    for at, name in enumerate(addition.key):
        if name not in addition.fields:
            yield _finding(
                "E424",
                "key-field",
                places.value(("key", at)),
                f"the key names {name}, which is no field of {addition.name}",
                did_you_mean(name, addition.fields) or "describe it under fields",
            )
    if addition.system == "sales":
        yield from _sales_key(addition, places)


def _kept(addition: Written, base: Table, places: Places) -> Iterator[Diagnostic]:
    for name, given, kept in (("key", addition.key, base.key), ("number", addition.number, base.number)):
        if given and given != kept:
            yield _finding(
                "W431",
                "table-exists",
                places.value((name,)),
                f"{addition.name} exists, and its {name} stays as it is",
                f"leave {name} out; if a table of your own is meant, give it another name",
                "warning",
            )


def _sales_key(addition: Written, places: Places) -> Iterator[Diagnostic]:
    one = parse_field(addition.key[0], addition.fields.get(addition.key[0], "id"), "sales")
    if len(addition.key) > 1 or (isinstance(one, Field) and one.kind != "id"):
        yield _finding(
            "E430",
            "sales-key",
            places.value(("key",)),
            f"the key of the Sales table {addition.name} must be its one id column",
            f"for example key: [{addition.name}id]",
        )


def _lines(addition: Written, base: Table, places: Places) -> Iterator[Diagnostic]:
    filters = flow_filters(addition) | {one.name for one in base.fields.values() if one.flow_filter}
    numbers = {one.number: one.name for one in base.fields.values() if one.number and one.name not in addition.fields}
    options = {name for name, one in base.fields.items() if one.kind == "option"}
    for name, line in addition.fields.items():
        one = parse_field(name, line, addition.system, filters)
        place = places.value(("fields", name))
        if isinstance(one, Fault):
            code, title = _CODES[one.code]
            yield _finding(code, title, _narrow(place, one.words), one.message, one.hint)
            continue
        if one.kind == "option":
            options.add(name)
        if name in base.fields and base.fields[name].kind != one.kind:
            yield _finding(
                "W434",
                "field-retyped",
                _narrow(place, one.kind),
                f"{name} is of the type {base.fields[name].kind} in {addition.name}, and would become {one.kind}",
                "leave the line out, or give the type that the field has; a field of your own needs a name of its own",
                "warning",
            )
        if one.number and one.number in numbers:
            yield _finding(
                "E425",
                "number-twice",
                _narrow(place, str(one.number)),
                f"{one.number} is the number of {numbers[one.number]} already",
                "fields of customers have numbers from 50000; the number may be left out",
            )
        elif one.number:
            numbers[one.number] = name
    for name, line in addition.choices.items():
        choices = parse_choices(line, addition.system)
        if name not in options:
            yield _finding(
                "E426",
                "no-option-field",
                places.key(("choices", name)),
                f"{addition.name} has no option field {name}",
                did_you_mean(name, sorted(options)) or "describe it under fields, with the type option",
            )
        elif isinstance(choices, Fault):
            code, title = _CODES[choices.code]
            yield _finding(
                code, title, _narrow(places.value(("choices", name)), choices.words), choices.message, choices.hint
            )


def _narrow(place: Span, words: str) -> Span:
    """The words within a line that are meant; the whole line when they cannot be found in it."""
    at = place.text.find(words) if words else -1
    return place if at < 0 else place.source.span(place.start + at, place.start + at + len(words))


def _finding(code: str, name: str, span: Span, message: str, hint: str, severity: Severity = "error") -> Diagnostic:
    return Diagnostic(code=code, name=name, severity=severity, span=span, message=message, hint=hint)
