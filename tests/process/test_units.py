"""Rule of evaluation 7: units do not see each other, but in a record that several of them write. One law each."""

from __future__ import annotations

from tests.process.test_documents import customer, line, names, person, story


def names_of(plan: object) -> dict[object, object]:
    return {row["No."]: row["Name"] for row in plan.table("bc", "Customer")}  # type: ignore[attr-defined]


def test_what_another_unit_created_is_not_found() -> None:
    body = """
    for each bc Customer as customer {
      if customer.City = 'Leeds' { create bc Payment Terms { Code := 'LEEDS' } }
      find bc Payment Terms as terms where Code = 'LEEDS'
      change customer { Name := if terms is blank then 'nothing' else terms.Code }
    }
    """
    plan = story(body, customer("A", City="Leeds"), customer("B"), customer("C", City="Hull")).plan("work")
    assert names_of(plan) == {"A": "LEEDS", "B": "nothing", "C": "nothing"}


def test_what_another_unit_created_is_not_gone_over_not_counted_and_does_not_exist() -> None:
    body = """
    for each bc Customer as customer {
      create bc Payment Terms as terms { Code := customer.No. }
      if there is a bc Payment Terms where Code <> customer.No. { change customer { City := 'seen' } }
      for each bc Payment Terms as seen { change customer { Name := customer.Name + seen.Code } }
      change customer { Credit Limit (LCY) := count of bc Payment Terms }
    }
    """
    plan = story(body, customer("A"), customer("B")).plan("work")
    assert names_of(plan) == {"A": "A", "B": "B"}
    assert {(row["City"], row["Credit Limit (LCY)"]) for row in plan.table("bc", "Customer")} == {("", 1)}


def test_what_another_unit_changed_or_deleted_is_seen_as_it_stood_before() -> None:
    body = """
    for each bc Customer as customer {
      if customer.City = 'Leeds' { change bc Salesperson/Purchaser where Code = 'IF' { Name := 'changed' } }
      if customer.City = 'Leeds' { delete bc Salesperson/Purchaser where Code = 'PS' }
      find bc Salesperson/Purchaser as first where Code = 'IF'
      find bc Salesperson/Purchaser as second where Code = 'PS'
      change customer { Name := first.Name + '/' + second.Name }
    }
    """
    plan = story(body, customer("A", City="Leeds"), customer("B"), person("IF", "Ida"), person("PS", "Petra")).plan(
        "work"
    )
    assert names_of(plan) == {"A": "changed/", "B": "Ida/Petra"}
    assert {row["Code"]: row["Name"] for row in plan.table("bc", "Salesperson/Purchaser")} == {"IF": "changed"}


def test_a_later_loop_sees_what_the_units_of_an_earlier_one_wrote() -> None:
    body = """
    for each bc Customer as customer { create bc Payment Terms { Code := customer.No. } }
    for each bc Customer as customer { change customer { Credit Limit (LCY) := count of bc Payment Terms } }
    """
    plan = story(body, customer("A"), customer("B")).plan("work")
    assert {row["Credit Limit (LCY)"] for row in plan.table("bc", "Customer")} == {2}


def test_what_find_else_create_makes_is_seen_by_all() -> None:
    body = """
    for each bc Customer as customer {
      find bc Payment Terms as terms where Code = 'ALL' else create { Code := 'ALL' }
      change customer { Credit Limit (LCY) := count of bc Payment Terms }
    }
    """
    plan = story(body, customer("A"), customer("B")).plan("work")
    assert names(plan) == ["ALL"]
    assert {row["Credit Limit (LCY)"] for row in plan.table("bc", "Customer")} == {1}


def test_in_a_record_that_several_write_each_sees_what_those_before_it_wrote() -> None:
    body = """
    for each bc Customer as customer sorted by No. {
      change bc Salesperson/Purchaser where Code = 'IF' and Name is blank { Name := customer.No. }
    }
    """
    plan = story(body, customer("B"), customer("A"), customer("C"), person("IF")).plan("work")
    assert [row["Name"] for row in plan.table("bc", "Salesperson/Purchaser")] == ["A"]


def test_a_value_that_goes_down_ends_at_the_lowest() -> None:
    body = """
    for each bc Customer as customer sorted by No. {
      change bc Sales Line where Amount > customer.Credit Limit (LCY) { Amount := customer.Credit Limit (LCY) }
    }
    """
    limits = {"A": 70, "B": 20, "C": 50, "D": 10, "E": 40}
    rows = [customer(no, **{"Credit Limit (LCY)": limit}) for no, limit in limits.items()]
    plan = story(body, *rows, line("X", 10000, 60)).plan("work")
    assert [row["Amount"] for row in plan.table("bc", "Sales Line")] == [10]


def test_of_rows_that_write_the_same_record_whatever_it_holds_the_last_stands() -> None:
    body = """
    for each bc Customer as customer sorted by No. {
      change bc Salesperson/Purchaser where Code = 'IF' { Name := customer.No. }
    }
    """
    plan = story(body, customer("B"), customer("C"), customer("A"), person("IF")).plan("work")
    assert [row["Name"] for row in plan.table("bc", "Salesperson/Purchaser")] == ["C"]


def test_fields_that_only_some_units_set_keep_what_the_others_set() -> None:
    body = """
    for each bc Customer as customer sorted by No. {
      change bc Salesperson/Purchaser where Code = 'IF' {
        if customer.City = 'Leeds' { Name := 'from Leeds' }
        E-Mail := customer.No.
      }
    }
    """
    plan = story(body, customer("A", City="Leeds"), customer("B"), person("IF")).plan("work")
    assert [(row["Name"], row["E-Mail"]) for row in plan.table("bc", "Salesperson/Purchaser")] == [("from Leeds", "B")]


def test_a_coupling_made_or_taken_away_by_another_unit_does_not_count() -> None:
    mapping = """
mapping CUST "Customers": bc Customer as customer <-> sales Account as account {
  only coupled records
  Name <-> Account Name
}
"""
    body = """
    for each bc Customer as customer sorted by No. {
      if customer.City = 'Leeds' {
        create sales Account as account { Account Name := 'new' }
        couple customer with account
      }
      find bc Customer as leeds where City = 'Leeds'
      change customer { Name := if leeds is coupled by CUST then 'coupled' else 'alone' }
    }
    """
    plan = story(body, customer("A", City="Leeds"), customer("B"), steps=mapping).plan("work")
    assert names_of(plan) == {"A": "coupled", "B": "alone"}
