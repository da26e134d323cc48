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
from tests.samples.story import SIDES, WRITTEN, Told, documents, story

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


def scheduled(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """The passes of the plan itself: those before the first process; what a process calls comes after it."""
    first = min(one["pass"] for one in plan["passes"] if one["leg"] == "process")
    return [one for one in plan["passes"] if one["pass"] < first]


def actions(plan: dict[str, Any], mapping: str, leg: str) -> dict[str, list[str]]:
    """What the plan does with the records of a mapping itself, by the id of the record read."""
    numbers = {one["pass"] for one in scheduled(plan) if one["mapping"] == mapping and one["leg"] == leg}
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
    passes = [one for one in scheduled(plan) if one["mapping"] == mapping and one["leg"] == leg]
    counted = Counter({name: one[name] for one in passes for name in COUNTERS.values() if one[name]})
    assert counted == promised


def test_nothing_happens_that_the_story_does_not_tell(plan: dict[str, Any]) -> None:
    others = [one for one in scheduled(plan) if one["mapping"] not in SIDES and one["scanned"]]
    assert others == []


def test_each_document_fares_as_the_story_says(plan: dict[str, Any]) -> None:
    told = documents()
    assert {one.process for one in told} == {one["mapping"] for one in plan["passes"] if one["leg"] == "process"}
    happened: dict[str, dict[str, str]] = {one.process: {} for one in told}
    for record in plan["records"]:
        name = process_of(plan, record["pass"])
        if name and record["cause"] is None:
            label = str(record["source_label"] or record["label"])
            known = [one.record for one in told if one.process == name and f" {one.record} " in f" {label} "]
            assert len(known) == 1, f"{name} tells nothing of {label}"
            happened[name][known[0]] = record["action"]
    for one in told:
        action = happened[one.process].pop(one.record, "not read")
        assert action in ({"done", "change", "delete"} if one.outcome == "done" else {one.outcome}), (one, action)
    assert not any(happened.values())


def process_of(plan: dict[str, Any], number: int) -> str:
    """The process that a pass belongs to; blank for the scheduled mappings. A mapping called by one belongs to it."""
    name = ""
    for one in plan["passes"]:
        if one["leg"] == "process":
            name = one["mapping"]
        if one["pass"] == number:
            return name
    return ""


def test_what_the_story_says_about_documents(plan: dict[str, Any]) -> None:
    lines = [one for one in plan["records"] if one["table_name"] == "Sales Line" and one["action"] == "create"]
    bench = [one for one in lines if field(one, "Sell-to Customer No.") == "C10040" and field(one, "No.") != "1190"]
    assert [field(one, "Line No.") for one in bench] == ["10000", "20000", "30000", "40000", "50000"]
    assert [field(one, "Type") for one in bench] == ["Item", "", "", "Item", "G/L Account"]
    assert [field(one, "Inv. Discount Amount") for one in lines if field(one, "No.") == "1030"] == ["155"]
    assert [field(one, "Status Reason") for one in plan["records"] if one["table_name"] == "invoice"] == [
        "Complete",
        "Partial",
    ]
    headers = [one for one in plan["records"] if one["table_name"] == "Sales Header" and one["action"] == "create"]
    assert [field(one, "Quote No.") for one in headers if field(one, "Your Reference") == "ORD-26067"] == ["SQ-01018"]
    notes = [one for one in plan["records"] if one["table_name"] == "annotation" and one["action"] == "create"]
    assert [one["label"] for one in notes] == ["Rims"]


def field(record: dict[str, Any], caption: str) -> str:
    """What a field of a record becomes; blank when it is not written."""
    return next((str(one["after"]) for one in record["fields"] if one["caption"] == caption), "")


def test_an_order_of_a_retired_product_fails_when_it_is_planned_alone(workspace: Path) -> None:
    words = ("--records", "ORD-26066", "Bicycles for the mews", "--now", "2026-06-15T08:00:00Z")
    made = coupler(workspace, "plan", "create-sales-orders", *words)
    assert made.returncode == 0, made.stderr
    assert "Product Bell, brass is not active." in made.stdout
    assert "! create-sales-orders: 1 refused, ORD-26064 Bicycles for the mews" in made.stdout
    wrong = coupler(workspace, "plan", "create-sales-orders", "--records", "ORD-26666")
    assert wrong.returncode == 1
    assert "did you mean" in wrong.stderr


def test_after_an_apply_the_processes_have_nothing_left_to_do(workspace: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(workspace, folder)
    clock = ("--now", "2026-06-15T08:00:00Z")
    processes = ("account-statistics", "order-status", "order-notes", "create-sales-orders", "process-quotes")
    for _ in ("everything", "the figures once more, for the orders that were made after them"):
        assert coupler(folder, "plan", *clock, "--out", "june.plan").returncode == 2
        assert coupler(folder, "apply", "june.plan").returncode == 0
    again = json.loads(coupler(folder, "plan", *processes, *clock, "--json").stdout)
    assert [(one["action"], one["label"]) for one in again["records"] if one["action"] != "fail"] == []
    assert len(again["records"]) == 3


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
