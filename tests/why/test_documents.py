"""The story of a document: each require, each look-up and what it found, each record made, with its rule line."""

from __future__ import annotations

import json

import jsonschema

from engine.shipped import shipped
from engine.why.exchange import to_json
from tests.plan.stories import Story, bc, coupled, item, product, world
from tests.process.test_documents import MAKES, customer, line, person, story
from tests.rules.small import uid
from tests.why.telling import every, heard

FINDS = """
for each bc Customer as customer where Blocked is blank and Credit Limit (LCY) > 0 {
  find bc Salesperson/Purchaser as person where Code = customer.City
  let limit = customer.Credit Limit (LCY) * 2
  require person is not blank or limit > 1000 else fail "Nobody serves {customer.City}."
  if limit > 100 { create bc Payment Terms as terms { Code := customer.No. } }
}
"""


def small() -> Story:
    rows = (
        customer("A", City="LS", **{"Credit Limit (LCY)": 100}),
        customer("B", City="YO", **{"Credit Limit (LCY)": 100}),
        customer("C", City="LS"),
        customer("D", City="LS", **{"Credit Limit (LCY)": 10}),
        person("LS", "Lee"),
    )
    return story(FINDS, *rows)


def test_a_document_that_is_made_is_told_from_its_gate_to_its_records() -> None:
    told = heard(small(), "work", "A")
    assert told.outcomes() == [("process", "created")]
    assert told.line("process", "read").text == "yes"
    assert told.lines("process", "find", "let", "require", "if") == [
        ("yes", "find person", "Salesperson/Purchaser LS Lee"),
        ("note", "let limit", "200"),
        ("yes", "require person is not blank or limit > 1000", "person is LS Lee"),
        ("yes", "if limit > 100", "limit is 200"),
    ]
    made = told.line("process", "along")
    assert (made.name, made.text, made.place) == ("Payment Terms A", "created", ("1.rules", 7))
    assert [(one.name, one.text) for one in made.parts] == [("Code", "(blank) -> A")]


def test_a_document_that_is_refused_marks_the_line_that_refuses_it() -> None:
    told = heard(small(), "work", "B")
    chapter = told.chapter("process")
    assert (chapter.outcome, chapter.code, chapter.reason) == ("failed", "E630", "Nobody serves YO.")
    assert told.line("process", "require").sign == "fails"
    assert told.line("process", "find").text.startswith("no Salesperson/Purchaser fits")
    assert told.line("process", "lines").text == "nothing of this is written"
    assert told.lines("process", "along") == []


def test_a_record_that_no_loop_takes_is_told_by_which_part_of_the_where() -> None:
    told = heard(small(), "work", "C")
    assert told.chapter("process").outcome == "not read"
    assert told.lines("process", "condition") == [
        ("yes", "Blocked is blank", "Blocked is (blank)"),
        ("no", "Credit Limit (LCY) > 0", "Credit Limit (LCY) is 0"),
    ]


def test_started_by_hand_the_where_is_not_asked() -> None:
    told = heard(small(), "work", "C", by_hand=True)
    assert told.line("process", "chosen").sign == "yes"
    assert told.chapter("process").outcome == "unchanged"


def test_a_branch_that_is_not_taken_makes_nothing() -> None:
    told = heard(small(), "work", "D")
    assert told.chapter("process").outcome == "unchanged"
    assert ("no", "if limit > 100", "limit is 20") in told.lines("process", "if")


def test_rounds_of_inner_loops_are_told_each_by_itself() -> None:
    rows = (customer("A"), customer("B"), line("A", 10000, 5), line("A", 20000, 2), line("B", 10000, 2))
    told = heard(story(MAKES, *rows), "work", "A")
    assert told.chapter("process").reason == "Two is too much on 20000."
    rounds = [one for one in every(told.chapter("process").sections) if one.name == "for each line"]
    assert [one.text for one in rounds] == ["Sales Line Order A 10000", "Sales Line Order A 20000"]
    assert [[part.sign for part in one.parts] for one in rounds] == [["yes", "yes"], ["yes", "fails"]]


def test_the_story_of_one_document_is_that_of_the_plan_of_all() -> None:
    """The number that a refused document would have taken goes to the next: the story says the same."""
    body = """
    for each bc Customer as customer {
      create bc Payment Terms as terms { Code := next number from 'T001' }
      require customer.City <> 'Leeds' else fail "Not in Leeds."
      change customer { Name := terms.Code }
    }
    """
    small_world = story(body, customer("A"), customer("B", City="Leeds"), customer("C"))
    told = heard(small_world, "work", "C")
    assert [one.name for one in every(told.chapter("process").sections) if one.kind == "along"] == [
        "Payment Terms T002"
    ]
    refused = heard(small_world, "work", "B")
    assert refused.chapter("process").outcome == "failed"
    assert refused.line("process", "require").sign == "fails"


