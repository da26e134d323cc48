"""Typed values -> SQL expressions.

Every expression keeps the rule of `engine.sql.blank`. Records that a value reaches through look-ups and
couplings become joins of the scope they depend on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, assert_never

from engine.catalog.catalog import Catalog, Field
from engine.model import model
from engine.model.days import day
from engine.model.model import AnyRecord, Behind, Record, Type, Value
from engine.sql import blank
from engine.sql.blank import TEXTS, type_of
from engine.sql.lookups import Missing, partner
from engine.sql.plaintext import plain_text
from engine.sql.quote import identifier, literal
from engine.sql.scope import Joined, Scope, Written, keys_of


class NotPlanned(Exception):  # noqa: N818 - a limit of the planner, not an error of the program
    """A construct that the planner does not carry out yet; `what` says which, `span` where."""

    def __init__(self, what: str, span: object) -> None:
        super().__init__(what)
        self.what = what
        self.span = span


@dataclass(frozen=True, kw_only=True)
class Around:
    """What expressions need beside their scope: the clock, the settings, the mappings, shared finds.

    run: starts a run asked for by a rule (engine.run.pairs.Call), at once. shared: gives the entry of a top-level `find` or `let` by its key, carried out when first asked for.
    """

    catalog: Catalog
    mappings: Mapping[str, model.Mapping]
    settings: Mapping[str, object]
    now: datetime
    work_date: date
    shared: Callable[[str, Scope], Joined | str | None]
    run: Callable[[Any], None] | None = None


@dataclass
class Reading:
    """One expression being compiled: where it stands, and which look-ups in it found no partner.

    missing: collected for field lines and `:=`, where a look-up without partner fails the record; None in
    conditions, where it is blank (rule of evaluation 3).
    """

    scope: Scope
    around: Around
    missing: list[Missing] | None = None
    guards: tuple[str, ...] = ()
    lenient: bool = field(default=False)


def value(node: Value, reading: Reading) -> str:
    """SQL of a value."""
    match node:
        case model.Constant():
            return constant(node.value, node.type)
        case model.Column():
            return column(node.record, node.field, reading)
        case model.Itself():
            return record_id(node.record, reading)
        case model.Named():
            return named(node, reading)
        case model.SettingValue():
            return constant(reading.around.settings.get(node.name), node.type)
        case model.Clock():
            return clock(node.word, reading)
        case model.Call():
            return call(node, reading)
        case model.Choose():
            return choose(node, reading)
        case model.Arithmetic():
            return arithmetic(node, reading)
        case model.Shift():
            units = {"D": "DAY", "W": "WEEK", "M": "MONTH", "Q": "QUARTER", "Y": "YEAR"}
            moved = f"({value(node.date, reading)} + ({node.count}) * INTERVAL 1 {units[node.unit]})"
            return f"CAST({moved} AS {blank.SQL_TYPES[node.type.kind]})"
        case model.Day():
            return day_of(node, reading)
        case model.Negative():
            return f"(-{value(node.operand, reading)})"
        case model.Convert():
            from engine.sql.convert import converted

            return converted(value(node.value, reading), node.value.type, node.type, blank.blank(node.type))
        case model.Partner():
            return partner(node, reading)
        case model.Translate():
            return translate(node, reading)
        case model.Aggregate():
            return aggregate(node, reading)
        case model.NextNumber():
            raise NotPlanned("next number in the middle of an expression", node.span)
        case model.Truth():
            from engine.sql.conditions import condition

            return f"({condition(node.condition, reading)})"
        case _:
            assert_never(node)


def constant(given: object, type: Type) -> str:
    """SQL of a fixed value of a type; None is blank. A code is in capitals without outer blanks (R10.3)."""
    if given is None or (given == "" and type.kind not in TEXTS):
        return blank.blank(type)
    if type.kind in ("date", "time", "moment", "id"):
        text = given.isoformat() if hasattr(given, "isoformat") else str(given)
        return f"CAST({literal(text)} AS {blank.SQL_TYPES[type.kind]})"
    if type.kind == "boolean":
        return "true" if given else "false"
    if type.kind == "code":
        return literal(str(given).strip().upper())
    if type.kind in TEXTS:
        return literal(str(given))
    if isinstance(given, (int, Decimal)):
        return f"({given})" if given < 0 else str(given)
    return literal(str(given))


def day_of(node: model.Day, reading: Reading) -> str:
    """A day counted from the clock; of a period of the books where the snapshot says when they begin (R10.12)."""
    start = reading.around.work_date if node.start == "work date" else reading.around.now.date()
    counted = f"DATE '{day(start, node.steps).isoformat()}'"
    if node.period is None:
        return counted
    from engine.sql.periods import booked

    return booked(node.period, start, counted, reading)


def entry_of(record: AnyRecord, reading: Reading) -> Joined | Written:
    """What stands for a record; a look-up that it hides behind is joined."""
    if isinstance(record, Record):
        found = reading.scope.entry(record.key)
        if found is None:
            found = reading.around.shared(record.key, root(reading.scope))
        if found is None or isinstance(found, str):
            raise NotPlanned(f"record {record.name} is not in reach here", record.span)
        return found
    return behind(record, reading)


def root(scope: Scope) -> Scope:
    """The outermost scope."""
    while scope.parent is not None:
        scope = scope.parent
    return scope


def behind(record: Behind, reading: Reading) -> Joined:
    """The record that a field points to, joined by the column it is found by."""
    scope = reading.scope.home(record)
    points = value(record.column, reading)
    by = identifier(record.by)
    alias = scope.look(record.table, f"{{alias}}.{by} = {points}")
    return Joined(alias=alias, table=record.table, certain=False)


def column(record: AnyRecord, field_: Field, reading: Reading) -> str:
    """SQL of a field of a record, blank when the record is."""
    entry = entry_of(record, reading)
    if isinstance(entry, Written):
        if field_.name in entry.values:
            return entry.values[field_.name]
        if field_.name == entry.table.id_field:
            return entry.id
        return before(entry, field_, reading)
    return stored(entry, field_, reading)


def before(entry: Written, field_: Field, reading: Reading) -> str:
    """SQL of what a field of a record being written held before: a new record has its defaults."""
    fresh = blank.default(field_) or blank.blank(type_of(field_))
    if entry.old is None:
        return fresh
    held = stored(entry.old, field_, reading)
    if fresh == blank.blank(type_of(field_)) or entry.exists == "true":
        return held
    return f"(CASE WHEN {entry.exists} THEN {held} ELSE {fresh} END)"


def stored(entry: Joined, field_: Field, reading: Reading) -> str:
    """SQL of a stored or calculated field of a joined record."""
    kind = type_of(field_)
    relations = reading.scope.relations
    if not relations.holds(entry.table, field_.name):
        if field_.calculation is not None:
            from engine.sql.calculated import calculation

            return calculation(entry, field_, reading)
        return blank.blank(kind)
    text = f"{entry.alias}.{identifier(field_.name)}"
    if entry.certain and entry.table.system == "bc":
        return text  # an import gives every BC field a value (R4.12)
    return blank.filled(text, kind)


def record_id(record: AnyRecord, reading: Reading) -> str:
    """SQL of the id of a record, NULL for a blank one."""
    entry = entry_of(record, reading)
    return entry.id


def named(node: model.Named, reading: Reading) -> str:
    """SQL of the value under a name. NotPlanned: nothing of that name is in reach."""
    found = reading.scope.entry(node.key)
    if found is None:
        found = reading.around.shared(node.key, root(reading.scope))
    if not isinstance(found, str):
        raise NotPlanned(f"value {node.name} is not in reach here", node.span)
    return found


def clock(word: str, reading: Reading) -> str:
    """The plan's clock as an SQL constant: `now`, its day, or the work date."""
    around = reading.around
    match word:
        case "work date":
            return f"DATE '{around.work_date.isoformat()}'"
        case "today":
            return f"DATE '{around.now.date().isoformat()}'"
        case _:
            return f"TIMESTAMP '{around.now.isoformat(sep=' ')}'"


