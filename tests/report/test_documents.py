"""Documents of a process in a report: each is one thing, whole or not there, however many there are."""

from __future__ import annotations

from pathlib import Path

from engine.report.read import read_plan
from engine.report.render import render_html, render_markdown
from engine.report.report import MADE, Report
from tests.report import plans
from tests.report.chromium import browser


def orders(path: Path, count: int = 3, lines: int = 2) -> Path:
    """Orders with a header, so many lines and a date that is written back; the last one is refused."""
    records, fields, number = [], [], 0
    for nth in range(1, count + 1):
        head = number + 1
        name = f"Order {nth}"
        records.append(plans.a_record(head, "change", name, table_caption="Order"))
        fields.append(plans.a_field(head, 1, "Handed over", "", "2026-06-30"))
        below = [("Sales Header", f"SO-{nth}"), *(("Sales Line", f"SO-{nth} {one}") for one in range(1, lines + 1))]
        for at, (table, label) in enumerate(below, start=head + 1):
            records.append(plans.a_record(at, "create", label, table_caption=table, cause=head))
            fields.append(plans.a_field(at, 1, "No.", "", label))
        number = head + len(below)
    refused = {"reason": "The customer is not coupled.", "code": "E630", "table_caption": "Order"}
    records.append(plans.a_record(number + 1, "fail", "Order without customer", **refused))
    passing = plans.a_pass(
        1, "bring-orders", "process", destination_table="", scanned=count + 1, created=count, failed=1
    )
    return plans.write_plan(path, **{"pass": [passing]}, record=records, field=fields)


def read(path: Path, most: int = 100_000) -> Report:
    report = read_plan(path, most=most)
    assert isinstance(report, Report)
    return report


def test_a_document_comes_with_all_that_is_made_for_it_in_order(tmp_path: Path) -> None:
    report = read(orders(tmp_path / "a.plan"))
    documents = report.documents(1, MADE, 20)
    assert [[one.label for one in document] for document in documents] == [
        [f"Order {nth}", f"SO-{nth}", f"SO-{nth} 1", f"SO-{nth} 2"] for nth in (1, 2, 3)
    ]
    assert [one.label for (one,) in report.documents(1, ("fail",), 20)] == ["Order without customer"]
    assert report.passes[0].name == "bring-orders"
    assert report.passes[0].heads(*MADE) == 3


def test_where_there_are_too_many_none_is_shown_in_part(tmp_path: Path) -> None:
    report = read(orders(tmp_path / "a.plan", count=40, lines=3), most=52)
    whole = report.documents(1, MADE, 100)
    assert len(whole) == 10
    assert {len(one) for one in whole} == {5}
    assert len(report.records) == 51


def test_the_markdown_shows_a_document_as_one_thing(tmp_path: Path) -> None:
    text = str(render_markdown(read(orders(tmp_path / "a.plan", count=30, lines=1))))
    assert "### Refused (1)" in text and "### Done (30)" in text
    first = text.index("- **Order 1** (Order)")
    places = [
        text.index(part, first)
        for part in (
            "Created: Sales Header **SO-1**",
            "Created: Sales Line **SO-1 1**",
            "Written back: Order **Order 1**",
        )
    ]
    assert places == sorted(places) and places[-1] < text.index("- **Order 2**")
    assert "- … and 10 more" in text


def test_the_page_lists_documents_and_opens_them_whole(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text(str(render_html(read(orders(tmp_path / "a.plan")))), encoding="utf-8")
    with browser(tmp_path / "profile") as window:
        window.open(page)
        rows = (
            "return [...document.querySelectorAll('#rows .row')].map((one) => one.querySelector('.name').textContent)"
        )
        assert window.run(rows) == ["Order without customer", "Order 1", "Order 2", "Order 3"]
        window.run("document.querySelectorAll('#rows .row')[1].click()")
        inside = "return [...document.querySelectorAll('#r1 h3')].map((one) => one.textContent)"
        assert window.run(inside) == [
            "Created Sales Header SO-1",
            "Created Sales Line SO-1 1",
            "Created Sales Line SO-1 2",
            "Written back Order Order 1",
        ]
        window.run(
            "const box = document.getElementById('search'); box.value = 'SO-2'; box.dispatchEvent(new Event('input'))"
        )
        assert window.run(rows) == ["Order 2"]
        assert window.complaints() == []
