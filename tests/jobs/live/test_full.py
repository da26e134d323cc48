"""A full synchronisation through the queue: its waves are jobs, and it goes on where it was killed."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from engine.shipped import shipped
from tests.jobs.live.pilots import JOBS, Pilot, copied, dying, pilot


@pytest.fixture
def made(tmp_path: Path) -> Pilot:
    """A pilot whose recurring jobs are on hold."""
    found = pilot(tmp_path / "pilot")
    found.jobs("hold", *JOBS)
    return found


def waves(made: Pilot) -> list[tuple[str, int, str]]:
    lines = ((one["mapping"], one["wave"], one["status"]) for one in made.seen()["full_synchronisation"])
    return sorted(lines, key=lambda one: one[1] or 9)


DONE = [("ITEMS", 1, "finished"), ("CUSTOMERS", 2, "finished"), ("VENDORS", 3, "finished")]
RUNS = ["FULL-SYNC", "ITEMS full", "CUSTOMERS full", "VENDORS full"]


def jobs(made: Pilot) -> list[str]:
    return [one.job for one in made.live().runs if one.outcome == "done"]


def test_each_line_is_a_job_once_the_lines_before_it_are_finished(made: Pilot) -> None:
    made.run("--full", "--runs", "2")
    assert waves(made) == [("ITEMS", 1, "finished"), ("CUSTOMERS", 2, "ready"), ("VENDORS", None, "waits")]
    assert "Full synchronisation: 1 of 3 lines finished" in made.jobs().stdout
    made.run("--full", "--runs", "2")
    assert waves(made) == DONE and jobs(made) == RUNS
    assert [one["name"] for one in made.seen()["jobs"]] == list(JOBS), "what ran once has left the queue"
    assert made.products() == 3


@pytest.mark.parametrize("when", ["applied", "applying"])
@pytest.mark.parametrize("at", [1, 3])
def test_killed_in_any_wave_it_goes_on_and_does_no_line_twice(
    at: int, when: str, made: Pilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.jobs("full-sync")
    dying(made, monkeypatch, when, at=at, runs=9)
    made.run("--runs", "0")
    made.due()
    made.run("--runs", str(len(RUNS) - len(jobs(made))))
    assert waves(made) == DONE and jobs(made) == RUNS
    assert made.content() == made.replayed()


def test_with_its_queue_lost_it_goes_on_from_the_lines_in_the_snapshot(made: Pilot) -> None:
    made.run("--full", "--runs", "2")
    made.jobs("reset")
    made.jobs("hold", *JOBS)
    made.run("--full", "--runs", "3")
    assert [one[2] for one in waves(made)] == ["finished"] * 3
    assert jobs(made) == ["FULL-SYNC", "CUSTOMERS full", "VENDORS full"]


def test_without_apply_it_waits(made: Pilot) -> None:
    made.jobs("full-sync")
    made.run("--until", "2020-01-01", apply=False)
    assert jobs(made) == []
    assert made.job("FULL-SYNC")["status"] == "ready"


def test_what_is_told_to_machines_is_as_the_schema_says(made: Pilot) -> None:
    schema = json.loads((shipped("schemas") / "json" / "jobs.schema.json").read_text(encoding="utf-8"))
    made.run("--full", "--runs", "2")
    told = json.loads(made.jobs("--json").stdout)
    jsonschema.validate(told, schema)
    assert [one["job"] for one in told["runs"]] == RUNS[:2] and told["jobs"][3]["name"] == "CUSTOMERS full"


def test_a_snapshot_that_knows_nothing_of_its_lines_lets_it_begin_anew(made: Pilot) -> None:
    """An export has taken the place of all that the first waves wrote; the last ones must not build on nothing."""
    made.run("--full", "--runs", "2")
    copied(made.first, made.snapshot)
    said = made.run("--runs", "4")
    assert "the lines of the full synchronisation are not in it; it begins anew" in said
    assert waves(made) == DONE and jobs(made) == [*RUNS[:2], *RUNS]


def test_a_snapshot_that_holds_its_lines_lets_it_go_on(made: Pilot) -> None:
    made.run("--full", "--runs", "2")
    made.edit("77")
    assert "begins anew" not in made.run("--runs", "2")
    assert waves(made) == DONE and jobs(made) == RUNS
