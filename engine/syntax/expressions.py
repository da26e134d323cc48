"""Values, conditions and filters as written. Frozen, with places, without meaning."""

from __future__ import annotations

from dataclasses import field
from datetime import date
from decimal import Decimal
from typing import Literal

from engine.frozen import dataclass
from engine.source import Span

System = Literal["bc", "sales"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Whatever was written at a place; two that say the same are equal wherever they stand."""

    span: Span = field(compare=False, repr=False)


# --- names and values -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Node):
    """A name as written, without its quotes. `quoted` takes no part in comparison."""

    text: str
    quoted: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableName(Node):
    """`bc Item`, `sales Product Price List`."""

    system: System
    name: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Path(Node):
    """`No.`, `item.Vendor No.`, `line.Product.List Price`: names between dots, at least one."""

    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Node):
    """`'O''Neill'`; `value` is without the quotes, doubled quotes made single."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Node):
    """A number; written: as in the text, with all its noughts."""

    value: Decimal
    written: str = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Date(Node):
    """`2026-06-01`."""

    value: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration(Node):
    """`1Y`, `30D`: a length of time to add to a date. unit: D W M Q Y."""

    count: int
    unit: Literal["D", "W", "M", "Q", "Y"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word(Node):
    """A value that has a word of its own."""

    word: Literal["today", "work date", "now", "blank", "Yes", "No", "by bc"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Node):
    """`setting write-in product no`."""

    name: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Node):
    """`round(x, 0.01)`; function is the word as in the language ("first filled")."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Node):
    """`if C then X else Y`."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(Node):
    """`L + R`, `L - R`, `L * R`, `L / R`."""

    operator: Literal["+", "-", "*", "/"]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Minus(Node):
    """`-X`."""

    operand: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Node):
    """`( … )`."""

    inner: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Via(Node):
    """`X via CUSTOMER|VENDOR`."""

    value: Expression
    mappings: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair(Node):
    """`'30 DAYS' = 'Net 30'`, `No = Active`: one entry of a value list."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Using(Node):
    """`X using TERMS`, `X using { No = Active, Yes = Retired }`."""

    value: Expression
    values: Name | tuple[Pair, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate(Node):
    """`sum of X in T where C`, `max of X in T where C`, `count of T where C` (value is None)."""

    kind: Literal["sum", "max", "count"]
    value: Expression | None
    table: TableName
    where: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextNumber(Node):
    """`next number [from X] [by N]`."""

    start: Expression | None
    step: Number | None


# --- conditions -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class And(Node):
    """`L and R`."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Or(Node):
    """`L or R`."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Node):
    """`not X`."""

    operand: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Equals(Node):
    """`X = filter`: the right side is in BC's filter language."""

    left: Expression
    filter: Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(Node):
    """`X <> Y`, `X < Y` … between two values."""

    operator: Literal["<>", "<", ">", "<=", ">="]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class IsBlank(Node):
    """`X is blank`, `X is not blank` (negated)."""

    value: Expression
    negated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IsCoupled(Node):
    """`X is coupled [by M]`, `X is not coupled [by M]` (negated)."""

    value: Expression
    by: Name | None
    negated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupledWith(Node):
    """`coupled with X`, in a `where`: the record looked at is the partner of X."""

    value: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class ThereIs(Node):
    """`there is a T [as a] where C`, `there is no T …` (negated)."""

    table: TableName
    alias: Name | None
    where: Expression | None
    negated: bool


# --- filters: what may stand on the right of `=` -----------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(Node):
    """`A|B|C`."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf(Node):
    """`A&B`; binds tighter than `|`."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation(Node):
    """`<>X`, `>=X`. The operand may be a pattern: `<>A*`."""

    operator: Literal["=", "<>", "<", ">", "<=", ">="]
    operand: Expression | Pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Range(Node):
    """`A..B`, `A..`, `..B`; both ends belong to it. At least one end is given."""

    low: Expression | None
    high: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern(Node):
    """Text with `*` (any run), `?` (one character) or a leading `@` (ignore case): `@*bike*`, `NAV*`."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterGroup(Node):
    """`( … )` inside a filter."""

    inner: Filter


Value = (
    Path
    | Text
    | Number
    | Date
    | Duration
    | Word
    | Setting
    | Call
    | Choose
    | Arithmetic
    | Minus
    | Group
    | Via
    | Using
    | Aggregate
    | NextNumber
)
Condition = And | Or | Not | Equals | Compare | IsBlank | IsCoupled | CoupledWith | ThereIs
Expression = Value | Condition
Filter = AnyOf | AllOf | Relation | Range | Pattern | FilterGroup | Value
