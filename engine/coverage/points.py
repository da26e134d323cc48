"""Rule files as written -> everything in them that a scenario can reach: each a point with its place and outcome."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from engine.frozen import dataclass
from engine.source import Span
from engine.syntax import ast


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """kind: field line, filter, leave out, branch, require, moment, entry. outcome: what must happen once."""

    kind: str
    outcome: str
    span: Span

    def told(self) -> str:
        """`rules/a.rules:12 require, failed: require order.Status = Submitted`."""
        first = " ".join(self.span.text.partition("\n")[0].split())
        what = f"{self.kind}, {self.outcome}" if self.outcome else self.kind
        return f"{self.span.path}:{self.span.line} {what}: {first}"


def points(files: Sequence[ast.RuleFile]) -> tuple[Point, ...]:
    """All points, in the order of the files. What is `off` is none."""
    return tuple(one for file in files for node in _nodes(file.declarations) for one in _of(node))


def _of(node: object) -> Iterator[Point]:
    match node:
        case ast.FieldLine():
            if not node.options.off:
                ways = {"->": ("to Sales",), "<-": ("to BC",), "<->": ("to Sales", "to BC")}
                for way in ways[node.arrow]:
                    yield Point(kind="field line", outcome=way, span=node.span)
        case ast.RecordFilter():
            yield Point(kind="filter", outcome="fits", span=node.span)
            yield Point(kind="filter", outcome="fits not", span=node.span)
        case ast.LeaveOut():
            yield Point(kind="leave out", outcome="", span=node.span)
        case ast.If():
            yield Point(kind="branch", outcome="then", span=node.span)
            if node.otherwise is not None:
                yield Point(kind="branch", outcome="else", span=node.span)
        case ast.Require():
            yield Point(kind="require", outcome="held", span=node.span)
            yield Point(kind="require", outcome="failed", span=node.span)
        case ast.Moment():
            yield Point(kind="moment", outcome="", span=node.span)
        case ast.Pair():
            yield Point(kind="entry", outcome="", span=node.span)


def _nodes(part: object) -> Iterator[object]:
    if isinstance(part, tuple):
        for one in part:
            yield from _nodes(one)
    elif isinstance(part, ast.Node):
        yield part
        for one in dataclasses.fields(part):
            if one.name != "span":
                yield from _nodes(getattr(part, one.name))
