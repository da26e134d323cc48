"""Rules about the data: every plan asks them first; what does not hold is a warning, and nothing is changed."""

from __future__ import annotations

import pytest

from tests.plan.rules import TO_SALES, creating
from tests.plan.stories import Plan, bc, item, product, world

ROWS = (
    item("1", {"Description": "Bike", "Vendor No.": "V1"}),
    item("2", {"Description": "Bell", "Vendor No.": "V2"}),
    item("3", {"Description": "Lamp"}),
    bc("Vendor", {"No.": "V1", "Name": "Adatum"}),
)


def rule(body: str) -> str:
    return TO_SALES + f'rule "Ours" {{\n{body}\n}}\n'


def warned(plan: Plan) -> list[str]:
    return sorted(text for code, text in plan.notes() if code in ("W631", "E630"))


def test_each_record_that_breaks_a_rule_is_told() -> None:
    known = 'require there is a bc Vendor where No. = item.Vendor No. else warn "Nobody sells {item.Description}."'
    plan = world(rule(f"for each bc Item as item {{ {known} }}"), *ROWS).plan()
    assert warned(plan) == ["Nobody sells Bell.", "Nobody sells Lamp."]
    assert plan.records() == []


def test_after_a_requirement_that_fails_nothing_more_is_asked_of_the_record() -> None:
    plan = world(
        rule(
            """for each bc Item as item {
    require item.Vendor No. is not blank else fail "{item.No.}: no vendor."
    require item.Vendor No. = 'V1' else fail "{item.No.}: not our vendor."
    require item.Description <> 'Bell' else warn "{item.No.}: a bell."
  }"""
        ),
        *ROWS,
    ).plan()
    assert warned(plan) == ["2: a bell.", "2: not our vendor.", "3: no vendor."]


def test_loops_within_loops_steps_finds_and_branches() -> None:
    steps = """step ask with item {
  require item.Description <> 'Bell' else warn "No bells from {item.Vendor No.}."
}
"""
    plan = world(
        steps
        + rule(
            """for each bc Vendor as vendor {
    for each bc Item as item where Vendor No. = vendor.No. {
      find sales Product as product where Name = item.Description
      if product is blank { require item.No. <> '1' else warn "{vendor.Name}: {item.Description} is not in Sales." }
    }
  }
  for each bc Item as item { do ask with item }"""
        ),
        *ROWS,
        product("2", {"name": "Bell"}),
    ).plan()
    assert warned(plan) == ["Adatum: Bike is not in Sales.", "No bells from V2."]


def test_a_rule_outside_every_loop_is_asked_once() -> None:
    plan = world(rule('require (count of bc Item where Description = B*) = 3 else warn "Count them."'), *ROWS).plan()
    assert warned(plan) == ["Count them."]


def test_a_rule_sees_the_data_as_they_are_before_the_plan() -> None:
    text = """rule "Ours" { require there is no sales Product where Name = 'Bike' else warn "There it is." }\n"""
    rules = creating(TO_SALES, "") + text
    assert warned(world(rules, *ROWS).plan()) == []


@pytest.mark.parametrize(("table", "asked"), [("bc Item", True), ("bc Vendor", False)])
def test_a_plan_of_one_mapping_asks_what_is_about_its_tables(table: str, asked: bool) -> None:
    body = f'for each {table} as one {{ require one.No. is blank else warn "Told." }}'
    assert (warned(world(rule(body), *ROWS).plan("ITEMS")) != []) == asked


def test_a_rule_of_other_settings_is_not_asked() -> None:
    text = 'rule "Ours" when setting multi company enabled { require (count of bc Item) = 0 else warn "Items." }\n'
    assert warned(world(TO_SALES + text, *ROWS).plan()) == []
