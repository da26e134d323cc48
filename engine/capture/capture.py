"""A saved plan and the key of a record -> a scenario that shows the same, tried before it is handed over.

The stages once, in order: which record, the same dry run once more up to it, the rows it hangs on, the scenario, the
proof. Where references alone do not lead to all that decides, whole tables come along.
"""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from engine.capture.chosen import Chosen, choose
from engine.capture.compose import Composer
from engine.capture.documents import around, replay_document
from engine.capture.reads import Reads, carried, reads
from engine.capture.replay import Replayed, replay, stale
from engine.capture.rows import Slice, Width, cut_out
from engine.capture.text import to_yaml
from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.pipeline import Rules, defaults
from engine.planning import chosen_snapshot, rules_here, without_secrets
from engine.run.dryrun import Session
from engine.scenario.lay import lay
from engine.scenario.read import read_files
from engine.scenario.run import judged, played
from engine.scenario.scenario import Difference, Scenario
from engine.scenario.stage import Rulebook, set_up
from engine.snapshot.open import SnapshotProblem
from engine.testing import rulebook
from engine.workspace import Workspace

MOST_OF_A_REASON = 250
WIDTHS: tuple[tuple[Width, ...], ...] = (("near",), ("asked",), ("far",), ("whole tables",))
DOCUMENT_WIDTHS: tuple[tuple[Width, ...], ...] = (("near", "asked"), ("far", "whole tables"))
"""Tried in turn; those in one tuple are cut from one dry run: before a document stands a whole plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """text: the scenario file, None when there is none. found: why not."""

    text: str | None
    found: tuple[Diagnostic, ...] = ()


def capture(plan: Path, key: str, mapping: str | None = None) -> Captured:
    """Write down one record of a plan as a scenario. mapping: which one, where the key stands under several."""
    workspace, rules, found = rules_here()
    if workspace is None or rules is None:
        return Captured(text=None, found=found)
    try:
        chosen = choose(plan, key, mapping)
        if isinstance(chosen, Diagnostic):
            return Captured(text=None, found=(chosen,))
        snapshot = _snapshot(workspace, str(chosen.head["snapshot"]))
        if (wrong := stale(workspace, chosen, snapshot)) is not None:
            return Captured(text=None, found=(wrong,))
        return _captured(workspace, rules, chosen, snapshot)
    except SnapshotProblem as refused:
        return Captured(text=None, found=(refused.diagnostic,))


def _snapshot(workspace: Workspace, named: str) -> Path:
    path = Path(named)
    if not path.is_absolute() and (workspace.root / path).is_file():
        return workspace.root / path
    return path if path.is_file() else chosen_snapshot(workspace, named)[0] or path


def _captured(workspace: Workspace, rules: Rules, chosen: Chosen, snapshot: Path) -> Captured:
    seen = reads(rules.model, chosen.mapping, rules.catalog)
    if chosen.document is None:
        carried(rules.model, chosen.mapping, seen)
    shipped = frozenset(one.path for one in workspace.standard_rules)
    book, _ = rulebook(workspace.rule_files, rules.catalog, shipped)
    misses: tuple[Difference, ...] = ()
    reasons = [one.reason for one in chosen.records if one.reason and one.action in ("fail", "conflict")]
    for widths in WIDTHS if chosen.document is None else DOCUMENT_WIDTHS:
        again = _replayed(rules, chosen, snapshot, seen, widths)
        if again is None:
            return Captured(text=None, found=(_not_again(chosen),))
        try:
            for slice_ in again.before:
                text = _written(workspace, rules, chosen, seen, again, slice_)
                misses = proof(text, book, reasons)
                if not misses:
                    return Captured(text=text)
        finally:
            again.session.world.connection.close()
    told = "; ".join(f"{one.what}: {one.got}" for one in misses[:3])
    message = f"{chosen.records[0].label} comes out differently by itself than in the plan: {told}"
    hint = "other records decide it too; write its scenario by hand, starting from a smaller snapshot"
    return Captured(text=None, found=(_not_alike(message, hint),))


def _replayed(rules: Rules, chosen: Chosen, snapshot: Path, seen: Reads, widths: tuple[Width, ...]) -> Replayed | None:
    """The record planned again, with so much of the world around it as it was before: a slice for each width."""
    ids = [id for one in chosen.records for id in (one.source, one.id) if id is not None]

    def read(session: Session) -> tuple[Slice, ...]:
        if chosen.document is not None:
            return tuple(around(session, chosen, ids, seen, width) for width in widths)
        return tuple(cut_out(session.world, rules.model, chosen.mapping, ids, seen, width) for width in widths)

    return (replay if chosen.document is None else replay_document)(rules, chosen, snapshot, read)


def _written(workspace: Workspace, rules: Rules, chosen: Chosen, seen: Reads, again: Replayed, before: Slice) -> str:
    """The scenario file that starts from a slice of the world."""
    composer = Composer(
        chosen=chosen,
        slice=before,
        found=seen,
        rules=rules.model,
        catalog=rules.catalog,
        after=again.session,
        forced=again.forced,
        settings=without_secrets(workspace.settings),
        defaults=defaults(),
        counts=again.counts,
    )
    one, head = chosen.records[0], chosen.head
    words = "-".join((_plain(f"{chosen.mapping} {one.leg}"), _plain(one.label) or str(one.source)[-12:]))
    about = f"Captured from a plan of {head['company']} of {head['now']:%Y-%m-%d %H:%M}."
    return to_yaml(composer.scenario(words), [about])


def _plain(text: str) -> str:
    """Small letters, digits and hyphens, as the id of a scenario has them; ö becomes o."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")


