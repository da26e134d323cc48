"""A scenario on its stage -> its actions carried out in turn, with the state before and after each."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from engine.catalog.catalog import Table
from engine.jobs.define import CONNECTIONS, DATAVERSE, SALES
from engine.jobs.switched import set_up_anew
from engine.model import model
from engine.plan.legs import keeps_options
from engine.run.actions import fullsync, marks
from engine.run.actions.adapt import WrongOverrideError
from engine.run.actions.clock import move_clock, take_model
from engine.run.actions.couple import Refusal, couple
from engine.run.actions.edit import Edit
from engine.run.actions.fieldlines import ARROWS
from engine.run.actions.filtertext import Clock
from engine.run.actions.match import match
from engine.run.actions.react import edit_and_react, react_to_setting
from engine.run.actions.records import Chosen, on_side
from engine.run.actions.runs import (
    clear_watermarks,
    connected,
    create_new,
    never_alone,
    prioritised,
    run_mapping,
    synchronize_all,
)
from engine.run.actions.uncouple import uncouple
from engine.run.process.carry import run_process
from engine.scenario import schedule
from engine.scenario.choice import id_of, units_of, with_rows
from engine.scenario.lay import TableKey, made_id
from engine.scenario.pages import forget_pages, keep_pages
from engine.scenario.scenario import Action
from engine.scenario.stage import Stage, StageError, model_of, typed_settings
from engine.scenario.state import Rows, State, state_of
from engine.scenario.values import plain, read_moment
from engine.sql.values import NotPlanned
from engine.syntax import ast


@dataclass(frozen=True, kw_only=True)
class Step:
    """One action that was carried out. before: with its own edits laid in; unplanned: what the engine cannot do yet."""

    action: Action
    before: State
    after: State
    edits: tuple[Edit, ...]
    unplanned: tuple[str, ...]


def carry_out(stage: Stage, action: Action, number: int) -> Step:
    """Carry out one action; what the engine cannot do is told in the step."""
    before = state_of(stage)
    known = len(stage.session.found)
    unplanned: list[str] = []
    if action.get("at") is not None:
        moment = read_moment("at", action["at"])
        assert moment is not None
        move_clock(stage.session, moment)
    else:
        move_clock(stage.session, stage.session.around.now)
    edits: list[Edit] = []
    try:
        _act(stage, action, before, number, edits)
    except NotPlanned as problem:
        unplanned.append(f"{problem.what} is not planned yet")
    unplanned += [one.message for one in stage.session.found[known:]]
    after = state_of(stage)
    before = replace(before, rows=with_edits(before.rows, edits))
    return Step(action=action, before=before, after=after, edits=tuple(edits), unplanned=tuple(unplanned))


def with_edits(rows: Rows, edits: Sequence[Edit]) -> Rows:
    """Rows with a user's own changes in them, which count as given."""
    if not edits:
        return rows
    laid = copy.deepcopy(rows)
    for one in edits:
        table = laid.setdefault((one.table.system, one.table.name), {})
        id = UUID(one.id)
        if one.op == "delete":
            table.pop(id, None)
        elif one.op == "create" or id in table:  # a row that the engine created stays its creation
            table[id] = {one.table.id_field: id, **table.get(id, {}), **one.values}
    return laid


