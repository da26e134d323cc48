"""Did you mean: the slips people make lead to the name they meant, and nonsense to none."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from engine.catalog.load import load_catalog
from engine.catalog.suggest import did_you_mean, suggest

CUSTOMER = tuple(load_catalog()[0].table("bc", "Customer").fields)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Nmae", "Name"),
        ("name", "Name"),
        ("Phone", "Phone No."),
        ("E-mail", "E-Mail"),
        ("Adress", "Address"),
        ("post_code", "Post Code"),
        ("Credit Limit", "Credit Limit (LCY)"),
        ("Salesperson", "Salesperson Code"),
        ("Customer Posting Grp", "Customer Posting Group"),
        ("No", "No."),
    ],
)
def test_a_slip_leads_to_the_field_that_was_meant(written: str, meant: str) -> None:
    assert suggest(written, CUSTOMER)[0] == meant


@pytest.mark.parametrize("written", ["Xyzzy", "", "   ", "...", "Wholly Different Thing"])
def test_nonsense_leads_nowhere(written: str) -> None:
    assert suggest(written, CUSTOMER) == ()


def test_a_hint_reads_like_a_question() -> None:
    assert did_you_mean("Colour", ["Color", "Colours", "Size"]) == "did you mean Colours or Color?"
    assert did_you_mean("Siz", ["Color", "Size"]) == "did you mean Size?"
    assert did_you_mean("Weight", ["Color", "Size"]) == ""


@given(st.sampled_from(CUSTOMER), st.data())
def test_one_letter_left_out_still_finds_the_field(name: str, data: st.DataObject) -> None:
    if len(name) < 8:
        name = "Customer Posting Group"
    at = data.draw(st.integers(1, len(name) - 1))
    slip = name[:at] + name[at + 1 :]
    assert name in suggest(slip, CUSTOMER) or slip.strip() in CUSTOMER


@given(st.text(max_size=20), st.lists(st.text(max_size=8), max_size=6), st.integers(0, 3))
def test_it_gives_candidates_only_each_once_and_no_more_than_asked(written: str, names: list[str], most: int) -> None:
    found = suggest(written, names, most)
    assert len(found) <= most
    assert set(found) <= set(names) - {written}
    assert len(set(found)) == len(found)
