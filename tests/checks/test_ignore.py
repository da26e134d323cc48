"""`# ignore: CODE reason`: what it hides, and what is said about the ignore itself."""

from __future__ import annotations

import pytest

from engine.checks.ignore import without_ignored
from engine.diagnostic import Diagnostic
from engine.source import Source
from engine.syntax.parse import parse

KNOWN = (
    ("E101", "unexpected"),
    ("E204", "unknown-field"),
    ("E313", "field-filled-twice"),
    ("W310", "text-will-be-cut"),
)


def left(text: str, *codes: str) -> list[str]:
    """What is left of findings with these codes at the word `here`, as code and line."""
    source = Source(path="our.rules", text=text)
    at = text.index("here")
    names = dict(KNOWN)
    found = [
        Diagnostic(code=code, name=names[code], severity="error", span=source.span(at, at + 4), message="wrong")
        for code in codes
    ]
    kept = without_ignored(found, [parse(source).file], KNOWN)
    return [f"{one.code} {one.span.line} {one.span.text}" for one in kept if one.span]


@pytest.mark.parametrize(
    "text",
    [
        "let a = here  # ignore: E204 the field comes with the next release",
        "# ignore: E204 the field comes with the next release\nlet a = here",
        "# ignore: E204 the field comes with the next release\n\n# and more\nlet a = here",
        "let a = here  # ignore: unknown-field it comes with the next release",
        "let a = here  #ignore:e204 it comes with the next release",
    ],
    ids=["same line", "line above", "above other comments", "by name", "written tightly"],
)
def test_a_finding_is_ignored_with_a_reason(text: str) -> None:
    assert left(text, "E204") == []


def test_several_codes_are_separated_by_commas() -> None:
    assert left("let a = here  # ignore: E204, W310 agreed with the customer", "E204", "W310") == []


def test_only_the_code_that_is_named_is_ignored() -> None:
    assert left("let a = here  # ignore: E204 agreed", "E204", "W310") == ["W310 1 here"]


def test_only_the_line_that_is_meant_is_ignored() -> None:
    text = "let b = 1  # ignore: E204 agreed\nlet a = here"
    assert left(text, "E204") == ["E204 2 here", "W301 1 E204"]


def test_an_ignore_that_hides_nothing_is_told() -> None:
    assert left("let a = here  # ignore: W310 the texts are short", "E313") == ["E313 1 here", "W301 1 W310"]


def test_where_a_mistake_kept_the_laws_from_being_asked_no_ignore_of_a_law_is_called_unused() -> None:
    assert left("let a = here  # ignore: W310 the texts are short", "E204") == ["E204 1 here"]


def test_an_ignore_without_a_reason_works_and_is_told() -> None:
    assert left("let a = here  # ignore: E204", "E204") == ["W302 1 E204"]


def test_an_ignore_of_nothing_known_is_told() -> None:
    assert left("let a = here  # ignore: E999 agreed", "E204") == ["E204 1 here", "W303 1 E999"]
    assert left("let a = here  # ignore:", "E204") == ["E204 1 here", "W303 1 # ignore:"]


def test_what_could_not_be_read_cannot_be_ignored() -> None:
    assert left("let a = here  # ignore: E101 agreed", "E101") == ["E101 1 here", "W303 1 E101"]


def test_a_comment_that_only_speaks_of_ignoring_is_none() -> None:
    assert left("let a = here  # we ignored E204 for long", "E204") == ["E204 1 here"]