def _act(stage: Stage, action: Action, state: State, number: int, edits: list[Edit]) -> None:
    session = stage.session
    name = action.get("mapping")
    needs = ("mapping", "create-new", "couple", "match", "uncouple")
    if name is not None and name not in session.model.mappings and action["run"] != "change-mapping":
        reason = f"The mapping {name} does not exist under these settings"
        stage.refused.append(Refusal(mapping=str(name), record="", reason=reason))
        return
    chosen = _chosen(stage, action, state)
    if action["run"] in needs and not connected(session.around.settings):
        stage.refused.append(Refusal(mapping=str(name), record="", reason="There is no connection to Sales"))
        return
    match action["run"]:
        case "mapping" | "create-new" if (alone := never_alone(session.model.mappings[str(name)])) is not None:
            stage.refused.append(Refusal(mapping=str(name), record="", reason=alone))
        case "mapping":
            run_mapping(session, str(name), action.get("direction"), chosen)
        case "create-new":
            assert chosen is not None
            create_new(session, str(name), chosen)
        case "synchronize-all":
            names = (str(name),) if name is not None else prioritised(session, stage.rules.first)
            synchronize_all(session, names)
        case "couple":
            tables = _tables(stage, str(name))
            pairs = [
                tuple(
                    str(id_of(state, [table], pair[side])) for side, table in zip(("bc", "sales"), tables, strict=True)
                )
                for pair in action["pairs"]
            ]
            first = action.get("first_sync", "none")
            stage.refused += couple(session, str(name), pairs, None if first == "none" else first)  # type: ignore[arg-type]
        case "match":
            match(session, str(name), chosen, stage.groups.get(str(name)))
        case "uncouple":
            uncouple(session, str(name), chosen)
        case "retry":
            marks.retry(session, name, chosen)
        case "full-sync":
            _full_sync(stage, action)
        case "process":
            _process(stage, action, state)
        case "change-setting":
            _change_setting(stage, action["set"])
        case "change-mapping":
            _change_mapping(stage, str(name), action["set"])
        case "edit":
            for at, change in enumerate(action["edits"]):
                seen = schedule.seen(session)
                edits.append(_edit(stage, change, state_of(stage), f"{number}/{at}"))
                schedule.wake(session, seen)
        case "schedule":
            _schedule(stage, action)
        case other:
            raise NotPlanned(f"the action {other}", None)


def _tables(stage: Stage, name: str) -> tuple[Table, Table]:
    mapping = stage.session.model.mappings[name]
    return mapping.bc.table, mapping.sales.table


def _chosen(stage: Stage, action: Action, state: State) -> Chosen | None:
    """The records of an action by id; without a mapping they may be of any table."""
    records = action.get("records")
    if not records:
        return None
    system, references = next(iter(records.items()))
    tables = with_rows(state, system)
    if action.get("mapping") in stage.session.model.mappings:
        bc, sales = _tables(stage, action["mapping"])
        tables = [bc if system == "bc" else sales]
    return Chosen(system=system, ids=tuple(str(id_of(state, tables, one)) for one in references))


def _schedule(stage: Stage, action: Action) -> None:
    """The job queue runs one job now, or all that are due up to a moment."""
    if "job" in action:
        if not schedule.run_job(stage.session, action["job"]):
            raise StageError(f"the job queue has no job {action['job']}")
        return
    moment = read_moment("until", action["until"])
    assert moment is not None
    _queued_lines(stage)
    schedule.run_until(stage.session, moment)


def _queued_lines(stage: Stage) -> None:
    """The lines of a full synchronisation that are queued run first, wave by wave (R7.5, R9.2)."""
    session = stage.session
    while True:
        ready = [one for one in fullsync.lines(session) if one.status == fullsync.READY]
        ready = [one for one in ready if one.recommended != fullsync.NOTHING and one.name in session.model.mappings]
        if not ready:
            return
        for one in ready:
            fullsync.run_line(session, one.name, stage.groups.get(one.name))
        fullsync.advance(session)


def _full_sync(stage: Stage, action: Action) -> None:
    match action["step"]:
        case "plan":
            fullsync.plan(stage.session)
        case "advance":
            fullsync.advance(stage.session)
        case _:
            name = action["mapping"]
            fullsync.run_line(stage.session, name, stage.groups.get(name))
            fullsync.advance(stage.session)  # R7.5: whatever waited for it starts


def _process(stage: Stage, action: Action, state: State) -> None:
    session = stage.session
    shipped = {one.name.text for file in stage.rules.files for one in file.declarations if isinstance(one, ast.Process)}
    if action["process"] in shipped:
        process = session.model.processes.get(action["process"])
        if process is not None:  # else the settings leave it out
            run_process(session, process, units_of(process, action.get("records"), state))
        return
    match action["process"]:
        case "reset-configuration":
            _reset_mappings(stage, {*stage.overrides, *session.model.mappings})
            schedule.reset(session)
        case "sign-in":
            schedule.sign_in(session)
        case "find-broken-couplings":
            marks.find_broken(session)
        case "repair-couplings":
            marks.repair(session)
        case "list-skipped":
            pass
        case "delete-survivors" | "restore-deleted":
            chosen = _chosen(stage, action, state)
            for mapping in session.model.mappings.values():
                if chosen is not None and not keeps_options(mapping):
                    _clear_broken(stage, action["process"], mapping, chosen)
        case other:
            raise NotPlanned(f"the process {other}", None)


