"""A file that says what cannot be is told as wrong, with the place, and nothing of it is run."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine.catalog.load import load_catalog
from engine.cli import main
from engine.scenario.read import read_files
from engine.scenario.scenario import Known, ScenarioFile

CATALOG = load_catalog()[0]
KNOWN = Known(
    catalog=CATALOG, mappings={"CUSTOMER": (CATALOG.table("bc", "Customer"), CATALOG.table("sales", "account"))}
)


def one(tmp_path: Path, text: str) -> ScenarioFile:
    path = tmp_path / "one.yaml"
    path.write_text(text, encoding="utf-8")
    return read_files([path], KNOWN)[0]


def scenario(given: str = "{}", when: str = "{run: mapping, mapping: CUSTOMER}", then: str = "{changes: []}") -> str:
    return f"- id: one\n  about: A story of one.\n  area: test\n  given: {given}\n  when: {when}\n  then: {then}\n"


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (scenario(given="{bc: {Custmer: [{No.: '1'}]}}"), "E441", "Business Central has no table Custmer"),
        (scenario(given="{sales: {account: [{nam: x}]}}"), "E442", "table account has no field nam"),
        (scenario(given="{bc: {Customer: [{Balance (LCY): 3}]}}"), "E442", "calculated"),
        (scenario(given="{bc: {Customer: [{Blocked: Everything}]}}"), "E443", "no value Everything"),
        (scenario(given="{bc: {Customer: [{Blocked: Ship (3)}]}}"), "E443", "no value Ship (3)"),
        (scenario(given="{bc: {Customer: [{SystemModifiedAt: soon}]}}"), "E443", "must be a moment"),
        (scenario(given="{sales: {account: [{accountid: a1}]}}"), "E443", "must be an id"),
        (scenario(given="{settings: {ownership_model: Nobody}}"), "E443", "ownership_model"),
        (scenario(given="{mappings: {CUSTOMER: {bc_filter: {Citty: York}}}}"), "E442", "Citty"),
        (scenario(given="{couplings: [{mapping: CUSTOMR, bc: ~c1}]}"), "E444", "no mapping CUSTOMR"),
        (scenario(when="{run: mapping, mapping: CUSTOMERS}"), "E444", "no mapping CUSTOMERS"),
        (scenario(when="{run: process, process: sleep}"), "E4", "sleep"),
        (scenario(then="{ignore: [nothing]}"), "E441", "no table nothing"),
        (scenario(then="{row_counts: {sales: {accounts: 1}}}"), "E441", "no table accounts"),
        (scenario(then="{couplings: [{mapping: CUSTOMER, bc: {new: somebody}}]}"), "E444", "somebody"),
        (scenario(then="{settings: {own_compny: ~c1}}"), "E444", "own_compny"),
        (scenario(then="{chnges: []}"), "E4", "chnges"),
        (scenario(given="{bc: {Customer: []}}"), "E406", "Customer is empty"),
        (scenario(given="{sales: {account: [{}]}}"), "E406", "empty"),
        (scenario(given="{settings: {}}"), "E406", "settings is empty"),
        (scenario(then="{job_queue: {CUSTOMER: {}}}"), "E406", "CUSTOMER"),
        (scenario(then="{changes: [{op: create, system: bc, table: Customer}]}"), "E407", "set"),
        (scenario() + scenario(), "E445", "stands already"),
        ("", "E4", ""),
        ("- [", "E401", ""),
    ],
)
def test_a_slip_makes_the_file_wrong(tmp_path: Path, text: str, code: str, said: str) -> None:
    found = one(tmp_path, text)
    assert found.scenarios == ()
    assert any(slip.code.startswith(code) and said in slip.message for slip in found.found), found.found


def test_a_right_file_is_read(tmp_path: Path) -> None:
    found = one(tmp_path, scenario(given="{bc: {Customer: [{No.: k1, Blocked: Ship (1)}, {No.: k2, Blocked: 3}]}}"))
    assert found.found == ()
    assert [two.id for two in found.scenarios] == ["one"]


def test_wrong_and_missed_scenarios_are_told_and_the_exit_code_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.yaml").write_text(scenario(given="{bc: {Nothing: [{No.: '1'}]}}"), encoding="utf-8")
    (tmp_path / "missed.yaml").write_text(
        scenario(then="{row_counts: {bc: {Customer: 5}}}").replace("id: one", "id: two"), encoding="utf-8"
    )
    rules = Path(__file__).parent / "small.rules"
    assert main(["test", str(tmp_path), "--rules", str(rules), "--format", "json"]) == 1
    content = json.loads(capsys.readouterr().out)
    assert content["format_version"] == 1
    assert (content["passed"], content["failed"]) == (0, 2)
    assert {two["id"]: two["status"] for two in content["scenarios"]} == {"one": "error", "two": "failed"}
    assert content["scenarios"][0]["differences"][0]["expected"] == "5"
    assert main(["test", str(tmp_path / "missed.yaml"), "--rules", str(rules)]) == 1
    said = capsys.readouterr().out
    assert "rows of Customer\n      expected  5\n      got       0" in said
    assert main(["test", str(tmp_path), "--rules", str(rules), "--format", "junit"]) == 1
    assert '<testsuite name="coupler" tests="2" failures="1" errors="1"' in capsys.readouterr().out
    assert main(["test", str(tmp_path), "--rules", str(rules), "--only", "nobody"]) == 1
    told = capsys.readouterr().err
    assert "no scenario is called nobody" in told and "the areas of these files: " in told
    assert main(["test", str(tmp_path), "--rules", str(rules), "--only", "tow"]) == 1
    assert "did you mean two?" in capsys.readouterr().err
    assert main(["test", str(tmp_path / "nowhere.yaml"), "--rules", str(rules)]) == 1
    assert "there is no file or folder" in capsys.readouterr().err


def test_a_build_server_is_told_why_nothing_could_be_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "slip.rules").write_text("mapping <b> & co\n", encoding="utf-8")
    path = tmp_path / "one.yaml"
    path.write_text(scenario(), encoding="utf-8")
    assert main(["test", str(path), "--rules", str(tmp_path / "rules"), "--format", "junit"]) == 1
    suite = ElementTree.fromstring(capsys.readouterr().out)
    assert suite.attrib["tests"] == suite.attrib["errors"] == "1"
    case = suite.find("testcase")
    assert case is not None and case.attrib["file"].endswith("slip.rules") and case.attrib["line"] == "1"
    told = case.find("error")
    assert told is not None and "does not fit here" in told.attrib["message"] and "help: " in (told.text or "")


def test_a_scenario_that_does_not_gate_is_reported_and_does_not_fail_the_test(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "open.yaml"
    path.write_text(scenario(then="{row_counts: {bc: {Customer: 5}}}") + "  gate: false\n", encoding="utf-8")
    rules = Path(__file__).parent / "small.rules"
    assert main(["test", str(path), "--rules", str(rules)]) == 0
    assert "does not count" in capsys.readouterr().out


def test_what_the_engine_cannot_do_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "later.yaml"
    path.write_text(scenario(when="{run: process, process: order-notes}"), encoding="utf-8")
    rules = Path(__file__).parent / "small.rules"
    assert main(["test", str(path), "--rules", str(rules)]) == 1
    assert "order-notes is not planned yet" in capsys.readouterr().out
