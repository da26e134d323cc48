"""coupler fmt: files come into the one style, or are said to need it; nothing else about them changes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from engine.cli import main

UNTIDY = "# ours\nvalues TERMS \"Terms\" {\n 'A'='B'   # first\n}\n"
TIDY = "# ours\nvalues TERMS \"Terms\" {\n  'A' = 'B'  # first\n}\n"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "coupler.yaml").write_text("company: Adatum\nrules: [rules/]\n", encoding="utf-8")
    (tmp_path / "rules" / "our.rules").write_text(UNTIDY, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_workspaces_own_files_are_written_in_the_one_style(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fmt"]) == 0
    assert (workspace / "rules" / "our.rules").read_text(encoding="utf-8") == TIDY
    said = capsys.readouterr()
    assert said.out == "rules/our.rules\n"
    assert said.err == "1 of 1 file changed.\n"
    assert main(["fmt", "--check"]) == 0
    assert capsys.readouterr().out == ""


def test_check_writes_nothing_and_names_the_files(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fmt", "--check"]) == 1
    assert (workspace / "rules" / "our.rules").read_text(encoding="utf-8") == UNTIDY
    assert capsys.readouterr().out == "rules/our.rules\n"


def test_diff_writes_nothing_and_shows_the_lines(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fmt", "--diff", "rules"]) == 1
    assert (workspace / "rules" / "our.rules").read_text(encoding="utf-8") == UNTIDY
    said = capsys.readouterr().out
    assert "- 'A'='B'   # first\n" in said
    assert "+  'A' = 'B'  # first\n" in said


def test_a_file_with_a_mistake_is_told_and_left_and_the_others_are_done(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = workspace / "rules" / "broken.rules"
    broken.write_text("values TERMS {\n", encoding="utf-8")
    assert main(["fmt"]) == 1
    assert broken.read_text(encoding="utf-8") == "values TERMS {\n"
    assert (workspace / "rules" / "our.rules").read_text(encoding="utf-8") == TIDY
    assert "rules/broken.rules:1:" in capsys.readouterr().err


def test_line_ends_of_windows_stay(workspace: Path) -> None:
    file = workspace / "rules" / "our.rules"
    file.write_bytes(UNTIDY.replace("\n", "\r\n").encode())
    assert main(["fmt"]) == 0
    assert file.read_bytes() == TIDY.replace("\n", "\r\n").encode()


def test_stdin_goes_to_stdout(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(UNTIDY))
    assert main(["fmt", "-"]) == 0
    assert capsys.readouterr().out == TIDY


def test_a_file_that_is_not_there_is_told(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fmt", "rules/other.rules"]) == 1
    assert "there is no file rules/other.rules" in capsys.readouterr().err
