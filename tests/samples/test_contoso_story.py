"""The plan of the sample does, record by record and counter by counter, what its README tells."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.samples.files import CONTOSO, SAMPLES
from tests.samples.story import SIDES, WRITTEN, Told, story

COUNTERS = {
    "create": "created",
    "change": "changed",
    "unchanged": "unchanged",
    "skip": "skipped",
    "fail": "failed",
    "conflict": "conflicts",
    "left out": "left_out",
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample with its snapshot."""
    folder = tmp_path_factory.mktemp("contoso") / "contoso"
    shutil.copytree(CONTOSO, folder)
    imported = coupler(folder, "snapshot", "import", "june", "--bc", "exports/bc", "--sales", "exports/sales")
    assert imported.returncode == 0, imported.stdout + imported.stderr
    return folder


@pytest.fixture(scope="module")
def plan(workspace: Path) -> dict[str, Any]:
    made = coupler(workspace, "plan", "--now", "2026-06-15T08:00:00Z", "--json")
    assert made.returncode == 2, made.stderr
    found: dict[str, Any] = json.loads(made.stdout)
    return found


def coupler(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(SAMPLES.parent), "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", "engine", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def actions(plan: dict[str, Any], mapping: str, leg: str) -> dict[str, list[str]]:
    """What the plan does with the records of a mapping itself, by the id of the record read."""
    numbers = {one["pass"] for one in plan["passes"] if one["mapping"] == mapping and one["leg"] == leg}
    found: dict[str, list[str]] = {}
    for record in plan["records"]:
        if record["pass"] in numbers and record["cause"] is None:
            found.setdefault(record["source_id"], []).append(record["action"])
    return found


@pytest.mark.parametrize("told", story(), ids=lambda told: f"{told.mapping}-{told.record}-{told.leg}")
def test_each_record_fares_as_the_story_says(plan: dict[str, Any], told: Told) -> None:
    happened = actions(plan, told.mapping, told.leg).get(told.id, [])
    if told.outcome in WRITTEN:
        assert happened == [told.outcome]
    else:
        assert set(happened) <= {"unchanged"}


@pytest.mark.parametrize("mapping", sorted(SIDES))
@pytest.mark.parametrize("leg", ["to_sales", "to_bc"])
def test_the_counters_are_those_of_the_story(plan: dict[str, Any], mapping: str, leg: str) -> None:
    promised = Counter(
        COUNTERS[told.outcome]
        for told in story()
        if told.mapping == mapping and told.leg == leg and told.outcome != "not read"
    )
    passes = [one for one in plan["passes"] if one["mapping"] == mapping and one["leg"] == leg]
    counted = Counter({name: one[name] for one in passes for name in COUNTERS.values() if one[name]})
    assert counted == promised


def test_nothing_happens_that_the_story_does_not_tell(plan: dict[str, Any]) -> None:
    others = [one for one in plan["passes"] if one["mapping"] not in SIDES and one["scanned"]]
    assert others == []


def test_every_outcome_occurs_in_the_story_and_for_each_mapping_more_than_one() -> None:
    assert {told.outcome for told in story()} == {*COUNTERS, "not read"}
    for mapping in SIDES:
        assert len({told.outcome for told in story() if told.mapping == mapping}) >= 4


def test_the_clock_of_the_plan_is_that_of_the_story(plan: dict[str, Any]) -> None:
    assert plan["head"]["now"] == "2026-06-15T08:00:00Z"
    assert plan["head"]["work_date"] == "2026-06-15"


def values(plan: dict[str, Any], label: str) -> dict[str, tuple[str, str]]:
    """The field changes of the one record whose label, or that of its source, begins so; by caption."""
    found = [
        one
        for one in plan["records"]
        if one["cause"] is None and any(f"{one[name]} ".startswith(f"{label} ") for name in ("label", "source_label"))
    ]
    assert len(found) == 1, [one["label"] for one in found]
    return {field["caption"]: (field["before"], field["after"]) for field in found[0]["fields"]}


def test_what_the_story_says_about_values(plan: dict[str, Any]) -> None:
    mina = next(one for one in plan["records"] if one["action"] == "create" and one["table_name"].startswith("Salesp"))
    written = {field["caption"]: field["after"] for field in mina["fields"]}
    assert (written["Code"], written["Name"]) == ("SP NO. 00004", "Mina Sato")
    johannes = values(plan, "JM")["Name"][1]
    assert johannes == "Johannes Maximilian Freiherr von Hohenlinden-Marek" and len(johannes) == 50
    assert values(plan, "C10150")["Blocked"][1] == "All"
    assert len(values(plan, "C10190")["Address"][1]) == 100
    bittern = values(plan, "1050")
    assert (bittern["List Price"][1], bittern["Quantity On Hand"][1]) == ("0", "0")
    assert values(plan, "1190")["Status"] == ("Retired", "Active")
    assert values(plan, "1080")["Size"] == ("", "FRAMES")


def test_its_rules_are_in_the_one_style_and_have_no_mistakes(workspace: Path) -> None:
    assert coupler(workspace, "fmt", "--check", "rules").returncode == 0
    linted = coupler(workspace, "lint", "--strict")
    assert linted.returncode == 0, linted.stdout
