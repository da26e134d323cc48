"""coupler show: a mapping as it finally stands, and where each line came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cli import main

BASE = """\
mapping CUSTOMER "Customers": bc Customer as customer -> sales Account as account {
  only coupled records
  Name -> Account Name
  Address -> Address 1: Street 1
  E-Mail -> Email, off
}
"""
OURS = """\
change mapping CUSTOMER {
  create missing records
  Search Name -> Account Name
  drop Address
  City -> Address 1: City
}
"""


@pytest.fixture(autouse=True)
def _workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "coupler.yaml").write_text("company: Adatum\nrules: [rules/]\n", encoding="utf-8")
    (tmp_path / "rules" / "base.rules").write_text(BASE, encoding="utf-8")
    (tmp_path / "rules" / "ours.rules").write_text(OURS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def test_what_was_replaced_is_gone_and_what_came_says_from_where(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "CUSTOMER"]) == 0
    said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert said == [
        'mapping CUSTOMER "Customers": bc Customer as customer -> sales Account as account { # rules/base.rules:1',
        "E-Mail -> Email, off # rules/base.rules:5, off now",
        "create missing records # rules/ours.rules:2, instead of rules/base.rules:2",
        "Search Name -> Account Name # rules/ours.rules:3, instead of rules/base.rules:3",
        "City -> Address 1: City # rules/ours.rules:5",
        "}",
    ]


def test_without_a_name_the_mappings_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show"]) == 0
    assert capsys.readouterr().out == "CUSTOMER  Customers\n"


def test_a_slip_in_the_name_is_met_with_the_right_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "CUSTOMERS"]) == 1
    assert "did you mean CUSTOMER?" in capsys.readouterr().err


PROCESS = """\
step note it with customer { change customer { Name := 'noted' } }
process look "Look at customers" {
  for each bc Customer as customer { do note it with customer }
}
"""


def test_a_process_is_shown_with_the_steps_that_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    Path("rules/base.rules").write_text(BASE + PROCESS, encoding="utf-8")
    assert main(["show", "look"]) == 0
    said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert said == [
        'process look "Look at customers" { # rules/base.rules:8',
        "for each bc Customer as customer { do note it with customer } # rules/base.rules:9",
        "}",
        "",
        "step note it with customer { # rules/base.rules:7",
        "change customer { Name := 'noted' } # rules/base.rules:7",
        "}",
    ]
    assert main(["show", "loko"]) == 1
    assert "did you mean look?" in capsys.readouterr().err
