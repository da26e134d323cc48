"""A declaration whose braces do not come out even -> what is wrong with them, and the text with them put right.

The layout tells which brace it is: a block ends where a line stands no deeper than the line that opened it. As many
braces are told as there are too many or too few, no more. Whoever reads on reads the text put right, in which every
character else has kept its place, so that one brace hides no other mistake and makes none up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from engine.diagnostic import Diagnostic
from engine.source import Source
from engine.syntax.kinds import slip
from engine.syntax.split import Stretch

# A quote that is not closed hides nothing: the brace at the end of its line is meant.
_NOTABLE = re.compile(r"""(?<![^\W\d_])'(?:[^'\n]|'')*'|"[^"\n]*"|\#[^\n]*|[{}]""")
_TWICE = re.compile(r"\{[ \t]*(\{)")
_GOES_ON = re.compile(
    r"(?:and|or|else|where|via|using|then|sorted|when|with|gives|like)(?![\w.\-])|[-+*/]\s|[|&,)=:]|->|<-"
)
_ELSE = re.compile(r"else\s*(?:\{|if\b|$)")


@dataclass(frozen=True, slots=True)
class Evened:
    """text: as long as before. told: what is wrong with braces. doubtful: what is, unless its line is wrong otherwise.

    whole: the text is even now; else nothing in it can be trusted.
    """

    text: str
    told: tuple[Diagnostic, ...]
    doubtful: tuple[Diagnostic, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class _Line:
    """start: offset of its first character that is no blank; end: after the last one that is no comment."""

    indent: int
    start: int
    end: int
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Open:
    indent: int
    at: int
    line: int


@dataclass(slots=True)
class _Reader:
    source: Source
    text: list[str]
    surplus: int
    told: list[Diagnostic] = field(default_factory=list)
    doubtful: list[Diagnostic] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    whole: bool = True
    statement: int = 0
    above: list[_Line] = field(default_factory=list)

    def read(self, lines: list[_Line], end: int) -> None:
        for number, line in enumerate(lines):
            first = self.text[line.start]
            written = "".join(self.text[line.start : line.end])
            block_else = _ELSE.match(written) is not None
            if first == "}" or block_else or not _GOES_ON.match(written):
                self._dedent(line, number, closes=first == "}" or block_else)
                self.statement = line.indent
            self._braces(line, number)
            self.above.append(line)
        if self.surplus < 0 and self.stack and not self._close_before(end, self.stack[-1], end):
            self.whole = False

    def _dedent(self, line: _Line, number: int, *, closes: bool) -> None:
        """A line that stands no deeper than an open block's first one: that block should have ended above it."""
        while self.surplus < 0 and len(self.stack) > 1:
            opened = self.stack[-1]
            ends = self.text[line.start] == "}"
            slack = 1 if closes and not ends else 0  # the blank behind a `}` that is gone before `else`
            if opened.line == number or line.indent > opened.indent + slack:
                return
            if ends and line.indent == opened.indent:
                return
            if not self._close_before(line.start, opened, line.start - line.indent, in_line=not closes):
                self.whole = False

    def _braces(self, line: _Line, number: int) -> None:
        for at in line.marks:
            if self.text[at] == "{":
                self.stack.append(_Open(self.statement, at, number))
                continue
            opened = self.stack[-1] if self.stack else None
            if self.surplus > 0 and (opened is None or self._strange(line, number, at, opened)):
                self._too_many(line, at)
            elif opened is not None:
                self.stack.pop()

    def _strange(self, line: _Line, number: int, at: int, opened: _Open) -> bool:
        """Does the brace stand where the block that it would close does not end?"""
        return line.indent > opened.indent if at == line.start else opened.line != number

    def _too_many(self, line: _Line, at: int) -> None:
        """There is no block to close: its `{` is missing where a line has deeper ones below it, or this one goes."""
        self.surplus -= 1
        head = self._head(line) if at == line.start else None
        if head is not None and self.text[head.end] in " \t\r\n":
            place = self.source.span(head.end, head.end)
            hint = "a block stands in braces: `{ … }`"
            self.told.append(slip("brace-missing", place, "a `{` is missing here", hint))
            self.text[head.end] = "{"
            return
        place = self.source.span(at, at + 1)
        found = slip("brace-too-many", place, "this brace closes nothing", "take it away, or open a block")
        (self.told if at == line.start else self.doubtful).append(found)
        self.text[at] = " "

    def _head(self, line: _Line) -> _Line | None:
        """The line of the same depth right above deeper ones, the last of them if it goes on over several."""
        deeper: list[_Line] = []
        for one in reversed(self.above):
            if one.indent > line.indent:
                deeper.append(one)
            elif one.indent == line.indent and deeper and "{" not in (self.text[mark] for mark in one.marks):
                going_on = [one for one in reversed(deeper) if _GOES_ON.match("".join(self.text[one.start : one.end]))]
                follows = bool(going_on) and going_on[0] is deeper[-1]
                return going_on[0] if follows and len(deeper) > 1 else one
            else:
                return None
        return None

    def _close_before(self, at: int, opened: _Open, line_start: int, *, in_line: bool = False) -> bool:
        """Tells that a block is not closed and closes it in the blanks before `at`; False when there is no room."""
        self.surplus += 1
        self.stack.remove(opened)
        place = self.source.span(opened.at, opened.at + 1)
        self.told.append(
            slip("brace-not-closed", place, "the block that begins here is not closed", "a `}` is missing")
        )
        wanted = "}\n" if in_line else "}"
        blanks = [one for one in range(line_start, at) if self.text[one] in " \t"]
        if len(blanks) >= len(wanted):
            for one, sign in zip(blanks, wanted, strict=False):
                self.text[one] = sign
            return True
        before = line_start - 1
        last = self.above[-1] if self.above else None
        if in_line or last is None or before < last.end or self.text[before] != "\n":
            return False
        if "#" in self.text[last.end : before]:
            return False
        self.text[before] = "}"
        return True


def evened(source: Source, stretch: Stretch) -> Evened | None:
    """The braces of a declaration put right; None when they come out even as they are."""
    text = source.text
    lines = _lines(text, stretch)
    signs = [text[at] for line in lines for at in line.marks]
    surplus = signs.count("}") - signs.count("{")
    if surplus == 0 or not lines:
        return None
    if surplus < 0 and (twice := _opened_twice(text, lines)):
        found = slip("brace-too-many", source.span(twice, twice + 1), "this brace opens a second block", "take it away")
        return Evened(text[:twice] + " " + text[twice + 1 :], (found,), (), surplus == -1)
    reader = _Reader(source, list(text), surplus)
    reader.read(lines, stretch.end)
    return Evened(
        "".join(reader.text), tuple(reader.told), tuple(reader.doubtful), reader.whole and reader.surplus == 0
    )


def _opened_twice(text: str, lines: list[_Line]) -> int:
    """The place of a `{` right after another; 0 when there is none."""
    for line in lines:
        found = _TWICE.search(text, line.start, line.end)
        if found is not None and found.start(1) in line.marks:
            return found.start(1)
    return 0


def _lines(text: str, stretch: Stretch) -> list[_Line]:
    """The lines that hold more than a comment."""
    lines: list[_Line] = []
    at = text.rfind("\n", 0, stretch.start) + 1
    while at < stretch.end:
        stop = text.find("\n", at, stretch.end)
        stop = stretch.end if stop < 0 else stop
        begins = max(at, stretch.start)
        marks: list[int] = []
        end = stop
        for found in _NOTABLE.finditer(text, begins, stop):
            if found[0][0] == "#":
                end = found.start()
                break
            if found[0] in "{}":
                marks.append(found.start())
        written = text[begins:end]
        if written.strip():
            start = begins + len(written) - len(written.lstrip())
            lines.append(_Line(start - at, start, begins + len(written.rstrip()), tuple(marks)))
        at = stop + 1
    return lines
