"""Values, conditions and filters of the syntax tree -> docs (words with breaks)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from engine.syntax import ast
from engine.syntax.doc import Doc
from engine.syntax.quoting import INSIDE, VALUE, written_name, written_pattern, written_text


def name(node: ast.Name, place: str = INSIDE, *, before_dot: bool = False, in_filter: bool = False) -> str:
    """A name as it must be written at its place; see `engine.syntax.quoting`."""
    return written_name(node.text, place, before_dot, in_filter)


def names(nodes: Iterable[ast.Name], between: str = ", ") -> str:
    """Names in a row."""
    return between.join(name(node) for node in nodes)


def table(node: ast.TableName) -> str:
    """System and name of a table."""
    return f"{node.system} {name(node.name)}"


def listed(docs: Sequence[Doc], level: int) -> Doc:
    """Docs with commas between; a break behind each comma."""
    made: Doc = []
    for at, doc in enumerate(docs):
        made += doc
        if at < len(docs) - 1:
            made += [",", level]
    return made


def clause(word: str, node: ast.Expression | None, level: int, deep: int) -> Doc:
    """A break, a word and a value; nothing when there is no value."""
    return [] if node is None else [level, word + " ", *value(node, deep)]


def value(node: ast.Expression, deep: int, place: str = VALUE) -> Doc:
    """A value or a condition. deep: the level of its outermost break. place: where it begins (quoting.py)."""
    match node:
        case ast.And():
            return [*value(node.left, deep, place), deep + 1, "and ", *value(node.right, deep + 1)]
        case ast.Or():
            return [*value(node.left, deep, place), deep, "or ", *value(node.right, deep)]
        case ast.Not():
            return ["not ", *value(node.operand, deep + 2)]
        case ast.Equals():
            return [*value(node.left, deep + 2, place), " = ", *filter_(node.filter, deep + 2)]
        case ast.Compare():
            return [*value(node.left, deep + 2, place), f" {node.operator} ", *value(node.right, deep + 2)]
        case ast.IsBlank():
            return [*value(node.value, deep + 2, place), " is not blank" if node.negated else " is blank"]
        case ast.IsCoupled():
            by = f" by {name(node.by)}" if node.by else ""
            return [*value(node.value, deep + 2, place), (" is not coupled" if node.negated else " is coupled") + by]
        case ast.CoupledWith():
            return ["coupled with ", *value(node.value, deep + 2)]
        case ast.ThereIs():
            alias = f" as {name(node.alias)}" if node.alias else ""
            head = f"there is {'no' if node.negated else 'a'} {table(node.table)}{alias}"
            return [head, *clause("where", node.where, deep + 4, deep + 3)]
        case _:
            return _plain(node, deep, place, in_filter=False)


def _plain(node: ast.Value, deep: int, place: str, *, in_filter: bool) -> Doc:
    match node:
        case ast.Path():
            return [path(node, place, in_filter=in_filter)]
        case ast.Text():
            return [written_text(node)]
        case ast.Number():
            return [node.written]
        case ast.Date():
            return [node.value.isoformat()]
        case ast.Duration():
            return [f"{node.count}{node.unit}"]
        case ast.Word():
            return [node.word]
        case ast.Setting():
            return ["setting " + name(node.name, in_filter=in_filter)]
        case ast.Call():
            return [node.function + "(", *listed([value(one, deep + 4) for one in node.arguments], deep + 3), ")"]
        case ast.Choose():
            return [
                *("if ", *value(node.condition, deep + 3)),
                *(deep + 2, "then ", *value(node.then, deep + 3)),
                *(deep + 1, "else ", *value(node.otherwise, deep)),
            ]
        case ast.Arithmetic():
            low = deep + 4 if node.operator in "*/" else deep + 3
            left = _part(node.left, deep, place, in_filter)
            return [*left, low, f"{node.operator} ", *_part(node.right, deep + 2, VALUE, in_filter)]
        case ast.Minus():
            return ["-", *_part(node.operand, deep, VALUE, in_filter)]
        case ast.Group():
            return ["(", *_part(node.inner, deep + 3, VALUE, in_filter), ")"]
        case ast.Via():
            return [*_part(node.value, deep, place, in_filter), deep + 4, "via ", names(node.mappings, "|")]
        case ast.Using():
            by = [name(node.values)] if isinstance(node.values, ast.Name) else pairs(node.values, deep + 5)
            return [*_part(node.value, deep, place, in_filter), deep + 4, "using ", *by]
        case ast.Aggregate():
            of: Doc = [f"{node.kind} of "]
            if node.value is not None:
                of += [*value(node.value, deep + 4), " in "]
            return [*of, table(node.table), *clause("where", node.where, deep + 4, deep + 3)]
        case ast.NextNumber():
            return _next_number(node, deep)
        case _:
            assert_never(node)


def _part(node: ast.Expression, deep: int, place: str, in_filter: bool) -> Doc:
    """A part of a calculation: in a filter, its names must not look like patterns."""
    if in_filter and isinstance(node, ast.Value):
        return _plain(node, deep, place, in_filter=True)
    return value(node, deep, place)


def path(node: ast.Path, place: str, *, in_filter: bool) -> str:
    """Names joined by dots. place: where its first name stands."""
    parts = []
    for at, one in enumerate(node.names):
        last = at == len(node.names) - 1
        parts.append(name(one, INSIDE if at else place, before_dot=not last, in_filter=in_filter))
    return ".".join(parts)


def _next_number(node: ast.NextNumber, deep: int) -> Doc:
    made: Doc = ["next number"]
    if node.start is not None:
        start = value(node.start, deep + 3)
        if node.step is not None and isinstance(start[-1], str):
            start[-1] = _closed(start[-1], node.start)
        made += [" from ", *start]
    if node.step is not None:
        made.append(f" by {node.step.written}")
    return made


def _closed(written: str, node: ast.Expression) -> str:
    """`by` does not end a name, so a name before it needs its quotes."""
    match node:
        case ast.Arithmetic():
            return _closed(written, node.right)
        case ast.Minus():
            return _closed(written, node.operand)
        case ast.Path() | ast.Setting() | ast.Via() | ast.Using():
            last = _last_name(node)
            if last is not None and not written.endswith('"'):
                return written.removesuffix(last.text) + f'"{last.text}"'
            return written
        case _:
            return written


def _last_name(node: ast.Path | ast.Setting | ast.Via | ast.Using) -> ast.Name | None:
    match node:
        case ast.Path():
            return node.names[-1]
        case ast.Setting():
            return node.name
        case ast.Via():
            return node.mappings[-1]
        case ast.Using():
            return node.values if isinstance(node.values, ast.Name) else None


def pair(node: ast.Pair, deep: int) -> tuple[Doc, Doc]:
    """Both sides of a line of a value list. deep: how many blocks are around."""
    return value(node.left, deep), value(node.right, deep)


def pairs(nodes: tuple[ast.Pair, ...], deep: int) -> Doc:
    """`{ A = B, C = D }`."""
    if not nodes:
        return ["{ }"]
    docs: list[Doc] = []
    for node in nodes:
        left, right = pair(node, deep + 1)
        docs.append([*left, " = ", *right])
    return ["{ ", *listed(docs, deep), " }"]


def filter_(node: ast.Filter, deep: int) -> Doc:
    """What stands on the right of `=`."""
    match node:
        case ast.AnyOf():
            return _joined(node.parts, "|", deep)
        case ast.AllOf():
            return _joined(node.parts, "&", deep)
        case ast.Relation():
            operand = node.operand
            if isinstance(operand, ast.Pattern):
                return [node.operator, written_pattern(operand)]
            return [node.operator, *_part(operand, deep + 2, VALUE, True)]
        case ast.Range():
            low: Doc = [] if node.low is None else _part(node.low, deep + 2, VALUE, True)
            if node.low is not None and isinstance(low[-1], str) and low[-1].endswith("."):
                low[-1] = _closed(low[-1], node.low)  # `No...` would be read otherwise
            high = [] if node.high is None else _part(node.high, deep + 2, VALUE, True)
            return [*low, "..", *high]
        case ast.Pattern():
            return [written_pattern(node)]
        case ast.FilterGroup():
            return ["(", *filter_(node.inner, deep + 1), ")"]
        case ast.Group():
            return ["(", *_part(node.inner, deep + 3, VALUE, True), ")"]
        case _:
            return _plain(node, deep, VALUE, in_filter=True)


def _joined(parts: tuple[ast.Filter, ...], sign: str, deep: int) -> Doc:
    made: Doc = []
    for at, part in enumerate(parts):
        made += filter_(part, deep + 1)
        if at < len(parts) - 1:
            made.append(sign)
    return made
