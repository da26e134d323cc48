"""Texts -> texts with slips in them, as hands and programs make them; the same for the same seed."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

ODD = [
    "\x00",
    "\x1b[31m",
    "\t",
    "\r",
    "\u00a0",
    "\u2028",
    "“",
    "漢",
    "🚲",
    "e\u0301",
    "\ufeff",
    "'",
    '"',
    "{",
    "}",
    "(",
    ")",
    "->",
    "<->",
    ":=",
    "=",
    "..",
    "|",
    "&",
    ",",
    ":",
    "#",
    "@",
    "*",
    "-",
    "\\",
    "%",
    "&a",
    "*a",
    "!!python/object:os.system",
    "9" * 400,
    "-1e999",
    "2026-02-30",
    "[" * 60,
    "{" * 60,
    "(" * 200,
]


def mutated(text: str, others: Sequence[str], luck: random.Random) -> str:
    """The text after one to four slips; `others` lends lines and words."""
    for _ in range(luck.randint(1, 4)):
        text = luck.choice(SLIPS)(text, luck.choice(others), luck)
    return text


def _cut(text: str, _: str, luck: random.Random) -> str:
    start = luck.randint(0, len(text))
    return text[:start] + text[min(len(text), start + luck.choice((1, 1, 2, 5, 40))) :]


def _ended(text: str, _: str, luck: random.Random) -> str:
    return text[: luck.randint(0, len(text))]


def _odd(text: str, _: str, luck: random.Random) -> str:
    at = luck.randint(0, len(text))
    return text[:at] + luck.choice(ODD) + text[at:]


def _swapped(text: str, _: str, luck: random.Random) -> str:
    at = luck.randint(0, max(0, len(text) - 2))
    return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]


def _lines(change: Callable[[list[str], list[str], random.Random], None]) -> Callable[[str, str, random.Random], str]:
    def slip(text: str, other: str, luck: random.Random) -> str:
        lines = text.splitlines(keepends=True) or [""]
        change(lines, other.splitlines(keepends=True) or [""], luck)
        return "".join(lines)

    return slip


def _twice(lines: list[str], _: list[str], luck: random.Random) -> None:
    lines.insert(luck.randint(0, len(lines)), luck.choice(lines))


def _gone(lines: list[str], _: list[str], luck: random.Random) -> None:
    del lines[luck.randrange(len(lines))]


def _borrowed(lines: list[str], other: list[str], luck: random.Random) -> None:
    lines.insert(luck.randint(0, len(lines)), luck.choice(other))


def _word(text: str, other: str, luck: random.Random) -> str:
    """A word of another text stands where one of this stood."""
    words, lent = list(re.finditer(r"[^\s]+", text)), re.findall(r"[^\s]+", other)
    if not words or not lent:
        return text
    word = luck.choice(words)
    return text[: word.start()] + luck.choice(lent) + text[word.end() :]


def _case(text: str, _: str, luck: random.Random) -> str:
    words = list(re.finditer(r"[A-Za-z]+", text))
    if not words:
        return text
    word = luck.choice(words)
    return text[: word.start()] + word[0].swapcase() + text[word.end() :]


SLIPS = [_cut, _ended, _odd, _swapped, _lines(_twice), _lines(_gone), _lines(_borrowed), _word, _word, _case]