def choose(node: model.Choose, reading: Reading) -> str:
    """SQL of one of two values; only one is read when settings alone decide."""
    from engine.sql.conditions import condition, fixed

    known = fixed(node.condition, reading.around.settings)
    if known is not None:
        return value(node.then if known else node.otherwise, reading)
    test = condition(node.condition, Reading(scope=reading.scope, around=reading.around))
    then = value(node.then, guarded(reading, test))
    otherwise = value(node.otherwise, guarded(reading, f"NOT ({test})"))
    return f"(CASE WHEN {test} THEN {then} ELSE {otherwise} END)"


def guarded(reading: Reading, guard: str) -> Reading:
    """The same reading where look-ups only count while `guard` holds."""
    return Reading(
        scope=reading.scope,
        around=reading.around,
        missing=reading.missing,
        guards=(*reading.guards, guard),
        lenient=reading.lenient,
    )


def arithmetic(node: model.Arithmetic, reading: Reading) -> str:
    """SQL of a sum, difference, product, quotient or joined text.

    Products and quotients are worked out in binary and rounded to 10 decimals; one that is out of range is 0.
    """
    left, right = value(node.left, reading), value(node.right, reading)
    if node.type.kind in TEXTS:
        return f"({blank.shown(left, node.left.type)} || {blank.shown(right, node.right.type)})"
    if node.operator in "+-":
        return f"CAST({left} {node.operator} {right} AS DECIMAL(38,10))"
    worked = f"CAST({left} AS DOUBLE) {node.operator} CAST({right} AS DOUBLE)"
    return f"coalesce(TRY_CAST(round({worked}, 10) AS DECIMAL(38,10)), 0)"


