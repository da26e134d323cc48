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
    assert verdicts["passed"] + verdicts["failed"] == len(verdicts["scenarios"]) and "coverage" not in verdicts
    only = verdicts["scenarios"][0]["id"]
    main(["test", "--json", "--coverage", "--only", only])
    said = capsys.readouterr()
    coverage = held("verdicts", said.out)["coverage"]
    assert 0 < coverage["percent"] < 100 and "Coverage" not in said.err
    assert all(one["total"] - one["reached"] == len(one["not_reached"]) for one in coverage["files"])


MISTAKEN = [
    "plan NIX --json",
    "plan --snapshot nix --json",
    "plan --now yesterday --json",
    "plan --jsn --json",
    "why NIX C10010 --json",
    "run --from yesterday --json",
    "run NIX --json",
    "jobs hold NIX --json",
    "lint --formt json --json",
    "test nowhere --format json",
    "test nowhere --format=json",
    "snapshot show nix --json",
    "snapshot show --json",
    "show NIX --json",
    "graph NIX --json",
    "couple NIX 1 2 --json",
    "match NIX --json",
    "uncouple NIX 1 --json",
    "sync NIX 1 --json",
    "retry NIX --json",
    "full-sync NIX --json",
    "plam --json",
]


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with one mapping and no snapshot."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "coupler.yaml").write_text("company: Adatum\nrules: [rules/]\n", encoding="utf-8")
    head = 'mapping CUSTOMER "Customers": bc Customer as customer -> sales Account as account'
    right = f"{head} {{\n  Name -> Account Name\n}}\n"
    (tmp_path / "rules" / "our.rules").write_text(right, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("call", MISTAKEN)
def test_a_call_that_comes_to_nothing_says_so_in_json_and_in_words(
    call: str, small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(call.split()) == 1
    said = capsys.readouterr()
    found = held("findings", said.out)
    assert found["errors"] == len(found["findings"]) >= 1 and "files" not in found
    for one in found["findings"]:
        assert one["message"] in said.err and one["hint"]


def test_mistakes_in_the_rules_reach_a_script_with_their_places(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = small / "rules" / "our.rules"
    rules.write_text(rules.read_text(encoding="utf-8").replace("Name ->", "Nmae ->"), encoding="utf-8")
    for call in ("plan --json", "why CUSTOMER 1 --json", "run --json", "retry --json"):
        assert main(call.split()) == 1
        (one,) = held("findings", capsys.readouterr().out)["findings"]
        assert (one["code"], one["file"], one["line"], one["column"]) == ("E204", "rules/our.rules", 2, 3)
    assert main(["test", "--json"]) == 1
    assert held("findings", capsys.readouterr().out)["findings"]


def test_a_call_that_does_not_ask_for_json_leaves_stdout_empty(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for call in ("plan NIX", "show NIX", "snapshot export nix out --format json", "graph NIX --format svg"):
        assert main(call.split()) == 1
        said = capsys.readouterr()
        assert said.out == "" and said.err


def test_a_defect_and_a_file_that_cannot_be_used_are_json_too(
    small: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine import pipeline

    def breaks(problem: Exception) -> None:
        def broken(*_: object) -> None:
            raise problem

        monkeypatch.setattr(pipeline, "show", broken)

    for problem, code in ((KeyError("kind"), "E609"), (PermissionError(13, "Permission denied", "a.rules"), "E604")):
        breaks(problem)
        assert main(["show", "CUSTOMER", "--json"]) == 1
        assert [one["code"] for one in held("findings", capsys.readouterr().out)["findings"]] == [code]


def test_a_mapping_as_it_stands_and_the_graph(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "--json"]) == 0
    assert held("show", capsys.readouterr().out)["names"] == [{"name": "CUSTOMER", "title": "Customers"}]
    assert main(["show", "CUSTOMER", "--json"]) == 0
    (variant,) = held("show", capsys.readouterr().out)["variants"]
    assert [(one["text"], one["file"], one["line"]) for one in variant["items"]] == [
        ("Name -> Account Name", "rules/our.rules", 2)
    ]
    assert main(["graph", "--json"]) == 0
    graph = held("graph", capsys.readouterr().out)
    assert [(one["name"], one["place"]) for one in graph["nodes"]] == [("CUSTOMER", 1)]
    assert main(["graph", "--out", "order.json"]) == 0
    assert json.loads(Path("order.json").read_text(encoding="utf-8")) == graph
