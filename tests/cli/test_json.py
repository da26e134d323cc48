"""What is printed for programs is what its JSON Schema says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine import beginning
from engine.cli import main
from engine.shipped import shipped

SCENARIOS = Path(__file__).parents[1] / "scenarios"


def held(name: str, said: str) -> dict[str, Any]:
    """What was printed, held to the schema of that name."""
    schema = json.loads((shipped("schemas") / "json" / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    content: dict[str, Any] = json.loads(said)
    wrong = [f"{one.json_path}: {one.message}" for one in Draft202012Validator(schema).iter_errors(content)]
    assert not wrong
    return content


def test_a_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    beginning.sample(tmp_path / "demo")
    monkeypatch.chdir(tmp_path / "demo")
    assert main(["snapshot", "import", "june", "--bc", "exports/bc/", "--sales", "exports/sales/"]) == 0
    capsys.readouterr()
    assert main(["plan", "--now", "2026-06-15T08:00:00Z", "--json"]) == 2
    plan = held("plan", capsys.readouterr().out)
    assert plan["head"]["settings"]["local_currency"] == "GBP"
    assert {one["action"] for one in plan["records"]} >= {"create", "change", "skip", "fail", "conflict"}
    assert plan["notes"]


def test_a_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    lines = "Code,Description,Shade\nEUR,Euro,blue\nGBP,Pound,red\nTOOLONGACODE,Mark,grey\n"
    (folder / "Currency.csv").write_text(lines, encoding="utf-8")
    (folder / "Item.csv").write_text("No.,Type,Unit Cost\n1000,Service,12.50\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    words = ["snapshot", "import", "june", "--bc", "exports", "--allow-rejects", "--now", "2026-06-15T08:00:00Z"]
    assert main(words) == 0
    capsys.readouterr()
    assert main(["snapshot", "show", "june", "--json"]) == 0
    said = capsys.readouterr().out
    summary = held("snapshot", said)
    assert (summary["snapshot"], summary["imported_at"]) == ("june.duckdb", "2026-06-15T08:00:00Z")
    currency, item = summary["tables"]
    assert (currency["table"], currency["rows"], currency["refused"], currency["unknown"]) == (
        "Currency",
        2,
        1,
        ["Shade"],
    )
    assert (item["caption"], item["columns"][0], item["made_ids"], item["has_modified"]) == ("Item", "No.", 1, False)
    assert [(one["line"], one["column"], one["value"]) for one in summary["rejects"]] == [(4, "Code", "TOOLONGACODE")]
    assert summary["refused"] == 1 and summary["remarks"]
    assert main(["snapshot", "show", "june", "--json"]) == 0 and capsys.readouterr().out == said
    assert main(["snapshot", "show", "june", "Item", "--json"]) == 0
    rows = held("snapshot", capsys.readouterr().out)
    assert (rows["system"], rows["table"], rows["rows_in_all"]) == ("bc", "Item", 1)
    assert [rows["rows"][0][one] for one in ("No.", "Type", "Unit Cost")] == ["1000", "Service", "12.5"]


def test_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "coupler.yaml").write_text("company: Adatum\nrules: [rules/]\nsetings: {}\n", encoding="utf-8")
    wrong = 'mapping CUSTOMER "Customers": bc Customer as customer -> sales Account as account {\n  Nmae -> Name\n}\n'
    (tmp_path / "rules" / "our.rules").write_text(wrong, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["lint", "--format", "json"]) == 1
    found = held("findings", capsys.readouterr().out)
    assert {one["file"] for one in found["findings"]} == {"coupler.yaml", "rules/our.rules"}
    assert found["errors"] == sum(one["severity"] == "error" for one in found["findings"]) > 0


def test_nothing_found_is_said_in_the_same_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    beginning.sample(tmp_path / "demo")
    monkeypatch.chdir(tmp_path / "demo")
    assert main(["lint", "--format", "json"]) == 0
    assert held("findings", capsys.readouterr().out)["errors"] == 0


def test_verdicts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    right = (SCENARIOS / "direction.yaml").read_text(encoding="utf-8")
    (tmp_path / "coupler.yaml").write_text("company: Adatum\nrules: [standard]\n", encoding="utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "direction.yaml").write_text(right, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    main(["test", "--format", "json"])
    verdicts = held("verdicts", capsys.readouterr().out)
    assert verdicts["scenarios"]
    assert verdicts["passed"] + verdicts["failed"] == len(verdicts["scenarios"])
