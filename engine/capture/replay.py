"""A workspace and the head of a plan -> the same dry run once more, stopped just before a pass.

Plans are the same for the same input, so the world stands as it stood when the record was planned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engine.capture.chosen import Chosen, Listed
from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.pipeline import Rules
from engine.plan.legs import Pass, passes
from engine.planning import rules_fingerprint
from engine.run.dryrun import Session, begin
from engine.run.gates import SCHEDULED, RunScope
from engine.run.world import World
from engine.snapshot.open import connect, fingerprint
from engine.workspace import Workspace

FORCED = RunScope(force=True, since_watermark=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """before: what was read of the world before the pass. session: after it. forced: the plan was made with --force.
    counts: what the run of a document logged."""

    before: Any
    session: Session
    forced: bool
    counts: Mapping[str, Mapping[str, int]] | None = None


def stale(workspace: Workspace, chosen: Chosen, snapshot: Path) -> Diagnostic | None:
    """Why the plan no longer tells what these rules do on this snapshot. Raises SnapshotProblem."""
    if rules_fingerprint(workspace) != chosen.head["rules_fingerprint"]:
        return _stale("the rules or the settings have changed since the plan was made")
    if fingerprint(snapshot) != chosen.head["snapshot_fingerprint"]:
        return _stale("the snapshot has changed since the plan was made")
    return None


def _stale(message: str) -> Diagnostic:
    hint = "make the plan anew and capture from that one"
    return Diagnostic(code="E683", name="plan-out-of-date", severity="error", span=None, message=message, hint=hint)


def replay(rules: Rules, chosen: Chosen, snapshot: Path, read: Callable[[Session], Any]) -> Replayed | None:
    """Plan again up to and with the passes of the chosen records; None when they are not planned so again.

    read: called with the session just before the first of these passes.
    """
    for forced in (False, True):
        for names in ((), (chosen.mapping,)):
            made = _once(rules, chosen, snapshot, read, names, forced)
            if made is not None:
                return made
    return None


def _once(
    rules: Rules,
    chosen: Chosen,
    snapshot: Path,
    read: Callable[[Session], Any],
    names: tuple[str, ...],
    forced: bool,
) -> Replayed | None:
    world = World.over(connect(snapshot, preserve_insertion_order=False), rules.catalog)
    session = begin(rules.model, world, now=chosen.head["now"], work_date=chosen.head["work_date"])
    wanted = {one.leg for one in chosen.records}
    before: Any = None
    begun = False
    for step in passes(rules.model, names):
        mine = step.mapping.name == chosen.mapping and step.leg in wanted
        if mine and not begun:
            before, begun = read(session), True
        session.run(step, FORCED if forced else SCHEDULED)
        if mine:
            wanted.discard(step.leg)
            if not wanted:
                break
    if begun and all(_again(session, one, step) for one in chosen.records):
        return Replayed(before=before, session=session, forced=forced)
    world.connection.close()
    return None


def _again(session: Session, one: Listed, step: Pass) -> bool:
    """Is the record planned as the plan has it?"""
    row = session.world.connection.execute(
        "SELECT count(*) FROM plan.record r JOIN plan.pass p USING (pass) WHERE p.mapping = ? AND p.leg = ? "
        "AND r.cause IS NULL AND r.source_id = ? AND r.action = ? AND r.code IS NOT DISTINCT FROM ?",
        [step.mapping.name, one.leg, one.source, one.action, one.code],
    ).fetchone()
    return row is not None and row[0] > 0
