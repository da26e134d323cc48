"""Words for days and date formulas in a rule -> the values and filters that they mean (sync-semantics 10.3)."""

from __future__ import annotations

from datetime import date, timedelta

from engine.catalog.suggest import did_you_mean
from engine.frozen import dataclass
from engine.model import days
from engine.model.constants import unknown
from engine.model.model import AnyOf, Constant, Day, Filter, Period, Range, Relation, Value
from engine.model.scope import Scope
from engine.model.types import DATE, UNKNOWN
from engine.model.world import World
from engine.source import Span
from engine.syntax import ast


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The days that were written, from `low` to `high`. A closing date lies between two: its low is the day after."""

    low: Value
    high: Value
    kind: str  # "day", "period" or "closing"


def ends_of(world: World, scope: Scope, node: ast.Expression, *, in_filter: bool = False) -> Ends | None:
    """The days that an expression stands for where a date is wanted; None when it is an ordinary value.

    in_filter: a filter may say them shorter: in digits (`15`, `1503`, R10.11), by the start of a word (`t`, `mon`).
    """
    if _ordinary(node):
        return None
    order = days.order_of(world.settings)
    if in_filter and (written := _digits(node)):
        short = days.short_date(written, order)
        if short is None and isinstance(node, ast.Number):
            _say_no_date(world, node.span, order)
            return _one(Constant(span=node.span, type=UNKNOWN, value=None))
        return None if short is None else _ends_of_digits(short, node.span)
    text = _text(world, scope, node)
    if text is None:
        return None
    closed = days.closing(text, order)
    if closed is not None:
        return _closing(closed, node.span)
    found = days.read(text)
    if found is None and in_filter and (found := days.read(text, brief=True)) is not None:
        whole = days.full_word(text)
        world.say("W205", node.span, f"{text} is short for {whole}", f"write {whole}, which everybody can read")
    if found is None:
        return None
    low = _counted(found, node.span, last=False)
    return (
        _one(low)
        if found.low == found.high
        else Ends(low=low, high=_counted(found, node.span, last=True), kind="period")
    )


def _one(value: Value) -> Ends:
    return Ends(low=value, high=value, kind="day")


def _ends_of_digits(short: date | days.Days, span: Span) -> Ends:
    return _one(_fixed(short, span) if isinstance(short, date) else _counted(short, span, last=False))


def _closing(closed: date | days.Days, span: Span) -> Ends:
    """Between a day and the next."""
    if isinstance(closed, days.Days):
        after = Day(span=span, type=DATE, start=closed.start, steps=(*closed.high, *days.NEXT))
        return Ends(low=after, high=_counted(closed, span, last=True), kind="closing")
    following = closed + timedelta(days=1) if closed < date.max else closed
    return Ends(low=_fixed(following, span), high=_fixed(closed, span), kind="closing")


def _counted(found: days.Days, span: Span, *, last: bool) -> Day:
    """The first or last of the days, as a value."""
    period = None if found.period is None else _edge(found.period, last=last)
    return Day(span=span, type=DATE, start=found.start, steps=found.high if last else found.low, period=period)


def _edge(period: Period, *, last: bool) -> Period:
    return Period(unit=period.unit, counted=period.counted, number=period.number, last=last)


def _digits(node: ast.Expression) -> str:
    """What is written in digits; blank for anything else. A date in the usual style is an ordinary value."""
    match node:
        case ast.Number():
            return node.written
        case ast.Text() if node.value[:1].isdigit() and "T" not in node.value and ":" not in node.value:
            return node.value
        case _:
            return ""


def _say_no_date(world: World, span: Span, order: days.Order) -> None:
    first, second = order.split()
    told = f"{span.text} is no date in digits"
    hint = (
        f"two digits are a day, four a {first} and a {second}, six and eight have the year behind; or write 2026-01-31"
    )
    world.say("E234", span, told, hint)


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
    words = "(today, yesterday, month, monday 36, period 1, year)"
    general = f"a day is a date (2026-01-31), a word {words} or a formula (-1D, CM)"
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
        case ast.Number() if node.written.isdigit():
            return node.written
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
