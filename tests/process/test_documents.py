"""Processes on small worlds: one law each. Customers stand for what is gone over, payment terms for what is made."""

from __future__ import annotations

import pytest

from engine.run.apply import Applied
from tests.plan.stories import Plan, Story, bc, world
from tests.rules.small import uid


def customer(no: str, **values: object) -> object:
    return bc("Customer", {"SystemId": uid(no), "No.": no, "Name": "", "City": "", "Credit Limit (LCY)": 0, **values})


def person(code: str, name: str = "") -> object:
    return bc("Salesperson/Purchaser", {"SystemId": uid(f"person {code}"), "Code": code, "Name": name})


def line(no: str, nth: int, amount: int, text: str = "") -> object:
    values = {
        "SystemId": uid(f"{no}/{nth}"),
        "Document Type": "Order",
        "Document No.": no,
        "Line No.": nth,
        "Amount": amount,
    }
    return bc("Sales Line", {**values, "Description": text})


def story(body: str, *rows: object, steps: str = "") -> Story:
    return world(f'process work "Work" {{\n{body}\n}}\n{steps}', *rows, settings={})  # type: ignore[arg-type]


def names(plan: Plan, table: str = "Payment Terms", field: str = "Code") -> list[object]:
    return sorted(row[field] for row in plan.table("bc", table))


MAKES = """
for each bc Customer as customer {
  create bc Payment Terms as terms { Code := customer.No. }
  for each bc Sales Line as line where Document No. = customer.No. {
    require line.Amount <> 1 else fail "One is not enough on {line.Line No.}."
    require line.Amount <> 2 else fail "Two is too much on {line.Line No.}."
  }
  change customer { Name := 'done' }
}
"""


def test_a_document_is_planned_whole_or_not_at_all() -> None:
    plan = story(MAKES, customer("A"), customer("B"), line("A", 10000, 1)).plan("work")
    assert names(plan) == ["B"]
    assert [(one.action, one.label) for one in plan.records("work")] == [
        ("fail", "A"),
        ("change", "B done"),
        ("create", "B"),
    ]
    assert plan.counts("work", "process") == {"created": 1, "failed": 1}


def test_the_first_record_that_fails_gives_the_reason_not_the_first_line_of_the_rule() -> None:
    plan = story(MAKES, customer("A"), line("A", 10000, 2), line("A", 20000, 1)).plan("work")
    assert [one.reason for one in plan.records("work")] == ["Two is too much on 10000."]


def test_what_is_refused_takes_no_number() -> None:
    body = """
    for each bc Customer as customer {
      create bc Payment Terms as terms { Code := next number from 'T001' }
      require customer.City <> 'Leeds' else fail "Not in Leeds."
      change customer { Name := terms.Code }
    }
    """
    plan = story(body, customer("A"), customer("B", City="Leeds"), customer("C")).plan("work")
    assert {row["No."]: row["Name"] for row in plan.table("bc", "Customer")} == {"A": "T001", "B": "", "C": "T002"}


NUMBERS = """
for each bc Customer as customer {
  for each bc Salesperson/Purchaser as person {
    create bc Sales Line as line {
      Document Type := Order
      Document No.  := customer.No.
      Line No.      := next number by 10000
      Description   := person.Code
    }
    for each piece in pieces(person.Name, 3, '') {
      create bc Sales Line {
        Document Type        := Order
        Document No.         := customer.No.
        Line No.             := next number by 10000
        Attached to Line No. := line.Line No.
        Description          := piece.Text
      }
    }
  }
}
"""


def test_numbers_follow_a_run_record_by_record_though_statements_run_one_by_one() -> None:
    plan = story(NUMBERS, customer("A"), person("P", "abcdef"), person("Q"), person("R", "xy")).plan("work")
    rows = sorted(plan.table("bc", "Sales Line"), key=lambda row: row["Line No."])
    assert [(row["Line No."], row["Description"], row["Attached to Line No."]) for row in rows] == [
        (10000, "P", 0),
        (20000, "abc", 10000),
        (30000, "def", 10000),
        (40000, "Q", 0),
        (50000, "R", 0),
        (60000, "xy", 50000),
    ]


def test_numbers_go_on_from_the_highest_that_stands_there_and_are_told_in_the_plan() -> None:
    plan = story(NUMBERS, customer("A"), person("P", "abc"), line("A", 25000, 0)).plan("work")
    assert sorted(row["Line No."] for row in plan.table("bc", "Sales Line")) == [25000, 35000, 45000]
    told = plan.rows("SELECT after FROM plan.field WHERE name IN ('Line No.', 'Attached to Line No.') ORDER BY ALL")
    assert told == [("35000",), ("35000",), ("45000",)]
    assert plan.rows("SELECT label FROM plan.record WHERE table_name = 'Sales Line' ORDER BY 1") == [
        ("Order A 35000 P",),
        ("Order A 45000 abc",),
    ]


