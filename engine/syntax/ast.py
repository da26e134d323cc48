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
)
from engine.syntax.expressions import (
    AllOf as AllOf,
)
from engine.syntax.expressions import (
    And as And,
)
from engine.syntax.expressions import (
    AnyOf as AnyOf,
)
from engine.syntax.expressions import (
    Arithmetic as Arithmetic,
)
from engine.syntax.expressions import (
    Call as Call,
)
from engine.syntax.expressions import (
    Choose as Choose,
)
from engine.syntax.expressions import (
    Compare as Compare,
)
from engine.syntax.expressions import (
    Condition as Condition,
)
from engine.syntax.expressions import (
    CoupledWith as CoupledWith,
)
from engine.syntax.expressions import (
    Date as Date,
)
from engine.syntax.expressions import (
    Duration as Duration,
)
from engine.syntax.expressions import (
    Equals as Equals,
)
from engine.syntax.expressions import (
    Expression as Expression,
)
from engine.syntax.expressions import (
    Filter as Filter,
)
from engine.syntax.expressions import (
    FilterGroup as FilterGroup,
)
from engine.syntax.expressions import (
    Group as Group,
)
from engine.syntax.expressions import (
    IsBlank as IsBlank,
)
from engine.syntax.expressions import (
    IsCoupled as IsCoupled,
)
from engine.syntax.expressions import (
    Minus as Minus,
)
from engine.syntax.expressions import (
    Name as Name,
)
from engine.syntax.expressions import (
    NextNumber as NextNumber,
)
from engine.syntax.expressions import (
    Node as Node,
)
from engine.syntax.expressions import (
    Not as Not,
)
from engine.syntax.expressions import (
    Number as Number,
)
from engine.syntax.expressions import (
    Or as Or,
)
from engine.syntax.expressions import (
    Pair as Pair,
)
from engine.syntax.expressions import (
    Path as Path,
)
from engine.syntax.expressions import (
    Pattern as Pattern,
)
from engine.syntax.expressions import (
    Range as Range,
)
from engine.syntax.expressions import (
    Relation as Relation,
)
from engine.syntax.expressions import (
    Setting as Setting,
)
from engine.syntax.expressions import (
    System as System,
)
from engine.syntax.expressions import (
    TableName as TableName,
)
from engine.syntax.expressions import (
    Text as Text,
)
from engine.syntax.expressions import (
    ThereIs as ThereIs,
)
from engine.syntax.expressions import (
    Using as Using,
)
from engine.syntax.expressions import (
    Value as Value,
)
from engine.syntax.expressions import (
    Via as Via,
)
from engine.syntax.expressions import (
    Word as Word,
)
from engine.syntax.lines import (
    AfterUncoupling as AfterUncoupling,
)
from engine.syntax.lines import (
    AlwaysCompare as AlwaysCompare,
)
from engine.syntax.lines import (
    Arrow as Arrow,
)
from engine.syntax.lines import (
    Attempts as Attempts,
)
from engine.syntax.lines import (
    Category as Category,
)
from engine.syntax.lines import (
    CreateUnmatched as CreateUnmatched,
)
from engine.syntax.lines import (
    Creation as Creation,
)
from engine.syntax.lines import (
    DependsOn as DependsOn,
)
from engine.syntax.lines import (
    Drop as Drop,
)
from engine.syntax.lines import (
    Every as Every,
)
from engine.syntax.lines import (
    FieldLine as FieldLine,
)
from engine.syntax.lines import (
    InFullSynchronisation as InFullSynchronisation,
)
from engine.syntax.lines import (
    JobLine as JobLine,
)
from engine.syntax.lines import (
    LeaveOut as LeaveOut,
)
from engine.syntax.lines import (
    MappingItem as MappingItem,
)
from engine.syntax.lines import (
    Match as Match,
)
from engine.syntax.lines import (
    Moment as Moment,
)
from engine.syntax.lines import (
    OnConflict as OnConflict,
)
from engine.syntax.lines import (
    OnlyWithin as OnlyWithin,
)
from engine.syntax.lines import (
    Recognise as Recognise,
)
from engine.syntax.lines import (
    RecordFilter as RecordFilter,
)
from engine.syntax.lines import (
    Run as Run,
)
from engine.syntax.lines import (
    Side as Side,
)
from engine.syntax.lines import (
    StartAsleep as StartAsleep,
)
from engine.syntax.lines import (
    SynchroniseMatched as SynchroniseMatched,
)
from engine.syntax.lines import (
    WakeOn as WakeOn,
)
from engine.syntax.lines import (
    Window as Window,
)
from engine.syntax.statements import (
    ApplyTemplate as ApplyTemplate,
)
from engine.syntax.statements import (
    Assign as Assign,
)
from engine.syntax.statements import (
    Block as Block,
)
from engine.syntax.statements import (
    Change as Change,
)
from engine.syntax.statements import (
    Couple as Couple,
)
from engine.syntax.statements import (
    Create as Create,
)
from engine.syntax.statements import (
    CreateOrChange as CreateOrChange,
)
from engine.syntax.statements import (
    Delete as Delete,
)
from engine.syntax.statements import (
    Do as Do,
)
from engine.syntax.statements import (
    Find as Find,
)
from engine.syntax.statements import (
    ForEach as ForEach,
)
from engine.syntax.statements import (
    ForPieces as ForPieces,
)
from engine.syntax.statements import (
    If as If,
)
from engine.syntax.statements import (
    Let as Let,
)
from engine.syntax.statements import (
    Message as Message,
)
from engine.syntax.statements import (
    Options as Options,
)
from engine.syntax.statements import (
    Require as Require,
)
from engine.syntax.statements import (
    Rows as Rows,
)
from engine.syntax.statements import (
    Sorting as Sorting,
)
from engine.syntax.statements import (
    Statement as Statement,
)
from engine.syntax.statements import (
    Synchronise as Synchronise,
)
from engine.syntax.statements import (
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
