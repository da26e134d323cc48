"""Random small worlds, mappings, runs and edits: the plan does what the record-by-record interpreter does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, reject, settings, strategies as st

from engine.run.gates import SCHEDULED, RunScope
from tests.oracle.books import ITEM, PRODUCT, Coupling, Leg, Line, Mapping, Moment, OrderDependent, State, blank
from tests.oracle.interpreter import run
from tests.oracle.worlds import (
    CATEGORIES,
    CHOICES,
    GROUPS,
    LABELS,
    SHELVES,
    USERS,
    VALUES,
    coupling_row,
    item_row,
    items,
    mappings,
    product_row,
    products,
    states,
    story,
)
from tests.plan.stories import USER, Plan, Story, apart, bc_id, moment, sales_id

RESULTS = {0: "", None: "", 1: "Success", 2: "Failure"}

# --- what both say ------------------------------------------------------------------------------------------


def told_by_oracle(state: State) -> dict[str, Any]:
    return {
        "bc": {id: {name: blank(value) for name, value in row.items()} for id, row in state.bc.items()},
        "sales": {id: {name: blank(value) for name, value in row.items()} for id, row in state.sales.items()},
        "couplings": sorted(
            (
                one.bc,
                one.sales,
                one.stamps["bc"],
                one.stamps["sales"],
                one.results["to_sales"],
                one.results["to_bc"],
                one.skipped,
            )
            for one in state.couplings
        ),
        "watermarks": (state.watermarks["to_sales"], state.watermarks["to_bc"]),
    }


def told_by_plan(plan: Plan) -> dict[str, Any]:
    items = {
        row["SystemId"]: {name: blank(row.get(name)) for name in ITEM} | {"modified": row["SystemModifiedAt"]}
        for row in plan.table("bc", "Item")
    }
    products = {
        row["productid"]: {name: blank(row.get(name)) for name in PRODUCT}
        | {"modified": row["modifiedon"], "modifiedby": row["modifiedby"]}
        for row in plan.table("sales", "product")
    }
    couplings = sorted(
        (
            row["Integration ID"],
            row["CRM ID"],
            row["Last Synch. Modified On"],
            row["Last Synch. CRM Modified On"],
            RESULTS[row["Last Synch. CRM Result"]],
            RESULTS[row["Last Synch. Result"]],
            bool(row["Skipped"]),
        )
        for row in plan.table("bc", "CRM Integration Record")
        if row["Table ID"] == 27
    )
    (books,) = [row for row in plan.table("bc", "Integration Table Mapping") if row["Name"] == "ITEMS"]
    marks = (books["Synch. Int. Tbl. Mod. On Fltr."], books["Synch. Modified On Filter"])
    return {"bc": items, "sales": products, "couplings": couplings, "watermarks": marks}


# --- edits between the runs ---------------------------------------------------------------------------------

LATER = st.sampled_from([timedelta(milliseconds=5), timedelta(milliseconds=500), timedelta(minutes=10)])


def edit(draw: Callable[[st.SearchStrategy[Any]], Any], state: State, story: Story, since: datetime) -> None:
    """One thing that a user does, in both worlds."""
    at = since + draw(LATER)
    what = draw(st.sampled_from(["item", "item", "product", "product", "delete", "uncouple", "couple", "new", "retry"]))
    if what == "item" and state.bc:
        id = draw(st.sampled_from(sorted(state.bc)))
        name = draw(st.sampled_from([one for one in ITEM if one in VALUES]))
        given = {name: draw(VALUES[name])}
        state.bc[id] |= given | {"modified": at}
        story.change("bc", "Item", str(id), given | {"SystemModifiedAt": at})
    elif what == "product" and state.sales:
        id = draw(st.sampled_from(sorted(state.sales)))
        name = draw(st.sampled_from([one for one in PRODUCT if one in VALUES]))
        given = {name: draw(VALUES[name]), "modifiedby": draw(USERS)}
        state.sales[id] |= given | {"modified": at}
        story.change("sales", "product", str(id), given | {"modifiedon": at})
    elif what == "delete":
        system = draw(st.sampled_from(["bc", "sales"]))
        rows = state.bc if system == "bc" else state.sales
        if rows:
            id = draw(st.sampled_from(sorted(rows)))
            del rows[id]
            story.remove(system, "Item" if system == "bc" else "product", str(id))
    elif what == "uncouple" and state.couplings:
        one = draw(st.sampled_from(state.couplings))
        state.couplings.remove(one)
        _forget(story, one)
    elif what == "couple":
        alone = [id for id in sorted(state.bc) if all(one.bc != id for one in state.couplings)]
        free = [id for id in sorted(state.sales) if all(one.sales != id for one in state.couplings)]
        if alone and free:
            one = Coupling(
                bc=draw(st.sampled_from(alone)),
                sales=draw(st.sampled_from(free)),
                stamps={"bc": None, "sales": None},
                results={"to_sales": "", "to_bc": ""},
                jobs={"to_sales": None, "to_bc": None},
            )
            state.couplings.append(one)
            story.add(coupling_row(one))
    elif what == "new":
        number = 50 + len(state.bc) + len(state.sales)
        if draw(st.booleans()):
            id = UUID(bc_id(str(number)))
            if id not in state.bc:
                state.bc[id] = draw(items()) | {"No.": str(number), "modified": at}
                story.add(item_row(id, state.bc[id]))
        else:
            id = UUID(sales_id(str(number)))
            if id not in state.sales:
                state.sales[id] = draw(products()) | {"modified": at}
                story.add(product_row(id, state.sales[id]))
    elif what == "retry":
        for one in state.couplings:
            if one.skipped:
                one.skipped = False
                story.change("bc", "CRM Integration Record", _books(story, one), {"Skipped": False})


def _books(story: Story, one: Coupling) -> str:
    import duckdb

    with duckdb.connect(str(story.snapshot)) as file:
        (row,) = file.execute(
            'SELECT "SystemId" FROM bc."CRM Integration Record" WHERE "Integration ID" = ? AND "CRM ID" = ?',
            [one.bc, one.sales],
        ).fetchall()
    return str(row[0])


def _forget(story: Story, one: Coupling) -> None:
    story.remove("bc", "CRM Integration Record", _books(story, one))


# --- the test -----------------------------------------------------------------------------------------------

CLOCKS = ("12:00", "13:00", "14:00")


def same(plan: Plan, counters: dict[Leg, dict[str, int]], state: State, clock: str) -> None:
    """The plan counts and leaves behind what the interpreter does."""
    for leg, counts in counters.items():
        found = {**plan.counts("ITEMS", leg), "scanned": plan.scanned("ITEMS", leg)}
        assert found == {name: count for name, count in counts.items() if count or name == "scanned"}, (clock, leg)
    expected, planned = told_by_oracle(state), told_by_plan(plan)
    for part, value in expected.items():
        assert planned[part] == value, (clock, part)


def drive(data: st.DataObject) -> None:
    with apart():
        live_through(data)


def live_through(data: st.DataObject) -> None:
    mapping, state = data.draw(mappings(), label="mapping"), data.draw(states(), label="state")
    told = story(mapping, state)
    for at, clock in enumerate(CLOCKS):
        now = moment(clock)
        if at:
            for _ in range(data.draw(st.integers(0, 3), label="edits")):
                edit(data.draw, state, told, moment(CLOCKS[at - 1]))
        force = data.draw(st.sampled_from([False, False, False, False, True]), label="force")
        scope = RunScope(force=True, since_watermark=False) if force else SCHEDULED
        plan = told.plan("ITEMS", now=clock, scope=scope, many=data.draw(st.sampled_from([None, 1]), label="many"))
        try:
            counters = run(mapping, state, now, UUID(USER), force=force)
        except OrderDependent:
            reject()
        same(plan, counters, state, clock)
        told.apply(plan)


UNSHRUNK = (Phase.explicit, Phase.generate)  # to make a world smaller takes longer than to read it
SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example, HealthCheck.filter_too_much)


@settings(max_examples=10, suppress_health_check=SLOW, phases=UNSHRUNK)
@given(st.data())
def test_the_plan_does_what_the_interpreter_does(data: st.DataObject) -> None:
    drive(data)


@pytest.mark.slow
@settings(max_examples=600, suppress_health_check=SLOW, phases=UNSHRUNK)
@given(st.data())
def test_the_plan_does_what_the_interpreter_does_in_many_worlds(data: st.DataObject) -> None:
    drive(data)


# --- worlds that were found once ----------------------------------------------------------------------------

NAMED = Line(bc="Description", sales="name", arrow="->")


def one_new(
    line: Line, item: dict[str, Any], product: dict[str, Any], *moments: Moment, restored: bool = False
) -> Plan:
    """An item without product, beside a product that is there: both sides run, and agree. Gives the plan."""
    mapping = Mapping(
        arrow="->",
        creates=True,
        on_update="fail",
        on_deletion="restore",
        filter_bc=None,
        filter_sales=False,
        leaves_out=False,
        costs=False,
        recognises=False,
        lines=(NAMED, line),
        moments=moments,
    )
    lost = Coupling(
        bc=UUID(bc_id("1")),
        sales=UUID(sales_id("1")),
        stamps={"bc": moment("08:00"), "sales": moment("07:00")},
        results={"to_sales": "Failure", "to_bc": "Success"},
        jobs={"to_sales": None, "to_bc": None},
    )
    state = State(
        bc={lost.bc: ITEM | item | {"No.": "1", "modified": moment("09:00")}},
        sales={UUID(sales_id("2")): PRODUCT | product | {"modified": moment("09:00"), "modifiedby": None}},
        couplings=[lost] if restored else [],
        units={"PCS": GROUPS["PCS"], "BOX": None},
        categories=CATEGORIES,
        choices=CHOICES,
        labels=LABELS[0],
    )
    plan = story(mapping, state).plan("ITEMS", now="12:00", scope=SCHEDULED)
    same(plan, run(mapping, state, moment("12:00"), UUID(USER), force=False), state, "12:00")
    return plan


UNIT = Line(bc="Base Unit of Measure", sales="defaultuomscheduleid", arrow="->", through="units", ending="else blank")
SHELF = Line(bc="Shelf No.", sales="suppliername", arrow="->", through="list", ending="else blank", pairs=SHELVES)


def test_only_what_a_coupling_gives_is_lost_where_no_row_is_blank() -> None:  # R4.17
    plan = one_new(UNIT, {"Base Unit of Measure": "PCS"}, {"defaultuomscheduleid": GROUPS["BOX"]})
    assert {row["defaultuomscheduleid"] for row in plan.table("sales", "product")} == {GROUPS["BOX"], None}
    plan = one_new(SHELF, {"Shelf No.": "A"}, {"suppliername": "Back"})
    assert {row["suppliername"] for row in plan.table("sales", "product")} == {"Back", "Aisle"}


def test_the_next_new_record_finds_the_blank_of_the_first() -> None:  # R4.17
    items = [{"Base Unit of Measure": "GONE"}, {"Base Unit of Measure": "PCS"}, {"Base Unit of Measure": "PCS"}]
    for many in (None, 1):
        line = replace(UNIT, ending="else blank")
        plan = several_new((NAMED, line), items, {"defaultuomscheduleid": GROUPS["BOX"]}, many=many)
        assert len(plan.table("sales", "product")) == 4
        plan = several_new((NAMED, line), items[1:], {"defaultuomscheduleid": GROUPS["BOX"]}, many=many)
        units = [row["defaultuomscheduleid"] for row in plan.table("sales", "product")]
        assert sorted(map(str, units)) == sorted(map(str, [GROUPS["BOX"], None, GROUPS["PCS"]]))


def test_the_second_of_two_that_look_for_the_same_takes_the_partner_of_the_first() -> None:  # R3.6, R1.10
    dated = Line(bc="Last Date Modified", sales="validfromdate", arrow="->")
    text = Line(bc="Description 2", sales="vendorpartnumber", arrow="->")
    first = {"Description": "Bike", "Description 2": "one", "Last Date Modified": date(2026, 1, 31), "Unit Cost": 5}
    then = {"Description": "Bike", "Description 2": "two", "Last Date Modified": None, "Unit Cost": 7}
    fresh = Moment(leg="to_sales", states=frozenset({"new"}), after=False, above=False, requires=False)
    after = Moment(leg="to_sales", states=frozenset({"changed"}), after=True, above=False, requires=False)
    for many in (None, 1):
        plan = several_new((NAMED, dated, text), [first, then], {"name": "Other"}, fresh, after, many=many, takes=True)
        made = [row for row in plan.table("sales", "product") if row["name"] == "Bike"]
        assert [(row["vendorpartnumber"], row["validfromdate"]) for row in made] == [("two", date(2026, 1, 31))]
        assert len(told_by_plan(plan)["couplings"]) == 1


def several_new(
    lines: tuple[Line, ...],
    items: list[dict[str, Any]],
    product: dict[str, Any],
    *moments: Moment,
    many: int | None,
    takes: bool = False,
) -> Plan:
    """Items without products, beside a product that is there: both sides run, and agree. Gives the plan."""
    mapping = Mapping(
        arrow="->",
        creates=True,
        on_update="fail",
        on_deletion="fail",
        filter_bc=None,
        filter_sales=False,
        leaves_out=False,
        costs=False,
        recognises=takes,
        lines=lines,
        moments=moments,
    )
    state = State(
        bc={
            UUID(bc_id(str(at))): ITEM | item | {"No.": str(at), "modified": moment("09:00")}
            for at, item in enumerate(items, start=1)
        },
        sales={UUID(sales_id("9")): PRODUCT | product | {"modified": moment("09:00"), "modifiedby": None}},
        couplings=[],
        units={"PCS": GROUPS["PCS"], "BOX": None},
        categories=CATEGORIES,
        choices=CHOICES,
        labels=LABELS[0],
    )
    plan = story(mapping, state).plan("ITEMS", now="12:00", scope=SCHEDULED, many=many)
    same(plan, run(mapping, state, moment("12:00"), UUID(USER), force=False), state, "12:00")
    return plan


def test_a_restored_record_that_fails_after_the_write_has_empty_stamps() -> None:  # R3.9, R3.24
    after = Moment(leg="to_sales", states=frozenset({"new"}), after=True, above=False, requires=True)
    plan = one_new(SHELF, {"Unit Cost": 5}, {}, after, restored=True)
    (coupling,) = told_by_plan(plan)["couplings"]
    assert coupling[2:5] == (None, None, "Failure")
