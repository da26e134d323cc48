"""Exports as people really have them: each is taken, or refused with what is wrong, where, and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cli import main

Wrong = tuple[str, bytes, str, str, str]
WRONG: dict[str, Wrong] = {
    "a tab between cells": (
        "Customer.csv",
        b"No.\tName\n1\tA\n",
        "",
        "its header has no ',' but tab",
        "say so with --delimiter tab",
    ),
    "another encoding than the one that is named": (
        "Customer.csv",
        "No.,Name\n1,Müller\n".encode("latin-1"),
        "--encoding utf-8",
        "it is not in utf-8",
        "leave --encoding out",
    ),
    "a title above the header": (
        "Customer.csv",
        b"Customers of Adatum\n\nNo.,Name\n1,A\n",
        "",
        "Customer.csv has no column of table Customer",
        "with nothing above",
    ),
    "a page of a website": (
        "Customer.csv",
        b"<html><body><table></table></body></html>\n",
        "",
        "Customer.csv has no column of table Customer",
        "the names of the columns stand in its first line",
    ),
    "the first line of a spreadsheet": (
        "Customer.csv",
        b"sep=;\nNo.;Name\n1;A\n",
        "",
        "its first line is sep=;",
        "take that line away, and say --delimiter ';'",
    ),
    "a comma too many in JSON": (
        "Customer.json",
        b'[{"No.":"1","Name":"A"},]',
        "",
        "record 3 is no JSON, or the one before it does not end",
        "a comma, a quotation mark or a brace",
    ),
    "the first of several pages": (
        "Customer.json",
        b'{"@odata.context":"x","value":[{"No.":"1"}],"@odata.nextLink":"y"}',
        "",
        "it is one page of several",
        "all pages into one file",
    ),
    "JSON of something else": (
        "Customer.json",
        b'[{"id":"1"}]',
        "",
        "Customer.json has no column of table Customer",
        "look whether it is an export of this table",
    ),
    "a table saved as text": ("Customer.txt", b"No.,Name\n1,A\n", "", "Customer.txt is left out", "save it as CSV"),
    "two signs between cells": (
        "Customer.csv",
        b"No.,Name\n1,A\n",
        "--delimiter ;;",
        "';;' is no delimiter",
        "or the word tab",
    ),
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "exports").mkdir()
    monkeypatch.chdir(tmp_path)


def imported(name: str, content: bytes, options: str = "") -> int:
    Path("exports", name).write_bytes(content)
    words = ["snapshot", "import", "june", "--bc", "exports", "--now", "2026-06-15T08:00:00Z", *options.split()]
    return main(words)


@pytest.mark.parametrize("title", WRONG)
def test_what_does_not_fit_is_refused_with_the_way_out(title: str, capsys: pytest.CaptureFixture[str]) -> None:
    name, content, options, message, hint = WRONG[title]
    assert imported(name, content, options) == 1
    said = capsys.readouterr().err
    assert message in said and hint in said and "Nothing was written." in said
    assert not Path("june.duckdb").exists()


def test_every_line_says_what_is_wrong_with_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert imported("Customer.csv", b"No.,Name,City\n1,A\n2,B,C,D\n3,E,F\n") == 1
    said = capsys.readouterr().err
    assert "line 2: the line has fewer than the 3 cells" in said
    assert "line 3: the line has more than the 3 cells" in said


def test_every_repeated_key_names_its_own_first_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert imported("Customer.csv", b"No.,Name\n1,A\n1,B\n2,C\n2,D\n") == 1
    said = capsys.readouterr().err
    assert "is the key of line 2 already" in said and "is the key of line 4 already" in said


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("Customer.csv", b"No.\tName\n1\tA\n", "--delimiter tab"),
        ("Customer.csv", b"No.\tName\n1\tA\n", "--delimiter \\t"),
        ("Customer.csv", "No.,Name\n1,Müller\n".encode(), "--encoding utf-8"),
        ("Customer.jsonl", b'{"No.":"1","Name":"A"}\n', ""),
        ("Customer.json", b'{"@odata.context":"x","value":[{"@odata.etag":"e","No.":"1","Name":"A"}]}', ""),
    ],
)
def test_the_usual_forms_are_taken(name: str, content: bytes, options: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert imported(name, content, options) == 0
    said = capsys.readouterr()
    assert "1 row of 1 table is in june.duckdb." in said.out and "W511" not in said.err
