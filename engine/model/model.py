"""What the rules mean: every name resolved, every expression typed, every step laid open. Frozen.

Built by `engine.model.bind`. A reader of these values needs no rule text and no name look-up: a field is a
catalog `Field`, a record is a `Record` with its table, a value has a `Type`. Numbers in brackets, like R4.15,
name the facts that the words stand for.
"""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal
from uuid import UUID

from engine.catalog.catalog import Field, Kind, Option, System, Table
from engine.frozen import dataclass
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
    word: Literal["today", "work date", "now"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Typed):
    function: str
    arguments: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Typed):
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
class Step:
    """One term of a date formula (R10.13). sign: forwards or back.

    length: `2W`, so many units on. end: `CM`, the last day of the unit that the day lies in; its first when back.
    next: `WD4`, `D10`, the next day (the last one before when back) that is this day of the week (1 is Monday) or of
    the month; never the day itself. at: the day or month of a date that is not written whole
    (`15`, `1503`, R10.11); a day that the month does not have is its last.
    """

    kind: Literal["length", "end", "next", "at"]
    sign: Literal[1, -1]
    count: int
    unit: Literal["D", "W", "M", "Q", "Y", "WD"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """An accounting period or fiscal year as the books divide time (R10.12), its first or its last day.

    counted: `first`: number 1 is the first period of the work date's fiscal year, or the first year of all; `current`:
    number 0 is the one that the work date lies in.
    """

    unit: Literal["period", "year"]
    counted: Literal["first", "current"]
    number: int
    last: bool


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
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Any(Bound):
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Bound):
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
    record: Record
    where: Condition | None


Condition = All | Any | Not | Holds | Matches | Compares | Blank | Coupled | CoupledTogether | Exists


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(Bound):
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf(Bound):
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation(Bound):
    operator: Literal["=", "<>", "<", ">", "<=", ">="]
    operand: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Range(Bound):
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


# --- statements -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Bound):
    """A message: texts and values in turn; values are shown formatted."""

    parts: tuple[str | Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Bound):
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Find(Bound):
    """The first record that fits the first alternative that any record fits; blank if none.

    where: () means any record. sorting: field names and descending; key order when empty.
    """

    record: Record
    where: tuple[Condition, ...]
    sorting: tuple[str, ...]
    descending: bool
    otherwise: Message | Block | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Let(Bound):
    key: str
    name: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Inlined(Bound):
    """A `do` laid open. Its records and values have keys of their own.

    arguments: (parameter, what it stands for): a record parameter IS the record given (its key maps to that
    record); a value parameter is a `let`. gives: (name outside, record or value inside) after the body.
    """

    step: str
    lets: tuple[Let, ...]
    body: Block
    gives: tuple[Given, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given(Bound):
    """What a step gives back: outside there is a record or a value `key`, which is `what` inside."""

    key: str
    name: str
    what: AnyRecord | Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried(Bound):
    """How a value gets into a field: the words after the comma.

    not_found: what becomes of a look-up without partner. keep_if_blank, unchecked as written.
    """

    not_found: Literal["fail", "blank", "keep"] = "fail"
    keep_if_blank: bool = False
    unchecked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(Bound):
    """`F := X` into the record being written. The value is not yet cut or converted to the field's type."""

    record: Record
    field: Field
    value: Value
    carried: Carried


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignSetting(Bound):
    setting: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyTemplate(Bound):
    """Applies to `record`, after everything else of the insert (R3.24)."""

    record: Record
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(Bound):
    record: Record
    like: AnyRecord | None
    body: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateOrChange(Bound):
    """demanded: what `where` demands of a new record: field and value of each `F = X`."""

    record: Record
    where: Condition
    demanded: tuple[tuple[Field, Value], ...]
    body: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Bound):
    """`change r [where C]` (existing is r: only if it fits) or `change T where C` (existing is None).

    record: what the body writes to. With `existing` it is the same record under another key.
    """

    record: Record
    existing: AnyRecord | None
    where: Condition | None
    body: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(Bound):
    record: Record
    existing: AnyRecord | None
    where: Condition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Couple(Bound):
    """A BC and a Sales record; mapping: whose coupling it is, None when their tables have no mapping."""

    bc: AnyRecord | Value
    sales: AnyRecord | Value
    bc_table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncouple(Bound):
    record: Record
    existing: AnyRecord | None
    where: Condition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Synchronise(Bound):
    record: Record
    existing: AnyRecord | None
    where: Condition | None
    mappings: tuple[str, ...]
    leg: Leg
    if_it_may_create: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Require(Bound):
    condition: Condition
    outcome: Literal["fail", "warn"]
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class If(Bound):
    condition: Condition
    then: Block
    otherwise: Block | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForEach(Bound):
    record: Record
    where: Condition | None
    sorting: tuple[str, ...]
    descending: bool
    body: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class ForPieces(Bound):
    """text_key and number_key name the `Named` values Text and Number of the piece."""

    text: Value
    length: Value
    instead: Value | None
    text_key: str
    number_key: str
    where: Condition | None
    body: Block


