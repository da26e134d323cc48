"""The pages say what the plan says: all of it, escaped, the same bytes every time."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from markdown_it import MarkdownIt

from engine.diagnostic import Diagnostic
from engine.report.payload import payload
from engine.report.read import read_plan
from engine.report.render import PER_ACTION, render_html, render_markdown
from engine.report.report import Report
from engine.report.wording import cut, markdown, visible
from tests.report import plans

GOLDEN = Path(__file__).parent / "golden" / "small.md"


def html(report: Report, templates: Path | None = None) -> str:
    text = render_html(report, templates=templates)
    assert isinstance(text, str), text
    return text


def text(report: Report, templates: Path | None = None) -> str:
    found = render_markdown(report, templates=templates)
    assert isinstance(found, str), found
    return found


def embedded(page: str) -> dict[str, list[list[object]]]:
    return json.loads(page.split('<script type="application/json" id="data">')[1].split("</script>")[0])


def test_the_markdown_reads_like_this(small: Report) -> None:
    """Renew with COUPLER_GOLDEN=write, and read the difference before it is committed."""
    if os.environ.get("COUPLER_GOLDEN") == "write":
        GOLDEN.write_text(text(small), encoding="utf-8")
    assert text(small) == GOLDEN.read_text(encoding="utf-8")


def test_the_same_plan_gives_the_same_bytes(small: Report, tmp_path: Path) -> None:
    again = read_plan(plans.small_world(tmp_path / "again.plan"))
    assert isinstance(again, Report)
    assert (html(again), text(again)) == (html(small), text(small))


def test_the_bytes_do_not_depend_on_the_process(small_plan: Path, tmp_path: Path) -> None:
    seen = set()
    for seed in ("1", "2"):
        out = tmp_path / seed
        command = [sys.executable, "-m", "engine", "report", str(small_plan), "--out", f"{out}/"]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed})
        seen.add(tuple(sorted((one.name, one.read_bytes()) for one in out.iterdir())))
    assert len(seen) == 1


def test_listed_records_and_those_not_shown_add_up_with_the_summary(tmp_path: Path) -> None:
    rows = [plans.a_record(number, "change", f"Item {number}") for number in range(1, 31)]
    path = plans.write_plan(tmp_path / "a.plan", **{"pass": [plans.a_pass(1, "X", changed=30)], "record": rows})
    report = read_plan(path)
    assert isinstance(report, Report)
    told = text(report)
    assert "| X | to Sales | 0 | 30 |" in told
    assert "### Changed (30)" in told
    assert told.count("\n- **Item ") == PER_ACTION
    assert f"- … and {30 - PER_ACTION} more; the page (HTML) shows them all." in told


def test_every_record_field_and_note_of_the_plan_is_in_the_page(small: Report) -> None:
    data = embedded(html(small))
    texts, records, fields = data["texts"], data["records"], data["fields"]
    assert [texts[at] for at in records[2]] == [one.label for one in small.records]
    told = [(data["lines"][line][0], None if before < 0 else texts[before], None if after < 0 else texts[after])
            for line, before, after in zip(*fields, strict=True)]  # fmt: skip
    assert told == [(one.caption, one.before, one.after) for record in small.records for one in record.fields]
    assert [texts[at] for at in data["notes"][1]] == [one.text for record in small.records for one in record.notes]


def test_fifty_thousand_changes_fit_into_a_mail(large: Report) -> None:
    page = html(large)
    assert len(embedded(page)["records"][0]) == 50_000
    assert len(page.encode()) < 12_000_000
    assert len(text(large).encode()) < 200_000


def test_the_page_asks_for_nothing_from_outside(small: Report) -> None:
    page = html(small)
    assert "default-src 'none'" in page
    assert not re.search(r"https?:|src=|@import|url\(|<link|fetch\(|XMLHttp", page)


class Elements(HTMLParser):
    """The start tags and the attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}


def test_data_never_becomes_part_of_the_page(hostile: Report) -> None:
    page = html(hostile)
    elements = Elements()
    elements.feed(page)
    assert elements.tags.count("script") == 2
    assert not {"img", "b"} & set(elements.tags)
    assert not {name for name in elements.attributes if name.startswith("on")}
    data = page.split('id="data">')[1].split("</script>")[0]
    assert not set("<>&\u2028\u2029") & set(data)
    assert plans.HOSTILE[1] in json.loads(data)["texts"]
    static = page.split("<body>")[1].split('<script type="application/json"')[0]
    assert "\u202e" not in static
    assert "⟨U+202E⟩" in static


