"""Syntax tree and comments -> the rule file in its one style.

Two blanks per block, arrows and `:=` of a run of lines in one column, lines of at most 120 characters, comments where
they are, paragraphs kept (one empty line at most), quotes only where the grammar needs them. What the author decides:
whether a short block stands on one line, and where paragraphs end. A comment inside a statement moves above it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.diagnostic import Diagnostic
from engine.source import Source
from engine.syntax import ast
from engine.syntax.doc import WIDTH, Doc, flat, lay_out
from engine.syntax.parse import parse
from engine.syntax.print_heads import Line, head, left_of, right_of
from engine.syntax.print_values import pair

Element = Line | ast.Pair
_EMPTY_LINE = re.compile(r"\n[ \t\r\f]*\n")
_BRACE = re.compile(r"\#[^\n]*|\{")
_MOST_ALIGNED = 60  # longer left sides stand for themselves


def format_source(source: Source) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """The text in its one style; None with the mistakes when it cannot be read."""
    parsed = parse(source)
    if parsed.mistakes:
        return None, parsed.mistakes
    return format_file(parsed.file), ()


def format_file(parsed_file: ast.RuleFile) -> str:
    """The text of a parsed file in its one style; blank for a file with nothing in it."""
    printer = _Printer(parsed_file)
    printer.elements(parsed_file.declarations, 0, len(parsed_file.source.text))
    return "".join(line + "\n" for line in printer.lines)


@dataclass(frozen=True, slots=True)
class _Body:
    """What stands in braces: `start` is the offset of `{`, `end` the one behind `}`."""

    start: int
    end: int
    children: Sequence[Element]


class _Printer:
    """The lines made so far, and how many comments are in them."""

    def __init__(self, file: ast.RuleFile) -> None:
        self.text = file.source.text
        self.comments = file.comments
        self.taken = 0
        self.lines: list[str] = []
        self.last: int | None = None  # where the element printed last ends; None at the beginning of a block

    # --- comments and empty lines -------------------------------------------------------------------

    def comments_before(self, at: int) -> list[ast.Comment]:
        """The comments up to an offset that are not yet printed."""
        first = self.taken
        while self.taken < len(self.comments) and self.comments[self.taken].span.start < at:
            self.taken += 1
        return list(self.comments[first : self.taken])

    def gap(self, at: int) -> None:
        """Keeps an empty line between the element before and what begins here."""
        if self.last is not None and _EMPTY_LINE.search(self.text, self.last, at):
            self.lines.append("")

    def own_lines(self, at: int, indent: int) -> None:
        """Prints the comments up to an offset on lines of their own."""
        for comment in self.comments_before(at):
            self.gap(comment.span.start)
            self.lines.append(" " * indent + comment.text)
            self.last = comment.span.end

    def behind(self, at: int) -> None:
        """Puts the comment that follows on the same line of the text behind the line printed last."""
        if self.taken == len(self.comments):
            return
        comment = self.comments[self.taken]
        between = self.text[at : comment.span.start]
        if comment.span.start >= at and "\n" not in between and not between.strip(" \t\r\f,"):
            self.lines[-1] += "  " + comment.text
            self.taken += 1
            self.last = comment.span.end

    # --- elements --------------------------------------------------------------------------------------

    def elements(self, nodes: Sequence[Element], indent: int, end: int) -> None:
        """Prints the lines of a block or of the file, with the comments up to its end."""
        self.last = None
        widths = _widths(nodes, self.text, indent)
        for node, width in zip(nodes, widths, strict=True):
            self.own_lines(node.span.start, indent)
            self.gap(node.span.start)
            self.element(node, indent, width)
            self.last = node.span.end
            self.behind(node.span.end)
        self.own_lines(end, indent)

    def element(self, node: Element, indent: int, width: _Width) -> None:
        """Prints one line or one statement with its blocks."""
        body = _body(node, self.text)
        if body is None:
            self.inner_comments(node.span.end, indent)
            self.lines += lay_out(_words(node, width), indent, indent + 2)
            return
        self.inner_comments(body.start, indent)
        first = len(self.lines)
        further = indent + (2 if isinstance(node, ast.Find) else 4)
        self.with_body(_words(node, width), body, indent, further)
        if isinstance(node, ast.If) and node.otherwise is not None:
            self.otherwise(node.otherwise, indent, one_line=len(self.lines) - first == 1)

    def inner_comments(self, before: int, indent: int) -> None:
        """Comments inside a statement stand above it."""
        self.lines += [" " * indent + comment.text for comment in self.comments_before(before)]

    def with_body(self, words: Doc, body: _Body, indent: int, further: int, moved: Sequence[ast.Comment] = ()) -> None:
        """Prints words and the block behind them. moved: comments to be put first in the block."""
        inline = None if moved else self.inline(body)
        if inline is not None and indent + len(flat(words)) + 1 + len(inline) <= WIDTH:
            self.lines.append(" " * indent + flat(words) + " " + inline)
            return
        lines = lay_out([*words, " {"], indent, further)
        self.lines += lines
        inner = indent
        if further == indent + 2:  # `else create {` on a line of its own: its block is indented from there
            inner = len(lines[-1]) - len(lines[-1].lstrip())
        if not moved:
            self.behind(body.start + 1)
        self.lines += [" " * (inner + 2) + comment.text for comment in moved]
        self.elements(body.children, inner + 2, body.end - 1)
        self.lines.append(" " * inner + "}")

    def otherwise(self, node: ast.Block | ast.If, indent: int, *, one_line: bool) -> None:
        """Prints `else …` behind the block printed last: on its closing line, or below a block on one line."""
        block = node.then if isinstance(node, ast.If) else node
        words: Doc = ["else"]
        if isinstance(node, ast.If):
            words = ["else ", *head(node)]
        if not one_line:
            self.lines.pop()
            words = ["} ", *words]
        moved = self.comments_before(block.span.start)
        first = len(self.lines)
        self.with_body(words, _block(block), indent, indent + 4, moved)
        if isinstance(node, ast.If) and node.otherwise is not None:
            self.otherwise(node.otherwise, indent, one_line=len(self.lines) - first == 1)

    def inline(self, body: _Body) -> str | None:
        """A block on one line, where the author wrote it so and it can be."""
        if "\n" in self.text[body.start : body.end] and (body.children or self.commented(body)):
            return None
        if not body.children:
            return "{ }"
        if all(isinstance(child, ast.Pair) for child in body.children):
            return "{ " + ", ".join(flat(_words(child, _UNALIGNED)) for child in body.children) + " }"
        child = body.children[0]
        if len(body.children) > 1 or (isinstance(child, ast.If) and child.otherwise is not None):
            return None
        words, inner = flat(_words(child, _UNALIGNED)), _body(child, self.text)
        if inner is None:
            return f"{{ {words} }}"
        within = self.inline(inner)
        return None if within is None else f"{{ {words} {within} }}"

    def commented(self, body: _Body) -> bool:
        return self.taken < len(self.comments) and self.comments[self.taken].span.start < body.end


# --- blocks ----------------------------------------------------------------------------------------------


def _body(node: Element, text: str) -> _Body | None:
    """The first block of an element."""
    match node:
        case ast.Mapping():
            return _braces(node, (node.when or node.right).span.end, node.items, text)
        case ast.ChangeMapping():
            return _braces(node, (node.when or node.name).span.end, node.items, text)
        case ast.Job():
            return _braces(node, (node.when or node.name).span.end, node.lines, text, skip=f'"{node.title}"')
        case ast.Values():
            return _braces(node, node.name.span.end, node.pairs, text, skip=f'"{node.title}"')
        case ast.Find():
            return _block(node.otherwise) if isinstance(node.otherwise, ast.Block) else None
        case ast.If():
            return _block(node.then)
        case (
            ast.Process() | ast.Step() | ast.Rule() | ast.Whenever() | ast.WheneverSetting() | ast.Create()
            | ast.CreateOrChange() | ast.Change() | ast.ForEach() | ast.ForPieces() | ast.Moment()
            | ast.AfterUncoupling()
        ):  # fmt: skip
            return _block(node.block)
        case _:
            return None


def _block(node: ast.Block) -> _Body:
    return _Body(node.span.start, node.span.end, node.statements)


def _braces(node: Line, behind: int, children: Sequence[Element], text: str, skip: str = "") -> _Body:
    """The body of a node that has no Block; its `{` is looked for behind its head. skip: a title between."""
    if skip and (title := text.find(skip, behind)) >= 0 and title < node.span.end:
        behind = title + len(skip)
    brace = next((found.start() for found in _BRACE.finditer(text, behind) if found[0] == "{"), node.span.end - 1)
    return _Body(brace, node.span.end, children)


# --- columns ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Width:
    """How wide the left sides of a run of lines are; arrows: how many signs wide the column of its arrows is."""

    left: int
    arrows: int


_UNALIGNED = _Width(0, 0)


def _words(node: Element, width: _Width) -> Doc:
    """The words of an element, its arrow or sign in the column of its run."""
    match node:
        case ast.FieldLine():
            left, arrow = left_of(node), node.arrow
            if width is _UNALIGNED:
                return head(node)
            shown = {"->": " ->", "<-": "<- "}.get(arrow, arrow) if width.arrows == 3 else arrow
            return [*left, " " * max(0, width.left - len(flat(left))) + f"  {shown}  ", *right_of(node)]
        case ast.Assign():
            left = left_of(node)
            return [*left, " " * max(0, width.left - len(flat(left))) + " := ", *right_of(node)]
        case ast.Pair():
            left, right = pair(node, 1)
            return [*left, " " * max(0, width.left - len(flat(left))) + " = ", *right]
        case _:
            return head(node)


def _widths(nodes: Sequence[Element], text: str, indent: int) -> list[_Width]:
    """For every element the width of its run: lines of one kind without an empty line or a long line between.

    A `do` between them does not end a run.
    """
    widths: list[_Width] = []
    run: list[Element] = []
    kind: type[Element] | None = None
    for at, node in enumerate(nodes):
        aligned = isinstance(node, (ast.FieldLine, ast.Assign, ast.Pair))
        apart = at > 0 and _EMPTY_LINE.search(text, nodes[at - 1].span.end, node.span.start) is not None
        if apart or kind is None or (type(node) is not kind and not isinstance(node, ast.Do)):
            widths += _of_run(run)
            run, kind = [], type(node) if aligned else None
        run.append(node)
        if indent + len(flat(_words(node, _UNALIGNED))) > WIDTH:
            kind = None
    return widths + _of_run(run)


def _of_run(run: list[Element]) -> list[_Width]:
    lefts = [len(flat(_left(node))) for node in run]
    widest = max((width for width in lefts if width <= _MOST_ALIGNED), default=0)
    arrows = {node.arrow for node in run if isinstance(node, ast.FieldLine)}
    return [_Width(widest, 3 if len(arrows) > 1 else 2)] * len(run)


def _left(node: Element) -> Doc:
    match node:
        case ast.FieldLine() | ast.Assign():
            return left_of(node)
        case ast.Pair():
            return pair(node, 1)[0]
        case _:
            return []
