"""A runner that is killed: the state is the one before a job or the one after it, at whatever moment."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from engine.jobs.live import place
from tests.jobs.live.pilots import JOBS, Pilot, copied, dying, kill, line, pilot


def whole(made: Pilot) -> None:
    """Nothing is half: every run that the queue calls applied is in the snapshot once, and nothing else is."""
    live = made.live()
    assert live.under_way is None
    assert not [one.name for one in live.queue.entries if one.status == "In Process"]
    applied = [one for one in live.runs if one.applied]
    assert made.logged() == [one.job for one in applied]
    assert made.content() == made.replayed()
    assert {path.name for path in (made.folder / "plans").iterdir()} == {Path(one.plan).name for one in applied}
    assert len({one.number for one in live.runs}) == len(live.runs)


def on_the_way(made: Pilot) -> None:
    """Right after a kill, before anybody has looked: the snapshot holds what the state says, or one run more."""
    if place.read(made.place) is None:
        assert made.logged() == []
        return
    live, logged = made.live(), made.logged()
    applied = [one.job for one in live.runs if one.applied]
    more = [] if live.under_way is None else [live.under_way.before.name]
    assert logged in (applied, applied + more)


@pytest.mark.parametrize("at", range(1, 7))
def test_killed_at_any_writing_of_its_state_a_queue_is_as_before_or_as_after_the_job(
    at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = pilot(tmp_path / "pilot")
    dying(made, monkeypatch, "before" if at % 2 else "after", at)
    on_the_way(made)
    made.run("--runs", "0")
    whole(made)
    if at == 4:
        made.due()
        made.run("--runs", "2")
        whole(made)


def test_killed_between_apply_and_state_a_job_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = pilot(tmp_path / "pilot")
    dying(made, monkeypatch, "applied")
    live = made.live()
    assert live.under_way is not None and live.runs == () and made.logged() == ["ITEMS"]
    assert made.job("ITEMS")["status"] == "interrupted"
    said = made.run("--runs", "0")
    assert "ITEMS: 3 created" in said
    assert made.outcomes() == [("ITEMS", "done")]
    whole(made)
    entry = made.live().queue.entry("ITEMS")
    assert entry is not None and entry.status == "Ready" and entry.tried == 0
    made.run("--runs", "2")
    assert made.logged() == list(JOBS)


def test_killed_before_the_apply_a_job_is_told_as_interrupted_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = pilot(tmp_path / "pilot")
    made.jobs("hold", "VENDORS")
    dying(made, monkeypatch, "applying")
    live = made.live()
    assert live.under_way is not None and live.under_way.prepared is not None
    said = made.run("--runs", "0")
    assert "interrupted" in said and made.logged() == []
    assert made.outcomes() == [("ITEMS", "interrupted")]
    entry = made.live().queue.entry("ITEMS")
    assert entry is not None and entry.status == "Ready" and entry.tried == 1
    last = made.live().runs[-1]
    assert entry.start is not None and (entry.start - last.end).total_seconds() == pytest.approx(30.01)
    assert "interrupted" in made.job("ITEMS")["last"]["outcome"]
    whole(made)


def sweep(made: Pilot, kills: int, seed: int) -> set[str]:
    """Kill a busy runner at random moments, over and over; what was found of the runs under way."""
    chance, found = random.Random(seed), set[str]()
    for number in range(kills):
        made.edit(f"{number}")
        if number:
            made.due()
        begun, known = copied(made.snapshot, made.folder / "begun.duckdb"), made.live().number if number else 0
        process = made.start()
        line(process, "begins")
        time.sleep(chance.uniform(0.0, 2.5))
        kill(process)
        on_the_way(made)
        before = len(made.live().runs) if made.place.state.exists() else 0
        made.run("--runs", "0")
        found |= {one.outcome for one in made.live().runs[before:]} or {"between"}
        live = made.live()
        assert live.under_way is None
        assert made.logged() == [one.job for one in live.runs if one.applied]
        assert made.content() == made.replayed(begun, since=known)
    return found


def test_killed_at_five_random_moments(tmp_path: Path) -> None:
    sweep(pilot(tmp_path / "pilot", rows=300), 5, 1)


@pytest.mark.slow
def test_killed_at_fifty_random_moments(tmp_path: Path) -> None:
    assert {"done", "interrupted"} <= sweep(pilot(tmp_path / "pilot", rows=1500), 50, 2)


def test_what_a_killed_runner_had_begun_to_write_is_tidied_away(tmp_path: Path) -> None:
    made = pilot(tmp_path / "pilot")
    place.prepare(made.place)
    (made.place.folder / ".state.json.1.part").write_text("{", encoding="utf-8")
    made.run("--runs", "0")
    assert not list(made.place.folder.glob(".*.part"))