def call(node: model.Call, reading: Reading) -> str:
    """The functions of the language (language.md, Values)."""
    given = [value(one, reading) for one in node.arguments]
    match node.function:
        case "first filled":
            types = [one.type for one in node.arguments]
            cases = "".join(
                f"WHEN NOT ({blank.is_blank(one, type)}) THEN {one} " for one, type in zip(given, types, strict=True)
            )
            return f"(CASE {cases}ELSE {blank.blank(node.type)} END)"
        case "round":
            return rounded(given[0], node.arguments[1], given[1])
        case "max":
            return f"greatest({', '.join(given)})"
        case "left":
            return f"left({given[0]}, CAST({given[1]} AS INTEGER))"
        case "trim":
            return f"trim({given[0]})"
        case "first line":
            return f"rtrim(split_part({given[0]}, chr(10), 1), chr(13))"
        case "plain text":
            return plain_text(given[0])
        case _:
            raise NotPlanned(f"function {node.function}", node.span)


def rounded(text: str, precision: Value, precision_sql: str) -> str:
    """Half away from zero, to a multiple of the precision. A power of ten is exact in decimals."""
    if isinstance(precision, model.Constant) and isinstance(precision.value, (int, Decimal)):
        digits = -Decimal(precision.value).normalize().as_tuple().exponent  # type: ignore[operator]
        if Decimal(precision.value) == Decimal(10) ** -digits and 0 <= digits <= 10:
            return f"round(CAST({text} AS DECIMAL(38,10)), {digits})"
    worked = f"round(CAST({text} AS DOUBLE) / {precision_sql}) * {precision_sql}"
    return f"coalesce(TRY_CAST({worked} AS DECIMAL(38,10)), {text})"


def translate(node: model.Translate, reading: Reading) -> str:
    """A value list read in one direction; a value that is in no pair fails the record."""
    given = value(node.value, reading)
    cases = " ".join(
        f"WHEN {given} = {constant(one.value, node.value.type)} THEN {constant(other.value, node.type)}"
        for one, other in node.pairs
    )
    if reading.missing is not None:
        known = " OR ".join(f"{given} = {constant(one.value, node.value.type)}" for one, _ in node.pairs) or "false"
        shown = blank.shown(given, node.value.type)
        unknown = f"NOT ({known}) AND NOT ({blank.is_blank(given, node.value.type)})"
        reading.missing.append(
            Missing(
                when=" AND ".join([*reading.guards, unknown]),
                reason=f"'Value ' || {shown} || {literal(f' is not in value list {node.list_name}')}",
            )
        )
    return f"(CASE {cases} ELSE {blank.blank(node.type)} END)" if cases else blank.blank(node.type)


def aggregate(node: model.Aggregate, reading: Reading) -> str:
    """A sum, greatest value or count over the records that fit."""
    from engine.sql.conditions import condition
    from engine.sql.grouped import grouped, taken_apart

    search = taken_apart(node.where, node.record)
    if search is not None and set(keys_of(node.value)) <= {node.record.key}:
        result = grouped(search, node.record, lambda inside, _: _worked(node, inside), reading)
        return f"coalesce({result}, {blank.blank(node.type)})"
    inner = inner_scope(node.record, reading)
    inside = Reading(scope=inner, around=reading.around)
    test = condition(node.where, inside) if node.where is not None else "true"
    worked = _worked(node, inside)
    return f"coalesce((SELECT {worked} FROM {inner.sql()} WHERE {test}), {blank.blank(node.type)})"


def _worked(node: model.Aggregate, inside: Reading) -> str:
    """SQL of the aggregate over the rows that fit."""
    return "count(*)" if node.kind == "count" or node.value is None else f"{node.kind}({value(node.value, inside)})"


def inner_scope(record: Record, reading: Reading) -> Scope:
    """The scope of a subquery that runs over the table of a record."""
    inner, alias = reading.scope.over(record.table)
    inner.names[record.key] = Joined(alias=alias, table=record.table, certain=True)
    return inner