Statement = (
    Find
    | Let
    | Inlined
    | Assign
    | AssignSetting
    | ApplyTemplate
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
)


# --- mappings -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Carry(Bound):
    """One direction of a field line: what is written into `target` of the destination record.

    source: the source field when the line starts from a plain field (its raw value takes part in the gate of
    R4.5), None for a constant or a computed value. value: what to write; blank rules (`blank means`) and
    value lists already inside. carried: see there.
    """

    target: Field
    source: Column | None
    value: Value
    carried: Carried


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLine(Bound):
    """A line of a mapping. A direction that it does not go is None; `two_way`: written `<->` (R3.17).

    label: "Description <-> Name", for messages and reports. Lines that are `off`, or whose `when` does not
    hold under the settings, are not in the model's items (they are in `Mapping.idle`).
    """

    label: str
    two_way: bool
    to_sales: Carry | None
    to_bc: Carry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment(Bound):
    """`states` without `after`: every, new, changed; with `after`: new, changed, unchanged, untouched.

    leg: `sales record` is to_sales, `bc record` is to_bc.
    """

    after: bool
    states: frozenset[Literal["every", "new", "changed", "unchanged", "untouched"]]
    leg: Leg
    body: Block


MappingItem = FieldLine | Moment | Find | Let | Inlined | If


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchCriterion(Bound):
    """`match F = G and …`: pairs of a BC value and a Sales value."""

    pairs: tuple[tuple[Value, Value], ...]
    exact_case: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveOut(Bound):
    system: System
    condition: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class InFullSynchronisation(Bound):
    """`in full synchronisation run|couple|leave out [when C]`; the first one that holds decides."""

    action: Literal["run", "couple", "leave out"]
    condition: Condition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping(Bound):
    """One mapping as it finally stands under the present settings (variants that do not exist are not here)."""

    name: str
    title: str
    bc: Record
    sales: Record
    arrow: Literal["->", "<-", "<->"]
    depends_on: tuple[str, ...]
    creates_missing: bool
    only_within: str | None
    always_compare: bool
    update_conflict: Literal["fail", "keep bc", "keep sales"]
    deletion_conflict: Literal["fail", "restore", "uncouple", "delete"]
    bc_filter: tuple[Condition, ...]
    sales_filter: tuple[Condition, ...]
    leave_out: tuple[LeaveOut, ...]
    recognise: tuple[Condition, ...]
    matches: tuple[MatchCriterion, ...]
    create_unmatched: bool
    synchronise_matched: bool
    items: tuple[MappingItem, ...]
    after_uncoupling: tuple[Block, ...]
    idle: tuple[str, ...] = ()
    in_full_synchronisation: tuple[InFullSynchronisation, ...] = ()


# --- the rest -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Process(Bound):
    name: str
    title: str
    body: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Bound):
    title: str
    body: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction(Bound):
    """`whenever T as a is …`: what happens at once on an edit. `to`: of `changed to`, true now and not before."""

    record: Record
    change: Literal["created", "changed", "changed to", "deleted"]
    to: Condition | None
    where: Condition | None
    body: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingReaction(Bound):
    """`whenever setting S is changed to F`: what happens at once when the setting is changed."""

    setting: str
    filter: Filter
    body: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared(Bound):
    """A `find` or `let` at the top of a file; evaluated when first needed."""

    statement: Find | Let


@dataclass(frozen=True, slots=True, kw_only=True)
class Window(Bound):
    """When a job may run (R9.9): on these days (1 is Monday), between these times of day, both ends included.

    start and end: None for the whole day; start after end is a window across midnight. zone: the name of the time
    zone whose clock the times are read from; blank for that of whoever runs the jobs.
    """

    days: frozenset[int]
    start: time | None
    end: time | None
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Bound):
    """An entry of the job queue (sync-semantics 9).

    runs: mappings and processes in turn; all_others: then every other mapping. every: minutes from the end of a run to
    the next, None for a job that runs once, when it is asked to. sleep: minutes on hold after a run that found nothing
    to do, None when it is ready again after every run. attempts, delay: how often a failed run is tried, and the
    seconds before the first new try. wakes: a record of these tables that is created or changed wakes the job.
    """

    name: str
    title: str
    runs: tuple[str, ...]
    all_others: bool
    every: int | None
    sleep: int | None
    attempts: int
    delay: int
    category: str
    wakes: tuple[Table, ...]
    start_asleep: bool
    window: Window | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """All rules under one set of settings.

    settings: canonical name -> value, defaults included. shared: key -> top-level find or let.
    order: names of the mappings in dependency order (those without dependencies first, then by name; those come first
    that a job names which runs `all others`).
    jobs: in the order of the text.
    """

    settings: Dictionary[str, object]
    mappings: Dictionary[str, Mapping]
    order: tuple[str, ...]
    processes: Dictionary[str, Process]
    rules: tuple[Rule, ...]
    shared: Dictionary[str, Shared]
    jobs: Dictionary[str, Job]
    reactions: tuple[Reaction, ...] = ()
    setting_reactions: tuple[SettingReaction, ...] = ()
