"""What a person does by hand: couple, match, uncouple, sync, retry, full-sync; each a plan, saved and applied."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest

from engine.cli import main
from engine.shipped import shipped
from tests.plan.rules import BOTH, ITEMS, TO_SALES, with_
from tests.plan.stories import Row, bc, bc_id, coupled, item, product, sales, sales_id, world

NOW = ("--now", "2026-06-15T12:00:00Z")
Desk = Callable[..., "Work"]


class Work:
    """A small workspace and somebody who works in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys

    def say(self, *words: str) -> tuple[int, str]:
        """One command at noon: its exit code and all it said, in one line."""
        code = main([*words, *NOW])
        said = self.capsys.readouterr()
        return code, " ".join((said.out + said.err).split())

    def plan(self, *words: str) -> dict[str, Any]:
        """One command at noon, its plan as JSON; the plan is saved as by.plan, and fits the schema."""
        code = main([*words, *NOW, "--json", "--out", "by.plan"])
        said = self.capsys.readouterr()
        assert code in (0, 2), said.err
        found: dict[str, Any] = json.loads(said.out)
        schema = json.loads((shipped("schemas") / "json" / "plan.schema.json").read_text(encoding="utf-8"))
        jsonschema.validate(found, schema)
        assert (code == 2) == any(one["action"] not in ("skip", "fail", "conflict") for one in found["records"])
        return found

    def told(self, *words: str) -> list[tuple[str, str, str | None]]:
        """What becomes of which record, and the code of the reason."""
        return [
            (one["action"], one["source_label"] or one["label"], one["code"]) for one in self.plan(*words)["records"]
        ]

    def apply(self) -> None:
        assert main(["apply", "by.plan"]) == 0
        self.capsys.readouterr()

    def pairs(self) -> list[tuple[str, str]]:
        """The couplings in the snapshot: numbers of the item and of the product."""
        rows = self.rows('SELECT "Integration ID", "CRM ID" FROM bc."CRM Integration Record" ORDER BY ALL')
        return [(str(bc)[-4:].lstrip("0"), str(sales)[-4:].lstrip("a")) for bc, sales in rows]

    def names(self) -> dict[str, str]:
        """The products of the snapshot by number."""
        return {str(id)[-4:].lstrip("a"): name for id, name in self.rows("SELECT productid, name FROM sales.product")}

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.folder / "small.duckdb"), read_only=True) as file:
            return file.execute(query).fetchall()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    def opened(rules: str, *rows: Row) -> Work:
        story = world(rules, *rows)
        shutil.copyfile(story.snapshot, tmp_path / "small.duckdb")
        (tmp_path / "coupler.yaml").write_text(
            "company: Fabrikam\nrules: [small.rules]\nsnapshot: small.duckdb\n", encoding="utf-8"
        )
        (tmp_path / "small.rules").write_text(rules, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        return Work(tmp_path, capsys)

    return opened


def bike(no: str, description: str = "", changed: str = "08:00") -> Row:
    return item(no, {"Description": description or f"Bike {no}"}, changed)


def sold(no: str, name: str = "", changed: str = "08:00") -> Row:
    return product(no, {"name": name or f"Bike {no}"}, changed)


def pair(no: str) -> tuple[Row, Row, Row]:
    return bike(no), sold(no), coupled(no)


# --- couple ---------------------------------------------------------------------------------------------------


def test_a_pair_is_coupled_and_nothing_is_carried_over(desk: Desk) -> None:
    work = desk(BOTH, bike("1000", "Road bike"), sold("2000", "Racer"))
    found = work.plan("couple", "ITEMS", "1000", "Racer")
    (record,) = found["records"]
    assert (record["action"], record["label"], record["source_label"]) == ("couple", "Racer", "1000 Road bike")
    assert [one["leg"] for one in found["passes"]] == ["by_hand"]
    work.apply()
    assert work.pairs() == [("1000", "2000")]
    assert work.names() == {"2000": "Racer"}


def test_a_pair_may_be_run_at_once(desk: Desk) -> None:
    work = desk(BOTH, bike("1000", "Road bike"), sold("2000", "Racer"))
    assert work.told("couple", "ITEMS", "1000", "Racer", "--first-sync", "to-sales") == [
        ("couple", "1000 Road bike", None),
        ("change", "1000 Road bike", None),
    ]
    work.apply()
    assert work.names() == {"2000": "Road bike"}


def test_a_partner_that_is_taken_is_refused_and_both_are_named(desk: Desk) -> None:
    work = desk(BOTH, *pair("1000"), bike("2000"))
    code, said = work.say("couple", "ITEMS", "2000", "Bike 1000", "--out", "by.plan")
    assert code == 1
    assert "E663 already-coupled: Product Bike 1000 is already coupled with Item 1000 Bike 1000" in said
    assert not Path("by.plan").exists()


def test_a_new_partner_takes_the_place_of_the_old_one(desk: Desk) -> None:
    work = desk(BOTH, *pair("1000"), sold("2000", "Racer"))
    (record,) = work.plan("couple", "ITEMS", "1000", "Racer")["records"]
    assert record["action"] == "couple"
    assert [(one["before"], one["after"]) for one in record["fields"]] == [("Bike 1000", "Racer")]
    work.apply()
    assert work.pairs() == [("1000", "2000")]


def test_a_coupling_that_moves_to_another_record_tells_of_the_one_that_is_left(desk: Desk) -> None:
    work = desk(BOTH, *pair("1000"), sold("2000", "Racer"))
    found = work.plan("couple", "ITEMS", "1000", "Racer")
    assert [(one["code"], one["record"]) for one in found["notes"]] == [("W680", 1)]
    assert "It was coupled with Bike 1000, which now has no partner" in found["notes"][0]["text"]
    work.apply()
    assert work.pairs() == [("1000", "2000")]


def test_a_pair_that_is_coupled_is_left_as_it_is(desk: Desk) -> None:
    work = desk(BOTH, *pair("1000"))
    assert work.told("couple", "ITEMS", "1000", "Bike 1000") == [("skip", "1000 Bike 1000", "W671")]
    assert work.say("couple", "ITEMS", "1000", "Bike 1000")[0] == 0


def test_a_first_run_in_a_direction_that_the_mapping_has_not_is_refused(desk: Desk) -> None:
    work = desk(TO_SALES, bike("1000"), sold("2000"))
    code, said = work.say("couple", "ITEMS", "1000", "Bike 2000", "--first-sync", "to-bc")
    assert (code, "E664" in said, "it goes to Sales only" in said) == (1, True, True)


# --- how records are called -----------------------------------------------------------------------------------


def test_what_does_not_exist_is_told_with_what_is_near_all_at_once(desk: Desk) -> None:
    work = desk(BOTH, bike("1000", "Road bike"), sold("2000", "Racer"))
    code, said = work.say("couple", "ITEMS", "1001", "Raser")
    assert code == 1
    assert "E660 unknown-record: there is no record 1001 in BC Item = help: did you mean 1000?" in said
    assert "there is no record Raser in Sales Product = help: did you mean Racer?" in said


def test_a_name_that_two_records_have_is_not_guessed(desk: Desk) -> None:
    work = desk(BOTH, bike("1000"), sold("2000", "Racer"), sold("3000", "Racer"))
    code, said = work.say("couple", "ITEMS", "1000", "Racer")
    assert (code, "E661" in said, sales_id("3000") in said) == (1, True, True)
    assert work.told("couple", "ITEMS", "1000", sales_id("3000")) == [("couple", "1000 Bike 1000", None)]


def test_a_key_goes_before_a_name_and_capitals_do_not_count(desk: Desk) -> None:
    work = desk(BOTH, bike("1000", "A1"), item("2000", {"No.": "A1", "Description": "1000"}), sold("3000"))
    assert work.told("couple", "ITEMS", "a1", "BIKE 3000") == [("couple", "A1 1000", None)]


def test_a_key_of_several_fields_has_commas(desk: Desk) -> None:
    rules = """
mapping LINES "Lines": bc Sales Line as line -> sales Order Product as product {
  only coupled records
  Quantity  ->  Quantity
}
"""
    line = {
        "Document Type": "Order",
        "Document No.": "SO1",
        "Line No.": 10000,
        "SystemId": bc_id("7"),
        "Description": "x",
    }
    work = desk(rules, bc("Sales Line", line), sales("salesorderdetail", {"salesorderdetailid": sales_id("7")}))
    for key in ("Order,SO1,10000", "order, so1, 10000"):
        ((action, label, _),) = work.told("couple", "LINES", key, sales_id("7"))
        assert action == "couple"
        assert label.startswith("Order SO1 10000")


def test_a_mapping_that_does_not_exist_is_told(desk: Desk) -> None:
    code, said = desk(BOTH, bike("1000")).say("sync", "ITEM", "1000")
    assert (code, "there is no mapping ITEM" in said, "did you mean ITEMS?" in said) == (1, True, True)


# --- match ----------------------------------------------------------------------------------------------------


MATCHING = with_(BOTH, "match Description = Name")


def test_records_are_matched_and_those_without_a_match_fail(desk: Desk) -> None:
    work = desk(MATCHING, bike("1000", "Racer"), bike("2000", "Tandem"), sold("3000", "Racer"))
    found = work.plan("match", "ITEMS")
    assert [(one["action"], one["source_label"], one["code"]) for one in found["records"]] == [
        ("couple", "1000 Racer", None),
        ("fail", "2000 Tandem", "E667"),
    ]
    assert found["passes"][0]["failed"] == 1
    work.apply()
    assert work.pairs() == [("1000", "3000")]


def test_what_matching_creates_and_runs_is_planned_too(desk: Desk) -> None:
    rules = with_(MATCHING, "create when nothing matches", "synchronise after matching")
    work = desk(rules, bike("1000", "RACER"), bike("2000", "Tandem"), sold("3000", "Racer"))
    assert work.told("match", "ITEMS") == [
        ("couple", "1000 RACER", None),
        ("create", "2000 Tandem", None),
        ("change", "1000 RACER", None),
        ("change", "RACER", None),
    ]
    work.apply()
    assert sorted(work.names().values()) == ["RACER", "Tandem"]


def test_only_the_chosen_ones_are_matched(desk: Desk) -> None:
    work = desk(MATCHING, *pair("1000"), bike("2000", "Racer"), sold("2000", "Racer"), bike("3000"), sold("3000"))
    assert work.told("match", "ITEMS", "1000", "3000") == [
        ("couple", "3000 Bike 3000", None),
        ("skip", "1000 Bike 1000", "W671"),
    ]


def test_a_mapping_without_criteria_cannot_be_matched(desk: Desk) -> None:
    code, said = desk(BOTH, bike("1000")).say("match", "ITEMS")
    assert (code, "E662" in said) == (1, True)


# --- uncouple -------------------------------------------------------------------------------------------------


def test_a_pair_is_uncoupled_and_both_records_stay(desk: Desk) -> None:
    work = desk(BOTH, *pair("1000"), *pair("2000"), bike("3000"))
    assert work.told("uncouple", "ITEMS", "1000", "3000") == [
        ("uncouple", "1000 Bike 1000", None),
        ("skip", "3000 Bike 3000", "W670"),
    ]
    work.apply()
    assert work.pairs() == [("2000", "2000")]
    assert set(work.names()) == {"1000", "2000"}


def test_all_pairs_of_a_mapping_are_uncoupled(desk: Desk) -> None:
    work = desk(BOTH, *pair("1000"), *pair("2000"))
    assert [one[0] for one in work.told("uncouple", "ITEMS", "--all")] == ["uncouple", "uncouple"]
    work.apply()
    assert work.pairs() == []
    assert work.say("uncouple", "ITEMS", "--all")[0] == 0


def test_a_pair_of_which_one_record_is_gone_is_called_by_the_other(desk: Desk) -> None:
    work = desk(BOTH, bike("9000"), sold("1000"), coupled("1000"))
    assert work.told("uncouple", "ITEMS", "Bike 1000") == [("uncouple", bc_id("1000"), None)]


def test_what_follows_uncoupling_comes_along(desk: Desk) -> None:
    rules = (
        BOTH.rstrip().removesuffix("}") + "  after uncoupling {\n    change product { Vendor Name := 'free' }\n  }\n}\n"
    )
    work = desk(rules, *pair("1000"))
    first, second = work.plan("uncouple", "ITEMS", "1000")["records"]
    assert (first["action"], second["action"], second["cause"]) == ("uncouple", "change", first["record"])
    assert [(one["caption"], one["after"]) for one in second["fields"]] == [("Vendor Name", "free")]
    work.apply()
    assert "free" in work.rows("SELECT * FROM sales.product")[0]


def test_a_name_in_a_hint_can_be_typed_as_it_stands(desk: Desk) -> None:
    name = 'Racer "28" & more'
    work = desk(BOTH, *pair("1000"), bike("2000"), sold("3000", name), bike("3000", name), coupled("3000"))
    code, said = work.say("couple", "ITEMS", "2000", name)
    assert (code, f"coupler uncouple ITEMS '{name}' sets it free first" in said) == (1, True)


def test_a_process_is_no_mapping_and_that_is_said(desk: Desk) -> None:
    rules = 'process tidy "Tidy" { for each bc Item as item where No. = blank { delete item } }'
    code, said = desk(f"{ITEMS}\n{rules}", *pair("1000")).say("sync", "tidy", "1000")
    assert (code, "tidy is a process" in said, "coupler plan tidy --records KEY" in said) == (1, True, True)


def test_either_records_or_all_must_be_said(desk: Desk) -> None:
    work = desk(BOTH, *pair("1000"))
    code, said = work.say("uncouple", "ITEMS")
    assert (code, "or say --all for every pair" in said) == (1, True)
    code, said = work.say("uncouple", "ITEMS", "1000", "--all")
    assert (code, "say one of the two" in said) == (1, True)


# --- sync -----------------------------------------------------------------------------------------------------


def test_a_forced_run_carries_over_what_no_run_would(desk: Desk) -> None:
    work = desk(BOTH, bike("1000", "New"), sold("1000", "Old"), coupled("1000"))
    assert work.told("plan") == []
    assert work.told("sync", "ITEMS", "1000", "--to", "sales") == [("change", "1000 New", None)]
    work.apply()
    assert work.names() == {"1000": "New"}


def test_it_goes_to_bc_when_that_is_said(desk: Desk) -> None:
    work = desk(BOTH, bike("1000", "New"), sold("1000", "Old"), coupled("1000"))
    found = work.plan("sync", "ITEMS", "1000", "--to", "bc")
    assert [one["leg"] for one in found["passes"]] == ["to_bc"]
    work.apply()
    assert work.rows('SELECT "Description" FROM bc."Item"') == [("Old",)]


def test_one_pair_goes_away_from_the_side_that_changed(desk: Desk) -> None:
    rows = (bike("1000", "Old"), sold("1000", "New", "09:00"), coupled("1000"))
    assert [one["leg"] for one in desk(BOTH, *rows).plan("sync", "ITEMS", "1000")["passes"]] == ["to_bc"]


def test_both_ways_means_bc_first(desk: Desk) -> None:
    work = desk(BOTH, bike("1000", "New"), sold("1000", "Old"), coupled("1000"))
    assert [one["leg"] for one in work.plan("sync", "ITEMS", "1000", "--to", "both")["passes"]] == ["to_sales", "to_bc"]
    work.apply()
    assert (work.names(), work.rows('SELECT "Description" FROM bc."Item"')) == ({"1000": "New"}, [("New",)])


def test_a_real_conflict_asks_for_the_winner(desk: Desk) -> None:
    rows = (bike("1000", "Mine", "09:00"), sold("1000", "Theirs", "09:00"), coupled("1000"))
    work = desk(BOTH, *rows)
    code, said = work.say("sync", "ITEMS", "1000")
    assert code == 1
    assert "E666 direction-needed" in said
    assert "Name is Theirs in Sales, Mine in BC" in said
    found = work.plan("sync", "ITEMS", "1000", "--to", "sales")
    assert [one["action"] for one in found["records"]] == ["change"]
    assert [one["code"] for one in found["notes"]] == ["W676"]
    work.apply()
    assert work.names() == {"1000": "Mine"}


def test_both_sides_changed_alike_is_no_conflict(desk: Desk) -> None:
    rows = (bike("1000", "Same", "09:00"), sold("1000", "Same", "09:00"), coupled("1000"))
    assert [one["leg"] for one in desk(BOTH, *rows).plan("sync", "ITEMS", "1000")["passes"]] == ["to_sales"]


def test_of_several_those_are_left_out_that_are_uncoupled_marked_or_changed_over_there(desk: Desk) -> None:
    rows = (
        *pair("1000"),
        *(bike("2000"), sold("2000", changed="09:00"), coupled("2000")),
        *(bike("3000"), sold("3000"), coupled("3000", skipped=True)),
        bike("4000"),
    )
    work = desk(BOTH, *rows)
    found = work.plan("sync", "ITEMS", "1000", "2000", "3000", "4000")
    assert sorted((one["source_label"][:4], one["action"], one["code"]) for one in found["records"]) == [
        ("1000", "change", None),
        ("2000", "skip", "W675"),
        ("3000", "skip", "W621"),
        ("4000", "skip", "W670"),
    ]
    assert (found["passes"][0]["skipped"], found["passes"][0]["left_out"]) == (3, 0)  # as the records say


def test_a_single_marked_record_is_left_alone_too(desk: Desk) -> None:
    work = desk(BOTH, bike("1000", "New"), sold("1000", "Old"), coupled("1000", skipped=True))
    assert work.told("sync", "ITEMS", "1000", "--to", "sales") == [("skip", "1000 New", "W621")]


def test_a_one_way_mapping_does_not_overwrite_unasked(desk: Desk) -> None:
    work = desk(TO_SALES, bike("1000", "New"), sold("1000", "Edited", "09:00"), coupled("1000"))
    assert work.told("sync", "ITEMS", "1000") == [("skip", "1000 New", "W675")]
    assert work.told("sync", "ITEMS", "1000", "--to", "sales") == [("change", "1000 New", None)]


def test_there_is_no_question_when_no_field_would_differ(desk: Desk) -> None:
    work = desk(TO_SALES, bike("1000", "Same", "09:00"), sold("1000", "Same", "09:00"), coupled("1000"))
    assert work.told("sync", "ITEMS", "1000") == [("change", "1000 Same", None)]


def test_a_record_without_partner_is_coupled_first_or_gets_a_new_one(desk: Desk) -> None:
    work = desk(BOTH, bike("1000"))
    code, said = work.say("sync", "ITEMS", "1000")
    assert (code, "E665" in said, "coupler couple ITEMS 1000 SALES-KEY" in said) == (1, True, True)
    assert work.told("sync", "ITEMS", "1000", "--create") == [("create", "1000 Bike 1000", None)]
    work.apply()
    assert list(work.names().values()) == ["Bike 1000"]
    assert [one[0] for one in work.pairs()] == ["1000"]


def test_a_direction_that_the_mapping_has_not_is_refused(desk: Desk) -> None:
    code, said = desk(TO_SALES, *pair("1000")).say("sync", "ITEMS", "1000", "--to", "bc")
    assert (code, "E664 wrong-direction: ITEMS does not go to Business Central" in said) == (1, True)


# --- retry ----------------------------------------------------------------------------------------------------


def test_a_mark_is_taken_off_and_the_next_run_tries_again(desk: Desk) -> None:
    rows = (bike("1000", "New"), sold("1000", "Old"), coupled("1000", to_sales="Failure", skipped=True))
    work = desk(ITEMS, *rows)
    found = work.plan("retry", "ITEMS", "1000")
    (record,) = found["records"]
    assert (record["action"], record["source_label"]) == ("change", "1000 New")
    assert [(one["name"], one["before"], one["after"]) for one in record["fields"]] == [("Skipped", "Yes", "No")]
    assert found["notes"] == []
    work.apply()
    assert ("change", "1000 New", None) in work.told("plan")


def test_a_mark_without_a_failure_queues_nothing_and_that_is_said(desk: Desk) -> None:
    work = desk(ITEMS, bike("1000", "New"), sold("1000", "Old"), coupled("1000", skipped=True))
    assert [one["code"] for one in work.plan("retry", "ITEMS", "1000")["notes"]] == ["W674"]
    work.apply()
    assert work.told("plan") == []


def test_a_retry_of_chosen_ones_passes_over_what_is_gone_and_one_of_all_does_not(desk: Desk) -> None:
    rows = (bike("9000"), sold("1000"), coupled("1000", skipped=True), *pair("2000"))
    work = desk(ITEMS, *rows)
    assert work.told("retry", "ITEMS", "Bike 1000", "2000", "9000") == [
        ("skip", "9000 Bike 9000", "W670"),
        ("skip", "2000 Bike 2000", "W672"),
        ("skip", "Bike 1000", "W673"),
    ]
    for words in (("retry",), ("retry", "ITEMS")):
        assert [one[:2] for one in work.told(*words)] == [("change", bc_id("1000"))]


def test_a_retry_can_synchronise_at_once(desk: Desk) -> None:
    rows = (bike("1000", "New"), sold("1000", "Old"), coupled("1000", skipped=True), *pair("2000"))
    work = desk(ITEMS, *rows)
    found = work.plan("retry", "ITEMS", "1000", "2000", "--sync", "--to", "sales")
    told = [(one["action"], one["source_label"], one["code"]) for one in found["records"]]
    assert told == [("change", "1000 New", None), ("skip", "2000 Bike 2000", "W672"), ("change", "1000 New", None)]
    assert found["notes"] == []
    work.apply()
    assert work.told("plan") == []


def test_a_retry_at_once_needs_records(desk: Desk) -> None:
    code, said = desk(ITEMS, *pair("1000")).say("retry", "ITEMS", "--sync")
    assert (code, "E669 no-records-named" in said) == (1, True)
    code, said = desk(ITEMS, *pair("1000")).say("retry", "--sync")
    assert (code, "E669 no-records-named" in said) == (1, True)
    code, said = desk(ITEMS, *pair("1000")).say("retry", "ITEMS", "1000", "--to", "bc")
    assert (code, "--to is the direction of --sync" in said) == (1, True)
    code, said = desk(ITEMS, *pair("1000")).say("retry", "ITEMS", "7777", "--sync")
    assert (code, "E660" in said) == (1, True)


# --- full synchronisation -------------------------------------------------------------------------------------


WAVES = """
mapping PARTS "Parts": bc Item as item -> sales Product as product {
  depends on PEOPLE
  only coupled records
  in full synchronisation run
  Description  ->  Name
}

mapping PEOPLE "People": bc Customer as customer -> sales Account as account {
  only coupled records
  Name  ->  Account Name
}
"""


def waves(desk: Desk) -> Work:
    customer = bc("Customer", {"No.": "C1", "Name": "Fabrikam", "SystemId": bc_id("77")})
    return desk(WAVES, bike("1000"), product("2000", {"name": "Racer"}), customer)


def test_the_lines_say_what_waits_for_what_and_what_is_recommended(desk: Desk) -> None:
    work = waves(desk)
    code, said = work.say("full-sync")
    assert code == 2
    assert "PEOPLE -> Sales Full Synchronization PARTS -> Sales Full Synchronization PEOPLE" in said
    assert [one[:2] for one in work.told("full-sync")] == [("create", "PEOPLE"), ("create", "PARTS")]
    work.apply()
    assert work.say("full-sync")[0] == 0


def test_waves_run_until_every_line_is_finished(desk: Desk) -> None:
    work = waves(desk)
    code, said = work.say("full-sync", "--advance")
    assert code == 2
    assert (
        "PEOPLE -> Sales Full Synchronization 1 finished success PARTS -> Sales Full Synchronization 2 finished" in said
    )
    found = work.plan("full-sync", "--advance")
    assert [one["mapping"] for one in found["passes"]] == ["FULL-SYNC", "PEOPLE", "PARTS"]
    work.apply()
    assert work.rows("SELECT name FROM sales.account") == [("Fabrikam",)]
    assert sorted(work.names().values()) == ["Bike 1000", "Racer"]
    assert work.told("full-sync", "--advance") == []


def test_with_a_mapping_only_that_line_runs(desk: Desk) -> None:
    work = waves(desk)
    assert [one["mapping"] for one in work.plan("full-sync", "PARTS")["passes"]] == ["FULL-SYNC", "PARTS"]
    work.apply()
    rows = dict(work.rows('SELECT "Name", "Job Queue Entry Status" FROM bc."CRM Full Synch. Review Line"'))
    assert rows == {"PEOPLE": 0, "PARTS": 5}


def test_a_line_that_is_matched_lists_its_pairs_and_warns_without_criteria(desk: Desk) -> None:
    rows = (bike("1000", "Racer"), sold("3000", "Racer"))
    found = desk(MATCHING, *rows).plan("full-sync", "ITEMS")
    assert [(one["action"], one["source_label"]) for one in found["records"]][1:] == [("couple", "1000 Racer")]
    assert found["notes"] == []
    found = desk(BOTH, *rows).plan("full-sync", "ITEMS")
    assert [one["code"] for one in found["notes"]] == ["W678"]
    found = desk(BOTH, *rows).plan("full-sync", "ITEMS", "--full")
    assert [one["action"] for one in found["records"]] == ["create", "create", "create", "change"]


def test_a_mapping_that_takes_no_part_is_told(desk: Desk) -> None:
    rules = with_(BOTH, "in full synchronisation leave out")
    code, said = desk(rules, *pair("1000")).say("full-sync", "ITEMS")
    assert (code, "E668" in said) == (1, True)


# --- every verb -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("couple", "ITEMS", "1000", "Bike 2000"),
        ("match", "ITEMS"),
        ("uncouple", "ITEMS", "--all"),
        ("sync", "ITEMS", "3000", "--to", "sales"),
        ("retry",),
        ("full-sync", "--advance"),
    ],
)
def test_a_plan_by_hand_is_shown_reported_and_refused_when_stale(words: tuple[str, ...], desk: Desk) -> None:
    rows = (bike("1000", "Racer"), sold("2000", "Racer"), *pair("3000"), bike("4000"), sold("4000"))
    work = desk(MATCHING, *rows, coupled("4000", skipped=True))
    if words[0] == "couple":
        words = (*words[:3], "Racer")
    before = (work.folder / "small.duckdb").read_bytes()
    first = work.plan(*words)
    assert first == work.plan(*words), "the same plan twice"
    code, said = work.say(*words, "--details")
    assert code == 2
    assert "planned; nothing was written" in said
    code, said = work.say(*words, "--sql")
    assert (code, "SELECT" in said) == (2, True)
    assert (work.folder / "small.duckdb").read_bytes() == before
    assert main(["report", "by.plan"]) == 0
    page = Path("by.plan.md").read_text(encoding="utf-8")
    assert first["passes"][0]["mapping"] in page
    work.apply()
    assert main(["apply", "by.plan"]) == 1
    assert "E611" in work.capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [("plan",), ("sync", "ITEMS", "1000"), ("match", "ITEMS"), ("uncouple", "ITEMS", "1000"), ("full-sync",)]
)
def test_nothing_runs_without_a_connection(desk: Desk, words: tuple[str, ...]) -> None:
    work = desk(ITEMS, *pair("1000"))
    file = Path("coupler.yaml")
    file.write_text(file.read_text(encoding="utf-8") + "settings:\n  connection_working: false\n", encoding="utf-8")
    code, said = work.say(*words)
    assert (code, "E613 no-connection: the connection to Sales does not work" in said) == (1, True)
    assert work.say("retry", "ITEMS", "1000")[0] == 0
