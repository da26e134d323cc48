"""What the rules mean: every name resolved, every expression typed, every step laid open. Frozen.

Built by `engine.model.bind`. A reader of these values needs no rule text and no name look-up: a field is a
catalog `Field`, a record is a `Record` with its table, a value has a `Type`. Numbers in brackets, like R4.15,
name the facts that the words stand for. Processes, rules, jobs and the whole stand here; values, conditions and filters
in `typed.py`, statements and what a mapping holds in `effects.py`. All are called by this module's name.
"""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from datetime import time
from typing import Literal

from engine.catalog.catalog import Table
from engine.frozen import dataclass
from engine.model.dayparts import (
    Period as Period,
    Step as Step,
)
from engine.model.effects import (
    ApplyTemplate as ApplyTemplate,
    Assign as Assign,
    AssignSetting as AssignSetting,
    Block as Block,
    Carried as Carried,
    Carry as Carry,
    Change as Change,
    CountsAsNew as CountsAsNew,
    Couple as Couple,
    Create as Create,
    CreateOrChange as CreateOrChange,
    Delete as Delete,
    FieldLine as FieldLine,
    Find as Find,
    ForEach as ForEach,
    ForPieces as ForPieces,
    Given as Given,
    If as If,
    InFullSynchronisation as InFullSynchronisation,
    Inlined as Inlined,
    LeaveOut as LeaveOut,
    Let as Let,
    Mapping as Mapping,
    MappingItem as MappingItem,
    MatchCriterion as MatchCriterion,
    Message as Message,
    Moment as Moment,
    Require as Require,
    Statement as Statement,
    Synchronise as Synchronise,
    Uncouple as Uncouple,
)
from engine.model.typed import (
    Aggregate as Aggregate,
    All as All,
    AllOf as AllOf,
    Among as Among,
    Any as Any,
    AnyOf as AnyOf,
    AnyRecord as AnyRecord,
    Arithmetic as Arithmetic,
    Behind as Behind,
    Blank as Blank,
    Bound as Bound,
    Call as Call,
    Choose as Choose,
    Clock as Clock,
    Column as Column,
    Compares as Compares,
    Condition as Condition,
    Constant as Constant,
    Convert as Convert,
    Coupled as Coupled,
    CoupledTogether as CoupledTogether,
    Day as Day,
    Exists as Exists,
    Filter as Filter,
    Holds as Holds,
    Itself as Itself,
    Leg as Leg,
    Like as Like,
    Matches as Matches,
    Named as Named,
    Negative as Negative,
    NextNumber as NextNumber,
    Not as Not,
    Partner as Partner,
    Range as Range,
    Record as Record,
    Relation as Relation,
    SettingValue as SettingValue,
    Shift as Shift,
    Translate as Translate,
    Truth as Truth,
    Type as Type,
    Typed as Typed,
    Value as Value,
)

# --- the rest -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Process(Bound):
    """`process P "…" { }`: what becomes of documents, laid open in one block."""

    name: str
    title: str
    body: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Bound):
    """`rule "…" { }`: a law about the data; its block looks and requires."""

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
class NextRun(Bound):
    """On which day a job runs again (R9.7). formula: a date formula, counted from the day on which the run ended.

    at: the time of that day; None for the beginning of the job's hours, or midnight. zone: whose clock says what day
    and time it is; blank for that of whoever runs the jobs.
    """

    formula: str
    at: time | None
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Bound):
    """An entry of the job queue (sync-semantics 9).

    runs: mappings and processes in turn; all_others: then every other mapping; asked_for: it runs nothing itself, but
    says how what somebody starts by hand is run. every: minutes from the end of a run to the next, 0 where next_run
    says it, None for a job that runs once, when it is asked to. sleep: minutes on hold after a run that found nothing
    to do, None when it is ready again after every run. attempts, delay: how often a failed run is tried, and the
    seconds before the first new try. wakes: a record of these tables that is created or changed wakes the job.
    priority: of those that wait for the category the one with the lowest number goes first.
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
    asked_for: bool = False
    priority: int = 2000
    next_run: NextRun | None = None


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
