"""Findings -> text for people: place, source line, caret, the way out, and a last line that sums up."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

from engine.diagnostic import Diagnostic, Severity
from engine.source import Span
from engine.terminal import paint

TAB = 4
WIDEST = 120
LONGEST = 600
COLOURS: dict[Severity, str] = {"error": "red", "warning": "yellow", "note": "cyan"}


def to_text(found: Sequence[Diagnostic], *, colour: bool = False) -> str:
    """Every finding in turn, in the order given, with a blank line between two; blank without findings."""
    return "\n".join(one_to_text(one, colour=colour) for one in found)


def one_to_text(one: Diagnostic, *, colour: bool = False) -> str:
    """One finding: its place and message, the source line with a caret under the span, the way out."""
    place = f"{plain(one.span.path)}:{one.span.line}:{one.span.column}: " if one.span else ""
    kind = paint(f"{one.severity} {one.code}", COLOURS[one.severity], "bold", on=colour)
    lines = [f"{paint(place, 'bold', on=colour)}{kind} {one.name}: {plain(shortened(one.message))}"]
    margin = ""
    if one.span is not None and one.span.source.text:
        number = str(one.span.line)
        margin = " " * len(number)
        shown, caret = excerpt(one.span)
        bar = paint("|", "blue", on=colour)
        lines.append(f"{margin} {bar}")
        lines.append(f"{paint(number, 'blue', on=colour)} {bar} {shown}".rstrip())
        lines.append(f"{margin} {bar} {paint(caret, COLOURS[one.severity], 'bold', on=colour)}")
    if one.hint:
        mark, word = paint("=", "blue", on=colour), paint("help", "bold", on=colour)
        lines.append(f"{margin} {mark} {word}: {plain(shortened(one.hint))}")
    return "\n".join(lines) + "\n"


def excerpt(span: Span) -> tuple[str, str]:
    """(the source line as shown, the line of carets under it) for the first line of a span.

    A tab is shown as blanks up to the next stop, a wide character counts as two columns, a joining one as
    none, a control character as one; of a very long line only the part around the span is shown.
    """
    line = span.source.line(span.line)
    first = min(span.column - 1, len(line))
    last = min(first + max(1, span.end - span.start), len(line))
    shown, at = _laid_out(line)
    start, end = at[first], at[last]
    carets = max(1, end - start)
    skipped = 0
    if len(at) and at[-1] > WIDEST:
        shown, skipped = _window(shown, at, start)
        carets = min(carets, max(1, WIDEST - (start - skipped)))
    return shown, " " * (start - skipped) + "^" * carets


def _laid_out(line: str) -> tuple[str, list[int]]:
    """The line as shown, and the column at which each of its characters begins (and the last one ends)."""
    parts: list[str] = []
    at = [0]
    for character in line:
        if character == "\t":
            step = TAB - at[-1] % TAB
            parts.append(" " * step)
        else:
            step = columns(character)
            parts.append(plain(character))
        at.append(at[-1] + step)
    return "".join(parts), at


def _window(shown: str, at: list[int], start: int) -> tuple[str, int]:
    """The part of a very long shown line around a column, and how many columns are left away before it."""
    skipped = max(0, start - WIDEST // 2)
    position, kept = 0, []
    for character in shown:
        step = columns(character)
        if skipped <= position and position + step <= skipped + WIDEST:
            kept.append(character)
        elif position < skipped < position + step:
            kept.append(" ")
        position += step
    return "".join(kept), skipped


def columns(character: str) -> int:
    """How many columns a terminal gives to a character."""
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def plain(text: str) -> str:
    """The text with every control character made visible, so that no file can steer a terminal."""
    if text.isprintable():
        return text
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(one) == "Cc" else one for one in text)


def shortened(text: str) -> str:
    """A message of a bearable length, with both its ends: names in it may be as long as a file."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"


def counted(number: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def summary(found: Sequence[Diagnostic], files: int) -> str:
    """The last line of a lint: `2 errors and 1 warning in 14 files`."""
    counts = Counter(one.severity for one in found)
    severities: tuple[Severity, ...] = ("error", "warning", "note")
    told = [counted(counts[one], one) for one in severities if counts[one]]
    where = f"in {counted(files, 'file')}"
    if not told:
        return f"No findings {where}."
    return f"{' and '.join([', '.join(told[:-1]), told[-1]]) if len(told) > 1 else told[0]} {where}."
