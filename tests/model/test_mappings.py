"""Mappings as a whole: what stands under which settings, changes, order, facts for the checks."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from engine.catalog.settings import Value
from engine.model.facts import MappingFacts
from engine.model.model import FieldLine, Mapping, Moment
from engine.model.order import order_of
from tests.model.world import bound, codes, items, mapping_text, said

RULES = Path(__file__).parents[2] / "rules"
PERSON: dict[str, Value] = {"ownership_model": 1}
TEAM: dict[str, Value] = {"ownership_model": 2}


def labels(mapping: Mapping) -> list[str]:
    return [one.label for one in mapping.items if isinstance(one, FieldLine)]


def changed(*changes: str, lines: tuple[str, ...] = ("No. -> Product ID", "Description <-> Name")) -> Mapping:
    body = "\n".join(f"  {one}" for one in changes)
    found = bound(mapping_text(*lines), f"change mapping ITEMS {{\n{body}\n}}\n")
    assert [(one.code, one.message) for one in found.diagnostics] == []
    return found.model.mappings["ITEMS"]


# --- what a mapping says -----------------------------------------------------------------------------------


def test_what_is_not_said_is_as_the_products_have_it() -> None:
    mapping = items("No. -> Product ID")
    assert (mapping.creates_missing, mapping.update_conflict, mapping.deletion_conflict) == (False, "fail", "fail")
    assert (mapping.create_unmatched, mapping.synchronise_matched, mapping.always_compare) == (False, False, False)
    assert mapping.only_within is None


def test_what_is_said_stands_in_the_model() -> None:
    mapping = items(
        "depends on UNITS",
        "create missing records",
        "on update conflict keep bc",
        "on deletion conflict restore",
        "always compare",
        "filter bc Blocked = No",
        "filter sales Status = Active",
        "leave out bc where No. = 'X'",
        "recognise sales where Product ID = item.No.",
        "match No. = Product ID and Description = Name, exact case",
        "create when nothing matches",
        "synchronise after matching",
        "No. -> Product ID",
        "after uncoupling { change product { Name := blank } }",
    )
    assert mapping.depends_on == ("UNITS",)
    assert (mapping.creates_missing, mapping.update_conflict, mapping.deletion_conflict) == (True, "keep bc", "restore")
    assert (len(mapping.bc_filter), len(mapping.sales_filter), len(mapping.leave_out)) == (1, 1, 1)
    assert (len(mapping.recognise), len(mapping.after_uncoupling)) == (1, 1)
    (match,) = mapping.matches
    assert (len(match.pairs), match.exact_case) == (2, True)
    assert (mapping.create_unmatched, mapping.synchronise_matched, mapping.always_compare) == (True, True, True)


def test_items_keep_the_order_of_the_text() -> None:
    mapping = items("new sales record { Name := 'x' }", "No. -> Product ID", "every sales record { Name := 'y' }")
    assert [type(one).__name__ for one in mapping.items] == ["Moment", "FieldLine", "Moment"]
    first = mapping.items[0]
    assert isinstance(first, Moment)
    assert (first.after, first.states, first.leg) == (False, frozenset({"new"}), "to_sales")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("depends on UNIT", "E202"),
        ("only within UNIT", "E202"),
        ("drop No.", "E230"),
        ("after new sales record { Name := 'x' }", "E221"),
        ("match No. = Unit Group", "E211"),
        ("match No. = A|B", "E230"),
        ("new sales record { apply template 'A' }", "E230"),
        ("new sales record { counts as new }", "E230"),
        ("every sales record { couple item with item }", "E226"),
        ("every sales record { synchronise product with UNITS }", "E215"),
        ("every sales record { change item.Description { Name := 'x' } }", "E222"),
    ],
)
def test_what_is_wrong_with_a_mapping(written: str, code: str) -> None:
    assert [one for one, _ in said(written, "No. -> Product ID")] == [code]


# --- settings ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "person", "team"),
    [
        ("setting ownership model = Person", True, False),
        ("setting ownership model = Person|Team", True, True),
        ("setting ownership model <> Person", False, True),
        ("not setting ownership model = Person and setting local currency is blank", False, True),
        ("setting ownership model = Team or setting last invoice entry no = 0", True, True),
        ("setting last invoice entry no = 1..5|>=7", False, False),
        ("setting local currency = E*", False, False),
        ("first filled(setting local currency, 'EUR') = 'EUR'", True, True),
        ("in the team", False, True),
    ],
)
def test_when_is_decided_by_the_settings(condition: str, person: bool, team: bool) -> None:
    text = f"let in the team = setting ownership model = Team\n{mapping_text(f'No. -> Product ID when {condition}')}"
    for settings, holds in ((PERSON, person), (TEAM, team)):
        found = bound(text, settings=settings)
        assert found.diagnostics == ()
        assert bool(labels(found.model.mappings["ITEMS"])) == holds


def test_a_mapping_exists_only_when_its_head_holds() -> None:
    head = 'mapping P "P": bc Item as item -> sales Product as product when setting ownership model = Team'
    text = head + " {\n  No. -> Product ID\n}"
    assert list(bound(text, settings=TEAM).model.mappings) == ["P"]
    assert list(bound(text, settings=PERSON).model.mappings) == []
    (facts,) = bound(text, settings=PERSON).facts.mappings
    assert not facts.active
    assert labels(facts.mapping) == ["No. -> Product ID"]


def test_when_does_not_ask_for_data() -> None:
    assert said("No. -> Product ID when item.Blocked = No") == [("E223", "item.Blocked")]
    assert said("filter bc Blocked = No when there is a bc Item", "No. -> Product ID") == [
        ("E223", "there is a bc Item")
    ]


# --- changes -----------------------------------------------------------------------------------------------


def test_a_line_into_the_same_field_replaces_the_shipped_one() -> None:
    mapping = changed("Description 2 -> Name", "Item Category Code -> Size")
    assert labels(mapping) == ["No. -> Product ID", "Description 2 -> Name", "Item Category Code -> Size"]


def test_what_stands_once_is_replaced_and_filters_by_field() -> None:
    lines = ("only coupled records", "filter bc Blocked = No", "filter bc Type = Inventory", "No. -> Product ID")
    mapping = changed("create missing records", "filter bc Blocked = Yes", "leave out bc where No. = 'X'", lines=lines)
    assert mapping.creates_missing
    assert len(mapping.bc_filter) == 2
    assert len(mapping.leave_out) == 1
    assert "value=True" in repr(mapping.bc_filter)


def test_drop_takes_the_lines_of_a_field_away() -> None:
    assert labels(changed("drop Description")) == ["No. -> Product ID"]
    assert labels(changed("drop Name")) == ["No. -> Product ID"]
    assert codes(mapping_text("No. -> Product ID"), "change mapping ITEMS { drop Description }") == ["E217"]
    assert codes(mapping_text("No. -> Product ID"), "change mapping ITEMS { drop Descrption }") == ["E204"]


def test_a_change_of_a_mapping_that_is_not_there_is_told() -> None:
    assert codes(mapping_text("No. -> Product ID"), "change mapping ITEM { drop No. }") == ["E202"]


def test_a_change_can_have_a_when_and_is_checked_without_it() -> None:
    change = "change mapping ITEMS when setting ownership model = Team {\n  drop Description\n}"
    base = mapping_text("No. -> Product ID", "Description <-> Name")
    assert labels(bound(base, change, settings=PERSON).model.mappings["ITEMS"]) == [
        "No. -> Product ID",
        "Description <-> Name",
    ]
    assert labels(bound(base, change, settings=TEAM).model.mappings["ITEMS"]) == ["No. -> Product ID"]
    slip = change.replace("drop Description", "Descr -> Size")
    assert [one.code for one in bound(base, slip, settings=PERSON).diagnostics] == ["E204"]


def test_the_facts_say_what_was_replaced() -> None:
    found = bound(mapping_text("Description <-> Name"), "change mapping ITEMS {\n  Description 2 -> Name\n}")
    (one,) = found.facts.replaced
    assert (one.mapping, one.what, one.shipped.text) == ("ITEMS", "line", "Description <-> Name")


# --- order -------------------------------------------------------------------------------------------------


def test_a_circle_is_told_with_its_road() -> None:
    text = """
