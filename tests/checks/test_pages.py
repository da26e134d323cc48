"""Every code has a page, every page a code, and what the pages show is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import engine
from engine.checks import manual
from engine.checks.manual import PAGES, Page
from engine.diagnostic import Diagnostic
from engine.pipeline import checked, defaults, understand
from engine.source import Source

ENGINE = Path(engine.__file__).parent
ALL = [manual.read(path) for path in sorted(PAGES.glob("*.md"))]


def emitted() -> dict[str, set[str]]:
    """Every code that stands in the engine, with the names that stand beside it."""
    beside = re.compile(r'"([EW]\d{3})",?\s*(?::\s*)?(?:name\s*=\s*)?"([a-z][a-z0-9]*(?:-[a-z0-9]+)+)"(?!\s*:)')
    before = re.compile(r'"([a-z][a-z0-9]*(?:-[a-z0-9]+)*)": "([EW]\d{3})"')
    alone = re.compile(r'"([EW]\d{3})"')
    found: dict[str, set[str]] = {}
    for path in ENGINE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for code in alone.findall(text):
            found.setdefault(code, set())
        for code, name in beside.findall(text):
            found[code].add(name)
        for name, code in before.findall(text):
            found[code].add(name)
    return found


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert sorted(emitted()) == sorted(page.code for page in ALL)


def test_codes_and_names_agree() -> None:
    names = {page.code: page.name for page in ALL}
    assert {code: said for code, said in emitted().items() if code in names and said - {names[code]}} == {}


def test_no_two_pages_have_one_name() -> None:
    assert len({page.name for page in ALL}) == len(ALL)


def test_there_are_at_least_thirty_laws_for_rules() -> None:
    assert sum(page.wrong[0] == "rules" for page in ALL) >= 30


def linted(text: str) -> list[str]:
    rules = understand([Source(path="page.rules", text=text)], (), defaults())
    return [one.code for one in checked(rules)]


@pytest.mark.parametrize("page", [page for page in ALL if page.wrong[0] == "rules"], ids=lambda page: page.code)
def test_what_is_wrong_is_found_and_what_is_right_is_not(page: Page) -> None:
    assert page.code in linted(page.wrong[1])
    right = linted(page.right[1])
    assert page.code not in right
    assert [code for code in right if code.startswith("E")] == []


def findings(text: str) -> list[Diagnostic]:
    return list(checked(understand([Source(path="page.rules", text=text)], (), defaults())))


@pytest.mark.parametrize("page", [page for page in ALL if page.wrong[0] == "rules"], ids=lambda page: page.code)
def test_every_finding_has_a_way_out(page: Page) -> None:
    """Of the page itself, and of what comes of it when nothing near is known: a name that is like no other."""
    text = page.wrong[1]
    told = findings(text)
    for one in told[:3]:
        assert one.span is not None
        told += findings(text[: one.span.start] + "Xqzw" + text[one.span.end :])
    assert [(one.code, one.message) for one in told if not one.hint] == []
