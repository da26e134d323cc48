"""Random small worlds, mappings, runs and edits: the plan does what the record-by-record interpreter does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.run.candidates import SCHEDULED, RunScope
from tests.oracle.interpreter import ITEM, PRODUCT, Coupling, Line, Mapping, State, blank, run
from tests.plan.stories import USER, Plan, Row, Story, bc, bc_id, moment, sales, sales_id, world

SOMEBODY = UUID(int=0xEE)
GROUPS = {"PCS": UUID(int=0xC1), "BOX": UUID(int=0xC2)}
RESULTS = {0: "", None: "", 1: "Success", 2: "Failure"}
NUMBERS = ("1", "2", "3", "4")

# --- worlds -------------------------------------------------------------------------------------------------

TEXTS = st.sampled_from(["", "Bike", "bike", "x" * 50, "x" * 50 + " and more", "x" * 60])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "Blocked": st.booleans(),
    "Description": TEXTS,
    "Description 2": TEXTS.map(lambda text: text[:50]),
    "Vendor No.": st.sampled_from(["", "V1", "V2", "SPARE"]),
    "Unit Cost": st.sampled_from([0, 5, 5, -1]),
    "Last Date Modified": st.sampled_from([None, date(2026, 1, 31), date(2026, 2, 1)]),
    "Base Unit of Measure": st.sampled_from(["", "PCS", "BOX", "GONE"]),
    "name": TEXTS.map(lambda text: text or None),
    "vendorpartnumber": TEXTS.map(lambda text: text or None),
    "vendorid": st.sampled_from([None, "V1", "v1", " V2 ", "V1 and a name of more than twenty", "SPARE"]),
    "standardcost": st.sampled_from([None, 0, 5, -1]),
    "validfromdate": st.sampled_from([None, date(2026, 1, 31), date(2026, 2, 1)]),
    "defaultuomscheduleid": st.sampled_from([None, *GROUPS.values()]),
    "size": st.sampled_from([None, "fixed"]),
    "isstockitem": st.sampled_from([None, True, False]),
}
AGES = st.sampled_from(["07:00", "08:00", "08:00:00.010", "08:00:00.011", "09:00", "11:00"]).map(moment)
STAMPS = st.one_of(st.none(), AGES)
USERS = st.sampled_from([None, SOMEBODY, UUID(USER)])


@st.composite
def states(draw: st.DrawFn) -> State:
    """Up to four pairs; of some a side or the coupling is missing."""
    state = State(bc={}, sales={}, couplings=[], units={"PCS": GROUPS["PCS"], "BOX": None})
    for no in NUMBERS[: draw(st.integers(1, 4))]:
        has = draw(st.sampled_from(["both", "both", "both", "bc", "sales"]))
        if has != "sales" or no == "1":
            state.bc[UUID(bc_id(no))] = draw(items()) | {"No.": no}
        if has != "bc" or no == "1":
            state.sales[UUID(sales_id(no))] = draw(products())
        if draw(st.sampled_from([True, True, False])):
            state.couplings.append(draw(couplings(no)))
    for leg in ("to_sales", "to_bc"):
        state.watermarks[leg] = draw(st.sampled_from([None, None, moment("08:00"), moment("11:00")]))
    return state


def items() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({name: VALUES[name] for name in ITEM if name in VALUES} | {"modified": AGES})


def products() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({name: VALUES[name] for name in PRODUCT} | {"modified": AGES, "modifiedby": USERS})


def couplings(no: str) -> st.SearchStrategy[Coupling]:
    results = st.sampled_from(["", "Success", "Failure"])
    return st.builds(
        lambda bc_stamp, sales_stamp, out, back, skipped: Coupling(
            bc=UUID(bc_id(no)),
            sales=UUID(sales_id(no)),
            stamps={"bc": bc_stamp, "sales": sales_stamp},
            results={"to_sales": out, "to_bc": back},
            jobs={"to_sales": None, "to_bc": None},
            skipped=skipped,
        ),
        STAMPS,
        STAMPS,
        results,
        results,
        st.sampled_from([False, False, False, True]),
    )


# --- mappings -----------------------------------------------------------------------------------------------

POOL = (
    ("Description 2", "vendorpartnumber"),
    ("Vendor No.", "vendorid"),
    ("Unit Cost", "standardcost"),
    ("Last Date Modified", "validfromdate"),
)
CAPTIONS = {
    "name": "Name",
    "vendorpartnumber": "Vendor Name",
    "vendorid": "Vendor ID",
    "standardcost": "Standard Cost",
    "validfromdate": "Valid From",
    "defaultuomscheduleid": "Unit Group",
    "size": "Size",
}


@st.composite
def mappings(draw: st.DrawFn) -> Mapping:
    arrow = draw(st.sampled_from(["->", "<-", "<->", "<->", "<->"]))
    ways = st.sampled_from(["<->", "->", "<-"] if arrow == "<->" else [arrow])
    lines = [Line(bc="Description", sales="name", arrow=arrow)]
    lines += [Line(bc=bc, sales=sales, arrow=draw(ways)) for bc, sales in POOL if draw(st.booleans())]
    if draw(st.booleans()):
        ending = draw(st.sampled_from(["", "else blank", "else keep", "keep if blank"]))
        looked_up = Line(
            bc="Base Unit of Measure", sales="defaultuomscheduleid", arrow=draw(ways), look_up=True, ending=ending
        )
        lines.insert(draw(st.integers(0, len(lines))), looked_up)
    if arrow != "<-" and draw(st.booleans()):
        lines.append(Line(bc="'fixed'", sales="size", arrow="->", constant="fixed"))
    return Mapping(
        arrow=arrow,
        creates=draw(st.booleans()),
        on_update=draw(st.sampled_from(["fail", "keep bc", "keep sales"])),
        on_deletion=draw(st.sampled_from(["fail", "restore", "uncouple"])),
        filter_bc=draw(st.sampled_from([None, None, "Blocked = No", "No. = ..1"])),
        filter_sales=draw(st.booleans()),
        leaves_out=draw(st.booleans()),
        costs=draw(st.booleans()),
        lines=tuple(lines),
    )


def as_rules(mapping: Mapping) -> str:
    """The mapping as a consultant writes it."""
    body = [
        "depends on UNITS",
        "create missing records" if mapping.creates else "only coupled records",
        f"on update conflict {mapping.on_update}",
        f"on deletion conflict {mapping.on_deletion}",
    ]
    if mapping.filter_bc:
        body.append(f"filter bc {mapping.filter_bc}")
    if mapping.filter_sales:
        body.append("filter sales Stock Item = No")
    if mapping.leaves_out:
        body.append("leave out bc where Vendor No. = 'SPARE'")
    if mapping.costs and mapping.arrow != "<-":
        body.append('every sales record { require item.Unit Cost <> -1 else fail "Item {item.No.} has no cost." }')
    if mapping.costs and mapping.arrow != "->":
        body.append('every bc record { require product.Standard Cost <> -1 else fail "No cost." }')
    for line in mapping.lines:
        via = " via UNITS" if line.look_up else ""
        ending = f", {line.ending}" if line.ending else ""
        body.append(f"{line.bc} {line.arrow} {CAPTIONS[line.sales]}{via}{ending}")
    text = "\n".join(f"  {one}" for one in body)
    return f"""
