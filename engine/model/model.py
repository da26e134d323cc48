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
from engine.model.effects import (
    ApplyTemplate as ApplyTemplate,
)
from engine.model.effects import (
    Assign as Assign,
)
from engine.model.effects import (
    AssignSetting as AssignSetting,
)
from engine.model.effects import (
    Block as Block,
)
from engine.model.effects import (
    Carried as Carried,
)
from engine.model.effects import (
    Carry as Carry,
)
from engine.model.effects import (
    Change as Change,
)
from engine.model.effects import (
    Couple as Couple,
)
from engine.model.effects import (
    Create as Create,
)
from engine.model.effects import (
    CreateOrChange as CreateOrChange,
)
from engine.model.effects import (
    Delete as Delete,
)
from engine.model.effects import (
    FieldLine as FieldLine,
)
from engine.model.effects import (
    Find as Find,
)
from engine.model.effects import (
    ForEach as ForEach,
)
from engine.model.effects import (
    ForPieces as ForPieces,
)
from engine.model.effects import (
    Given as Given,
)
from engine.model.effects import (
    If as If,
)
from engine.model.effects import (
    InFullSynchronisation as InFullSynchronisation,
)
from engine.model.effects import (
    Inlined as Inlined,
)
from engine.model.effects import (
    LeaveOut as LeaveOut,
)
from engine.model.effects import (
    Let as Let,
)
from engine.model.effects import (
    Mapping as Mapping,
)
from engine.model.effects import (
    MappingItem as MappingItem,
)
from engine.model.effects import (
    MatchCriterion as MatchCriterion,
)
from engine.model.effects import (
    Message as Message,
)
from engine.model.effects import (
    Moment as Moment,
)
from engine.model.effects import (
    Require as Require,
)
from engine.model.effects import (
    Statement as Statement,
)
from engine.model.effects import (
    Synchronise as Synchronise,
)
from engine.model.effects import (
    Uncouple as Uncouple,
)
from engine.model.typed import (
    Aggregate as Aggregate,
)
from engine.model.typed import (
    All as All,
)
from engine.model.typed import (
    AllOf as AllOf,
)
from engine.model.typed import (
    Among as Among,
)
from engine.model.typed import (
    Any as Any,
)
from engine.model.typed import (
    AnyOf as AnyOf,
)
from engine.model.typed import (
    AnyRecord as AnyRecord,
)
from engine.model.typed import (
    Arithmetic as Arithmetic,
)
from engine.model.typed import (
    Behind as Behind,
)
from engine.model.typed import (
    Blank as Blank,
)
from engine.model.typed import (
    Bound as Bound,
)
from engine.model.typed import (
    Call as Call,
)
from engine.model.typed import (
    Choose as Choose,
)
from engine.model.typed import (
    Clock as Clock,
)
from engine.model.typed import (
    Column as Column,
)
from engine.model.typed import (
    Compares as Compares,
)
from engine.model.typed import (
    Condition as Condition,
)
from engine.model.typed import (
    Constant as Constant,
)
from engine.model.typed import (
    Convert as Convert,
)
from engine.model.typed import (
    Coupled as Coupled,
)
from engine.model.typed import (
    CoupledTogether as CoupledTogether,
)
from engine.model.typed import (
    Day as Day,
)
from engine.model.typed import (
    Exists as Exists,
)
from engine.model.typed import (
    Filter as Filter,
)
from engine.model.typed import (
    Holds as Holds,
)
from engine.model.typed import (
    Itself as Itself,
)
from engine.model.typed import (
    Leg as Leg,
)
from engine.model.typed import (
    Like as Like,
)
from engine.model.typed import (
    Matches as Matches,
)
from engine.model.typed import (
    Named as Named,
)
from engine.model.typed import (
    Negative as Negative,
)
from engine.model.typed import (
    NextNumber as NextNumber,
)
from engine.model.typed import (
    Not as Not,
)
from engine.model.typed import (
    Partner as Partner,
)
from engine.model.typed import (
    Period as Period,
)
from engine.model.typed import (
    Range as Range,
)
from engine.model.typed import (
    Record as Record,
)
from engine.model.typed import (
    Relation as Relation,
)
from engine.model.typed import (
    SettingValue as SettingValue,
)
from engine.model.typed import (
    Shift as Shift,
)
from engine.model.typed import (
    Step as Step,
)
from engine.model.typed import (
    Translate as Translate,
)
from engine.model.typed import (
    Truth as Truth,
)
from engine.model.typed import (
    Type as Type,
)
from engine.model.typed import (
    Typed as Typed,
)
from engine.model.typed import (
    Value as Value,
)

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
