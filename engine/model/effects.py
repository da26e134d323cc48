"""Typed statements, and what a mapping holds: what is done to records. Frozen."""

from __future__ import annotations

from typing import Literal

from engine.catalog.catalog import Field, System, Table
from engine.frozen import dataclass
from engine.model.typed import AnyRecord, Bound, Column, Condition, Leg, Record, Value

# --- statements -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Bound):
    """A message: texts and values in turn; values are shown formatted."""

    parts: tuple[str | Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Bound):
    """Statements in the order of the text."""

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
    """`let name = value`: a value under a name, known from here to the end of the block."""

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
    """`F := X` into the record being written. The value is not yet cut or converted to the field's type.

    by_bc: `F := by bc`: nothing is written, Business Central's own code fills the field; the value is blank.
    """

    record: Record
    field: Field
    value: Value
    carried: Carried
    by_bc: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignSetting(Bound):
    """`S = value` of a setting: what the integration keeps about itself."""

    setting: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyTemplate(Bound):
    """Applies to `record`, after everything else of the insert (R3.24)."""

    record: Record
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountsAsNew(Bound):
    """What a process does for this record of its outermost loop counts as created, though it only changes records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(Bound):
    """`create T as a [like b] { }`: a new record; like: the record whose fields it begins with."""

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
    """`delete r [where C]` (existing is r: only if it fits) or `delete T as a where C` (existing is None)."""

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
    """`uncouple r` or `uncouple T as a where C`; existing and where as of Delete."""

    record: Record
    existing: AnyRecord | None
    where: Condition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Synchronise(Bound):
    """`synchronise … by M`: a run of the mappings now, in the direction of `leg`, for the records named.

    if_it_may_create: only where the mapping may create what it does not find. unfiltered: also what its filters leave
    out.
    """

    record: Record
    existing: AnyRecord | None
    where: Condition | None
    mappings: tuple[str, ...]
    leg: Leg
    if_it_may_create: bool
    unfiltered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Require(Bound):
    """`require C, else fail|warn '…'`: a condition that every record has to satisfy, and what is said of one that does
    not.
    """

    condition: Condition
    outcome: Literal["fail", "warn"]
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class If(Bound):
    """`if C { } else { }`; every record goes one of the two ways."""

    condition: Condition
    then: Block
    otherwise: Block | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForEach(Bound):
    """`for each T as a [where C] [sorted by …] { }`: the block, once for every row that fits, in that order.

    sorting: technical names of fields of the record; the order of equals is that of their ids.
    """

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
    | CountsAsNew
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

    leg: `sales record` is to_sales, `bc record` is to_bc. parts: a record that fails here loses its coupling.
    """

    after: bool
    states: frozenset[Literal["every", "new", "changed", "unchanged", "untouched"]]
    leg: Leg
    body: Block
    parts: bool = False


MappingItem = FieldLine | Moment | Find | Let | Inlined | If


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchCriterion(Bound):
    """`match F = G and …`: pairs of a BC value and a Sales value."""

    pairs: tuple[tuple[Value, Value], ...]
    exact_case: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveOut(Bound):
    """`leave out … where C`: records of one system that a mapping does not read."""

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
