"""Lines of mappings and of jobs as written. Frozen, with places, without meaning."""

from __future__ import annotations

from datetime import time
from typing import Literal

from engine.frozen import dataclass
from engine.syntax.expressions import Expression, Name, Node, System, TableName, Text
from engine.syntax.statements import Block, Do, Find, If, Let, Options

Arrow = Literal["->", "<-", "<->"]


# --- mappings ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DependsOn(Node):
    """`depends on M, … [when C]`."""

    mappings: tuple[Name, ...]
    when: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation(Node):
    """`only coupled records` (missing=False), `create missing records` (missing=True)."""

    missing: bool
    when: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlyWithin(Node):
    """`only within M`."""

    mapping: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class AlwaysCompare(Node):
    """`always compare`."""


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
    """`in full synchronisation run|couple|leave out [when C]`."""

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
    """`after uncoupling { }`."""

    block: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Side(Node):
    """`bc Item as item` in the head of a mapping."""

    table: TableName
    alias: Name


# --- jobs -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Node):
    """`run N, M`; `run all others` has no names, nor has `run what is asked for`, which is `asked`."""

    names: tuple[Name, ...]
    asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Every(Node):
    """`every 30 minutes[, sleep 1440 minutes when idle]`."""

    minutes: int
    sleep_minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRun(Node):
    """`next run 1M+CM at 06:00 in time zone 'Europe/Berlin'[, sleep 1440 minutes when idle]`: on which day it runs
    again. formula: in capitals, without blanks; at: None for midnight, or for the beginning of the job's hours."""

    formula: str
    at: time | None
    zone: Text | None
    sleep_minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts(Node):
    """`at most 10 attempts, 30 seconds apart`."""

    count: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Category(Node):
    """`category '…'[, high priority]`: who of those that wait for the category goes first; None is as `normal`."""

    text: Text
    priority: Literal["high", "normal", "low"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeOn(Node):
    """`wake on T [when C]`."""

    table: TableName
    when: Expression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAsleep(Node):
    """`start asleep`."""


Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Days(Node):
    """`Monday`, `Monday to Friday`, which is `weekdays`, `weekends` or `every day`, in a window. last: of a stretch."""

    first: Weekday | Literal["weekdays", "weekends", "every day"]
    last: Weekday | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window(Node):
    """`on Monday, Wednesday and Friday from 06:00 to 22:00 in time zone 'Europe/Berlin'`, `on every day`."""

    days: tuple[Days, ...]
    start: time | None
    end: time | None
    zone: Text | None = None


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
JobLine = Run | Every | NextRun | Attempts | Category | WakeOn | StartAsleep | Window
