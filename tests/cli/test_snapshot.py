"""coupler snapshot: exports in, a look at what is there, exports out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli import main


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "coupler.yaml").write_text(
        "company: Adatum\nrules: [standard]\nsnapshot: snapshots/june.duckdb\n", encoding="utf-8"
    )
    (tmp_path / "exports" / "bc").mkdir(parents=True)
    currencies = "Code,Description,Symbol\nEUR,Euro,€\nGBP,Pound,£\n"
    (tmp_path / "exports" / "bc" / "Currency.csv").write_text(currencies, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


IMPORT = ["snapshot", "import", "june", "--bc", "exports/bc", "--now", "2026-06-15T08:00:00Z"]


def test_exports_go_in_and_are_seen_and_come_out_again(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(IMPORT) == 0
    assert capsys.readouterr().out.endswith("2 rows of 1 table are in snapshots/june.duckdb.\n")
    assert (workspace / "snapshots" / "june.duckdb").is_file()
    assert main(["snapshot", "show"]) == 0
    said = capsys.readouterr().out
    assert "june.duckdb: 1 tables, imported 2026-06-15 08:00 UTC\n" in said
    assert "bc      Currency     2" in said
    assert main(["snapshot", "show", "june", "Currency"]) == 0
    said = capsys.readouterr().out
    assert "EUR" in said
    assert "2 of 2 rows" in said
    assert main(["snapshot", "export", "june", "out"]) == 0
    assert "GBP" in (workspace / "out" / "bc" / "Currency.csv").read_text(encoding="utf-8")


def test_what_does_not_fit_is_told_with_its_place_and_nothing_is_written(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = "Code,Description\nEUR,Euro\nTOOLONGACODE,Pound\n"
    (workspace / "exports" / "bc" / "Currency.csv").write_text(broken, encoding="utf-8")
    assert main(IMPORT) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "bc/Currency.csv:3:1: error E5" in said.err
    assert said.err.endswith("Nothing was written.\n")
    assert not (workspace / "snapshots" / "june.duckdb").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["show", "july"], "july.duckdb"),
        (["show", "july", "Item"], "july.duckdb"),
        (["export", "july", "out"], "july.duckdb"),
        (["import", "june"], "E517"),
        (["import", "june", "--bc", "nowhere"], "nowhere"),
        (["import", "june", "--bc", "exports/bc", "--now", "tomorrow"], "tomorrow is no moment"),
    ],
)
def test_wrong_words_are_told(words: list[str], told: str, workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["snapshot", *words]) == 1
    assert told in capsys.readouterr().err


def test_a_snapshot_that_nobody_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["snapshot", "show"]) == 1
    assert "no snapshot is named" in capsys.readouterr().err


def test_an_import_never_drops_tables_silently(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "exports" / "sales").mkdir()
    (workspace / "exports" / "sales" / "transactioncurrency.csv").write_text(
        "transactioncurrencyid,isocurrencycode\n7c000000-0000-4000-8000-000000000001,GBP\n", encoding="utf-8"
    )
    assert main([*IMPORT, "--sales", "exports/sales"]) == 0
    before = (workspace / "snapshots" / "june.duckdb").read_bytes()
    capsys.readouterr()
    assert main(IMPORT) == 1
    said = capsys.readouterr().err
    assert "error E547" in said
    assert "snapshots/june.duckdb holds tables that these exports do not: sales Transaction Currency" in said
    assert "--drop-missing" in said
    assert (workspace / "snapshots" / "june.duckdb").read_bytes() == before
    assert main([*IMPORT, "--sales", "exports/sales"]) == 0
    assert main([*IMPORT, "--drop-missing"]) == 0
    capsys.readouterr()
    assert main(["snapshot", "show", "june", "--json"]) == 0
    assert [one["table"] for one in json.loads(capsys.readouterr().out)["tables"]] == ["Currency"]