def test_a_name_means_what_it_meant_where_it_was_given() -> None:
    body = """
    for each bc Customer as customer {
      let poor = customer.Credit Limit (LCY) = 0
      find bc Salesperson/Purchaser as person where Code = customer.City
      change customer { Credit Limit (LCY) := 100 }
      change customer { City := 'York' }
      if poor { create bc Payment Terms { Code := person.Code } }
    }
    """
    plan = story(
        body, customer("A", City="LS"), customer("B", City="LS", **{"Credit Limit (LCY)": 5}), person("LS")
    ).plan("work")
    assert names(plan) == ["LS"]


def test_a_branch_decides_once_also_for_the_names_it_gives() -> None:
    body = """
    for each bc Customer as customer {
      if customer.Name is blank {
        change customer { Name := 'named' }
        find bc Salesperson/Purchaser as person where Code = 'NEW'
        let word = 'first'
      } else {
        change customer { City := 'York' }
        find bc Salesperson/Purchaser as person where Code = 'OLD'
        let word = 'later'
      }
      create bc Payment Terms {
        Code        := person.Code
        Description := word
      }
    }
    """
    plan = story(body, customer("A"), customer("B", Name="Bee"), person("NEW"), person("OLD")).plan("work")
    assert sorted((row["Code"], row["Description"]) for row in plan.table("bc", "Payment Terms")) == [
        ("NEW", "first"),
        ("OLD", "later"),
    ]


def test_statements_see_what_earlier_ones_planned() -> None:
    body = """
    for each bc Customer as customer {
      create bc Sales Line as line {
        Document Type := Order
        Document No.  := customer.No.
        Line No.      := next number by 10000
        Quantity      := 2
      }
      change line { Amount := line.Quantity * 5 }
      change customer { Credit Limit (LCY) := sum of Amount in bc Sales Line where Document No. = customer.No. }
      delete line
    }
    """
    plan = story(body, customer("A"), line("A", 10000, 7)).plan("work")
    assert [row["Credit Limit (LCY)"] for row in plan.table("bc", "Customer")] == [17]
    assert [row["Amount"] for row in plan.table("bc", "Sales Line")] == [7]
    assert [one.action for one in plan.records("work")] == ["change"]


def test_what_is_found_or_created_is_one_record_for_all_who_ask() -> None:
    body = """
    for each bc Customer as customer {
      find bc Payment Terms as terms where Code = customer.City else create { Description := customer.No. }
      change customer { Payment Terms Code := terms.Code }
    }
    """
    rows = [customer("A", City="LS"), customer("B", City="LS"), customer("C", City="YO")]
    made = story(body.replace("create {", "create { Code := customer.City\n"), *rows).plan("work")
    assert names(made) == ["LS", "YO"]
    assert [row["Payment Terms Code"] for row in sorted(made.table("bc", "Customer"), key=lambda row: row["No."])] == [
        "LS",
        "LS",
        "YO",
    ]


def test_a_require_outside_every_loop_refuses_the_whole_run() -> None:
    body = """
    setting last invoice entry no := 7
    for each bc Customer as customer { change customer { Name := 'done' } }
    require there is a bc Salesperson/Purchaser where Code = 'ME' else fail "There is no salesperson ME."
    """
    plan = story(body, customer("A")).plan("work")
    assert plan.rows("SELECT action, reason FROM plan.record") == [
        ("fail", "The process is not carried out. There is no salesperson ME.")
    ]
    assert [row["Name"] for row in plan.table("bc", "Customer")] == [""]
    assert plan.notes() == []


def test_a_warning_refuses_nothing() -> None:
    body = """
    for each bc Customer as customer {
      require customer.City is not blank else warn "{customer.No.} has no city."
      change customer { Name := 'done' }
    }
    """
    plan = story(body, customer("A"), customer("B", City="York")).plan("work")
    assert [row["Name"] for row in plan.table("bc", "Customer")] == ["done", "done"]
    assert plan.notes() == [("W631", "A has no city.")]


@pytest.mark.parametrize("body", [MAKES, NUMBERS])
def test_the_same_world_gives_the_same_plan_byte_for_byte(body: str) -> None:
    made = story(body, customer("A"), customer("B"), person("P", "abcdef"), line("A", 10000, 1), line("B", 10000, 3))
    assert made.plan("work").json() == made.plan("work", threads=2).json()