def test_a_look_up_in_a_document_tells_through_which_coupling() -> None:
    rules = """
process work "Work" {
  for each sales Product as product where Name = 'Racer' {
    create bc Sales Line {
      Document Type := Order
      No.           := product via ITEMS
    }
  }
}
mapping ITEMS "Items": bc Item as item <-> sales Product as product {
  only coupled records
  Description  <->  Name
}
"""
    rows = (item("1000", {"Description": "Racer"}), product("1000", {"name": "Racer"}))
    found = heard(world(rules, *rows, coupled("1000")), "work", "Racer")
    assert [one[1:] for one in found.lines("process", "look-up")] == [
        ("product via ITEMS", "Racer is coupled in ITEMS with 1000")
    ]
    lost = heard(world(rules, *rows), "work", "Racer")
    assert lost.chapter("process").outcome == "failed"
    assert [one[1:] for one in lost.lines("process", "look-up")] == [
        ("product via ITEMS", "Racer has no partner in ITEMS")
    ]


def test_a_process_refused_whole_says_so_for_every_record() -> None:
    body = """
    require there is a bc Salesperson/Purchaser else fail "Nobody sells."
    for each bc Customer as customer { change customer { Name := 'x' } }
    """
    told = heard(story(body, customer("A")), "work", "A")
    chapter = told.chapter("process")
    assert (chapter.outcome, "Nobody sells." in chapter.reason) == ("failed", True)


def test_a_field_must_be_written_in_the_document_and_a_record_must_exist() -> None:
    (field,) = heard(small(), "work", "A", "Name").found
    (unknown,) = heard(small(), "work", "ZZ").found
    assert (field.code, unknown.code) == ("E690", "E660")


def test_nothing_else_is_told_of_the_others() -> None:
    told = heard(small(), "work", "A")
    assert "Nobody serves" not in told.text() and "YO" not in told.text()


def test_a_document_as_json_fits_the_schema_of_stories() -> None:
    schema = json.loads((shipped("schemas") / "json" / "why.schema.json").read_text(encoding="utf-8"))
    rows = (customer("A"), line("A", 10000, 5), line("A", 20000, 2))
    for told in (heard(small(), "work", "A"), heard(small(), "work", "C"), heard(story(MAKES, *rows), "work", "A")):
        assert told.tale is not None
        jsonschema.validate(json.loads(to_json(told.tale)), schema)


def test_of_one_field_only_what_wrote_it_is_told() -> None:
    whole = heard(story("for each bc Customer as customer {" + TWO_FIELDS + "}", customer("A", City="LS")), "work", "A")
    told = heard(
        story("for each bc Customer as customer {" + TWO_FIELDS + "}", customer("A", City="LS")), "work", "A", "code"
    )
    assert told.tale is not None and told.tale.field == "code"
    made = told.line("process", "along")
    assert [(one.name, one.text) for one in made.parts] == [("Code", "(blank) -> A")]
    assert {one.name for one in whole.line("process", "along").parts} == {"Code", "Description"}


TWO_FIELDS = "\n  create bc Payment Terms as terms {\n    Code := customer.No.\n    Description := customer.City\n  }\n"


def test_a_field_of_a_refused_document_is_told_to_be_refused() -> None:
    told = heard(small(), "work", "B", "Code")
    assert [one.name for one in every(told.chapter("process").sections) if one.sign == "fails"]
    assert told.lines("process", "along") == []


def test_a_field_that_no_line_writes_is_refused_with_what_was_meant() -> None:
    (found,) = heard(small(), "work", "A", "Coda").found
    assert (found.code, found.hint) == ("E690", "did you mean Code?")


def test_a_line_under_a_record_that_is_changed_makes_nothing_new() -> None:
    """`why` says of a document what the counters of its process say."""
    body = """
for each bc Customer as customer {
  find bc Sales Header as header where No. = customer.No.
  change header { Your Reference := 'seen' }
  create bc Sales Line {
    Document Type := Order
    Document No.  := header.No.
    Line No.      := 20000
  }
}
"""
    header = bc("Sales Header", {"SystemId": uid("H"), "Document Type": "Order", "No.": "A", "Your Reference": ""})
    lone = body.replace("change header { Your Reference := 'seen' }", "")
    assert story(body, customer("A"), header).plan("work").counts("work", "process") == {"changed": 1}
    assert heard(story(body, customer("A"), header), "work", "A").outcomes() == [("process", "changed")]
    assert story(lone, customer("A"), header).plan("work").counts("work", "process") == {"created": 1}
    assert heard(story(lone, customer("A"), header), "work", "A").outcomes() == [("process", "created")]


def test_a_document_that_counts_as_new_is_told_as_created() -> None:
    body = """
for each bc Customer as customer {
  if customer.City is blank { counts as new }
  change customer { City := 'LS' }
}
"""
    assert story(body, customer("A")).plan("work").counts("work", "process") == {"created": 1}
    assert heard(story(body, customer("A")), "work", "A").outcomes() == [("process", "created")]
    assert heard(story(body, customer("B", City="YO")), "work", "B").outcomes() == [("process", "changed")]
