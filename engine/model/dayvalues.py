"""Words for days and date formulas in a rule -> the values and filters that they mean (sync-semantics 10.3)."""

from __future__ import annotations

from datetime import date, timedelta

from engine.catalog.suggest import did_you_mean
from engine.frozen import dataclass
from engine.model import days
from engine.model.constants import unknown
from engine.model.model import AnyOf, Constant, Day, Filter, Range, Relation, Value
from engine.model.scope import Scope
from engine.model.types import DATE
from engine.model.world import World
from engine.source import Span
from engine.syntax import ast


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The days that were written, from `low` to `high`. A closing date lies between two: its low is the day after."""

    low: Value
    high: Value
    kind: str  # "day", "period" or "closing"


def ends_of(world: World, scope: Scope, node: ast.Expression) -> Ends | None:
    """The days that an expression stands for where a date is wanted; None when it is an ordinary value."""
    if _ordinary(node):
        return None
    text = _text(world, scope, node)
    if text is None:
        return None
    closed = days.closing(text)
    if closed is not None:
        after = closed + timedelta(days=1) if closed < date.max else closed
        return Ends(low=_fixed(after, node.span), high=_fixed(closed, node.span), kind="closing")
    found = days.read(text)
    if found is None:
        return None
    low = Day(span=node.span, type=DATE, start=found.start, steps=found.low)
    if found.low == found.high:
        return Ends(low=low, high=low, kind="day")
    return Ends(low=low, high=Day(span=node.span, type=DATE, start=found.start, steps=found.high), kind="period")


def day_of(world: World, scope: Scope, node: ast.Expression) -> Value | None:
    """The one day that an expression stands for where a date is wanted; None when it is an ordinary value."""
    ends = ends_of(world, scope, node)
    if ends is None:
        return None
    if ends.kind == "day":
        return ends.low
    word = " ".join(node.span.text.split())
    if ends.kind == "period":
        told, hint = (
            f"{word} is a whole period, here one day is wanted",
            "-CW -CM -CQ are first days, CW CM CQ last days",
        )
    else:
        told, hint = f"{word} lies between two days, here one day is wanted", f"write {word[1:]}"
    world.say("E234", node.span, told, hint)
    return unknown(node.span)


def related(world: World, operator: str, ends: Ends, span: Span) -> Filter:
    """`= month`, `<> month`, `<= month` …: a day may be any of them, and is before or after them all."""
    match operator:
        case "=" if ends.kind == "day":
            return Relation(span=span, operator="=", operand=ends.low)
        case "=" if ends.kind == "closing":
            hint = f"write it as an end: ..{span.text} is everything up to the closing of the year"
            world.say("E234", span, f"{span.text} lies between two days, so no date is equal to it", hint)
            return Relation(span=span, operator="=", operand=unknown(span))
        case "=":
            return Range(span=span, low=ends.low, high=ends.high)
        case "<>" if ends.kind == "day":
            return Relation(span=span, operator="<>", operand=ends.low)
        case "<>":
            before = Relation(span=span, operator="<", operand=ends.low)
            return AnyOf(span=span, parts=(before, Relation(span=span, operator=">", operand=ends.high)))
        case "<" | ">=":
            return Relation(span=span, operator="<" if operator == "<" else ">=", operand=ends.low)
        case _:
            return Relation(span=span, operator=">" if operator == ">" else "<=", operand=ends.high)


def say_no_day(world: World, name: ast.Name) -> None:
    """Tells that a word stands for no day, and which is near."""
    whole = days.full_word(name.text)
    hint = f"write {whole}" if whole else did_you_mean(name.text, days.WORDS)
    general = (
        "a day is a date (2026-01-31), a word (today, yesterday, month, monday 36, period 1) or a formula (-1D, CM)"
    )
    world.say("E234", name.span, f"{name.text} is no day and no name of anything here", hint or general)


def _fixed(day: date, span: Span) -> Constant:
    return Constant(span=span, type=DATE, value=day)


def _ordinary(node: ast.Expression) -> bool:
    """Values of their own: `today`, a date, and a day with lengths of time put on it by `+` and `-`."""
    while isinstance(node, ast.Arithmetic) and isinstance(node.right, ast.Duration):
        node = node.left
    return isinstance(node, ast.Word | ast.Date)


def _text(world: World, scope: Scope, node: ast.Expression) -> str | None:
    """The words of the expression put together as a filter has them; None when other things stand in it."""
    match node:
        case ast.Path() if len(node.names) == 1 and not _is_name(world, scope, node.names[0]):
            return node.names[0].text
        case ast.Word() if node.word in ("today", "work date"):
            return node.word
        case ast.Duration():
            return f"{node.count}{node.unit}"
        case ast.Minus():
            text = _text(world, scope, node.operand)
            return None if text is None else f"-{text}"
        case ast.Group():
            return _text(world, scope, node.inner)
        case ast.Arithmetic() if node.operator in ("+", "-"):
            left = _text(world, scope, node.left)
            right = None if left is None else _text(world, scope, node.right)
            return None if right is None else f"{left}{node.operator}{right}"
        case _:
            return None


def _is_name(world: World, scope: Scope, name: ast.Name) -> bool:
    """Is it an alias, a shared name or a field in sight? These go before words for days."""
    if scope.look(name.text) or name.text in world.shared_nodes:
        return True
    return scope.bare is not None and bool(scope.bare.table.find(name.text))
