"""A line of an export -> a source and a place in it, without holding the whole file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.source import Source, Span

_WIDTH = 1 << 24
"""Offsets of an excerpt: line number times this, plus the column; so places sort as they stand in the file."""


@dataclass(frozen=True, kw_only=True)
class Excerpt(Source):
    """One line of a file. `text` is that line, `number` its number in the file."""

    number: int

    def line_of(self, offset: int) -> int:
        return offset // _WIDTH

    def column_of(self, offset: int) -> int:
        return offset % _WIDTH + 1

    def line(self, number: int) -> str:
        return self.text if number == self.number else ""


def place(path: str, number: int, line: str, value: str) -> Span:
    """Where `value` stands in a line of a file; the start of the line when it is not found there."""
    at = line.find(value) if value else -1
    start = number * _WIDTH + max(at, 0)
    return Span(
        source=Excerpt(path=path, text=line, number=number), start=start, end=start + (len(value) if at >= 0 else 1)
    )


def shown(value: str, length: int = 60) -> str:
    """A value of a file for a message: one line, nothing that a terminal obeys, not too long."""
    plain = "".join(sign if sign.isprintable() else "·" for sign in value)
    return plain if len(plain) <= length else plain[: length - 3] + "..."


def lines_of(path: Path, encoding: str, wanted: Iterable[int]) -> Mapping[int, str]:
    """The texts of some lines of a file, by number; reads no further than the last of them."""
    left = set(wanted)
    found: dict[int, str] = {}
    if not left:
        return found
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        for number, line in enumerate(file, 1):
            if number in left:
                found[number] = line.rstrip("\r\n")[:1000]
                left.discard(number)
                if not left:
                    break
    return found