def _clear_broken(stage: Stage, process: str, mapping: model.Mapping, chosen: Chosen) -> None:
    """R3.38: the survivors go with their couplings, or the couplings go and what was deleted is created anew."""
    session = stage.session
    pairs = marks.broken(session, mapping, chosen)
    kids = [one[0] for one in pairs]
    if not pairs:
        return
    if process == "delete-survivors":
        marks.delete_survivors(session, mapping, kids)
        return
    bc = on_side(session, mapping, Chosen(system="bc", ids=tuple(one[1] for one in pairs)), "bc")
    marks.delete_couplings(session, kids)
    rows = state_of(stage).rows
    for system, table, ids in (
        ("bc", mapping.bc.table, bc),
        ("sales", mapping.sales.table, tuple(one[2] for one in pairs)),
    ):
        there = rows.get((table.system, table.name), {})
        left = tuple(one for one in ids if UUID(one) in there)
        if left:
            create_new(session, mapping.name, Chosen(system=table.system, ids=left))
        assert system == table.system


def _rebind(stage: Stage) -> None:
    around = stage.session.around
    clock = Clock(today=around.now.date(), work_date=around.work_date, settings=stage.settings)
    made = model_of(stage.rules, stage.settings, stage.overrides, clock)
    stage.groups = made.groups
    take_model(stage.session, made.model)


def _change_setting(stage: Stage, given: Mapping[str, Any]) -> None:
    """Change settings with the effects that has; refused as a whole when a rule refuses one."""
    kept, before = dict(stage.session.around.settings), stage.session.model
    new = typed_settings(given, stage.catalog)
    different = [name for name, value in new.items() if kept.get(name) != value]
    stage.settings = {**kept, **new}
    _rebind(stage)
    refused = react_to_setting(stage.session, different)
    stage.refused += refused
    stage.settings = kept if refused else dict(stage.session.around.settings)
    _rebind(stage)
    dataverse = _dataverse(stage) if any(name in CONNECTIONS for name in different) else frozenset[str]()
    _reset_mappings(stage, set_up_anew(before, stage.session.model, dataverse))
    schedule.settings_changed(stage.session, before, dataverse)


def _dataverse(stage: Stage) -> frozenset[str]:
    """The mappings that need no connection to Sales."""
    around = stage.session.around
    clock = Clock(today=around.now.date(), work_date=around.work_date, settings=stage.settings)
    alone = {**stage.settings, DATAVERSE: True, SALES: False}
    return frozenset(model_of(stage.rules, alone, {}, clock).model.mappings)


def _reset_mappings(stage: Stage, names: Collection[str]) -> None:
    """Mappings as in a fresh configuration: what users changed is gone, and the watermarks are empty."""
    if not names:
        return
    changed = [name for name in stage.overrides if name in names]
    stage.overrides = {name: one for name, one in stage.overrides.items() if name not in names}
    stage.settings = dict(stage.session.around.settings)
    _rebind(stage)
    forget_pages(stage, changed)
    for name in names:
        if name in stage.session.model.mappings:
            clear_watermarks(stage.session, stage.session.model.mappings[name])


def _change_mapping(stage: Stage, name: str, given: Mapping[str, Any]) -> None:
    """Change a mapping; refused for a direction or a line that it cannot have (R4.2, R4.17, R4.26)."""
    mapping = stage.session.model.mappings.get(name)
    if mapping is None:
        raise StageError(f"the mapping {name} does not exist under these settings")
    given = _of_option_lines(mapping, given)
    kept = stage.overrides
    reason = _impossible(_with_lines(stage, mapping, given), given.get("direction")) or _unclearable(mapping, given)
    if reason is not None:
        stage.refused.append(Refusal(mapping=name, record="", reason=reason))
        return
    stage.overrides = {**kept, name: _laid_over(kept.get(name, {}), given)}
    stage.settings = dict(stage.session.around.settings)
    try:
        _rebind(stage)
    except WrongOverrideError as wrong:
        stage.overrides = kept
        stage.refused.append(Refusal(mapping=name, record="", reason=str(wrong)))
        return
    keep_pages(stage, name, stage.overrides[name])


