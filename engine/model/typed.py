"""Typed values, conditions and filters: every name resolved, every value with its type. Frozen."""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from engine.catalog.catalog import Field, Kind, Option, Table
from engine.frozen import dataclass
from engine.model.dayparts import Period, Step
from engine.source import Span

Leg = Literal["to_sales", "to_bc"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """The type of a value.

    kind: as a catalog field's; `id` with `table` is a reference to that table. length: of text and code.
    options: of an option. table: the table whose record an id (Sales) or a code (BC, by primary key) names.
    """

    kind: Kind
    length: int | None = None
    options: tuple[Option, ...] = ()
    table: Table | None = None
    blank_option: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """Whatever came from a place of the rules."""

    span: Span = field(compare=False, repr=False)


# --- records and names --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Bound):
    """A record under a name: an alias of a mapping, find, for each, create, or a step's parameter laid open.

    key: unique in the model ("item", "item.2"); `name` is what messages call it.
    """

    key: str
    name: str
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind(Bound):
    """The record that a field points to: the `line.Product` of `line.Product.List Price`.

    table.fields[by] holds the value of `column` (id column of Sales, referenced field of BC).
    """

    column: Column
    table: Table
    by: str


AnyRecord = Record | Behind


# --- values -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed(Bound):
    """A value: it has a type."""

    type: Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(Typed):
    """A fixed value. An option is its number; blank of a kind is '' 0 False None."""

    value: str | Decimal | int | bool | date | datetime | UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Typed):
    """A field of a record; every field of a blank record is blank (rule of evaluation 3)."""

    record: AnyRecord
    field: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Itself(Typed):
    """An alias standing alone: the id of the record, of type id (blank for a blank record)."""

    record: AnyRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Typed):
    """The value of a `let`, of a value parameter of a step, or of Text / Number of a piece. key as of a Record."""

    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingValue(Typed):
    """The value of a setting; `name` is its canonical name with underscores ("write_in_product_no")."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock(Typed):
    """A word for the plan's clock: `today` and `work date` are dates, `now` is a moment."""

    word: Literal["today", "work date", "now"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Typed):
    """A function of the language with its arguments, converted already to what it takes."""

    function: str
    arguments: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Typed):
    """`if C then A else B`; only the value that is chosen is worked out."""

    condition: Condition
    then: Value
    otherwise: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(Typed):
    """`+ - * /` on numbers; `+` on texts joins them."""

    operator: Literal["+", "-", "*", "/"]
    left: Value
    right: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift(Typed):
    """A date or moment moved by a length of time; count may be negative. unit: D W M Q Y."""

    date: Value
    count: int
    unit: Literal["D", "W", "M", "Q", "Y"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Typed):
    """A day counted from the plan's clock: `yesterday`, `-1D`, `CM+1D`, the end of a `month`. Type date.

    period: the day is looked up in the table of accounting periods; `steps` lead to it where that table is empty.
    """

    start: Literal["today", "work date"]
    steps: tuple[Step, ...]
    period: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Negative(Typed):
    """`-X` of a number."""

    operand: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Convert(Typed):
    """A value read as another kind, in the way of R4.9 (`type` is the target)."""

    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner(Typed):
    """`X via M`: the partner of a record by the coupling of the first of `mappings` that has one.

    value: a BC code (the single primary-key field of the mapping's BC table), a Sales id, or `Itself`.
    leg: to_sales gives the Sales id (or option number), to_bc the first primary-key field of the BC record.
    """

    value: Value
    mappings: tuple[str, ...]
    leg: Leg


@dataclass(frozen=True, slots=True, kw_only=True)
class Translate(Typed):
    """`X using V`: pairs (from, to), already in the direction needed; a value in no pair is `unmapped`."""

    value: Value
    pairs: tuple[tuple[Constant, Constant], ...]
    list_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate(Typed):
    """`record` runs over its table; `value` is None for count."""

    kind: Literal["sum", "max", "count"]
    value: Value | None
    record: Record
    where: Condition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextNumber(Typed):
    """`next number`: by a number series (start is a setting or field naming one), by a text pattern, or the
    highest value among the records that agree in the other key fields plus `step`."""

    start: Value | None
    step: int | None
    record: Record
    field: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth(Typed):
    """A condition used as a value (boolean)."""

    condition: Condition


Value = (
    Constant
    | Column
    | Itself
    | Named
    | SettingValue
    | Clock
    | Call
    | Choose
    | Arithmetic
    | Shift
    | Day
    | Negative
    | Convert
    | Partner
    | Translate
    | Aggregate
    | NextNumber
    | Truth
)


# --- conditions and filters -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class All(Bound):
    """Every part holds (`and`)."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Any(Bound):
    """At least one part holds (`or`)."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Bound):
    """The part does not hold."""

    part: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds(Bound):
    """A boolean value standing as a condition."""

    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches(Bound):
    """`X = filter`."""

    value: Value
    filter: Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Compares(Bound):
    """Two values of comparable types, compared; equality is `Matches`."""

    operator: Literal["<>", "<", ">", "<=", ">="]
    left: Value
    right: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank(Bound):
    """A value that is blank, or a record that was not found."""

    what: Value | AnyRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupled(Bound):
    """`X is coupled [by M]`. what: a record, or a value that names one (code or id).

    mappings: by which couplings; all mappings of the table when `by` is not written.
    """

    what: Value | AnyRecord
    mappings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupledTogether(Bound):
    """`coupled with X` in the where of `record`: record and `other` are partners (other side: record or id/code)."""

    record: Record
    other: Value | AnyRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Exists(Bound):
    """`exists T as a where C`: there is such a row."""

    record: Record
    where: Condition | None


Condition = All | Any | Not | Holds | Matches | Compares | Blank | Coupled | CoupledTogether | Exists


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(Bound):
    """`A|B`: one of the filters fits."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf(Bound):
    """`A&B`: all of the filters fit."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation(Bound):
    """One value on the right of an operator: `>=100`, `<>''`, or plain `100`."""

    operator: Literal["=", "<>", "<", ">", "<=", ">="]
    operand: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Range(Bound):
    """`A..B`, both ends included; None: open at that end."""

    low: Value | None
    high: Value | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Like(Bound):
    """A text pattern. `pattern` still holds `*` and `?`, not the `@`; negated for `<>A*`."""

    pattern: str
    ignore_case: bool
    negated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Among(Bound):
    """What a field holds in the records that fit: the list behind `%mycustomers` (R10.15); negated behind `<>`."""

    record: Record
    value: Column
    where: Condition | None
    negated: bool


Filter = AnyOf | AllOf | Relation | Range | Like | Among
