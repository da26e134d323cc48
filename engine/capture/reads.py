"""A mapping or a process -> the tables and fields it reads and writes, and the mappings whose couplings it asks."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine import connector
from engine.catalog.catalog import Catalog, System, Table
from engine.catalog.settings import Settings
from engine.model import model
from engine.model.model import Model

Key = tuple[System, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A record is looked for whose field has a value: `find T where F = X`."""

    table: Table
    field: str
    value: model.Value


@dataclass
class Reads:
    """fields: per table the names of the fields. mappings: those whose couplings are looked at. asked: the look-ups by
    value; named: what the names in such values stand for; setup: settings that are fields of setup tables, by name."""

    fields: dict[Key, set[str]] = field(default_factory=dict)
    mappings: set[str] = field(default_factory=set)
    asked: list[Asked] = field(default_factory=list)
    named: dict[str, model.Value] = field(default_factory=dict)
    setup: dict[str, tuple[Table, str]] = field(default_factory=dict)

    def add(self, table: Table, *names: str) -> None:
        """Note that these fields of a table are read or written; without names, that the table is."""
        self.fields.setdefault((table.system, table.name), set()).update(names)


def reads(rules: Model, name: str, catalog: Catalog) -> Reads:
    """What a run of a mapping or a process reads, with all mappings that it calls."""
    found = Reads(mappings={name} & set(rules.mappings))
    done: set[str] = set()
    waiting = [name]
    if name in rules.processes:
        waiting = []
        known = Settings(catalog)
        setup = {one.name: one.setup for one in known.of_setup_tables}
        own = {one.name for one in known.own}
        for node in _nodes((rules.processes[name].body,), rules, set()):
            _note(node, found, catalog)
            _ask(node, found)
            _couple(node, found, rules)
            if (
                isinstance(node, model.SettingValue)
                and node.name not in own
                and (place := setup.get(node.name)) is not None
            ):
                found.setup[node.name] = (catalog.table("bc", place[0]), place[1])
                found.add(*found.setup[node.name])
            if isinstance(node, model.Synchronise):
                waiting += node.mappings
                found.mappings.update(node.mappings)
    while waiting:
        mapping = rules.mappings.get(waiting.pop())
        if mapping is None or mapping.name in done:
            continue
        done.add(mapping.name)
        found.add(mapping.bc.table, *mapping.bc.table.key)
        found.add(mapping.sales.table)
        parts = (
            *(mapping.bc, mapping.sales, mapping.items, mapping.bc_filter, mapping.sales_filter),
            *(mapping.leave_out, mapping.recognise, mapping.after_uncoupling),
        )
        for node in _nodes(parts, rules, set()):
            _note(node, found, catalog)
            _ask(node, found)
            if isinstance(node, model.Synchronise):
                waiting += node.mappings
                found.mappings.update(node.mappings)
    for one in sorted(found.mappings):
        if one in rules.mappings:
            found.add(rules.mappings[one].bc.table, *rules.mappings[one].bc.table.key)
    return found


def _nodes(part: object, rules: Model, shared: set[str]) -> Iterator[object]:
    """Every node under a part; a name that stands at the top of a file is followed once."""
    if isinstance(part, tuple):
        for one in part:
            yield from _nodes(one, rules, shared)
    elif isinstance(part, model.Bound):
        yield part
        key = getattr(part, "key", None)
        if isinstance(key, str) and key in rules.shared and key not in shared:
            shared.add(key)
            yield from _nodes(rules.shared[key].statement, rules, shared)
        for one in dataclasses.fields(part):
            if one.name not in ("type", "span"):
                yield from _nodes(getattr(part, one.name), rules, shared)


def _note(node: object, found: Reads, catalog: Catalog) -> None:
    match node:
        case model.Record(table=table):
            found.add(table)
        case model.Behind(table=table, by=by):
            found.add(table, by)
        case model.Column(record=record, field=field_):
            found.add(record.table, field_.name)
            if field_.calculation is not None:
                _calculated(record.table, field_.name, found, catalog)
        case model.Partner(mappings=names) | model.Coupled(mappings=names):
            found.mappings.update(names)
        case model.Find(record=record, sorting=sorting) | model.ForEach(record=record, sorting=sorting):
            found.add(record.table, *sorting)
        case model.Assign(record=record, field=field_):
            found.add(record.table, field_.name)
        case model.CreateOrChange(record=record, demanded=demanded):
            found.add(record.table, *(one.name for one, _ in demanded))
        case model.ApplyTemplate():
            lines = catalog.table("bc", connector.TEMPLATE_LINES)
            found.add(lines, connector.TEMPLATE_CODE, connector.TEMPLATE_FIELD, connector.TEMPLATE_VALUE)
        case _:
            pass


def _couple(node: object, found: Reads, rules: Model) -> None:
    """The mappings whose couplings a statement of a process looks at or makes, and fields that it takes over whole."""
    match node:
        case model.CoupledTogether(record=record):
            table = record.table
        case model.Couple(bc_table=table):
            pass
        case model.Create(record=record, like=like) if like is not None:
            found.add(like.table, *(one for one in like.table.fields if one in record.table.fields))
            return
        case _:
            return
    found.mappings.update(name for name, one in rules.mappings.items() if table in (one.bc.table, one.sales.table))


def _ask(node: object, found: Reads) -> None:
    match node:
        case model.Let(key=key, value=value):
            found.named[key] = value
        case model.Given(key=key, what=what) if not isinstance(what, model.Record | model.Behind):
            found.named[key] = what
        case model.Find(record=record, where=conditions):
            for one in conditions:
                found.asked += _equal(record, one)
        case (
            model.Exists(record=record, where=condition)
            | model.ForEach(record=record, where=condition)
            | model.Aggregate(record=record, where=condition)
            | model.Change(record=record, where=condition)
            | model.CreateOrChange(record=record, where=condition)
        ) if condition is not None:
            found.asked += _equal(record, condition)


def _equal(record: model.Record, condition: model.Condition) -> Iterator[Asked]:
    """The equalities that a condition demands of a record; one with yes or no, or an option, leads nowhere."""
    match condition:
        case model.All(parts=parts) | model.Any(parts=parts):
            for part in parts:
                yield from _equal(record, part)
        case model.Matches(value=model.Column(record=of, field=one), filter=wanted) if of == record:
            if one.stored and one.kind not in ("boolean", "option"):
                for operand in _operands(wanted):
                    yield Asked(table=record.table, field=one.name, value=operand)


def _operands(wanted: model.Filter) -> Iterator[model.Value]:
    match wanted:
        case model.AnyOf(parts=parts) | model.AllOf(parts=parts):
            for part in parts:
                yield from _operands(part)
        case model.Relation(operator="=", operand=operand):
            yield operand


def _calculated(table: Table, name: str, found: Reads, catalog: Catalog) -> None:
    calculation = table.fields[name].calculation
    if calculation is None or not catalog.has(table.system, calculation.table):
        return
    other = catalog.table(table.system, calculation.table)
    found.add(other, *(one for one in (calculation.field,) if one), *(one.field for one in calculation.where))
    found.add(table, *(one.value for one in calculation.where if one.how == "field"))


def carried(rules: Model, name: str, found: Reads) -> None:
    """The fields that the lines of a mapping write, on both sides."""
    mapping = rules.mappings[name]
    for item in mapping.items:
        if isinstance(item, model.FieldLine):
            if item.to_sales is not None:
                found.add(mapping.sales.table, item.to_sales.target.name)
            if item.to_bc is not None:
                found.add(mapping.bc.table, item.to_bc.target.name)
