"""The choices of a Sales option column that go to Business Central: labels become codes (R4.26)."""

from __future__ import annotations

from tests.plan.rules import creating
from tests.plan.stories import Row, Story, bc, bc_id, moment, sales, watermark, world

TERMS = """
mapping TERMS "Terms": bc Payment Terms as terms <- sales Option Set as choice {
  only coupled records
  filter sales Table = 'account'
  filter sales Column = 'paymenttermscode'
  Code  <-  Label
}
"""


def terms(code: str) -> Row:
    return bc("Payment Terms", {"SystemId": bc_id("1"), "Code": code})


def choice(label: str, value: int = 1) -> Row:
    return sales("option_set", {"table": "account", "column": "paymenttermscode", "value": value, "label": label})


def paired(code: str) -> Row:
    values = {"Record ID": f"Payment Terms: {code}", "Option Value": 1, "Option Value Caption": code, "Table ID": 3}
    return bc("CRM Option Mapping", values)


def renamed() -> Story:
    return world(TERMS, terms("NET30"), choice("Net45"), paired("NET30"))


def test_another_label_renames_the_code_and_the_pair_stays() -> None:
    plan = renamed().plan()
    assert plan.fields("NET45") == {"Code": ("NET30", "NET45")}
    (book,) = plan.table("bc", "CRM Option Mapping")
    assert (book["Record ID"], book["Option Value"], book["Last Synch. Result"]) == ("Payment Terms: NET45", 1, 1)
    assert renamed().run().counts("TERMS", "to_bc") == {"unchanged": 1}


def test_a_label_that_differs_only_in_its_letters_case_is_the_same_code() -> None:
    plan = world(TERMS, terms("NET30"), choice("net30"), paired("NET30")).plan()
    assert plan.counts("TERMS", "to_bc") == {"unchanged": 1}


def test_every_label_is_read_in_every_run_and_the_watermark_is_the_start_of_the_job() -> None:
    story = world(TERMS, terms("NET30"), choice("Net45"), paired("NET30"), watermark("TERMS", sales_read="11:00"))
    plan = story.plan()
    assert plan.counts("TERMS", "to_bc") == {"changed": 1}
    assert plan.watermark("TERMS", "to_bc") == moment("12:00")


def test_a_label_without_a_code_makes_one_only_where_the_mapping_may() -> None:
    assert world(TERMS, choice("Cash")).plan().counts("TERMS", "to_bc") == {"left_out": 1}
    plan = world(creating(TERMS), choice("Cash", 7)).plan()
    assert [one["Code"] for one in plan.table("bc", "Payment Terms")] == ["CASH"]
    (book,) = plan.table("bc", "CRM Option Mapping")
    assert (book["Record ID"], book["Option Value"]) == ("Payment Terms: CASH", 7)
