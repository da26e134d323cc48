"""What was written in a rule file: the syntax tree, frozen, with places but without meaning.

Every node has `span`, which takes no part in comparison: two trees are equal when they say the same.
Names are kept as written (`Name`); which table or field they mean is decided in `engine.model`.
Brackets are kept (`Group`), so that the formatter gives back what the author grouped.
"""

from __future__ import annotations

from dataclasses import field
from datetime import date, time
from decimal import Decimal
from typing import Literal

from engine.frozen import dataclass
from engine.source import Source, Span

System = Literal["bc", "sales"]
Arrow = Literal["->", "<-", "<->"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
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
    value: Decimal
    written: str = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Date(Node):
    value: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration(Node):
    """`1Y`, `30D`: a length of time to add to a date. unit: D W M Q Y."""

    count: int
    unit: Literal["D", "W", "M", "Q", "Y"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word(Node):
    """A value that has a word of its own."""

    word: Literal["today", "work date", "now", "blank", "Yes", "No"]


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
    operator: Literal["+", "-", "*", "/"]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Minus(Node):
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
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Or(Node):
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Node):
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


# --- statements -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Node):
    """`{ … }`: statements, one a line."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorting(Node):
    """`sorted by F, G [descending]`."""

    fields: tuple[Name, ...]
    descending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Node):
    """`"Item {item.No.} has no unit."`: raw text between the double quotes, braces not yet read."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Find(Node):
    """`find T as a [where C [else where C]] [sorted by F] [else fail "…" | else create { }]`."""

    table: TableName
    alias: Name
    where: tuple[Expression, ...]
    sorting: Sorting | None
    otherwise: Message | Block | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Let(Node):
    """`let a = X`."""

    alias: Name
    value: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Do(Node):
    """`do the step with a, b gives c`."""

    step: Name
    arguments: tuple[Expression, ...]
    gives: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(Node):
    """`create T [as a] [like r] { }`."""

    table: TableName
    alias: Name | None
    like: Expression | None
    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateOrChange(Node):
    """`create or change T [as a] where C { }`."""

    table: TableName
    alias: Name | None
    where: Expression
    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(Node):
    """Whom a statement is about: a record (`product`), or `sales Unit where …`, or `account where …`."""

    of: Expression | TableName
    where: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Node):
    """`change r { }`, `change T where C { }`."""

    rows: Rows
    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(Node):
    rows: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Couple(Node):
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncouple(Node):
    rows: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Synchronise(Node):
    """`synchronise r with M|N[, if it may create]`."""

    rows: Rows
    mappings: tuple[Name, ...]
    if_it_may_create: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Require(Node):
    """`require C else fail "…"`, `require C else warn "…"`."""

    condition: Expression
    outcome: Literal["fail", "warn"]
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class If(Node):
    """`if C { } else { }`; `otherwise` may be a further If (`else if`)."""

    condition: Expression
    then: Block
    otherwise: Block | If | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForEach(Node):
    """`for each T as a [where C] [sorted by F] { }`."""

    table: TableName
    alias: Name
    where: Expression | None
    sorting: Sorting | None
    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class ForPieces(Node):
    """`for each p in pieces(text, 100, instead) [where C] { }`."""

    alias: Name
    arguments: tuple[Expression, ...]
    where: Expression | None
    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(Node):
    """The words after a comma on a field line or a `:=`, and its `when`; each at most once."""

    else_blank: bool = False
    else_keep: bool = False
    keep_if_blank: bool = False
    blank_means: Expression | None = None
    to_sales: Expression | None = None
    to_bc: Expression | None = None
    unchecked: bool = False
    off: bool = False
    when: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(Node):
    """`F := X[, options]`, `setting S := X` (to_setting)."""

    target: Name
    to_setting: bool
    value: Expression
    options: Options


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyTemplate(Node):
    """`apply template 'CODE'`."""

    code: Text