def test_a_plan_is_applied_as_it_stands() -> None:
    made = story(NUMBERS, customer("A"), person("P", "abcdef"))
    plan = made.plan("work")
    assert isinstance(made.apply(plan), Applied)
    again = made.plan("work", now="12:30")
    assert (
        len(again.table("bc", "Sales Line")) == 6
    )  # three stood there, three come: the rule asks for no more than that


# --- what Business Central fills in -------------------------------------------------------------------------------

LEAVES = """
for each bc Customer as customer {
  create bc Payment Terms as terms {
    Code := customer.No.
    Description := by bc
    if customer.City = 'Here' { Calc. Pmt. Disc. on Cr. Memos := by bc }
  }
  if customer.Name = 'known' { change terms { Description := 'written' } }
}
"""


def test_what_bc_fills_in_is_told_and_not_written() -> None:
    plan = story(LEAVES, customer("A", City="Here"), customer("B"), customer("C", Name="known")).plan("work")
    made = [one for one in plan.records("work") if one.action == "create"]
    told = {one.source.split()[0]: {name: after for name, (_, after) in one.fields.items()} for one in made}
    assert told["A"] == {"Code": "A", "Description": "(by BC)", "Calc. Pmt. Disc. on Cr. Memos": "(by BC)"}
    assert told["B"] == {"Code": "B", "Description": "(by BC)"}
    assert told["C"] == {"Code": "C", "Description": "written"}
    assert {row["Code"]: row["Description"] or "" for row in plan.table("bc", "Payment Terms")} == {
        "A": "",
        "B": "",
        "C": "written",
    }


def test_a_setting_of_a_setup_table_is_that_of_the_snapshot() -> None:
    body = "for each bc Customer as customer { change customer { Name := setting order nos. } }"
    setup = bc("Sales & Receivables Setup", {"Primary Key": "", "Order Nos.": "S-ORD"})
    plan = story(body, customer("A"), setup).plan("work")
    assert [row["Name"] for row in plan.table("bc", "Customer")] == ["S-ORD"]


def test_what_an_earlier_process_planned_stands_when_a_later_one_is_begun_anew() -> None:
    rules = """
    process first "First" {
      for each bc Customer as customer { change customer { Name := 'first' } }
    }
    process second "Second" {
      for each bc Customer as customer {
        change customer { Credit Limit (LCY) := 7 }
        create bc Payment Terms { Code := customer.No. }
        require customer.City <> 'Leeds' else fail "Not in Leeds."
        for each bc Salesperson/Purchaser as person {
          require person.Name <> customer.City else fail "Not {person.Name}."
        }
      }
    }
    """
    rows = [customer("A"), customer("B", City="Leeds"), customer("C", City="Bath"), person("P", "Bath")]
    plan = world(rules, *rows, settings={}).plan("first", "second")  # type: ignore[arg-type]
    found = {row["No."]: (row["Name"], row["Credit Limit (LCY)"]) for row in plan.table("bc", "Customer")}
    assert found == {"A": ("first", 7), "B": ("first", 0), "C": ("first", 0)}
    assert names(plan) == ["A"]
    assert plan.counts("first", "process") == {"changed": 3}
    assert plan.counts("second", "process") == {"created": 1, "failed": 2}
    assert [one.reason for one in plan.records("second") if one.action == "fail"] == ["Not in Leeds.", "Not Bath."]


def test_a_field_that_is_worked_out_may_be_asked_for_in_every_search() -> None:
    entries = [
        bc("Cust. Ledger Entry", {"SystemId": uid(f"entry {nth}"), "Entry No.": nth, "Customer No.": no})
        for nth, no in ((1, "A"), (2, "A"), (3, "B"))
    ]
    details = [
        bc(
            "Detailed Cust. Ledg. Entry",
            {
                "SystemId": uid(f"detail {nth}"),
                "Entry No.": nth,
                "Cust. Ledger Entry No.": nth,
                "Ledger Entry Amount": True,
                "Amount": amount,
            },
        )
        for nth, amount in ((1, 5), (2, 7), (3, -4))
    ]
    body = """
    for each bc Customer as customer {
      find bc Cust. Ledger Entry as due where Customer No. = customer.No. and Amount > 5
      change customer {
        Credit Limit (LCY) := max of Amount in bc Cust. Ledger Entry where Customer No. = customer.No.
        Name := if due is blank then '-' else due.Customer No.
        if there is a bc Cust. Ledger Entry where Customer No. = customer.No. and Amount < 0 { City := 'owes nothing' }
      }
    }
    """
    plan = story(body, customer("A"), customer("B"), *entries, *details).plan("work")
    rows = {row["No."]: (row["Name"], row["City"], row["Credit Limit (LCY)"]) for row in plan.table("bc", "Customer")}
    assert rows == {"A": ("A", "", 7), "B": ("-", "owes nothing", -4)}