def test_data_never_becomes_markdown(hostile: Report) -> None:
    parser = MarkdownIt("gfm-like", {"linkify": False})
    seen = {token.type for block in parser.parse(text(hostile)) for token in (block, *(block.children or ()))}
    assert not seen & {"html_block", "html_inline", "link_open", "image", "code_inline", "fence", "code_block"}


def test_long_texts_are_cut_in_markdown_and_say_so(hostile: Report) -> None:
    assert "(10,000 characters in all)" in text(hostile)
    assert max(map(len, text(hostile).splitlines())) < 5_000


@given(st.text(max_size=60) | st.text("*_`[]<>&|~#+-1.): \\\n/whtp", max_size=20))
@settings(max_examples=300, deadline=None)
def test_any_text_stands_in_markdown_as_it_is(value: str) -> None:
    (*_, inline, _, _, _) = MarkdownIt("commonmark").enable("table").parse(f"- x {markdown(value)} x\n")
    children = inline.children or []
    assert {one.type for one in children} <= {"text", "text_special"}
    assert "".join(one.content for one in children) == f"x {visible(cut(value))} x"


@given(st.text("*_`#+-1.) \\>=~|\n", min_size=1, max_size=12))
@settings(max_examples=300, deadline=None)
def test_any_text_at_the_beginning_of_a_line_is_text(value: str) -> None:
    shown = str(markdown(value)).strip()
    blocks = {one.type for one in MarkdownIt("commonmark").enable("table").parse(shown)}
    assert blocks <= {"paragraph_open", "inline", "paragraph_close"}


def test_invisible_characters_are_made_visible() -> None:
    assert visible(" a\u200bb\r\nc\td ") == "␣a⟨U+200B⟩b ⏎ c ⇥ d␣"
    assert visible("Zoë 2 × 4 €") == "Zoë 2 × 4 €"


def test_payload_without_records_is_still_json(tmp_path: Path) -> None:
    report = read_plan(plans.write_plan(tmp_path / "a.plan"))
    assert isinstance(report, Report)
    assert json.loads(payload(report))["records"] == [[]] * 15
    assert "Nothing: no record fails" in html(report)
    assert "nothing to do" in text(report).lower()


def test_a_workspace_can_bring_its_own_templates(small: Report, tmp_path: Path) -> None:
    (tmp_path / "report.md").write_text("{{ report.head.company }} & *{{ report.total.created }}*\n")
    (tmp_path / "report.css").write_text("body { color: teal }\n")
    assert text(small, tmp_path) == "Contoso Ltd & *2*\n"
    assert "body { color: teal }" in html(small, tmp_path)
    assert "What would happen" in html(small, tmp_path)


@pytest.mark.parametrize(
    ("template", "line", "fact"),
    [
        ("ok\n{% for one in report.passes %}\n{{ one.mapping }}\n", 3, "Unexpected end of template"),
        ("ok\n\n{{ report.compnay }}\n", 3, "compnay"),
        ("{{ 1 / 0 }}", 1, "division"),
        ("\n{{ range(1000000000) | list }}", 2, "Range too big"),
        ("\n\n{{ ''.__class__.__mro__ }}", 3, "__class__"),
        ("{% include 'none.md' %}", 1, "none.md"),
        ("{{ report.passes | nosuch }}", 1, "nosuch"),
    ],
)
def test_a_broken_template_is_told_with_file_and_line(
    small: Report, tmp_path: Path, template: str, line: int, fact: str
) -> None:
    (tmp_path / "report.md").write_text(template)
    found = render_markdown(small, templates=tmp_path)
    assert isinstance(found, Diagnostic)
    assert found.code == "E653"
    assert found.span is not None
    assert found.span.path.endswith("report.md")
    assert fact in found.message
    assert found.span.line == line


def test_a_template_that_is_no_text_is_told(small: Report, tmp_path: Path) -> None:
    (tmp_path / "report.md").write_bytes(b"\xff\xfe\x00")
    found = render_markdown(small, templates=tmp_path)
    assert isinstance(found, Diagnostic)
    assert found.code == "E653"
