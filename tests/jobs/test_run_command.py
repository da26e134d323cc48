"""`coupler run`: the file of edits, its mistakes, the words of the command, what is printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli import main
from engine.jobs.events import read_edits
from engine.jobs.rehearsal import duration
from engine.pipeline import understand
from engine.snapshot.build import build_snapshot
from engine.source import Source
from tests.jobs.queues import JOB
from tests.model.world import catalog
from tests.plan.rules import BOTH
from tests.plan.stories import bc_id, sales_id

EDITS = """
- {at: '2026-06-15T15:00:00Z', op: update, system: bc, table: Item, key: {No.: '1'}, set: {Description: Red bike}}
- {at: '2026-06-15T13:00:00Z', settings: {multi_company_enabled: true}}
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One coupled pair, one mapping, one job."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "snapshots").mkdir()
    (tmp_path / "rules" / "own.rules").write_text(BOTH + JOB, encoding="utf-8")
    (tmp_path / "coupler.yaml").write_text(
        "company: Adatum\nrules: [rules/]\nsnapshot: snapshots/june.duckdb\nsettings:\n"
        "  enable_cds_connection: true\n  sales_connection_enabled: true\n  connection_working: true\n",
        encoding="utf-8",
    )
    moment = "2026-06-15T08:00:00Z"
    coupling = {
        "CRM ID": sales_id("1"), "Integration ID": bc_id("1"), "Table ID": 27,
        "Last Synch. Modified On": moment, "Last Synch. CRM Modified On": moment,
    }  # fmt: skip
    rows = {
        "bc": {
            "Item": [{"SystemId": bc_id("1"), "No.": "1", "Description": "Bike", "SystemModifiedAt": moment}],
            "CRM Integration Record": [coupling],
        },
        "sales": {"product": [{"productid": sales_id("1"), "name": "Bike", "modifiedon": moment}]},
    }
    build_snapshot(tmp_path / "snapshots" / "june.duckdb", rows, catalog())  # type: ignore[arg-type]
    (tmp_path / "edits.yaml").write_text(EDITS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_day_with_an_edit(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (workspace / "snapshots" / "june.duckdb").read_bytes()
    words = ["run", "--from", "2026-06-15T12:00:00Z", "--for", "8h", "--events", "edits.yaml"]
    assert main([*words, "--html", "out/day.html"]) == 0
    told = capsys.readouterr()
    assert "1 of 1 edits carried over" in told.out and told.err == ""
    assert "40 s" in told.out
    page = (workspace / "out" / "day.html").read_text(encoding="utf-8")
    assert "<svg" in page and "Red bike" in page
    assert (workspace / "snapshots" / "june.duckdb").read_bytes() == before
    assert main([*words, "--json"]) == 0
    assert [one["job"] for one in json.loads(capsys.readouterr().out)["runs"]] == ["ITEMS"] * 3


@pytest.mark.parametrize(("begin", "warned"), [("2026-06-15T07:00:00Z", True), ("2026-06-15T08:00:00Z", False)])
def test_a_beginning_before_the_newest_change_is_told(
    workspace: Path, capsys: pytest.CaptureFixture[str], begin: str, warned: bool
) -> None:
    assert main(["run", "--from", begin, "--for", "2h"]) in (0, 2)
    told = capsys.readouterr().err
    assert ("W679" in told) == warned
    assert ("changes up to 2026-06-15 08:00:00" in told and "--from 2026-06-15T08:00:01Z" in told) == warned


@pytest.mark.parametrize(
    ("text", "code", "at", "words"),
    [
        ("- {at: '2026-06-15T15:00:00Z', op: update}\n", "E407", 1, "system"),
        (
            "- {at: '2026-06-15T15:00:00Z', op: update, system: bc, table: Itm, key: ~1, set: {a: 1}}\n",
            "E441",
            1,
            "Item",
        ),
        (
            "- at: '2026-06-15T15:00Z'\n  op: update\n  system: bc\n  table: Item\n  key: ~1\n  set: {Descriptin: x}\n",
            "E442",
            6,
            "Description",
        ),
        ("- {at: noon on Monday, settings: {multi_company_enabled: true}}\n", "E443", 1, ""),
        (
            "- at: '2026-06-15T15:00:00Z'\n  settings: {multi_compny_enabled: true}\n",
            "E444",
            2,
            "multi_company_enabled",
        ),
        ("- {at: '2026-06-15T15:00:00Z', op: move, system: bc, table: Item, key: ~1}\n", "E406", 1, ""),
        ("- {at: '2026-06-15T15:00:00Z', op: delete, system: bc, table: Item, set: {No.: '1'}}\n", "E407", 1, "key"),
        ("at: x\n", "E406", 1, ""),
        ("", "E406", 1, ""),
    ],
)
def test_a_slip_in_the_file_is_told_at_its_place(tmp_path: Path, text: str, code: str, at: int, words: str) -> None:
    file = tmp_path / "edits.yaml"
    file.write_text(text, encoding="utf-8")
    edits, found = read_edits(file, catalog())
    assert edits == () and found
    first = found[0]
    assert first.span is not None
    assert (first.code, first.span.line) == (code, at), found
    assert words in first.hint


@pytest.mark.parametrize("text", ["", "7", "x", "-1d", "0d", "1d 2h", "99999w", "d"])
def test_no_length_of_time(text: str) -> None:
    found = duration(text)
    assert not hasattr(found, "total_seconds")


@pytest.mark.parametrize(("text", "hours"), [("7d", 168), ("12h", 12), ("1d12h", 36), ("90m", 1.5), ("2w", 336)])
def test_lengths_of_time(text: str, hours: float) -> None:
    assert duration(text).total_seconds() == hours * 3600  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "words",
    [
        ["--for", "soon"], ["--from", "noon"], ["--zone", "Mars"], ["--events", "no.yaml"], ["--takes", "-1"],
        ["NO SUCH JOB"], ["--snapshot", "none"], ["--html", "edits.yaml/x.html"],
    ],
)  # fmt: skip
def test_wrong_words_are_one_message(workspace: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--from", "2026-06-15T12:00:00Z", "--for", "1h", *words]) == 1
    told = capsys.readouterr().err
    assert told.strip() and "Traceback" not in told and "should not" not in told


def test_windows_sleep_and_categories_of_a_job_are_in_the_model() -> None:
    text = BOTH + JOB.replace(
        "wake on", "category 'C'\n  on weekdays from 06:00 to 22:00 in time zone 'Europe/Berlin'\n  wake on"
    )
    job = understand([Source(path="a.rules", text=text)], (), {}).model.jobs["ITEMS"]
    assert (job.every, job.sleep, job.attempts, job.delay, job.category) == (30, 720, 2, 30, "C")
    assert job.window is not None and job.window.zone == "Europe/Berlin" and job.window.days == frozenset(range(1, 6))
    assert [one.name for one in job.wakes] == ["Item"]


def test_a_script_lets_a_run_fail(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", "--from", "2026-06-15T12:00:00Z", "--for", "13h", "--events", "edits.yaml"]
    fails = "- {at: '2026-06-15T12:10:00Z', fails: ITEMS, because: The server is busy.}\n"
    (workspace / "edits.yaml").write_text(fails, encoding="utf-8")
    main(words)
    assert "The server is busy." in capsys.readouterr().out
    (workspace / "edits.yaml").write_text(fails.replace("ITEMS", "ITEM"), encoding="utf-8")
    assert main(words) == 1
    told = capsys.readouterr().err
    assert "the queue has no job ITEM" in told and "did you mean ITEMS?" in told
    (workspace / "edits.yaml").write_text(fails.replace("because", "key"), encoding="utf-8")
    assert main(words) == 1
    assert "the key because of entry 1 of the list is missing" in capsys.readouterr().err
