"""`find` -> a record that joins the FROM clause: by its key, by one grouped join, or by a search for every row."""

from __future__ import annotations

from engine.catalog.catalog import Table
from engine.model import model
from engine.model.model import Condition, Find, Record, Value
from engine.sql.conditions import condition, joined_by
from engine.sql.frame import Failure, Frame, said
from engine.sql.quote import identifier
from engine.sql.scope import Joined, Key, keys_of
from engine.sql.values import Reading, value


def find(statement: Find, frame: Frame) -> None:
    """The first record that fits joins the FROM clause; blank when there is none or the branch is not taken."""
    joined = keyed_find(statement, frame) or grouped_find(statement, frame) or searched_find(statement, frame)
    frame.scope.names[statement.record.key] = joined
    if isinstance(statement.otherwise, model.Message):
        frame.outcome.failures.append(
            Failure(
                when=joined_by("AND", [*frame.guards, f"({joined.id} IS NULL)"]),
                reason=said(statement.otherwise, frame.reading()),
                code="E632",
                span=statement.span,
            )
        )


def keyed_find(statement: Find, frame: Frame) -> Joined | None:
    """A find by the id or the whole primary key is a plain join, as an import lets no key in twice."""
    if len(statement.where) != 1:
        return None
    wanted = equalities(statement.where[0], statement.record)
    table = statement.record.table
    if wanted is None or not (table.id_field in wanted or set(table.key) <= wanted.keys()):
        return None
    relations = frame.scope.relations
    if any(not relations.holds(table, name) for name in wanted):
        return None
    tests = list(frame.guards)
    for name, other in wanted.items():
        given = value(other, frame.reading())
        kind = table.fields[name].kind
        if kind == "code" and other.type.kind != "code":
            given = f"upper(trim({given}))"
        tests.append(f"{{alias}}.{identifier(name)} = {given}")
    alias = frame.scope.look(table, " AND ".join(tests))
    return Joined(alias=alias, table=table, certain=False)


def equalities(test: Condition, record: Record) -> dict[str, Value] | None:
    """field -> value of a condition that is nothing but `F = X and G = Y` with X, Y from outside; else None."""
    parts = test.parts if isinstance(test, model.All) else (test,)
    wanted: dict[str, Value] = {}
    for part in parts:
        if not isinstance(part, model.Matches) or not isinstance(part.value, (model.Column, model.Itself)):
            return None
        if not isinstance(part.filter, model.Relation) or part.filter.operator != "=":
            return None
        left, operand = part.value, part.filter.operand
        if not isinstance(left.record, Record) or left.record.key != record.key:
            return None
        name = left.field.name if isinstance(left, model.Column) else record.table.id_field
        if record.key in set(keys_of(operand)) or name in wanted:
            return None
        if {left.type.kind, operand.type.kind} - {"code", "text"} and left.type.kind != operand.type.kind:
            return None
        wanted[name] = operand
    return wanted


def grouped_find(statement: Find, frame: Frame) -> Joined | None:
    """Each alternative by one grouped join that gives the first record; the first alternative that has one."""
    from engine.sql.grouped import grouped, taken_apart

    record, table = statement.record, statement.record.table
    searches = [taken_apart(one, record) for one in statement.where]
    if not searches or None in searches:
        return None
    order = sorting(statement.sorting, statement.descending, table, frame)

    def first(_: object, alias: str) -> str:
        by = ", ".join(f"{alias}.{identifier(name)}{way} NULLS FIRST" for name, way in order)
        return f"first({alias}.{identifier(table.id_field)} ORDER BY {by})"

    ids = [grouped(one, record, first, frame.reading()) for one in searches if one is not None]
    id = ids[0] if len(ids) == 1 else f"coalesce({', '.join(ids)})"
    guard = frame.guard()
    test = f"{{alias}}.{identifier(table.id_field)} = {id}" + ("" if guard == "true" else f" AND {guard}")
    alias = frame.scope.look(table, test)
    return Joined(alias=alias, table=table, certain=False)


def searched_find(statement: Find, frame: Frame) -> Joined:
    """Alternatives in turn, sorted, the first row; then its columns by id."""
    relations, table = frame.scope.relations, statement.record.table
    branches = []
    order = sorting(statement.sorting, statement.descending, table, frame)
    for number, test in enumerate(statement.where or (None,), start=1):
        inner, alias = frame.scope.over(table)
        inner.names[statement.record.key] = Joined(alias=alias, table=table, certain=True)
        where = joined_by("AND", list(frame.guards))
        if test is not None:
            where = joined_by("AND", [*frame.guards, condition(test, Reading(scope=inner, around=frame.around))])
        columns = ", ".join(f"{alias}.{identifier(name)} AS o{index}" for index, (name, _) in enumerate(order))
        id = f"{alias}.{identifier(table.id_field)}"
        branches.append(f"SELECT {number} AS turn, {columns}, {id} AS id FROM {inner.sql()} WHERE {where}")
    by = ", ".join(["turn", *(f"o{index}{direction}" for index, (_, direction) in enumerate(order)), "id"])
    union = "\n  UNION ALL\n  ".join(branches)
    picked = frame.scope.lateral(f"SELECT id FROM ({union}) ORDER BY {by} LIMIT 1", relations.alias("found"))
    alias = frame.scope.look(table, f"{{alias}}.{identifier(table.id_field)} = {picked}.id")
    return Joined(alias=alias, table=table, certain=False)


def sought(statement: model.CreateOrChange, frame: Frame) -> Joined:
    """The record that `create or change` begins with: by one grouped join where it asks for equal fields alone, which
    also knows records that are blank in them, else by a search for every row."""
    record, table, relations = statement.record, statement.record.table, frame.scope.relations
    wanted = equalities(statement.where, record)
    if wanted is None or any(not relations.holds(table, name) for name in wanted):
        search = Find(
            record=record, where=(statement.where,), sorting=(), descending=False, otherwise=None, span=statement.span
        )
        return searched_find(search, frame)
    id = identifier(table.id_field)
    key = ", ".join(identifier(name) for name, _ in sorting((), False, table, frame))
    first = f"min({id})" if key == id else f"arg_min({id}, row({key}))"
    inner, _ = frame.scope.over(table)
    keys = [
        Key(own=identifier(name), wanted=value(given, frame.reading()), blank=True) for name, given in wanted.items()
    ]
    found = frame.scope.group(inner, keys, f"{first} AS id", "true")
    alias = frame.scope.look(table, f"{{alias}}.{id} = {found}.id")
    return Joined(alias=alias, table=table, certain=False)


def sorting(fields: tuple[str, ...], descending: bool, table: Table, frame: Frame) -> list[tuple[str, str]]:
    """(column, direction) to sort by: as written, then the primary key, as far as the rows have these columns."""
    wanted = [(name, " DESC" if descending else "") for name in fields]
    wanted += [(name, "") for name in table.key if name not in fields]
    held = [(name, way) for name, way in wanted if frame.scope.relations.holds(table, name)]
    return held or [(table.id_field, "")]