mapping A "A": bc Item as item -> sales Product as product { depends on B }
mapping B "B": bc Vendor as vendor -> sales Account as account { depends on A }
"""
    (found,) = bound(text).diagnostics
    assert found.code == "E218"
    assert "A needs B needs A" in found.message or "B needs A needs B" in found.message


@given(st.lists(st.integers(0, 9), unique=True, max_size=10), st.data())
def test_every_mapping_runs_after_what_it_depends_on(numbers: list[int], data: st.DataObject) -> None:
    needs = {
        str(one): tuple(str(other) for other in numbers if other < one and data.draw(st.booleans())) for one in numbers
    }
    order = order_of(needs)
    assert sorted(order) == sorted(needs)
    assert all(order.index(other) < order.index(one) for one, others in needs.items() for other in others)
    free = [one for one, others in needs.items() if not others]
    assert list(order[: len(free)]) == sorted(free)


def test_those_that_a_job_names_come_first_each_after_what_it_needs() -> None:
    needs: dict[str, tuple[str, ...]] = {"A": (), "B": ("A", "C"), "C": ("A",), "D": ("A",), "E": ()}
    assert order_of(needs) == ("A", "E", "C", "B", "D")
    assert order_of(needs, ("E", "B")) == ("E", "A", "C", "B", "D")
    assert order_of(needs, ("D",)) == ("A", "E", "D", "C", "B")


def test_two_variants_at_the_same_time_are_told() -> None:
    text = mapping_text("No. -> Product ID")
    assert codes(text, text) == ["E228", "E228"]


# --- facts -------------------------------------------------------------------------------------------------


def facts_of(*lines: str) -> MappingFacts:
    (facts,) = [one for one in bound(mapping_text(*lines)).facts.mappings if one.mapping.name == "ITEMS"]
    return facts


def test_facts_hold_what_is_off_as_well() -> None:
    facts = facts_of(
        "filter bc Blocked = No when setting multi company enabled", "No. -> Product ID, off", "Description -> Name"
    )
    assert [(one.system, one.active) for one in facts.filters] == [("bc", False)]
    assert [(one.line.label, one.active) for one in facts.lines] == [
        ("No. -> Product ID", False),
        ("Description -> Name", True),
    ]


def test_facts_hold_the_look_ups() -> None:
    facts = facts_of(
        "Base Unit of Measure -> Unit Group via UNITS", "recognise sales where Unit Group is coupled by UNITS"
    )
    assert [(one.mapping, one.on_line) for one in facts.look_ups] == [("UNITS", True), ("UNITS", False)]


def test_what_is_never_used_is_known() -> None:
    text = """
