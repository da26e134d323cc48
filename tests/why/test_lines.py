"""What a line of the rules made of its field: the value on its way from one side to the other."""

from __future__ import annotations

from tests.plan.rules import TO_BC, TO_SALES, with_
from tests.plan.stories import bc, bc_id, coupled, item, product, sales, sales_id, world
from tests.why.telling import heard

UNITS = """
mapping UNITS "Units": bc Unit of Measure as unit <-> sales Unit Group as group {
  only coupled records
  Description  <->  Name
}
"""
LINE = """
mapping ITEMS "Items": bc Item as item -> sales Product as product {{
  only coupled records
  {line}
}}
"""
PAIR = (product("1000"), coupled("1000", bc_seen="07:00"))


def pcs(*, known: bool) -> tuple[object, ...]:
    """A unit, coupled with a unit group or not."""
    unit = bc("Unit of Measure", {"Code": "PCS", "SystemId": bc_id("7000"), "Description": "Piece"})
    group = sales("uomschedule", {"uomscheduleid": sales_id("7000"), "name": "Pieces"})
    return (unit, group, coupled("7000", table=204)) if known else (unit, group)


def test_a_look_up_tells_through_which_coupling_and_what_was_found() -> None:
    rules = (UNITS, LINE.format(line="Base Unit of Measure -> Unit Group via UNITS"))
    rows = (item("1000", {"Base Unit of Measure": "PCS"}), *PAIR)
    found = heard(world(rules, *rows, *pcs(known=True)), "ITEMS", "1000")  # type: ignore[arg-type]
    assert found.lines("to_sales", "field", "look-up") == [
        ("changes", "Unit Group", "(blank) -> Pieces"),
        ("yes", "Base Unit of Measure via UNITS", "PCS is coupled in UNITS with Pieces"),
    ]
    lost = heard(world(rules, *rows, *pcs(known=False)), "ITEMS", "1000")  # type: ignore[arg-type]
    assert lost.lines("to_sales", "field", "look-up") == [
        ("fails", "Unit Group", "cannot be set"),
        ("no", "Base Unit of Measure via UNITS", "PCS has no partner in UNITS"),
    ]
    assert (lost.chapter("to_sales").outcome, lost.chapter("to_sales").code) == ("failed", "E633")


def test_a_look_up_that_may_find_nothing_says_what_becomes_of_the_field() -> None:
    rules = (UNITS, LINE.format(line="Base Unit of Measure -> Unit Group via UNITS, else keep"))
    rows = (item("1000", {"Base Unit of Measure": "PCS"}), *PAIR, *pcs(known=False))
    told = heard(world(rules, *rows), "ITEMS", "1000")  # type: ignore[arg-type]
    assert told.line("to_sales", "kept").text == "no partner was found, so the field keeps what stands in it"


def test_a_value_list_tells_what_stands_for_what() -> None:
    rules = LINE.format(line="Vendor Item No. -> Vendor Name using { 'A' = 'Alder', 'B' = 'Birch' }")
    told = heard(world(rules, item("1000", {"Vendor Item No.": "B"}), *PAIR), "ITEMS", "1000")
    assert told.lines("to_sales", "value list") == [("yes", "value list", "B = Birch")]
    strange = heard(world(rules, item("1000", {"Vendor Item No.": "C"}), *PAIR), "ITEMS", "1000")
    assert strange.lines("to_sales", "value list") == [("no", "value list", "C is not in it")]
    assert strange.chapter("to_sales").outcome == "failed"


def test_a_text_that_is_cut_says_how_much() -> None:
    rules = TO_BC.replace("Description  <-  Name", "Vendor Item No.  <-  Vendor Name")
    rows = (item("1000"), product("1000", {"vendorpartnumber": "x" * 60}), coupled("1000", sales_seen="07:00"))
    told = heard(world(rules, *rows), "ITEMS", "1000")
    assert told.line("to_bc", "cut").text == "60 characters, the field takes 50"
    assert told.line("to_bc", "warning").name == "W641"


def test_a_worked_out_value_shows_what_it_was_worked_out_from() -> None:
    rules = LINE.format(line="max(Unit Price, 0) -> List Price")
    told = heard(world(rules, item("1000", {"Unit Price": -1}), *PAIR), "ITEMS", "1000")
    assert told.lines("to_sales", "field", "value") == [("same", "List Price", "0"), ("note", "Unit Price", "-1")]


def test_a_column_that_is_only_written_once_stays() -> None:
    rules = LINE.format(line="Base Unit of Measure -> Product ID, keep if blank")
    rows = (item("1000"), product("1000", {"productnumber": "P-1"}), coupled("1000", bc_seen="07:00"))
    told = heard(world(rules, *rows), "ITEMS", "1000")
    assert told.lines("to_sales", "field", "kept") == [
        ("same", "Product ID", "P-1"),
        ("note", "stays", "the value is blank, and a blank is not written here"),
    ]


