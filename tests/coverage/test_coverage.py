"""coupler test --coverage: which places of the rules any record of a scenario reached, and which none did."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from engine.cli import main

RULES = """\
mapping CUSTOMER "Customers": bc Customer as customer <-> sales Account as account {
  create missing records
  filter bc Name = A*
  leave out bc where No. = 'SPARE'
  Name          <->  Account Name
  City           ->  Address 1: City using { 'Graz' = 'GRAZ', 'Linz' = 'LINZ' }
  Address 2      ->  Address 1: Street 2, off
  every sales record {
    require customer.Address <> '' else fail "No address."
    if customer.City = 'Graz' { Main Phone := '1' } else { Main Phone := '2' }
  }
  new sales record { Email := 'new@example.com' }
  after changed sales record { change account { Fax := '3' } }
}
"""
GIVEN = """\
- id: a-customer-of-graz
  about: A new customer becomes an account.
  area: direction
  given:
    bc:
      Customer:
        - {SystemId: ~c1, No.: C1, Name: Adatum, City: CITY, Address: ADDRESS, SystemModifiedAt: '2026-05-04T08:00:00Z'}
  when: {run: mapping, mapping: CUSTOMER, direction: to_sales}
  then: {couplings_absent: [{mapping: CUSTOMER, bc: ~c9}]}
"""


@pytest.fixture(autouse=True)
def _workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("rules", "tests"):
        (tmp_path / folder).mkdir()
    (tmp_path / "coupler.yaml").write_text("company: Adatum\nrules: [rules/]\n", encoding="utf-8")
    (tmp_path / "rules" / "ours.rules").write_text(RULES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def missed(capsys: pytest.CaptureFixture[str], city: str = "Graz", address: str = "Street 1") -> list[str]:
    Path("tests/one.yaml").write_text(GIVEN.replace("CITY", city).replace("ADDRESS", address), encoding="utf-8")
    assert main(["test", "--coverage"]) == 0
    return re.findall(r"not reached: rules/ours\.rules:(\d+ [^:]*)", capsys.readouterr().out)


def test_every_place_that_no_record_reached_is_named_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert missed(capsys) == [
        "3 filter, fits not",
        "4 leave out",
        "5 field line, to BC",
        "6 entry",
        "9 require, failed",
        "10 branch, else",
        "13 moment",
    ]


def test_another_record_reaches_other_places(capsys: pytest.CaptureFixture[str]) -> None:
    found = missed(capsys, city="Linz", address="''")
    assert "10 branch, then" in found
    assert "10 branch, else" not in found
    assert "9 require, held" in found
    assert "9 require, failed" not in found


def test_less_than_the_threshold_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    missed(capsys)
    assert main(["test", "--threshold", "99"]) == 1
    said = capsys.readouterr()
    assert "E685" in said.err
    assert "1 passed" in said.out
    assert main(["test", "--threshold", "40"]) == 0
    assert main(["test", "--threshold", "140"]) == 1


def test_coverage_changes_no_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    missed(capsys)
    assert main(["test", "--format", "json"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert main(["test", "--format", "json", "--coverage"]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert measured.pop("coverage")["percent"] < 100
    assert measured == plain
