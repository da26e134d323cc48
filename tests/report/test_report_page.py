"""The page in a real browser: it finds, opens and counts rightly, is quick, can be read by everybody, runs no data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.report.render import render_html
from engine.report.report import Record, Report
from tests.report import plans
from tests.report.chromium import Browser, browser

pytestmark = pytest.mark.slow

ENTER, DOWN = "\ue007", "\ue015"


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture
def shows(window: Browser, tmp_path: Path) -> Any:
    """Opens the page of a report in a desktop window, in light colours."""

    def show(report: Report) -> Browser:
        page = tmp_path / "plan.html"
        page.write_text(str(render_html(report)), encoding="utf-8")
        window.size(1280, 900)
        window.prefer("light")
        window.complaints()
        window.open(page)
        return window

    return show


def labels(window: Browser) -> list[str]:
    found = window.run("return [...document.querySelectorAll('.row .name')].map((one) => one.textContent)")
    assert isinstance(found, list)
    return found


def state(window: Browser) -> str:
    return str(window.run("return document.getElementById('state').textContent"))


def click(window: Browser, css: str) -> None:
    window.run("document.querySelector(arguments[0]).click()", css)


def search(window: Browser, text: str) -> None:
    window.run("document.getElementById('search').value = arguments[0]", text)
    window.run("document.getElementById('search').dispatchEvent(new Event('input'))")


def test_records_are_found_by_word_mapping_outcome_and_reason(shows: Any, small: Report) -> None:
    window = shows(small)
    assert state(window) == "12 records"
    search(window, "athens PEDESTAL")
    assert labels(window) == ["1906-S Athens mobile pedestal"]
    search(window, "harbour road")
    assert labels(window) == ["20000 Trey Research"]
    search(window, "no such thing")
    assert window.run("return document.getElementById('empty').hidden") is False
    click(window, "#clear")
    click(window, "[data-kind=fail].chip")
    assert state(window) == "3 records of 12"
    window.run("const it = document.getElementById('mapping'); it.value = '1'; it.dispatchEvent(new Event('change'))")
    assert state(window) == "0 records of 12"
    click(window, "[data-kind=''].chip")
    assert labels(window) == ["10000 Adatum Corporation", "20000 Trey Research"]
    click(window, "[data-set=reason][data-group='0']")
    assert [one[:6] for one in labels(window)] == ["1920-S", "1925-W", "1928-W"]
    click(window, "[data-set=warning]")
    assert labels(window) == ["1908-S London swivel chair, blue"]
    click(window, "[data-set=left][data-group='1']")
    assert labels(window) == ["1953-W Guest section 1"]
    click(window, "[data-pass='1']")
    assert labels(window) == ["10000 Adatum Corporation", "20000 Trey Research"]
    assert window.run("return document.getElementById('mapping').value") == "1"
    assert window.complaints() == []


def test_counts_on_the_page_are_those_of_the_plan(shows: Any, small: Report) -> None:
    window = shows(small)
    chips = window.run("return [...document.querySelectorAll('.chip')].map((one) => one.textContent)")
    listed: dict[str, int] = {}
    for one in small.passes:
        for action, count, _ in one.listed:
            listed[action] = listed.get(action, 0) + count
    names = {"fail": "Failed", "conflict": "Conflict", "create": "Created", "change": "Changed", "skip": "Skipped",
             "unchanged": "Unchanged"}  # fmt: skip
    told = ["All 12", *(f"{names[action]} {count}" for action, count in listed.items() if action in names)]
    assert sorted(chips) == sorted([*told, "With a warning 1"])


def test_a_record_opens_to_its_fields_by_keyboard_alone(shows: Any, small: Report) -> None:
    window = shows(small)
    window.type("/")
    assert window.run("return document.activeElement.id") == "search"
    window.type("pedestal" + DOWN + ENTER)
    assert window.run("return document.activeElement.getAttribute('aria-expanded')") == "true"
    cells = window.run("return [...document.querySelectorAll('.detail tbody tr')].map((one) => one.innerText)")
    assert [one.split("\t") for one in cells][1][1:3] == ["281.40", "295.00"]
    window.type(ENTER)
    assert window.run("return document.activeElement.getAttribute('aria-expanded')") == "false"


def test_a_new_record_shows_its_values_not_that_there_was_nothing_before(shows: Any, small: Report) -> None:
    window = shows(small)
    click(window, "[data-kind=create].chip")
    click(window, "#open")
    heads = window.run("return [...document.querySelectorAll('.detail thead th')].map((one) => one.textContent)")
    assert heads == ["Field", "Value", "Rule line"] * 2


def test_what_differs_within_a_longer_text_is_marked(shows: Any, small: Report) -> None:
    window = shows(small)
    click(window, "[data-kind=conflict].chip")
    click(window, ".row")
    marks = window.run("return [...document.querySelectorAll('.detail mark')].map((one) => one.textContent)")
    assert marks == [".", "oration"]
    search(window, "pedestal")
    click(window, "[data-kind=''].chip")
    click(window, ".row")
    values = window.run("return [...document.querySelectorAll('.detail td.value')].map((one) => one.textContent)")
    assert values[:2] == ["Athens Mobile Pedestal", "Athens mobile pedestal, oak"]
    marks = window.run("return [...document.querySelectorAll('.detail mark')].map((one) => one.textContent)")
    assert marks == ["Mobile Pedestal", "mobile pedestal, oak"]


def test_hostile_data_is_shown_and_never_run(shows: Any, hostile: Report) -> None:
    window = shows(hostile)
    click(window, "#open")
    assert window.run("return window.hit ?? null") is None
    assert window.run("return document.scripts.length") == 2
    assert window.run("return document.querySelectorAll('img, [onmouseover], iframe, object').length") == 0
    assert set(plans.HOSTILE[:6]) <= set(labels(window))
    shown = window.run("return document.getElementById('rows').innerText")
    assert "U+202E" in shown
    assert "\u202e" not in shown
    assert "Show all 10,000 characters" in shown
    click(window, ".value .link")
    assert window.run("return [...document.querySelectorAll('.value')].some((one) => one.textContent.length === 10000)")
    assert window.run("return document.documentElement.scrollWidth <= innerWidth")
    assert window.complaints() == []


def test_a_script_that_gets_in_all_the_same_is_refused(shows: Any, small: Report) -> None:
    window = shows(small)
    window.run("const it = document.createElement('img'); it.setAttribute('onerror', 'window.hit = 9'); "
               "it.src = 'data:,x'; document.body.append(it); document.body.append(document.createRange()"
               ".createContextualFragment('<script>window.hit = 8</' + 'script>'))")  # fmt: skip
    assert window.run("return window.hit ?? null") is None
    assert any("Content Security Policy" in one for one in window.complaints())


def words(record: Record) -> str:
    """What is searched, in plain Python."""
    told = [record.label, record.reason, record.code, record.table, record.place, "mapping- to sales failed changed"]
    for one in record.fields:
        told += [one.caption, one.name, one.rule, one.place, one.before or "", one.after or ""]
    return "\n".join(told).lower()


def keystrokes(window: Browser, text: str) -> list[float]:
    """Milliseconds from each key until the next picture is painted."""
    window.run("""
        window.took = [];
        addEventListener('keydown', (event) => {
            const begin = event.timeStamp;
            requestAnimationFrame(() => setTimeout(() => window.took.push(performance.now() - begin)));
        }, {capture: true});
        document.getElementById('search').focus();
    """)
    window.type(text, apart=80)
    window.wait("setTimeout(done, 300)")
    found = window.run("return window.took")
    assert isinstance(found, list)
    assert len(found) == len(text)
    return found


def test_fifty_thousand_changes_answer_every_keystroke(shows: Any, large: Report) -> None:
    window = shows(large)
    assert state(window) == "50,000 records"
    assert window.run("return document.querySelectorAll('.row').length") == 50
    took = keystrokes(window, "chair no. 499")
    print("ms per keystroke:", [round(one) for one in took])
    wanted = sum(all(word in words(one) for word in ("chair", "no.", "499")) for one in large.records)
    assert state(window) == f"{wanted:,} records of 50,000"
    assert max(took) < 200


def test_pages_of_records_can_be_turned(shows: Any, large: Report) -> None:
    window = shows(large)
    first = labels(window)
    click(window, "#next")
    assert len({*first, *labels(window)}) == 100
    assert "51 to 100 of 50,000 · page 2 of 1,000" in window.run("return document.getElementById('page').textContent")
    click(window, "#back")
    assert labels(window) == first


CONTRAST = """
const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
const linear = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
const light = ([r, g, b]) => [r, g, b].map((v) => linear(v / 255))
  .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