REQUIRE = """
mapping ITEMS "Items": bc Item as item -> sales Product as product {
  only coupled records
  every sales record {
    find bc Unit of Measure as unit where Code = item.Base Unit of Measure
    let code = unit.Description
    require unit is not blank and (item.Unit Price > 0 or item.Unit Cost > 0) else fail "Nothing to sell."
    if item.Unit Price > 100 { Vendor Name := 'dear' } else { Vendor Name := 'cheap' }
  }
  Description  ->  Name
}
"""


def test_a_require_that_fails_is_taken_apart() -> None:
    rows = (item("1000", {"Base Unit of Measure": "PCS"}), *PAIR, *pcs(known=False))
    told = heard(world(REQUIRE, *rows), "ITEMS", "1000")  # type: ignore[arg-type]
    assert told.chapter("to_sales").reason == "Nothing to sell."
    assert told.line("to_sales", "require").sign == "fails"
    pieces = [one for one in told.lines("to_sales", "condition") if one[0] == "no"]
    assert [one[1:] for one in pieces] == [
        ("(item.Unit Price > 0 or item.Unit Cost > 0)".strip("()"), ""),
        ("item.Unit Price > 0", "item.Unit Price is 0"),
        ("item.Unit Cost > 0", "item.Unit Cost is 0"),
    ]
    assert told.lines("to_sales", "find", "let") == [
        ("yes", "find unit", "Unit of Measure PCS Piece"),
        ("note", "let code", "Piece"),
    ]


def test_only_the_branch_that_was_taken_is_told() -> None:
    rows = (item("1000", {"Base Unit of Measure": "PCS", "Unit Price": 200}), *PAIR, *pcs(known=False))
    told = heard(world(REQUIRE, *rows), "ITEMS", "1000")  # type: ignore[arg-type]
    assert ("changes", "Vendor Name", "(blank) -> dear") in told.lines("to_sales", "field")
    assert [one[1] for one in told.lines("to_sales", "field")] == ["Vendor Name", "Name"]
    assert told.lines("to_sales", "if") == [("yes", "if item.Unit Price > 100", "item.Unit Price is 200")]


# --- one field ------------------------------------------------------------------------------------------------


def test_of_one_field_only_its_lines_are_told_by_caption_or_name_of_either_side() -> None:
    rows = (item("1000", {"Description": "Road bike"}), *PAIR)
    story = world(with_(TO_SALES, "Unit Cost -> Standard Cost"), *rows)
    for called in ("Description", "Name", "name", "description"):
        told = heard(story, "ITEMS", "1000", called)
        assert told.lines("to_sales", "field") == [("changes", "Name", "(blank) -> Road bike")], called
        assert told.lines("to_sales", "filter", "coupling", "changed") == []


def test_a_field_that_no_line_carries_or_whose_line_is_off_is_said_to_be_so() -> None:
    story = world(with_(TO_SALES, "Unit Cost -> Standard Cost, off"), item("1000"), *PAIR)
    assert "no line of ITEMS carries it to Sales" in heard(story, "ITEMS", "1000", "Unit Price").text()
    off = heard(story, "ITEMS", "1000", "Unit Cost").line("to_sales", "field")
    assert off.text == "`Unit Cost -> Standard Cost` carries nothing now: it is off, or its `when` does not hold"
    assert off.place == ("1.rules", 3)


def test_a_field_of_a_record_that_is_not_looked_at_says_why() -> None:
    story = world(with_(TO_SALES, "filter bc Blocked = No"), item("1000", {"Blocked": True}), *PAIR)
    told = heard(story, "ITEMS", "1000", "Description").line("to_sales", "field")
    assert told.text == "`Description -> Name` is not looked at: kept out by filter bc Blocked = No"


def test_a_line_whose_branch_is_not_taken_is_told_when_asked_for() -> None:
    rows = (item("1000", {"Base Unit of Measure": "PCS", "Unit Price": 200}), *PAIR, *pcs(known=False))
    told = heard(world(REQUIRE, *rows), "ITEMS", "1000", "Vendor Name")  # type: ignore[arg-type]
    assert [one[2] for one in told.lines("to_sales", "field")] == [
        "(blank) -> dear",
        "`Vendor Name := 'cheap'` is not carried out: its moment or its condition does not hold",
    ]


# --- slips ----------------------------------------------------------------------------------------------------


def test_slips_get_a_code_and_the_way_out() -> None:
    story = world(TO_SALES, item("1000", {"Description": "Racer"}), item("2000", {"Description": "Racer"}))
    (field,) = heard(story, "ITEMS", "1000", "Descripton").found
    assert (field.code, field.hint) == ("E690", "did you mean Description or Description 2?")
    (unknown,) = heard(story, "ITEMS", "100").found
    assert (unknown.code, unknown.hint.startswith("did you mean 1000")) == ("E660", True)
    (ambiguous,) = heard(story, "ITEMS", "Racer").found
    assert ambiguous.code == "E661"
