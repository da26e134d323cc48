"""What a YAML parser complains about, and where -> what a person did wrong, at the place where it was done.

A parser notices a slip late: a colon that is missing in one line is missed at the colon of the next. So the lines
around the place are looked at, and the parser's words are only the last resort.
"""

from __future__ import annotations

import re

from engine.frozen import dataclass

_PAIR = re.compile(r"^\s*(- +)*('[^']*'|\"[^\"]*\"|[^\s'\"#][^#]*?)\s*:(\s|$)")
_QUOTES = "put a text that holds `: ` or ` #`, or begins with one of [ ] { } , & * ! | > % @ `, in quotes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A mistake: its place as offsets, the facts, the way out."""

    start: int
    end: int
    message: str
    hint: str


def slip(text: str, problem: str, context: str, at: int, context_at: int) -> Slip:
    """The mistake behind a complaint. at: where the parser stopped; context_at: where what it was reading began."""
    at = max(0, min(at, len(text)))
    context_at = max(0, min(context_at, len(text)))
    if "mapping values are not allowed" in problem:
        return _stray_colon(text, at)
    if "could not find expected ':'" in problem:
        return _line_of(text, context_at, "a colon is missing behind the key", _KEY_HINT)
    if "flow sequence" in context or "flow mapping" in context:
        opening = text[context_at : context_at + 1]
        kind, closing = ("list", "]") if opening == "[" else ("mapping", "}")
        return _at(
            text, context_at, f"a {kind} in {opening} {closing} is not closed, or a comma is missing in it", _CLOSE
        )
    if "found unexpected end of stream" in problem:
        return _at(text, context_at, "a text in quotes is not closed", "put the same quote at its end")
    if text[at : at + 1] == "\t" or "\t" in text[text.rfind("\n", 0, at) + 1 : at]:
        return _at(text, text.find("\t", text.rfind("\n", 0, at) + 1), "a tab cannot indent", "indent with blanks")
    if text[at - 1 : at] in ("'", '"') and "did not find expected" in problem:
        return _at(text, at, "the text in quotes ends before this", _QUOTE_IN_QUOTES)
    start = text.rfind("\n", 0, at) + 1
    if "did not find expected key" in problem and _too_deep(text, start):
        return _line_of(text, start, *_TOO_DEEP)
    for theirs, ours, hint in _PLAIN_WORDS:
        if theirs in problem:
            return _at(text, at, ours, hint)
    return _at(text, at, f"this is not YAML: {problem}", _QUOTES)


_KEY_HINT = "a line of a mapping is `key: value`, with a blank behind the colon"
_TOO_DEEP = ("this line is indented deeper than the line above", "give the keys of one mapping the same indentation")
_CLOSE = "put commas between the entries and the bracket at the end; a text that holds a bracket needs quotes"
_QUOTE_IN_QUOTES = "a quote inside single quotes is written twice: 'Tom''s'"
_PLAIN_WORDS = (
    (
        "cannot start any token",
        "a value cannot begin like this",
        _QUOTES,
    ),
    (
        "did not find expected key",
        "this line does not belong to the lines above",
        "give the keys of one mapping the same indentation",
    ),
    (
        "did not find expected '-' indicator",
        "this line does not belong to the list above",
        "give all entries of a list the same indentation, and begin each with a hyphen and a blank",
    ),
    (
        "block sequence entries are not allowed",
        "a list cannot begin here",
        "put it on the next line, indented",
    ),
    (
        "unknown escape character",
        "a backslash in double quotes begins a code that does not exist",
        "write the text in single quotes",
    ),
    ("unacceptable character", "this character is not allowed in YAML", "remove it"),
    ("control characters are not allowed", "this character is not allowed in YAML", "remove it"),
    ("special characters are not allowed", "this character is not allowed in YAML", "remove it"),
)


def _stray_colon(text: str, at: int) -> Slip:
    """A colon where none can be: the value holds one, the line above lacks one, or the line is indented too deep."""
    start = text.rfind("\n", 0, at) + 1
    if _PAIR.match(text[start:at]):
        return _at(text, at, "the value holds a colon with a blank behind it", "put the value in quotes")
    above = _line_above(text, start)
    if above is None:
        return _at(text, at, "a colon does not belong here", _QUOTES)
    line = text[above : _end(text, above)]
    if not _PAIR.match(line):
        glued = re.match(r"\s*[^\s:]+:\S", line)
        message = "a blank is missing behind the colon" if glued else "a colon is missing behind the key"
        return _line_of(text, above, message, _KEY_HINT)
    if _too_deep(text, start):
        return _line_of(text, start, *_TOO_DEEP)
    return _at(text, at, "a colon does not belong here", _QUOTES)


def _too_deep(text: str, start: int) -> bool:
    """Is the line that starts here indented deeper than the one above?"""
    above = _line_above(text, start)
    if above is None:
        return False
    return _indentation(text[start : _end(text, start)]) > _indentation(text[above : _end(text, above)])


def _line_above(text: str, start: int) -> int | None:
    """The offset of the nearest line before an offset that says something."""
    while start > 0:
        start = text.rfind("\n", 0, start - 1) + 1
        said = text[start : _end(text, start)].strip()
        if said and not said.startswith("#"):
            return start
    return None


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _at(text: str, at: int, message: str, hint: str) -> Slip:
    return Slip(start=at, end=min(at + 1, len(text)), message=message, hint=hint)


def _line_of(text: str, at: int, message: str, hint: str) -> Slip:
    """The mistake is the line that an offset stands in, from its first word to its last."""
    start = text.rfind("\n", 0, at) + 1
    line = text[start : _end(text, start)]
    start += _indentation(line)
    return Slip(start=start, end=start + len(line.strip()), message=message, hint=hint)
