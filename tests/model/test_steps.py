"""Steps are bound anew for what they are given; shared names are bound once, when first needed."""

from __future__ import annotations

from engine.model.model import Find, ForEach, Inlined, Let, Require
from tests.model.world import bound, codes

CARDS = """
step name of a card with card gives name {
  let name = card.No. + ' ' + card.Name
}
process check "Check" {
  for each bc Customer as customer { do name of a card with customer gives name }
  for each bc Vendor as vendor { do name of a card with vendor gives name }
}
"""


def inlined(text: str, process: str = "check") -> list[Inlined]:
    found = bound(text)
    assert [(one.code, one.message) for one in found.diagnostics] == []
    loops = [one for one in found.model.processes[process].body.statements if isinstance(one, ForEach)]
    return [one for loop in loops for one in loop.body.statements if isinstance(one, Inlined)]


def test_one_step_serves_two_tables() -> None:
    first, second = inlined(CARDS)
    assert "Customer" in repr(first.body)
    assert "Vendor" in repr(second.body)
    assert [one.name for one in first.gives] == ["name"]
    keys = [first.gives[0].key, second.gives[0].key]
    assert len(set(keys)) == 2


def test_a_parameter_is_the_record_given() -> None:
    (first, _) = inlined(CARDS)
    (let,) = first.body.statements
    assert isinstance(let, Let)
    assert first.lets == ()
    assert "key='customer'" in repr(let.value)


def test_a_value_given_is_a_let_and_a_fixed_one_stands_where_it_is_used() -> None:
    text = """
step tell with text, limit {
  require text <> '' and limit > 0 else warn "Nothing to tell."
}
process check "Check" {
  for each bc Customer as customer { do tell with customer.Name, 5 }
}
"""
    (only,) = inlined(text)
    assert [one.name for one in only.lets] == ["text"]
    (require,) = only.body.statements
    assert isinstance(require, Require)
    assert "value=5" in repr(require.condition)


def test_a_fixed_value_given_is_checked_against_the_field_it_goes_into() -> None:
    text = """
step set state with order, state { change order { Status := state } }
process check "Check" {
  for each sales Order as order { do set state with order, 'Submited' }
}
"""
    (found,) = bound(text).diagnostics
    assert (found.code, found.span.text if found.span else "") == ("E206", "'Submited'")
    assert codes(text.replace("Submited", "Submitted")) == []


def test_a_look_up_given_leads_on_inside_the_step() -> None:
    text = """
step check the product with product { require product.Name is not blank else warn "No name." }
process check "Check" {
  for each sales Product Price List as line { do check the product with line.Product }
}
"""
    (only,) = inlined(text)
    (require,) = only.body.statements
    assert isinstance(require, Require)
    assert "Behind(" in repr(require.condition)


def test_assignments_of_a_step_go_into_the_record_being_written() -> None:
    text = """
step mark { Description := 'marked' }
process check "Check" {
  for each sales Account as account { change account { do mark } }
}
"""
    found = bound(text)
    assert found.diagnostics == ()
    assert "Assign(" in repr(found.model.processes["check"].body)
    assert codes(text.replace("change account { do mark }", "do mark")) == ["E221"]


def test_a_finding_in_a_step_is_told_once_and_says_where_the_step_is_done() -> None:
    text = CARDS.replace("card.Name", "card.Bill-to Customer No.")
    (found,) = bound(text).diagnostics
    assert found.code == "E204"
    assert "bc Vendor has no field" in found.message
    assert "(in step name of a card, done in 1.rules, line 7)" in found.message


def test_a_step_that_nothing_does_is_checked() -> None:
    assert codes("step lost with x { do nowhere with x }") == ["E203"]
    assert codes('step lost with x { require x.Anything = Whatever else fail "{x.More}" }') == []
    assert codes("step lost gives y { let x = 1 }") == ["E225"]


def test_steps_in_a_circle_are_told_with_their_road() -> None:
    text = 'step a { do b }\nstep b { do a }\nrule "R" { do a }'
    found = bound(text).diagnostics
    assert {one.code for one in found} == {"E219"}
    assert "a does b does a" in found[-1].message


def test_what_follows_an_unknown_step_is_not_told_again() -> None:
    text = """
process check "Check" {
  for each bc Customer as customer {
    do find account with customer gives account
    require account.Account Name is not blank else warn "Account {account.Account Name}."
  }
}
"""
    assert codes(text) == ["E203"]


def test_a_name_for_a_record_is_a_record() -> None:
    text = """
process check "Check" {
  for each bc Customer as customer {
    let twin = customer
    require twin.Name is not blank else warn "No name."
  }
}
"""
    found = bound(text)
    assert found.diagnostics == ()
    (loop,) = found.model.processes["check"].body.statements
    assert isinstance(loop, ForEach)
    find = loop.body.statements[0]
    assert isinstance(find, Find)
    assert find.record.table.name == "Customer"


def test_shared_names_are_bound_in_any_order() -> None:
    text = """
rule "R" { require twice > 2 and home is not blank else warn "Not ready." }
let twice = once * 2
let once = 1
find sales Transaction Currency as home where Currency Code = setting local currency
  else create { Currency Code := setting local currency }
"""
    found = bound(text)
    assert found.diagnostics == ()
    assert set(found.model.shared) == {"twice", "once", "home"}
    home = found.model.shared["home"].statement
    assert isinstance(home, Find)
    assert not isinstance(home.otherwise, str | None)


def test_a_name_of_our_own_file_replaces_a_shipped_one_whole() -> None:
    shipped = 'step mark { Description := \'shipped\' }\nrule "R" { require today > 2020-01-01 else warn "Old." }'
    ours = (
        'step mark { Description := \'ours\' }\nrule "R" { require today > 2021-01-01 else warn "Old." }\n'
        'process check "Check" { for each sales Account as account { change account { do mark } } }'
    )
    found = bound(shipped, ours, shipped=("1.rules",))
    assert found.diagnostics == ()
    assert "'ours'" in repr(found.model.processes["check"])
    assert len(found.model.rules) == 1
    assert [one.what for one in found.facts.replaced] == ["declaration", "declaration"]
    assert [one.code for one in bound(shipped, ours).diagnostics] == ["E216", "E216"]