def _not_again(chosen: Chosen) -> Diagnostic:
    """The record is not planned as the plan has it."""
    message = f"{chosen.records[0].label} does not come out the same when it is planned again"
    hint = "a process may have run the mapping once more; capture the record that starts it, or plan the mapping alone"
    if chosen.document is not None:
        message += " by itself"
        hint = "other records decide it too; write its scenario by hand, starting from a smaller snapshot"
    return _not_alike(message, hint)


def proof(text: str, book: Rulebook, reasons: Sequence[str] = ()) -> tuple[Difference, ...]:
    """Run a scenario as `coupler test` would; what it misses. reasons: words that its errors must begin with."""
    with tempfile.TemporaryDirectory(prefix="coupler-capture-") as folder:
        path = Path(folder) / "captured.yaml"
        path.write_text(text, encoding="utf-8")
        files = read_files([path], book.known)
        wrong = tuple(Difference(what=one.code, expected="", got=one.message) for file in files for one in file.found)
        misses = [
            miss for file in files for one in file.scenarios for miss in judged(one, book, Path(folder)).differences
        ]
        if not wrong and not misses and reasons:
            misses = _unsaid(files[0].scenarios[0], book, Path(folder), reasons)
        return wrong or tuple(misses)


def _unsaid(scenario: Scenario, book: Rulebook, folder: Path, reasons: Sequence[str]) -> list[Difference]:
    """The reasons of the plan that the scenario fails without: it would fail for another one."""
    stage = set_up(lay(scenario.layers, book.known.catalog), book, folder)
    try:
        said = [one.text for one in played(scenario, stage).steps[-1].after.errors]
    finally:
        stage.world.connection.close()
    missing = [one for one in reasons if not any(text[:MOST_OF_A_REASON] == one[:MOST_OF_A_REASON] for text in said)]
    return [Difference(what="the reason", expected=one, got=", ".join(said) or "no error") for one in missing]


def _not_alike(message: str, hint: str) -> Diagnostic:
    return Diagnostic(code="E684", name="not-alike-alone", severity="error", span=None, message=message, hint=hint)
