"""Text with a name -> places in it, by offset, line and column."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True, kw_only=True)
class Source:
    """One text that a person wrote: a rule file, a YAML file, a data file.

    path: how messages call the file, relative to where the user stands, with forward slashes.
    text: the whole text, decoded.
    """

    path: str
    text: str = field(repr=False)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The offset of the first character of every line."""
        found = [0]
        at = self.text.find("\n")
        while at >= 0:
            found.append(at + 1)
            at = self.text.find("\n", at + 1)
        return tuple(found)

    def line_of(self, offset: int) -> int:
        """The line of an offset, the first line being 1."""
        return bisect_right(self.starts, offset)

    def column_of(self, offset: int) -> int:
        """The column of an offset in its line in characters, the first being 1."""
        return offset - self.starts[self.line_of(offset) - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line without its end; blank when there is no such line."""
        if not 1 <= number <= len(self.starts):
            return ""
        start = self.starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : len(self.text) if end < 0 else end].rstrip("\r")

    def span(self, start: int, end: int | None = None) -> Span:
        """The place from one offset up to (not with) another."""
        return Span(source=self, start=start, end=start if end is None else end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A place in a source: offsets from `start` up to (not with) `end`."""

    source: Source
    start: int
    end: int

    @property
    def path(self) -> str:
        """The name of the file, as messages call it."""
        return self.source.path

    @property
    def line(self) -> int:
        """Line of the first character, from 1."""
        return self.source.line_of(self.start)

    @property
    def column(self) -> int:
        """Column of the first character, from 1."""
        return self.source.column_of(self.start)

    @property
    def text(self) -> str:
        """What stands there."""
        return self.source.text[self.start : self.end]

    def to(self, other: Span) -> Span:
        """From the start of this place to the end of another one in the same source."""
        return Span(source=self.source, start=self.start, end=max(self.end, other.end))
