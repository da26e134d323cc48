"""Which record a name belongs to, and what a bare name on the right means (rules of evaluation 1 and 2)."""

from __future__ import annotations

import pytest

from engine.model.model import (
    Assign,
    Behind,
    Change,
    Choose,
    Column,
    Constant,
    Find,
    ForEach,
    If,
    Itself,
    Let,
    Matches,
    Record,
    Relation,
    SettingValue,
    Statement,
    Value,
)
from tests.model.world import bound, codes, items, said


def statements(*lines: str) -> tuple[Statement, ...]:
    """The statements of a process over the items, bound without a finding."""
    body = "\n".join(f"    {one}" for one in lines)
    found = bound(f'process check "Check" {{\n  for each bc Item as item {{\n{body}\n  }}\n}}')
    assert [(one.code, one.message) for one in found.diagnostics] == []
    (each,) = found.model.processes["check"].body.statements
    assert isinstance(each, ForEach)
    return each.body.statements


def value(written: str) -> Value:
    (let,) = statements(f"let x = {written}")
    assert isinstance(let, Let)
    return let.value


def only_operand(find: Statement) -> Value:
    assert isinstance(find, Find)
    (condition,) = find.where
    assert isinstance(condition, Matches)
    assert isinstance(condition.filter, Relation)
    return condition.filter.operand


def test_with_a_full_stop_the_alias_says_whose_field_it_is() -> None:
    found = value("item.Description")
    assert isinstance(found, Column)
    assert isinstance(found.record, Record)
    assert (found.record.key, found.field.name) == ("item", "Description")


def test_full_stops_lead_through_look_ups() -> None:
    (_, let) = statements("find sales Product Price List as line", "let x = line.Product.Default Unit.Name")
    assert isinstance(let, Let)
    assert isinstance(let.value, Column)
    unit = let.value.record
    assert isinstance(unit, Behind)
    assert (unit.table.name, unit.by, unit.column.field.name) == ("uom", "uomid", "defaultuomid")
    product = unit.column.record
    assert isinstance(product, Behind)
    assert (product.table.name, product.by) == ("product", "productid")


def test_in_a_where_a_bare_name_is_a_field_of_the_record_looked_at() -> None:
    (find,) = statements("find bc Item Category as category where Code = item.Item Category Code")
    assert isinstance(find, Find)
    (condition,) = find.where
    assert isinstance(condition, Matches)
    assert isinstance(condition.value, Column)
    assert condition.value.record == find.record


def test_an_alias_alone_is_the_id_of_its_record() -> None:
    (group, find) = statements(
        "find sales Unit Group as group", "find sales Product as product where Unit Group = group"
    )
    operand = only_operand(find)
    assert isinstance(operand, Itself)
    assert isinstance(group, Find)
    assert operand.record == group.record


def test_an_option_value_comes_before_an_alias_before_a_field() -> None:
    """`customer` in Relationship Type is an option value in capitals, an alias in small letters."""
    (_, option) = statements("find bc Item as active", "find sales Product as p where Status = Active")
    found = only_operand(option)
    assert isinstance(found, Constant)
    assert found.value == 0
    (_, alias) = statements("let other = item.Description", "find bc Item as twin where Description = other")
    assert type(only_operand(alias)).__name__ == "Named"
    (field,) = statements("find bc Item as twin where Description = Description 2")
    operand = only_operand(field)
    assert isinstance(operand, Column)
    assert operand.field.name == "Description 2"


def test_left_of_an_assignment_stands_the_record_being_written() -> None:
    (change,) = statements("change item { Description := Description 2 }")
    assert isinstance(change, Change)
    (assign,) = change.body.statements
    assert isinstance(assign, Assign)
    assert assign.record == change.record
    assert isinstance(change.existing, Record)
    assert (change.existing.key, change.record.table) == ("item", change.existing.table)
    assert isinstance(assign.value, Column)
    assert assign.value.record == change.record


def test_after_then_and_else_the_option_of_the_left_side_counts() -> None:
    (_, change) = statements(
        "find sales Product as product",
        "change product { Status := if item.Blocked = Yes then Retired else Active }",
    )
    assert isinstance(change, Change)
    (assign,) = change.body.statements
    assert isinstance(assign, Assign)
    assert assign.value.type.kind == "option"


@pytest.mark.parametrize("written", ["ownership model", "Ownership Model", "ownership_model"])
def test_a_setting_goes_by_label_or_name(written: str) -> None:
    found = value(f"setting {written}")
    assert isinstance(found, SettingValue)
    assert (found.name, found.type.kind) == ("ownership_model", "option")


def test_a_field_of_a_setup_table_is_a_setting() -> None:
    assert value("setting order nos.").type.kind == "code"


