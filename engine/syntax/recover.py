"""A declaration with a mistake -> the same text with the mistaken statement put aside, so that the next one is found.

The statement's characters become blanks, so every offset stays; braces that its line leaves open or closes stay in
effect.
"""

from __future__ import annotations

import re

_NOTABLE = re.compile(r"""'(?:[^'\n]|'')*'|"[^"\n]*"|\#[^\n]*|[{}]""")
_GOES_ON = re.compile(
    r"\s*(?:(?:and|or|else|where|via|using|then|sorted|when|with|gives|like)(?![\w.\-])|[-+*/][ ]|[|&,)=:{]|->|<-)"
)
_HEADS = {
    "mapping": "change mapping a {",
    "change": "change mapping a {",
    "job": 'job a "" {',
    "values": 'values a "" {',
}
HEADS = ("mapping", "change mapping", "process", "step", "rule", "job", "values", "whenever", "find", "let")
_OPENING = "\nif a {"


def put_aside(text: str, start: int, at: int, stop: int, head: str) -> str | None:
    """The text without the statement that begins at `start` and goes wrong at `at`; None when that cannot be done.

    head: the first word of the declaration when the statement is its head, else blank.
    """
    end = _end(text, max(start, at), stop)
    line = text[start:end]
    kept = _unmatched(line)
    if kept is None:
        return None
    made = [char if char in "\r\n" else " " for char in line]
    for place, brace in kept:
        if brace == "}":
            made[place] = brace
            continue
        opening = _HEADS.get(head, "step a {") if head else _OPENING
        if place + 1 < len(opening) or line[:place].rstrip().endswith("using"):
            return None
        made[place + 1 - len(opening) : place + 1] = opening
    if head and not any(brace == "{" for _, brace in kept):
        return None
    return text[:start] + "".join(made) + text[end:]


def _end(text: str, at: int, stop: int) -> int:
    """The end of the statement's last line."""
    end = text.find("\n", at)
    while 0 <= end < stop and _GOES_ON.match(text, end + 1):
        end = text.find("\n", end + 1)
    return stop if end < 0 or end > stop else end


def _unmatched(line: str) -> list[tuple[int, str]] | None:
    """The braces of a line that have no partner in it; None when one of them cannot be told."""
    kept: list[tuple[int, str]] = []
    for found in _NOTABLE.finditer(line):
        if found[0] == "{":
            kept.append((found.start(), "{"))
        elif found[0] == "}":
            if kept and kept[-1][1] == "{":
                kept.pop()
            else:
                kept.append((found.start(), "}"))
    return kept
