"""Random mappings and worlds for the oracle: drawn, written as rules, built as snapshots."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from tests.oracle.books import ITEM, PRODUCT, Choice, Coupling, Leg, Line, Mapping, Moment, State
from tests.plan.stories import USER, Row, Story, bc, bc_id, moment, sales, sales_id, world

SOMEBODY = UUID(int=0xEE)
GROUPS = {"PCS": UUID(int=0xC1), "BOX": UUID(int=0xC2)}
NUMBERS = ("1", "2", "3", "4")

# --- worlds -------------------------------------------------------------------------------------------------

CATEGORIES = ("BIKES", "PARTS", "LOOSE")
SHELVES = (("A", "Aisle"), ("B", "Back"))
TEXTS = st.sampled_from(["", "Bike", "bike", "x" * 50, "x" * 50 + " and more", "x" * 60])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "Blocked": st.booleans(),
    "Description": TEXTS,
    "Description 2": TEXTS.map(lambda text: text[:50]),
    "Vendor No.": st.sampled_from(["", "V1", "V2", "SPARE"]),
    "Unit Cost": st.sampled_from([0, 5, 5, -1]),
    "Last Date Modified": st.sampled_from([None, date(2026, 1, 31), date(2026, 2, 1)]),
    "Base Unit of Measure": st.sampled_from(["", "PCS", "BOX", "GONE"]),
    "Shelf No.": st.sampled_from(["", "A", "B", "C"]),
    "Item Category Code": st.sampled_from(["", *CATEGORIES, "GONE"]),
    "No. 2": st.sampled_from(["", "V1"]),
    "Vendor Item No.": st.sampled_from(["", "V1"]),
    "vendorname": st.sampled_from([None, "V1"]),
    "producturl": st.sampled_from([None, "V1"]),
    "name": TEXTS.map(lambda text: text or None),
    "vendorpartnumber": TEXTS.map(lambda text: text or None),
    "vendorid": st.sampled_from([None, "V1", "v1", " V2 ", "V1 and a name of more than twenty", "SPARE"]),
    "suppliername": st.sampled_from([None, "Aisle", "Back", "Cellar"]),
    "producttypecode": st.sampled_from([None, 1, 2, 3, 4]),
    "standardcost": st.sampled_from([None, 0, 5, -1]),
    "validfromdate": st.sampled_from([None, date(2026, 1, 31), date(2026, 2, 1)]),
    "defaultuomscheduleid": st.sampled_from([None, *GROUPS.values()]),
    "size": st.sampled_from([None, "fixed"]),
    "isstockitem": st.sampled_from([None, True, False]),
}
CHOICES = (Choice(code="BIKES", number=1, caption="Bikes"), Choice(code="PARTS", number=2, caption="Parts"))
LABELS = ({1: "Bikes", 2: "Parts", 3: "Others"}, {1: "Cycles", 2: "Bikes", 3: "Parts"}, {2: "Parts"})
"""What Sales calls its choices: as stored, renamed and numbered anew, some of them gone."""
AGES = st.sampled_from(["07:00", "08:00", "08:00:00.010", "08:00:00.011", "09:00", "11:00"]).map(moment)
STAMPS = st.one_of(st.none(), AGES)
USERS = st.sampled_from([None, SOMEBODY, UUID(USER)])


@st.composite
def states(draw: st.DrawFn) -> State:
    """Up to four pairs; of some a side or the coupling is missing."""
    state = State(
        bc={},
        sales={},
        couplings=[],
        units={"PCS": GROUPS["PCS"], "BOX": None},
        categories=CATEGORIES,
        choices=CHOICES[: draw(st.integers(0, 2))],
        labels=draw(st.sampled_from(LABELS)),
    )
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
    return st.fixed_dictionaries(
        {name: VALUES[name] for name in PRODUCT if name in VALUES} | {"modified": AGES, "modifiedby": USERS}
    )


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

LOOKED_UP: tuple[tuple[str, str, Any], ...] = (
    ("Base Unit of Measure", "defaultuomscheduleid", "units"),
    ("Item Category Code", "producttypecode", "options"),
    ("Shelf No.", "suppliername", "list"),
)
POOL = (
    ("Description 2", "vendorpartnumber"),
    ("Vendor No.", "vendorid"),
    ("Unit Cost", "standardcost"),
    ("Last Date Modified", "validfromdate"),
)
LEGS: dict[str, list[Leg]] = {"->": ["to_sales"], "<-": ["to_bc"], "<->": ["to_sales", "to_bc"]}
CAPTIONS = {
    "name": "Name",
    "vendorpartnumber": "Vendor Name",
    "vendorid": "Vendor ID",
    "standardcost": "Standard Cost",
    "validfromdate": "Valid From",
    "defaultuomscheduleid": "Unit Group",
    "size": "Size",
    "suppliername": "Supplier Name",
    "producttypecode": "Product Type",
    "vendorname": "Vendor",
    "producturl": "URL",
}
ENDINGS = st.sampled_from(["", "else blank", "else keep", "keep if blank"])


@st.composite
def mappings(draw: st.DrawFn) -> Mapping:
    arrow = draw(st.sampled_from(["->", "<-", "<->", "<->", "<->"]))
    ways = st.sampled_from(["<->", "->", "<-"] if arrow == "<->" else [arrow])
    lines = [Line(bc="Description", sales="name", arrow=arrow)]
    lines += [Line(bc=bc, sales=sales, arrow=draw(ways)) for bc, sales in POOL if draw(st.booleans())]
    for bc_field, sales_field, through in LOOKED_UP:
        if draw(st.booleans()):
            looked_up = Line(
                bc=bc_field,
                sales=sales_field,
                arrow=draw(ways),
                through=through,
                ending=draw(ENDINGS),
                pairs=SHELVES if through == "list" else (),
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
        recognises=arrow != "<-" and draw(st.sampled_from([False, False, True])),
        lines=tuple(lines),
        moments=tuple(draw(blocks(leg)) for leg in LEGS[arrow] for _ in range(draw(st.integers(0, 2)))),
    )


@st.composite
def blocks(draw: st.DrawFn, leg: Leg) -> Moment:
    after = draw(st.booleans())
    states = ["new", "changed", "unchanged", "untouched"] if after else ["new", "changed"]
    some = st.lists(st.sampled_from(states), min_size=1, unique=True).map(frozenset)
    return Moment(
        leg=leg,
        states=draw(some if after else st.one_of(st.just(frozenset({"every"})), some)),
        after=after,
        above=not after and draw(st.booleans()),
        requires=draw(st.booleans()),
    )


def as_block(one: Moment) -> str:
    """The words of a block. What it requires stands before what it does."""
    source, destination = ("item", "product") if one.leg == "to_sales" else ("product", "item")
    side = "sales" if one.leg == "to_sales" else "bc"
    cost = "item.Unit Cost" if one.leg == "to_sales" else "product.Standard Cost"
    sets = f"{CAPTIONS.get(one.to, one.to)} := {source}.{CAPTIONS.get(one.from_, one.from_)}"
    said = []
    if one.requires:
        kind = "after" if one.after else f"block {sorted(one.states)}"
        said.append(f'require {cost} <> 5 else fail "{kind}"')
    said.append(f"change {destination} {{ {sets} }}" if one.after else sets)
    body = "\n".join(f"    {each}" for each in said)
    return f"{'after ' if one.after else ''}{' or '.join(sorted(one.states))} {side} record {{\n{body}\n  }}"


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
    if mapping.recognises:
        body.append("recognise sales where Name = item.Description")
    body += [as_block(one) for one in mapping.moments if one.above]
    for line in mapping.lines:
        via = {"": "", "units": " via UNITS", "options": " via CATEGORIES", "list": " using SHELVES"}[line.through]
        ending = f", {line.ending}" if line.ending else ""
        body.append(f"{line.bc} {line.arrow} {CAPTIONS[line.sales]}{via}{ending}")
    body += [as_block(one) for one in mapping.moments if not one.above]
    text = "\n".join(f"  {one}" for one in body)
    shelves = ", ".join(f"'{code}' = '{name}'" for code, name in SHELVES)
    return f"""
mapping UNITS "Units": bc Unit of Measure as measure -> sales Unit Group as group {{
  only coupled records
  Code -> Name
}}
mapping CATEGORIES "Categories": bc Item Category as category -> sales Option Set as choice {{
  only coupled records
  filter sales Table = 'product'
  filter sales Column = 'producttypecode'
  Code -> Label
}}
values SHELVES "Shelves" {{ {shelves} }}
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


def categories(state: State) -> list[Row]:
    """The codes, the choices of the option column, and which are paired."""
    codes = [bc("Item Category", {"Code": code}) for code in state.categories]
    column = {"table": "product", "column": "producttypecode"}
    labels = [sales("option_set", {**column, "value": value, "label": name}) for value, name in state.labels.items()]
    paired = [
        bc(
            "CRM Option Mapping",
            {
                "Record ID": f"Item Category: {one.code}",
                "Option Value": one.number,
                "Option Value Caption": one.caption,
                "Table ID": 5722,
            },
        )
        for one in state.choices
    ]
    return [*codes, *labels, *paired]


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
        *categories(state),
        *groups,
    )
