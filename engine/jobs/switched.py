"""A queue and a change of settings -> the queue afterwards: jobs come and go, are held and set up anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from engine.jobs.carry import needs_sales
from engine.jobs.define import CONNECTIONS, DATAVERSE, SALES, appearing, entered, fresh, has_connections
from engine.jobs.queue import Entry, QueueState
from engine.jobs.turns import held
from engine.model.model import Model


def switched(
    state: QueueState, before: Model, model: Model, now: datetime, dataverse: frozenset[str], zone: str = "UTC"
) -> QueueState:
    """Jobs come and go with the settings; a connection switched off puts its jobs on hold, switched on begins anew.

    dataverse: the mappings that need no connection to Sales. A run that has begun goes on; its entry waits for its end.
    """
    if _first(before, model):
        return _renumbered(fresh(model, now, zone), _last(state))
    old = state
    new, gone = appearing(before, model)
    for entry in old.entries:
        if entry.name in gone:
            state = state.without(entry.number)
    for job in new:
        if state.entry(job.name) is None:
            state = state.put(entered(job, model, max(_last(old), _last(state)) + 1, now, zone))
    if _turned_on(before, model):
        anew = set_up_anew(before, model, dataverse)
        for one in fresh(model, now, zone).entries:
            known = state.entry(one.name)
            if known is None or known.status == "In Process":
                continue
            if not _lives(known, before) or not anew.isdisjoint(known.setup.runs):
                state = state.put(replace(one, number=known.number))
    off = [name for name in CONNECTIONS if before.settings.get(name) and not model.settings.get(name)]
    for entry in state.entries if off else ():
        if not _lives(entry, model) or (DATAVERSE in off and dataverse.issuperset(entry.setup.runs)):
            state = state.put(held(entry))
    return state


def set_up_anew(before: Model, model: Model, dataverse: frozenset[str]) -> frozenset[str]:
    """The mappings that go back to their default because their connection was switched on (R-17). dataverse: those
    that need no connection to Sales."""
    if _first(before, model):
        return frozenset(model.mappings)
    on = _turned_on(before, model)
    own = dataverse if DATAVERSE in on else frozenset()
    return own | (model.mappings.keys() - dataverse if SALES in on else frozenset())


def _turned_on(before: Model, model: Model) -> tuple[str, ...]:
    return tuple(name for name in CONNECTIONS if not before.settings.get(name) and model.settings.get(name))


def _first(before: Model, model: Model) -> bool:
    """Is there a connection now, and was there none before?"""
    return bool(_turned_on(before, model)) and not any(before.settings.get(name) for name in CONNECTIONS)


def _last(state: QueueState) -> int:
    return max((one.number for one in state.entries), default=0)


def _renumbered(state: QueueState, behind: int) -> QueueState:
    return replace(state, entries=tuple(replace(one, number=one.number + behind) for one in state.entries))


def _lives(entry: Entry, model: Model) -> bool:
    """Is there a connection for what it runs, or does it need none?"""
    connected = any(model.settings.get(one) for one in CONNECTIONS)
    if not connected and needs_sales(model, entry.setup.runs):
        return False
    return all(one in model.mappings or has_connections(model.processes.get(one), model) for one in entry.setup.runs)