# --- mappings ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DependsOn(Node):
    mappings: tuple[Name, ...]
    when: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation(Node):
    """`only coupled records` (missing=False), `create missing records` (missing=True)."""

    missing: bool
    when: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlyWithin(Node):
    mapping: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class AlwaysCompare(Node):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class OnConflict(Node):
    """`on update conflict keep bc|keep sales|fail`, `on deletion conflict restore|uncouple|delete|fail`."""

    kind: Literal["update", "deletion"]
    strategy: Literal["keep bc", "keep sales", "restore", "uncouple", "delete", "fail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFilter(Node):
    """`filter bc C [when D]`."""

    system: System
    condition: Expression
    when: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveOut(Node):
    """`leave out bc where C`."""

    system: System
    condition: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognise(Node):
    """`recognise sales where C[, off]`."""

    system: System
    condition: Expression
    off: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Match(Node):
    """`match F = G [and …][, exact case]`."""

    condition: Expression
    exact_case: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateUnmatched(Node):
    """`create when nothing matches`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SynchroniseMatched(Node):
    """`synchronise after matching`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InFullSynchronisation(Node):
    action: Literal["run", "couple", "leave out"]
    when: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop(Node):
    """`drop F`, in a `change mapping`."""

    field: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLine(Node):
    """`F -> G`, `F <- G`, `F <-> G` with what follows."""

    left: Expression
    arrow: Arrow
    right: Expression
    options: Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment(Node):
    """`[after] every|new|changed|unchanged|untouched [or …] bc|sales record { }`."""

    after: bool
    states: tuple[Literal["every", "new", "changed", "unchanged", "untouched"], ...]
    system: System
    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterUncoupling(Node):
    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Side(Node):
    """`bc Item as item` in the head of a mapping."""

    table: TableName
    alias: Name


# --- jobs -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Node):
    """`run N, M`; `run all others` has no names."""

    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Every(Node):
    """`every 30 minutes[, sleep 1440 minutes when idle]`."""

    minutes: int
    sleep_minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts(Node):
    """`at most 10 attempts, 30 seconds apart`."""

    count: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Category(Node):
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeOn(Node):
    table: TableName
    when: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAsleep(Node):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Window(Node):
    """`on weekdays from 06:00 to 22:00 in time zone 'Europe/Berlin'`, `on every day`."""

    days: Literal["weekdays", "every day"]
    start: time | None
    end: time | None
    zone: Text | None = None


# --- top level --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping(Node):
    """`mapping N "…": bc T as a <-> sales T as b [when C] { }`."""

    name: Name
    title: str
    left: Side
    arrow: Arrow
    right: Side
    when: Expression | None
    items: tuple[MappingItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMapping(Node):
    """`change mapping N [when C] { }`."""

    name: Name
    when: Expression | None
    items: tuple[MappingItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Process(Node):
    name: Name
    title: str
    when: Expression | None
    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Node):
    """`step N [with a, b] [gives c] { }`."""

    name: Name
    parameters: tuple[Name, ...]
    gives: tuple[Name, ...]
    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Node):
    title: str
    title_span: Span = field(compare=False, repr=False)
    when: Expression | None
    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Node):
    name: Name
    title: str
    when: Expression | None
    lines: tuple[JobLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Values(Node):
    """`values TERMS "…" { A = B, C = D }`."""

    name: Name
    title: str
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whenever(Node):
    """`whenever T as a is created|changed|deleted [where C] { }`, `… is changed to F = x`."""

    table: TableName
    alias: Name
    change: Literal["created", "changed", "changed to", "deleted"]
    to: Expression | None
    where: Expression | None
    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class WheneverSetting(Node):
    """`whenever setting S is changed to F { }`."""

    setting: Name
    filter: Filter
    block: Block


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
Statement = (
    Find
    | Let
    | Do
    | Create
    | CreateOrChange
    | Change
    | Delete
    | Couple
    | Uncouple
    | Synchronise
    | Require
    | If
    | ForEach
    | ForPieces
    | Assign
    | ApplyTemplate
)
MappingItem = (
    DependsOn
    | Creation
    | OnlyWithin
    | AlwaysCompare
    | OnConflict
    | RecordFilter
    | LeaveOut
    | Recognise
    | Match
    | CreateUnmatched
    | SynchroniseMatched
    | InFullSynchronisation
    | Drop
    | FieldLine
    | Moment
    | AfterUncoupling
    | Find
    | Let
    | Do
    | If
)
JobLine = Run | Every | Attempts | Category | WakeOn | StartAsleep | Window
Declaration = Mapping | ChangeMapping | Process | Step | Rule | Job | Values | Whenever | WheneverSetting | Find | Let


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A `#` comment. `own_line`: nothing but blanks stands before it."""

    span: Span
    text: str
    own_line: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """One parsed file: its declarations in the order of the text, and its comments.

    A declaration that could not be parsed is left out; its mistakes are in the diagnostics of the parse.
    """

    source: Source = field(compare=False, repr=False)
    declarations: tuple[Declaration, ...]
    comments: tuple[Comment, ...] = field(compare=False, default=())