def test_two_records_of_one_name_have_keys_of_their_own() -> None:
    text = """
process check "Check" {
  for each bc Item as item { require item.No. is not blank else warn "1" }
  for each bc Item as item { require item.No. is not blank else warn "2" }
}
"""
    found = bound(text)
    assert found.diagnostics == ()
    keys = [one.record.key for one in found.model.processes["check"].body.statements if isinstance(one, ForEach)]
    assert keys == ["item", "item.2"]


BRANCHES = (
    "if {condition} {{ find bc Item Category as c where Code = 'A' }} "
    "else {{ find bc Item Category as c where Code = 'B' }}"
)


def test_what_both_branches_find_is_one_record_afterwards() -> None:
    """The data decide: a `find` behind the `if` takes over the record of the branch that was taken."""
    branch, joined, let = statements(BRANCHES.format(condition="item.Blocked = Yes"), "let x = c.Description")
    assert isinstance(branch, If)
    assert isinstance(joined, Find)
    assert isinstance(let, Let)
    chosen = only_operand(joined)
    assert isinstance(chosen, Choose)
    assert chosen.condition == branch.condition
    assert isinstance(chosen.then, Itself)
    assert isinstance(chosen.otherwise, Itself)
    found = [one.record for block in (branch.then, branch.otherwise) if block for one in block.statements]  # type: ignore[union-attr]
    assert [chosen.then.record, chosen.otherwise.record] == found
    assert isinstance(let.value, Column)
    assert let.value.record == joined.record
    assert len({one.key for one in (*found, joined.record)}) == 3


def test_where_the_settings_decide_the_name_is_that_of_the_branch_taken() -> None:
    branch, let = statements(
        BRANCHES.format(condition="setting sales connection enabled and not setting multi company enabled"),
        "let x = c.Description",
    )
    assert isinstance(branch, If)
    assert isinstance(let, Let)
    assert isinstance(let.value, Column)
    (taken,) = branch.then.statements
    assert isinstance(taken, Find)
    assert let.value.record == taken.record


def test_a_value_named_in_both_branches_is_one_value_afterwards() -> None:
    _, joined, let = statements(
        "if item.Blocked = Yes { let n = 1 } else if item.Type = Service { let n = 2 } else { let n = 2.5 }",
        "let x = n + 1",
    )
    assert isinstance(joined, Let)
    assert isinstance(joined.value, Choose)
    assert joined.value.type.kind == "decimal"
    assert isinstance(let, Let)
    assert f"key='{joined.key}'" in repr(let.value)


def test_a_name_of_two_kinds_in_two_branches_is_told() -> None:
    text = """
process check "Check" {
  if today > 2026-01-01 { find bc Item as x } else { find bc Customer as x }
}
"""
    assert codes(text) == ["E216"]


def test_names_do_not_leave_their_block() -> None:
    text = """
process check "Check" {
  for each bc Item as item { let name = item.Description }
  require name is not blank else warn "No name."
}
"""
    assert codes(text) == ["E207"]


def test_a_message_shows_values() -> None:
    text = 'process check "Check" { for each bc Item as item { require item.Blocked = No else warn "{item.Nr.}" } }'
    (found,) = bound(text).diagnostics
    assert (found.code, found.span.text if found.span else "") == ("E204", "Nr.")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("filter bc Blokced = No", [("E204", "Blokced")]),
        ("filter bc Type = Inventry", [("E206", "Inventry")]),
        ("filter bc Blocked = Nope", [("E207", "Nope")]),
        ("filter sales Status = 7", [("E206", "7")]),
        ("filter bc Description = Bike", [("E207", "Bike")]),
        ("filter bc Unit Price = NAV*", [("E211", "NAV*")]),
        ("filter bc No. = setting writ-in product no", [("E208", "writ-in product no")]),
    ],
)
def test_a_filter_tells_what_does_not_exist(written: str, expected: list[tuple[str, str]]) -> None:
    assert said(written, "No. -> Product ID") == expected


def test_codes_in_capitals_need_no_quotes_in_a_filter() -> None:
    mapping = items("filter bc Item Category Code = BIKES|PARTS", "filter bc No. = 010..020", "No. -> Product ID")
    (first, second) = mapping.bc_filter
    assert "value='BIKES'" in repr(first)
    assert "value='010'" in repr(second)


def test_a_date_next_to_a_moment_stays_a_date() -> None:
    """It means the whole day; only a `:=` makes a moment of it."""
    (find,) = statements("find sales Note as n where Created On = 2026-01-31")
    operand = only_operand(find)
    assert (operand.type.kind, isinstance(operand, Constant) and str(operand.value)) == ("date", "2026-01-31")
    (create,) = statements("create bc CRM Post Buffer { ChangeDateTime := 2026-01-31 }")
    assert "datetime.datetime(2026, 1, 31, 0, 0, tzinfo=datetime.timezone.utc)" in repr(create)
