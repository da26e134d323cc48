"""A written call -> a typed call: the seven functions of the language and what they take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from engine.model.constants import BLANK, fitted, mismatch, unknown
from engine.model.model import Call, Constant, Type, Value
from engine.model.scope import Scope
from engine.model.types import TEXT, Group, described, group, is_unknown, wider
from engine.model.world import World
from engine.syntax import ast

ValueOf = Callable[[World, Scope, ast.Expression], Value]

# function: (fewest, most) arguments; None: as many as there are
COUNTS: Final[dict[str, tuple[int, int | None]]] = {
    "first filled": (1, None),
    "round": (2, 2),
    "max": (2, 2),
    "left": (2, 2),
    "plain text": (1, 1),
    "first line": (1, 1),
    "trim": (1, 1),
}
TAKES: Final[dict[str, tuple[Group, ...]]] = {
    "round": ("number", "number"),
    "left": ("textual", "number"),
    "plain text": ("textual",),
    "first line": ("textual",),
    "trim": ("textual",),
}
SHOWN: Final[dict[str, str]] = {
    "first filled": "first filled(a, b, …)",
    "round": "round(number, precision)",
    "max": "max(a, b)",
    "left": "left(text, length)",
    "plain text": "plain text(html)",
    "first line": "first line(text)",
    "trim": "trim(text)",
}


def call(world: World, scope: Scope, node: ast.Call, value_of: ValueOf) -> Value:
    """A call of one of the functions, with its arguments checked."""
    arguments = tuple(value_of(world, scope, one) for one in node.arguments)
    fewest, most = COUNTS[node.function]
    if len(arguments) < fewest or (most is not None and len(arguments) > most):
        count = "one value" if fewest == 1 else f"{fewest} values"
        told = f"{node.function} takes {count}, here {'is' if len(arguments) == 1 else 'are'} {len(arguments)}"
        world.say("E212", node.span, told, f"write {SHOWN[node.function]}")
        return unknown(node.span)
    if any(is_unknown(one.type) for one in arguments):
        return unknown(node.span)
    for argument, takes in zip(arguments, TAKES.get(node.function, ()), strict=False):
        if group(argument.type) != takes:
            told = f"{node.function} does not take {described(argument.type)}"
            world.say("E210", argument.span, told, f"write {SHOWN[node.function]}")
            return unknown(node.span)
    match node.function:
        case "first filled" | "max":
            return _same(world, node, arguments)
        case _:
            return Call(
                span=node.span, type=_result(node.function, arguments), function=node.function, arguments=arguments
            )


def _same(world: World, node: ast.Call, arguments: tuple[Value, ...]) -> Value:
    """`first filled` and `max`: arguments of one kind, and a result of that kind."""
    type_ = next((one.type for one in arguments if one.type is not BLANK), arguments[0].type)
    for argument in arguments:
        if argument.type is BLANK:
            continue
        wide = wider(type_, argument.type)
        if wide is None:
            mismatch(world, argument, type_)
            return unknown(node.span)
        type_ = wide
    if node.function == "max" and group(type_) not in ("number", "calendar"):
        told = f"max does not take {described(type_)}"
        world.say("E210", node.span, told, "max takes two numbers or two dates")
        return unknown(node.span)
    filled = tuple(fitted(world, one, type_) if one.type is BLANK else one for one in arguments)
    return Call(span=node.span, type=type_, function=node.function, arguments=filled)


def _result(function: str, arguments: tuple[Value, ...]) -> Type:
    match function:
        case "round":
            return arguments[0].type if arguments[0].type.kind == "decimal" else Type(kind="decimal")
        case "left":
            length = arguments[1]
            known = length.value if isinstance(length, Constant) and isinstance(length.value, int) else None
            of = arguments[0].type.length
            return Type(kind="text", length=known if of is None else min(of, known if known is not None else of))
        case "trim":
            return Type(kind=arguments[0].type.kind, length=arguments[0].type.length)
        case "first line":
            return Type(kind="text", length=arguments[0].type.length)
        case _:
            return TEXT
