"""A plan file is read whole and truly; a file that is none is told apart, never a traceback."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from engine.checks.manual import page_of
from engine.diagnostic import Diagnostic
from engine.report.read import read_plan
from engine.report.report import Report
from tests.report import plans


def refused(path: Path) -> Diagnostic:
    found = read_plan(path)
    assert isinstance(found, tuple)
    (one,) = found
    page = page_of(one.code)
    assert page is not None
    assert page.name == one.name
    assert one.hint
    return one


def read(path: Path, most: int = 100_000) -> Report:
    report = read_plan(path, most=most)
    assert isinstance(report, Report)
    return report


def test_head_says_where_the_plan_comes_from(small: Report) -> None:
    assert (small.head.company, small.head.now) == ("Contoso Ltd", "2026-06-30 08:00 UTC")
    assert small.head.settings == (("bidirectional", "true"), ("local currency", "EUR"))


def test_what_needs_attention_comes_first_then_the_order_of_the_plan(small: Report) -> None:
    told = [(one.action, one.passing, one.number) for one in small.records]
    assert told == [
        ("fail", 1, 5), ("fail", 1, 6), ("fail", 1, 7), ("conflict", 2, 1), ("create", 1, 1), ("create", 1, 2),
        ("change", 1, 3), ("change", 1, 4), ("change", 2, 2), ("skip", 1, 8), ("skip", 1, 9), ("unchanged", 3, 1),
    ]  # fmt: skip


def test_a_record_carries_its_fields_warnings_and_cause(small: Report) -> None:
    chair = next(one for one in small.records if one.label.startswith("1908-S"))
    assert [(one.caption, one.before, one.after, one.place) for one in chair.fields] == [
        ("Vendor Name", "Wide World Importers", "", "rules/items.rules:15")
    ]
    assert [(one.code, one.severity) for one in chair.notes] == [("W510", "warning")]
    assert next(one for one in small.records if one.number == 2 and one.passing == 1).cause == "1896-S Athens desk"


def test_nothing_before_is_not_the_same_as_blank_before(small: Report) -> None:
    before = {one.label: one.fields[0].before for one in small.records if one.fields}
    assert before["1896-S Athens desk"] is None
    assert before["20000 Trey Research"] == ""


def test_reasons_are_grouped_with_what_their_sentences_share_and_an_example(small: Report) -> None:
    units = small.groups[0]
    assert (units.kind, units.code, units.count, units.place) == ("fail", "P301", 3, "rules/items.rules:14")
    assert units.text == "The unit of measure … has no partner in Sales."
    assert units.example == "1920-S Antwerp conference table"
    assert "PALLET" in units.example_text


def test_reasons_with_nothing_in_common_show_an_example(tmp_path: Path) -> None:
    rows = [plans.a_record(1, "fail", "A", reason="Too long", code="P1"),
            plans.a_record(2, "fail", "B", reason="Not there", code="P1")]  # fmt: skip
    report = read(plans.write_plan(tmp_path / "a.plan", **{"pass": [plans.a_pass(1, "X", failed=2)], "record": rows}))
    assert [(one.text, one.count) for one in report.groups] == [("Too long", 2)]


def test_warnings_about_a_mapping_and_about_the_whole_plan_are_there(small: Report) -> None:
    assert [(one.passing, one.code) for one in small.warnings] == [(0, "W530"), (1, "W510"), (2, "W520")]


def test_a_small_mapping_is_shown_whole_beside_a_large_one(tmp_path: Path) -> None:
    passes = [plans.a_pass(1, "LARGE", changed=40), plans.a_pass(2, "SMALL", changed=3)]
    large = [plans.a_record(number, "change", f"L{number}") for number in range(1, 41)]
    small = [plans.a_record(number, "change", f"S{number}", passing=2) for number in range(1, 4)]
    report = read(plans.write_plan(tmp_path / "a.plan", **{"pass": passes, "record": large + small}), most=10)
    assert [one.label for one in report.records] == ["L1", "L2", "L3", "L4", "L5", "L6", "L7", "S1", "S2", "S3"]
    assert report.in_all == 43
    assert report.passes[0].listed == (("change", 40, 0),)


def test_a_plan_with_nothing_in_it_is_a_plan(tmp_path: Path) -> None:
    report = read(plans.write_plan(tmp_path / "a.plan"))
    assert report.sentence == "nothing to do"
    assert report.records == ()


@pytest.mark.parametrize("text", ["", "not a plan", "PK\x03\x04" * 100, "x" * 8 + "DUCK" + "y" * 20_000])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "june.plan"
    path.write_text(text)
    assert refused(path).code == "E650"


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "none.plan").message
    assert "is a folder" in refused(tmp_path).message


@pytest.mark.parametrize("kept", [0.001, 0.01, 0.3, 0.6, 0.9, 0.999])
def test_a_truncated_plan_is_refused(small_plan: Path, tmp_path: Path, kept: float) -> None:
    whole = small_plan.read_bytes()
    path = tmp_path / "half.plan"
    path.write_bytes(whole[: int(len(whole) * kept)])
    assert refused(path).code == "E650"


@pytest.mark.parametrize("place", range(0, 1_000_000, 97_001))
def test_a_damaged_plan_never_ends_in_a_traceback(small_plan: Path, tmp_path: Path, place: int) -> None:
    content = bytearray(small_plan.read_bytes())
    for at in range(place, min(place + 5000, len(content))):
        content[at] ^= 0x5A
    path = tmp_path / "damaged.plan"
    path.write_bytes(content)
    found = read_plan(path)
    assert isinstance(found, Report) or found[0].code == "E650"


def test_a_snapshot_is_no_plan(tmp_path: Path) -> None:
    path = tmp_path / "june.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA bc")
    assert refused(path).code == "E651"


def test_a_plan_that_lacks_a_column_says_which(small_plan: Path, tmp_path: Path) -> None:
    path = tmp_path / "june.plan"
    path.write_bytes(small_plan.read_bytes())
    with duckdb.connect(str(path)) as connection:
        connection.execute("ALTER TABLE plan.record DROP COLUMN reason")
    assert "no column reason in table plan.record" in refused(path).message


@pytest.mark.parametrize("change", ["UPDATE plan.head SET format_version = 2", "DELETE FROM plan.head"])
def test_another_format_version_is_refused(small_plan: Path, tmp_path: Path, change: str) -> None:
    path = tmp_path / "june.plan"
    path.write_bytes(small_plan.read_bytes())
    with duckdb.connect(str(path)) as connection:
        connection.execute(change)
    assert refused(path).code == "E652"


def test_a_plan_from_elsewhere_cannot_read_other_files(small_plan: Path, tmp_path: Path) -> None:
    path, secret = tmp_path / "june.plan", tmp_path / "secret.csv"
    path.write_bytes(small_plan.read_bytes())
    secret.write_text("a,b\n1,2\n")
    with duckdb.connect(str(path)) as connection:
        columns = ", ".join(f"NULL AS {name}" for name in ("pass", "record", "severity", "code", "path", "line"))
        connection.execute("DROP TABLE plan.note")
        connection.execute(f"CREATE VIEW plan.note AS SELECT {columns}, content AS text FROM read_text('{secret}')")
    assert refused(path).code == "E650"