mapping UNITS "Units": bc Unit of Measure as measure -> sales Unit Group as group {{
  only coupled records
  Code -> Name
}}
mapping ITEMS "Items": bc Item as item {mapping.arrow} sales Product as product {{
{text}
}}
"""


# --- the same world as a snapshot ---------------------------------------------------------------------------


def item_row(id: UUID, row: dict[str, Any]) -> Row:
    values = {name: value for name, value in row.items() if name != "modified"}
    return Row(system="bc", table="Item", values={"SystemId": id, "SystemModifiedAt": row["modified"], **values})


def product_row(id: UUID, row: dict[str, Any]) -> Row:
    values = {name: value for name, value in row.items() if name != "modified"}
    return Row(system="sales", table="product", values={"productid": id, "modifiedon": row["modified"], **values})


def coupling_row(one: Coupling) -> Row:
    return bc(
        "CRM Integration Record",
        {
            "SystemId": UUID(int=one.bc.int ^ (one.sales.int << 4)),
            "CRM ID": one.sales,
            "Integration ID": one.bc,
            "Table ID": 27,
            "Last Synch. Modified On": one.stamps["bc"],
            "Last Synch. CRM Modified On": one.stamps["sales"],
            "Last Synch. CRM Result": {"": 0, "Success": 1, "Failure": 2}[one.results["to_sales"]],
            "Last Synch. Result": {"": 0, "Success": 1, "Failure": 2}[one.results["to_bc"]],
            "Last Synch. CRM Job ID": None,
            "Last Synch. Job ID": None,
            "Skipped": one.skipped,
        },
    )


def story(mapping: Mapping, state: State) -> Story:
    units = [bc("Unit of Measure", {"Code": code, "SystemId": UUID(int=at)}) for at, code in enumerate(GROUPS, 0xB1)]
    groups = [sales("uomschedule", {"uomscheduleid": id, "name": code}) for code, id in GROUPS.items()]
    books = {"CRM ID": GROUPS["PCS"], "Integration ID": UUID(int=0xB1), "Table ID": 204}
    marks = {
        "Name": "ITEMS",
        "Synch. Int. Tbl. Mod. On Fltr.": state.watermarks["to_sales"],
        "Synch. Modified On Filter": state.watermarks["to_bc"],
    }
    return world(
        as_rules(mapping),
        *(item_row(id, row) for id, row in state.bc.items()),
        *(product_row(id, row) for id, row in state.sales.items()),
        *(coupling_row(one) for one in state.couplings),
        bc("CRM Integration Record", books),
        bc("Integration Table Mapping", marks),
        *units,
        *groups,
    )


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
        name = draw(st.sampled_from(list(PRODUCT)))
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


def drive(data: st.DataObject) -> None:
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
        counters = run(mapping, state, now, UUID(USER), force=force)
        for leg, counts in counters.items():
            found = {**plan.counts("ITEMS", leg), "scanned": plan.scanned("ITEMS", leg)}
            assert found == {name: count for name, count in counts.items() if count or name == "scanned"}, (clock, leg)
        expected, planned = told_by_oracle(state), told_by_plan(plan)
        for part, value in expected.items():
            assert planned[part] == value, (clock, part)
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
