"""Scenarios and rules -> a verdict for each: set up, carried out, compared; no mishap stops the others."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from engine.run.actions.adapt import WrongOverrideError
from engine.scenario.judge import Expected
from engine.scenario.lay import lay
from engine.scenario.play import Step, carry_out, with_edits
from engine.scenario.scenario import Difference, Scenario, ScenarioFile, Then, Verdict
from engine.scenario.stage import Rulebook, Stage, StageError, set_up
from engine.scenario.state import Rows, state_of
from engine.scenario.values import WrongValueError
from engine.snapshot.open import SnapshotProblem
from engine.sql.conditions import condition, joined_by
from engine.sql.quote import identifier
from engine.sql.scope import Joined, Scope
from engine.sql.values import Reading

Selected = Mapping[str, Mapping[str, Sequence[UUID]]]


def verdicts(files: Sequence[ScenarioFile], rules: Rulebook, only: str | None = None) -> Iterator[Verdict]:
    """A verdict for every scenario; of a wrong file one for each that could be read, else one for the file.

    only: an id or an area.
    """
    with tempfile.TemporaryDirectory(prefix="coupler-test-") as folder:
        for file in files:
            if file.found:
                yield from wrong_file(file, only)
            for one in file.scenarios:
                if only is None or only in (one.id, one.area):
                    yield judged(one, rules, Path(folder))


def wrong_file(file: ScenarioFile, only: str | None) -> Iterator[Verdict]:
    """What becomes of a file that names something unknown: it counts as failed, and nothing of it was run."""
    misses = tuple(
        Difference(
            what=f"{one.span.path}:{one.span.line}:{one.span.column} {one.code}" if one.span else one.code,
            expected=one.hint,
            got=one.message,
        )
        for one in file.found
    )
    ids = [one for one in file.ids if only is None or one == only]
    if not ids and (only is None or not file.ids):
        ids = [Path(file.path).stem]
    for id in ids:
        yield Verdict(id=id, area="", gate=True, status="error", differences=misses, path=file.path, line=1)


def judged(scenario: Scenario, rules: Rulebook, folder: Path) -> Verdict:
    """Run one scenario. What cannot be set up, and a defect of ours, is a failure that says so."""
    began = time.perf_counter()
    try:
        misses = tuple(differences(scenario, rules, folder))
    except (StageError, WrongValueError, WrongOverrideError) as problem:
        misses = (Difference(what="the scenario cannot be run", expected="", got=str(problem)),)
    except SnapshotProblem as problem:
        misses = (Difference(what="the data given", expected=problem.diagnostic.hint, got=problem.diagnostic.message),)
    except Exception as problem:
        if os.environ.get("COUPLER_DEBUG"):
            raise
        told = str(problem).strip().split("\n")[0]
        misses = (Difference(what="a defect of coupler", expected="", got=f"{type(problem).__name__}: {told}"),)
    return Verdict(
        id=scenario.id,
        area=scenario.area,
        gate=scenario.gate,
        status="failed" if misses else "passed",
        differences=misses,
        path=scenario.span.path,
        line=scenario.span.line,
        about=scenario.about,
        seconds=time.perf_counter() - began,
    )


def differences(scenario: Scenario, rules: Rulebook, folder: Path) -> list[Difference]:
    """Every miss of one scenario."""
    start = lay(scenario.layers, rules.known.catalog)
    stage = set_up(start, rules, folder)
    try:
        return compared(played(scenario, stage), scenario.then)
    finally:
        stage.world.connection.close()


@dataclass(frozen=True, kw_only=True)
class Played:
    """A scenario that was carried out. origin: the rows it started from, with its own edits laid in."""

    rules: Rulebook
    origin: Rows
    steps: tuple[Step, ...]
    labels: Mapping[str, tuple[str, str, UUID]]
    selected: tuple[Selected, ...]


def played(scenario: Scenario, stage: Stage) -> Played:
    """Carry out all actions in turn."""
    origin: Rows = state_of(stage).rows
    parts: list[Then] = scenario.then.get("after") or []
    steps: list[Step] = []
    selected: list[Selected] = []
    for number, action in enumerate(scenario.when):
        step = carry_out(stage, action, number)
        origin = with_edits(origin, step.edits)
        wanted = {*(parts[number].get("selected") or {})} if number < len(parts) else set()
        if number == len(scenario.when) - 1:
            wanted |= {*(scenario.then.get("selected") or {})}
        steps.append(step)
        selected.append(_selected(stage, sorted(wanted)))
    return Played(
        rules=stage.rules, origin=origin, steps=tuple(steps), labels=dict(stage.labels), selected=tuple(selected)
    )


def compared(made: Played, then: Then) -> list[Difference]:
    """What came out, against what is expected after each action and at the end."""
    misses: list[Difference] = []
    parts: list[Then] = then.get("after") or []
    for number, step in enumerate(made.steps):
        misses += [Difference(what=f"action {number + 1}", expected="carried out", got=one) for one in step.unplanned]
        if number < len(parts) and parts[number]:
            part = _expected(made, number, step.before.rows, parts[number])
            misses += [_after(number + 1, one) for one in part]
    misses += _expected(made, len(made.steps) - 1, made.origin, then)
    if len(parts) > len(made.steps):
        misses.append(Difference(what="after", expected=f"{len(parts)} actions", got=f"{len(made.steps)}"))
    return misses


def _after(number: int, one: Difference) -> Difference:
    return Difference(what=f"after action {number}: {one.what}", expected=one.expected, got=one.got)


def _expected(made: Played, number: int, before: Rows, then: Then) -> list[Difference]:
    step = made.steps[number]
    judge = Expected(
        made.rules.known,
        before,
        step.after,
        action=step.action,
        logged_before=len(step.before.log),
        labels=made.labels,
        selected=made.selected[number],
    )
    return judge.differences(then)


def _selected(stage: Stage, names: Sequence[str]) -> Selected:
    """The ids that pass the filters of mappings; watermarks and couplings aside."""
    found: dict[str, dict[str, list[UUID]]] = {}
    for name in names:
        mapping = stage.session.model.mappings.get(name)
        if mapping is None:
            continue
        found[name] = {}
        for side in ("bc", "sales"):
            record = mapping.bc if side == "bc" else mapping.sales
            filters = mapping.bc_filter if side == "bc" else mapping.sales_filter
            scope = Scope(stage.world, f"{stage.world.relation(record.table)} s")
            scope.names[record.key] = Joined(alias="s", table=record.table, certain=True)
            reading = Reading(scope=scope, around=stage.session.around)
            tests = joined_by("AND", [condition(one, reading) for one in filters])
            rows = stage.world.run(
                "what the filter selects",
                f"SELECT s.{identifier(record.table.id_field)} FROM {scope.sql()} WHERE {tests}",
            ).fetchall()
            found[name][side] = [row[0] for row in rows]
    return found
