"""coupler lint: what it reads, what it tells, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli import main

HEAD = 'mapping CUSTOMER "Customers": bc Customer as customer -> sales Account as account {\n'
CLEAN = HEAD + "  Name -> Account Name\n}\n"
WARNED = HEAD + "  Name    -> Account Name\n  Address -> Ticker Symbol\n}\n"
WRONG = HEAD + "  Nmae -> Account Name\n}\n"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "coupler.yaml").write_text("company: Adatum\nrules: [rules/]\n", encoding="utf-8")
    (tmp_path / "rules" / "our.rules").write_text(CLEAN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(workspace: Path, text: str, name: str = "our") -> None:
    (workspace / "rules" / f"{name}.rules").write_text(text, encoding="utf-8")


def test_a_clean_workspace_is_said_to_be_clean(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint"]) == 0
    assert capsys.readouterr().out == "No findings in 1 file.\n"


def test_a_warning_fails_only_when_that_is_asked_for(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(workspace, WARNED)
    assert main(["lint"]) == 0
    assert capsys.readouterr().out == (
        "rules/our.rules:3:3: warning W310 text-will-be-cut: "
        "a text of up to 100 characters is cut to the 10 characters of Account.Ticker Symbol\n"
        "  |\n"
        "3 |   Address -> Ticker Symbol\n"
        "  |   ^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "  = help: write left(…, 10) to say that it is meant, or shorten it where it is kept\n"
        "\n"
        "1 warning in 1 file.\n"
    )
    assert main(["lint", "--strict"]) == 1


def test_an_error_fails(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(workspace, WRONG)
    assert main(["lint"]) == 1
    assert "rules/our.rules:2:3: error E204 unknown-field" in capsys.readouterr().out


def test_lint_says_the_same_twice_also_when_it_remembers(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(workspace, WARNED)
    said = []
    for words in (["lint"], ["lint"], ["lint", "--no-cache"]):
        assert main(words) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1] == said[2]


def test_only_findings_in_the_named_files_are_told(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(workspace, WARNED)
    write(workspace, WRONG.replace("CUSTOMER", "ACCOUNTS"), "other")
    assert main(["lint", "rules/our.rules"]) == 0
    assert "other.rules" not in capsys.readouterr().out
    assert main(["lint", "rules"]) == 1


def test_from_a_folder_below_the_workspace_is_found(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(workspace, WRONG)
    monkeypatch.chdir(workspace / "rules")
    assert main(["lint"]) == 1
    assert "our.rules:2:3: error E204" in capsys.readouterr().out


def test_without_a_workspace_the_way_to_one_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["lint"]) == 1
    said = capsys.readouterr().out
    assert "there is no coupler.yaml" in said
    assert "coupler init" in said


def test_a_file_outside_of_any_workspace_is_read_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "lonely.rules"
    file.write_text(WRONG, encoding="utf-8")
    assert main(["lint", str(file)]) == 1
    assert "lonely.rules:2:3: error E204" in capsys.readouterr().out


def test_mistakes_in_coupler_yaml_are_told_with_the_rest(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "coupler.yaml").write_text("company: Adatum\nrules: [rules/]\nsettngs: {}\n", encoding="utf-8")
    write(workspace, WRONG)
    assert main(["lint"]) == 1
    said = capsys.readouterr().out
    assert "coupler.yaml:3:1: error E4" in said
    assert "rules/our.rules:2:3: error E204" in said


def test_the_other_formats(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(workspace, WRONG)
    assert main(["lint", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["errors"] == 1
    assert main(["lint", "--format", "sarif"]) == 1
    assert json.loads(capsys.readouterr().out)["version"] == "2.1.0"
    assert main(["lint", "--format", "github"]) == 1
    assert capsys.readouterr().out.startswith("::error file=rules/our.rules,line=2,")


def test_the_workspace_that_init_makes_is_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "north-wind"]) == 0
    monkeypatch.chdir(tmp_path / "north-wind")
    capsys.readouterr()
    assert main(["lint", "--strict"]) == 0, capsys.readouterr().out
    assert capsys.readouterr().out.startswith("No findings in ")


def test_the_sample_is_clean_but_for_the_snapshot_that_is_still_to_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "demo", "--sample"]) == 0
    monkeypatch.chdir(tmp_path / "demo")
    capsys.readouterr()
    assert main(["lint", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [one["code"] for one in found if one["severity"] != "note"] == ["W415"]
