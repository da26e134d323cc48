"""A declaration with mistakes -> all of them: one per statement, as far as statements can be put aside."""

from __future__ import annotations

import re

from engine.diagnostic import Diagnostic
from engine.source import Source
from engine.syntax.braces import evened
from engine.syntax.case import Case
from engine.syntax.drive import StopError, parse_declaration, phrases
from engine.syntax.failure import Failure, failure
from engine.syntax.habits import nearest_head
from engine.syntax.kinds import SlipError
from engine.syntax.mistakes import explain, explain_slip
from engine.syntax.nearly import meant
from engine.syntax.recover import HEADS, put_aside
from engine.syntax.split import Stretch
from engine.syntax.tables import tables

MOST_MISTAKES = 50  # of one declaration
_MOST_CHARACTERS = 2_000_000  # read over and over in search of further mistakes
_LAST = frozenset(("brace-not-closed", "brace-too-many", "too-deep"))  # nothing behind these can be trusted
_WORD = re.compile(r"[ \t]*([^\W\d_]+)(?:[ ]+mapping\b)?[ \t]*(\"[^\"\n]*\"|[^\"{:\n]*)")


def all_mistakes(source: Source, stretch: Stretch) -> list[Diagnostic]:
    """The mistakes of a declaration that could not be parsed, at least one."""
    even = evened(source, stretch)
    if even is None:
        return _read_again(source, stretch, source.text)
    told = [*even.told]
    if even.whole:
        others = [one for one in _read_again(source, stretch, even.text) if one.name not in _LAST]
        lines = {one.span.line for one in others if one.span is not None}
        told += [*others, *(one for one in even.doubtful if one.span is None or one.span.line not in lines)]
    return told or [*even.doubtful]


def _read_again(source: Source, stretch: Stretch, text: str) -> list[Diagnostic]:
    """The mistakes that are found when each mistaken statement is put aside in turn; text: of the whole file."""
    told: list[Diagnostic] = []
    most = max(3, min(MOST_MISTAKES, _MOST_CHARACTERS // (stretch.end - stretch.start + 1)))
    while len(told) < most:
        try:
            parse_declaration(source, text, stretch)
            break
        except SlipError as slip:
            found = explain_slip(slip)
            start, at, head = (0, 0, "") if found.name in _LAST else _statement(text, stretch, slip.span.start)
        except StopError:
            failed = failure(text, stretch.start, stretch.end, tables(), phrases())
            assert failed is not None
            found = explain(Case(source, text, stretch.end, failed, tables(), phrases()))
            start, at, head = failed.start, _reach(failed), _head(text, failed)
            if found.name == "wrong-comment":
                at = max(at, _comment_end(text, failed.start, stretch.end))
        told.append(found)
        if found.name in _LAST:
            break
        aside = put_aside(text, start, at, stretch.end, head)
        if aside is None or aside == text:
            break
        text = aside
    return told


def _reach(failed: Failure) -> int:
    """How far the mistaken statement reaches at least; a line's end itself belongs to it no more."""
    found = failed.found
    if found.terminal in ("_NL", "$END") and failed.tokens:
        return failed.tokens[-1].end
    return found.start


def _comment_end(text: str, start: int, stop: int) -> int:
    """Where a comment of another language ends: behind its `*/`, else it is over with its line."""
    end = text.find("*/", start, stop) if text.startswith("/*", start) else -1
    return end + 2 if end >= 0 else start


def _head(text: str, failed: Failure) -> str:
    return _first_word(text, failed.start) if failed.statement == 0 else ""


def _first_word(text: str, at: int) -> str:
    """The word that begins a declaration, put right when it is mistyped."""
    near = meant(text[at : at + 40], HEADS)
    if near:
        return near[1].split()[0]
    match = _WORD.match(text, at)
    return match[1] if match else "-"


def _statement(text: str, stretch: Stretch, at: int) -> tuple[int, int, str]:
    """The beginning of the statement that holds an offset, for a slip that the grammar takes."""
    begins = failure(text, stretch.start, at, tables(), phrases())
    start = begins.start if begins is not None else stretch.start
    head = _first_word(text, stretch.start) if begins is None or begins.statement == 0 else ""
    return min(start, at), at, head


def called(text: str, stretch: Stretch) -> tuple[str, str]:
    """The first word and the name of a declaration that cannot be parsed: ("mapping", "CUSTOMER")."""
    match = _WORD.match(text, stretch.start)
    if match is None:
        return "", ""
    name = re.split(r" (?:with|gives|when|as)\b", match[2])[0]
    near = meant(match[1], HEADS)
    return near[1] if near else nearest_head(match[1]), name.strip().strip('"')
