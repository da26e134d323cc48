"""Laws that hold for every plan, over worlds in which much happens at once."""

from __future__ import annotations

import random

import pytest

from engine.run.apply import Applied
from engine.snapshot.open import fingerprint
from tests.invariants.worlds import RULES, planned, rows, story
from tests.plan.rules import with_
from tests.plan.stories import COUNTERS, Plan, world

FEW = ("two-way, creating", "keep bc, restore", "with neighbours")


@pytest.mark.parametrize("name", RULES)
def test_a_dry_run_leaves_the_snapshot_byte_by_byte_as_it_is(name: str) -> None:
    plan = planned(name)
    assert plan.records()
    assert fingerprint(plan.snapshot) == plan.before


@pytest.mark.parametrize("name", RULES)
def test_the_counters_add_up(name: str) -> None:
    for row in planned(name).rows(f"SELECT {', '.join(COUNTERS)} FROM plan.pass"):
        scanned, left_out, *counted = row
        assert scanned > 0
        assert scanned - left_out == sum(counted)


@pytest.mark.parametrize("name", RULES)
def test_the_counters_and_the_records_say_the_same(name: str) -> None:
    plan = planned(name)
    actions = {"created": "create", "changed": "change", "skipped": "skip", "failed": "fail", "conflicts": "conflict"}
    for leg in {one.leg for one in plan.records()}:
        listed = [one.action for one in plan.records(leg=leg) if not one.along]
        counts = plan.counts("ITEMS", leg)
        assert {name: listed.count(action) for name, action in actions.items() if action in listed} == {
            name: count for name, count in counts.items() if name in actions
        }


@pytest.mark.parametrize("name", RULES)
def test_the_job_log_counts_what_the_plan_counts(name: str) -> None:
    plan = planned(name)
    jobs = {one["Synch. Direction"]: one for one in plan.table("bc", "Integration Synch. Job")}
    for leg, number in (("to_sales", 1), ("to_bc", 2)):
        if number not in jobs:
            continue
        counts, job = plan.counts("ITEMS", leg), jobs[number]
        assert job["Inserted"] == counts.get("created", 0)
        assert job["Modified"] == counts.get("changed", 0)
        assert job["Unchanged"] == counts.get("unchanged", 0)
        assert job["Skipped"] == counts.get("skipped", 0)
        assert job["Failed"] == counts.get("failed", 0) + counts.get("conflicts", 0)


@pytest.mark.parametrize("name", RULES)
def test_after_an_apply_a_second_plan_changes_no_record(name: str) -> None:
    told = story(name)
    assert isinstance(told.apply(told.plan(now="12:00")), Applied)
    again = told.plan(now="12:30")
    assert [one for one in again.records() if one.action in ("create", "change", "uncouple", "delete")] == []


@pytest.mark.parametrize("name", FEW)
def test_an_apply_writes_exactly_the_world_that_was_planned(name: str) -> None:
    told = story(name)
    plan = told.plan()
    before = {place: plan.table(*place) for place in sorted(plan.world.changed)}
    done = told.apply(plan)
    assert isinstance(done, Applied)
    after = told.plan("NONE")
    for place, expected in before.items():
        assert after.table(*place) == expected, place


@pytest.mark.parametrize("name", FEW)
def test_two_plans_are_the_same_text_whatever_the_threads(name: str) -> None:
    assert _told(story(name).plan(threads=4)) == _told(planned(name))


@pytest.mark.parametrize("name", FEW)
def test_a_plan_does_not_depend_on_the_order_of_the_rows(name: str) -> None:
    shuffled = list(rows())
    random.Random(name).shuffle(shuffled)
    assert _told(world(RULES[name], *shuffled).plan()) == _told(planned(name))


def _told(plan: Plan) -> str:
    """The plan without the fingerprint of its snapshot."""
    return plan.json().replace(plan.before, "")


@pytest.mark.parametrize("lines", [(), ("depends on ITEMS",)])
def test_a_plan_does_not_depend_on_the_order_of_the_rule_files(lines: tuple[str, ...]) -> None:
    mapping = RULES["two-way, creating"]
    other = mapping.replace("ITEMS", "RESOURCES").replace("Items", "Resources").replace("bc Item", "bc Resource")
    other = other.replace("Description  ", "Name  ").replace("Vendor Item No.", "Name 2").replace("item.", "item.")
    files = [mapping, with_(other, *lines)]
    forward, backward = (world(order, *rows()).plan() for order in (files, files[::-1]))

    def told(plan: Plan) -> list[object]:
        return [(one.mapping, one.leg, one.action, one.label, one.reason, one.fields) for one in plan.records()]

    assert told(forward) == told(backward)
