"""What was written in a rule file: the syntax tree, frozen, with places but without meaning.

Every node has `span`, which takes no part in comparison: two trees are equal when they say the same.
Names are kept as written (`Name`); which table or field they mean is decided in `engine.model`.
Brackets are kept (`Group`), so that the formatter gives back what the author grouped. Declarations stand here;
values, conditions and filters in `expressions.py`, statements in `statements.py`, lines of
mappings and jobs in `lines.py`.
All are called by this module's name.
"""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from engine.frozen import dataclass
from engine.source import Source, Span
from engine.syntax.expressions import (
    Aggregate as Aggregate,
    AllOf as AllOf,
    And as And,
    AnyOf as AnyOf,
    Arithmetic as Arithmetic,
    Call as Call,
    Choose as Choose,
    Compare as Compare,
    Condition as Condition,
    CoupledWith as CoupledWith,
    Date as Date,
    Duration as Duration,
    Equals as Equals,
    Expression as Expression,
    Filter as Filter,
    FilterGroup as FilterGroup,
    Group as Group,
    IsBlank as IsBlank,
    IsCoupled as IsCoupled,
    Minus as Minus,
    Name as Name,
    NextNumber as NextNumber,
    Node as Node,
    Not as Not,
    Number as Number,
    Or as Or,
    Pair as Pair,
    Path as Path,
    Pattern as Pattern,
    Range as Range,
    Relation as Relation,
    Setting as Setting,
    System as System,
    TableName as TableName,
    Text as Text,
    ThereIs as ThereIs,
    Using as Using,
    Value as Value,
    Via as Via,
    Word as Word,
)
from engine.syntax.lines import (
    AfterUncoupling as AfterUncoupling,
    AlwaysCompare as AlwaysCompare,
    Arrow as Arrow,
    Attempts as Attempts,
    Category as Category,
    CreateUnmatched as CreateUnmatched,
    Creation as Creation,
    Days as Days,
    DependsOn as DependsOn,
    Drop as Drop,
    Every as Every,
    FieldLine as FieldLine,
    InFullSynchronisation as InFullSynchronisation,
    JobLine as JobLine,
    LeaveOut as LeaveOut,
    MappingItem as MappingItem,
    Match as Match,
    Moment as Moment,
    NextRun as NextRun,
    OnConflict as OnConflict,
    OnlyWithin as OnlyWithin,
    Recognise as Recognise,
    RecordFilter as RecordFilter,
    Run as Run,
    Side as Side,
    StartAsleep as StartAsleep,
    SynchroniseMatched as SynchroniseMatched,
    WakeOn as WakeOn,
    Window as Window,
)
from engine.syntax.statements import (
    ApplyTemplate as ApplyTemplate,
    Assign as Assign,
    Block as Block,
    Change as Change,
    CountsAsNew as CountsAsNew,
    Couple as Couple,
    Create as Create,
    CreateOrChange as CreateOrChange,
    Delete as Delete,
    Do as Do,
    Find as Find,
    ForEach as ForEach,
    ForPieces as ForPieces,
    If as If,
    Let as Let,
    Message as Message,
    Options as Options,
    Require as Require,
    Rows as Rows,
    Sorting as Sorting,
    Statement as Statement,
    Synchronise as Synchronise,
    Uncouple as Uncouple,
)


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
    """`process P "…" [when C] { }`."""

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
    """`rule "…" [when C] { }`."""

    title: str
    title_span: Span = field(compare=False, repr=False)
    when: Expression | None
    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Node):
    """`job N "…" [when C] { }`."""

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