values LIST "List" { 'A' = 'B' }
step unused { require today > 2026-01-01 else warn "x" }
let never = 1
rule "R" { find bc Item as item }
"""
    facts = bound(text).facts
    assert [one.name for one in facts.unused("values")] == ["LIST"]
    assert [one.name for one in facts.unused("step")] == ["unused"]
    assert [one.name for one in facts.unused("let")] == ["never"]
    assert [one.name for one in facts.unused("alias")] == ["item"]


# --- slips -------------------------------------------------------------------------------------------------


def test_a_declaration_that_cannot_be_read_is_not_missed_by_the_others() -> None:
    """Its mistake is told by the parser; that it does not exist is not told on top."""
    from engine.model.bind import bind
    from engine.source import Source
    from engine.syntax.parse import parse
    from tests.model.world import catalog

    text = """
mapping UNITS "Units": bc Unit of Measure as measure -> { }
step mark with x { change }
values LIST "List" { 'A' 'B' }
find bc Item as first item whre No. = 'A'
mapping ITEMS "Items": bc Item as item -> sales Product as product {
  depends on UNITS
  Base Unit of Measure -> Unit Group via UNITS
  Description -> Name using LIST
  every sales record { do mark with item }
  after new sales record { require first item.No. <> 'X' else warn "{first item.No.}" }
}
"""
    parsed = parse(Source(path="a.rules", text=text))
    assert len(parsed.mistakes) == 4
    assert bind([parsed.file], catalog(), {}).diagnostics == ()


WORDS = [
    "item",
    "No.",
    "Nmae",
    "'x'",
    "via",
    "UNITS",
    "->",
    "<->",
    ":=",
    "is blank",
    "setting",
    "{",
    "}",
    "(",
    "|",
    ".",
    "if",
]


@given(st.integers(0, 40), st.sampled_from(WORDS), st.booleans())
def test_no_slip_of_the_pen_raises(place: int, word: str, instead: bool) -> None:
    from engine.model.bind import bind
    from engine.source import Source
    from engine.syntax.parse import parse
    from tests.model.world import catalog

    text = mapping_text(
        "find bc Item Category as c where Code = item.Item Category Code",
        "Base Unit of Measure <-> Unit Group via UNITS, blank means setting write-in product no",
        "every sales record { Name := if c is blank then c.Code else 'x' }",
    )
    pieces = text.split(" ")
    at = place * len(pieces) // 41
    pieces[at : at + 1 if instead else at] = [word]
    bind([parse(Source(path="a.rules", text=" ".join(pieces))).file], catalog(), {})


# --- the shipped rules -------------------------------------------------------------------------------------


def shape(texts: list[str]) -> dict[str, tuple[object, ...]]:
    """What the mappings of some files come to, without the names that binding gives to records."""
    found = bound(*texts)
    assert found.diagnostics == ()
    return {
        name: (one.depends_on, labels(one), one.idle, len(one.items), len(one.bc_filter), len(one.sales_filter))
        for name, one in found.model.mappings.items()
    }


def test_the_order_of_the_files_does_not_matter() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(RULES.glob("*.rules"))]
    assert len(texts) >= 3
    first = shape(texts)
    for turned in (texts[::-1], texts[1:] + texts[:1]):
        assert shape(turned) == first


@pytest.mark.parametrize(
    "settings",
    [
        {},
        TEAM,
        {"unit_group_mapping_enabled": True},
        {"sales_connection_enabled": False},
        {"multi_company_enabled": True},
    ],
    ids=lambda one: "+".join(one) or "as shipped",
)
def test_the_shipped_rules_bind_under_all_settings(settings: dict[str, Value]) -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(RULES.glob("*.rules"))]
    found = bound(*texts, settings=settings)
    assert found.diagnostics == ()
    units = settings.get("unit_group_mapping_enabled", False)
    sales = settings.get("sales_connection_enabled", True)
    assert ("ITEM UOM" in found.model.mappings) == bool(units and sales)
    assert ("UNIT OF MEASURE" in found.model.mappings) == bool(sales and not units)
    assert ("SALESPEOPLE" in found.model.mappings) == (settings != TEAM)
    assert "CUSTOMER" in found.model.mappings
    owner = "Salesperson Code -> Owner"
    assert (owner in labels(found.model.mappings["CUSTOMER"])) == (settings != TEAM)