const behind = (element) => {
  for (let it = element; it; it = it.parentElement) {
    const colour = numbers(getComputedStyle(it).backgroundColor);
    if (colour.length === 3 || colour[3] === 1) return colour;
  }
  return [255, 255, 255];
};
const poor = [];
let seen = 0;
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const element = walk.currentNode.parentElement;
  if (!walk.currentNode.data.trim() || !element.checkVisibility() || element.matches('script, option')) continue;
  const [one, other] = [light(numbers(getComputedStyle(element).color)), light(behind(element))].sort((a, b) => b - a);
  seen++;
  const ratio = (one + 0.05) / (other + 0.05);
  if (ratio < 4.5) poor.push([element.className || element.tagName, walk.currentNode.data.trim().slice(0, 40), ratio]);
}
return [seen, poor];
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_a_contrast_of_four_and_a_half(shows: Any, small: Report, hostile: Report, scheme: str) -> None:
    for report in (small, hostile):
        window = shows(report)
        window.prefer(scheme)
        click(window, "#open")
        click(window, "[data-kind=fail].chip")
        click(window, "[data-kind=''].chip")
        click(window, "#open")
        seen, poor = window.run(CONTRAST)
        assert seen > 100
        assert poor == []


def test_every_control_has_a_name_and_the_page_an_outline(shows: Any, small: Report) -> None:
    window = shows(small)
    click(window, "#open")
    nodes = window.devtools("Accessibility.getFullAXTree")["nodes"]
    told = [(one["role"]["value"], one.get("name", {}).get("value", "")) for one in nodes if not one["ignored"]]
    controls = [one for one in told if one[0] in ("button", "link", "searchbox", "combobox", "textbox", "region")]
    assert len(controls) > 30
    assert [one for one in controls if not one[1].strip()] == []
    roles = {role for role, _ in told}
    assert {"main", "banner", "navigation", "search", "heading", "status", "table", "list"} <= roles
    outline = window.run("return [...document.querySelectorAll('h1,h2,h3')].map((one) => one.tagName)")
    assert outline[0] == "H1"
    assert outline.count("H1") == 1
    bare = "return [...document.querySelectorAll('th:not([scope])')].length"
    assert window.run(bare) == 0
    ids = window.run("return [...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))
    assert window.run("return document.documentElement.lang") == "en-GB"
    lost = """return [...document.querySelectorAll('[aria-controls],[aria-labelledby],a[href^="#"]')].filter((one) =>
        !document.getElementById(one.getAttribute('aria-controls') ?? one.getAttribute('aria-labelledby')
        ?? one.getAttribute('href').slice(1))).length"""
    assert window.run(lost) == 0


def test_outcomes_are_told_in_words_not_by_colour_alone(shows: Any, small: Report) -> None:
    window = shows(small)
    badges = window.run("return [...document.querySelectorAll('.row .badge')].map((one) => one.textContent)")
    assert {"Failed", "Conflict", "Created", "Changed", "Skipped", "Unchanged", "Warning"} == set(badges)


def test_on_a_telephone_nothing_sticks_out(shows: Any, small: Report) -> None:
    window = shows(small)
    window.size(360, 800)
    click(window, "#open")
    assert window.run("return document.documentElement.scrollWidth") == 360


def test_on_paper_all_records_are_open_and_afterwards_closed_again(shows: Any, small: Report, tmp_path: Path) -> None:
    window = shows(small)
    count = "document.querySelectorAll('[aria-expanded=true]').length"
    window.run(f"addEventListener('beforeprint', () => {{ window.open_rows = {count} }})")
    window.paper(tmp_path / "plan.pdf")
    assert (tmp_path / "plan.pdf").read_bytes().startswith(b"%PDF")
    assert window.run("return window.open_rows") == 12
    assert window.run("return document.querySelectorAll('[aria-expanded=true]').length") == 0