def _laid_over(kept: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Earlier changes of a mapping with later ones on top; lines that are not named stay as they were changed."""
    laid = {**kept, **given}
    before, after = kept.get("fields"), given.get("fields")
    if isinstance(before, dict) and isinstance(after, dict):
        laid["fields"] = {**before, **{name: {**before.get(name, {}), **one} for name, one in after.items()}}
    return laid


def _of_option_lines(mapping: model.Mapping, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """An option mapping goes where its lines go: who turns a line turns the mapping (R4.26)."""
    fields = given.get("fields")
    if not keeps_options(mapping) or not isinstance(fields, dict) or "direction" in given:
        return given
    ways = [one["direction"] for one in fields.values() if "direction" in one]
    return {**given, "direction": ways[0]} if ways else given


def _with_lines(stage: Stage, mapping: model.Mapping, given: Mapping[str, Any]) -> model.Mapping:
    """The mapping with its lines as they are to be, still in the direction that it has."""
    fields = {key: given[key] for key in ("fields", "extra_fields") if key in given}
    if not fields or "direction" not in given or keeps_options(mapping):
        return mapping
    around = stage.session.around
    clock = Clock(today=around.now.date(), work_date=around.work_date, settings=stage.settings)
    overrides = {**stage.overrides, mapping.name: _laid_over(stage.overrides.get(mapping.name, {}), fields)}
    try:
        return model_of(stage.rules, stage.settings, overrides, clock).model.mappings[mapping.name]
    except WrongOverrideError:
        return mapping


def _impossible(mapping: model.Mapping, direction: str | None) -> str | None:
    if direction is None or ARROWS[direction] == mapping.arrow:
        return None
    if keeps_options(mapping):  # its lines go where it goes (R4.26)
        both = f"{mapping.name} keeps the choices of an option column; it goes one way only"
        return both if direction == "both" else None
    lines = [one for one in mapping.items if isinstance(one, model.FieldLine)]
    exact = {
        "both": any(one.two_way for one in lines),
        "to_sales": any(one.to_sales is not None and not one.two_way for one in lines),
        "to_bc": any(one.to_bc is not None and not one.two_way for one in lines),
    }
    return None if exact[direction] else f"{mapping.name} has no enabled field line in the direction {direction}"


def _unclearable(mapping: model.Mapping, given: Mapping[str, Any]) -> str | None:
    """R4.17: a line that keeps the old value where the new one is blank cannot clear it as well."""
    fields = given.get("fields")
    cleared = (
        {name for name, one in fields.items() if one.get("clear_on_failure")} if isinstance(fields, dict) else set()
    )
    for line in (one for one in mapping.items if isinstance(one, model.FieldLine)):
        carry = line.to_sales
        if carry is None or carry.source is None or not carry.carried.keep_if_blank:
            continue
        if carry.source.field.name in cleared:
            return f"the line of {carry.source.field.name} keeps its value when the new one is blank; it cannot clear"
    return None


def _edit(stage: Stage, change: Mapping[str, Any], state: State, seed: str) -> Edit:
    table = stage.catalog.table(change["system"], change["table"])
    key: TableKey = (table.system, table.name)
    values = {name: plain(table.fields[name], value) for name, value in (change.get("set") or {}).items()}
    if change["op"] == "create":
        given = values.get(table.id_field)
        id = given if isinstance(given, UUID) else made_id(f"edit/{seed}")
        if "as" in change:
            stage.labels[change["as"]] = (table.system, table.name, id)
    else:
        id = id_of(state, [table], change["key"])
        if id not in state.rows.get(key, {}):
            raise StageError(f"there is no {table.name} {change['key']} to be edited")
    one = Edit(op=change["op"], table=table, id=str(id), values=values)
    edit_and_react(stage.session, one)
    return one
