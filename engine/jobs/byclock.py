"""The rules of a job -> what of them goes with the clock, and whether a run that found nothing stays like that.

`now` does no harm in a value that is written: a run that writes nothing does not ask it. As a threshold (modified after
now, or after a setting that every run moves to now) it only ever shuts records out as time goes on, so where a run
selected no record at all, a later one selects none. Anything else that asks the time of day must be asked again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from engine.frozen import dataclass as frozen
from engine.jobs.byday import ByDay, by_day
from engine.jobs.queue import Setup
from engine.model import model as m
from engine.run.actions.nodes import nodes


@frozen(frozen=True, slots=True, kw_only=True)
class ByClock:
    """How the rules of a job go with time.

    kind: never: not at all while nothing else changes; empty: a run that read no record finds none later; moment:
    anything may be another a second later. day: what the day means to them. moves: the settings that every run
    sets to the clock. apart: those, and the settings that other processes move and these rules do not read.
    """

    kind: Literal["never", "empty", "moment"]
    day: ByDay = ByDay()
    moves: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()


def by_clock(model: m.Model, setup: Setup) -> ByClock:
    """What the rules of a job, and of all that they call, do with the clock."""
    parts = [one.statement for one in model.shared.values()]
    reading = _Reading()
    called = list(_called(model, setup.runs))
    for one in called:
        if isinstance(one, m.Process):
            reading.moving |= _moved(one)
    if reading.moving & {it.name for one in parts for it in nodes(one, m.SettingValue)}:
        return ByClock(kind="moment")
    harmless = not any(reading.tainted_in(one) for one in parts)
    for one in called:
        if isinstance(one, m.Process):
            harmless = reading.block(one.body) and harmless
        else:
            harmless = reading.mapping(one) and harmless
    if not harmless:
        return ByClock(kind="moment")
    kind: Literal["never", "empty"] = "empty" if reading.thresholds else "never"
    moved = {it for one in model.processes.values() for it in _moved(one)}
    read = {it.name for one in (*called, *parts) for it in nodes(one, m.SettingValue)}
    apart = frozenset(reading.moving | (moved - read))
    return ByClock(kind=kind, day=by_day((*called, *parts)), moves=frozenset(reading.moving), apart=apart)


def _called(model: m.Model, names: tuple[str, ...]) -> Iterator[m.Mapping | m.Process]:
    """The mappings and processes of these names, and those that they start."""
    waiting, seen = list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for part in (model.mappings.get(name), model.processes.get(name)):
            if part is not None:
                yield part
                waiting += [one for called in nodes(part, m.Synchronise) for one in called.mappings]


def _moved(process: m.Process) -> set[str]:
    """The settings that every run of a process sets to the clock."""
    assigned = (one for one in process.body.statements if isinstance(one, m.AssignSetting))
    return {one.setting for one in assigned if _is_now(one.value)}


def _is_now(value: m.Value) -> bool:
    while isinstance(value, m.Convert):
        value = value.value
    return isinstance(value, m.Clock) and value.word == "now"


@dataclass
class _Reading:
    """Reads statements. moving: settings that are set to the clock; names: values that come from it.

    thresholds: was the clock used as one? Every method says whether what it read does no harm.
    """

    moving: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    thresholds: bool = False

    def tainted_in(self, part: object) -> bool:
        """Does anything in it come from the time of day?"""
        return (
            any(one.word == "now" for one in nodes(part, m.Clock))
            or any(one.name in self.moving for one in nodes(part, m.SettingValue))
            or any(one.key in self.names for one in nodes(part, m.Named))
        )

    def mapping(self, one: m.Mapping) -> bool:
        heads = (one.bc_filter, one.sales_filter, one.leave_out, one.recognise, one.matches)
        if any(self.tainted_in(it) for it in heads):
            return False
        harmless = [self.item(it) for it in one.items]  # all of them, as they may name what comes from the clock
        if not all(harmless):
            self.thresholds = True  # what is done with a record is not asked where none is read
        return True

    def item(self, one: m.MappingItem) -> bool:
        match one:
            case m.FieldLine(to_sales=to_sales, to_bc=to_bc):
                carries = [it for it in (to_sales, to_bc) if it is not None]
                return all(_is_now(it.value) or not self.tainted_in(it) for it in carries)
            case m.Moment(body=body):
                return self.block(body)
            case _:
                return self.statement(one)

    def block(self, one: m.Block | None) -> bool:
        return one is None or all(self.statement(it) for it in one.statements)

    def statement(self, one: m.Statement) -> bool:
        match one:
            case m.Assign(value=value) | m.AssignSetting(value=value):
                return _is_now(value) or not self.tainted_in(value)
            case m.Let(value=value, key=key):
                if self.tainted_in(value):
                    self.names.add(key)
                return True
            case m.Inlined(lets=lets, body=body):
                return all([*(self.statement(it) for it in lets), self.block(body)])
            case m.ForEach(where=where, body=body):
                return all([where is None or self.selects(where), self.block(body)])
            case m.If(condition=condition, then=then, otherwise=otherwise):
                fine = self.selects(condition) if otherwise is None else not self.tainted_in(condition)
                return all([fine, self.block(then), self.block(otherwise)])
            case m.Create(body=body):
                return self.block(body)
            case m.Change(where=where, body=body) | m.CreateOrChange(where=where, body=body):
                return all([not self.tainted_in(where), self.block(body)])
            case _:
                return not self.tainted_in(one)

    def selects(self, one: m.Condition) -> bool:
        """A condition that shuts more and more out as the clock goes on."""
        match one:
            case _ if not self.tainted_in(one):
                return True
            case m.All(parts=parts) | m.Any(parts=parts):
                return all(self.selects(it) for it in parts)
            case m.Exists(where=where) if where is not None:
                return self.selects(where)
            case m.Compares(operator=">" | ">=", left=left) if not self.tainted_in(left):
                self.thresholds = True
                return True
            case m.Compares(operator="<" | "<=", right=right) if not self.tainted_in(right):
                self.thresholds = True
                return True
            case _:
                return False
