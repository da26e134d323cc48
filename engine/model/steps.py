"""`do the step with a, b gives c` -> the step laid open: its statements bound anew for what it is given."""

from __future__ import annotations

from typing import Final

import engine.model.statements as statements
import engine.model.values as values
from engine.catalog.suggest import did_you_mean
from engine.model.aliases import lost, new_record, new_value
from engine.model.findings import Doing, listed
from engine.model.model import AnyRecord, Behind, Column, Constant, Given, Inlined, Let, Named, Record, Value
from engine.model.scope import Entry, PieceName, RecordName, Scope, ValueName
from engine.model.types import UNKNOWN_TABLE
from engine.model.world import World
from engine.syntax import ast

MOST: Final = 5000
"""How many times all steps together are laid open; beyond that a rule set would not fit into memory."""


def do(world: World, scope: Scope, node: ast.Do) -> Inlined | None:
    """`do …` laid open; None, and a finding, when it cannot be."""
    step = _step(world, node)
    if step is None:
        for argument in node.arguments:
            values.record_or_value(world, scope.plain(), argument)
        for alias in node.gives:
            lost(world, scope, alias)
        return None
    inner = Scope(writing=scope.writing)
    lets: list[Let] = []
    for parameter, argument in zip(step.parameters, node.arguments, strict=True):
        entry, let = _given(world, scope, parameter, argument)
        inner.names[parameter.text] = entry
        if let is not None:
            lets.append(let)
    world.findings.within.append(Doing(step=step.name.text, place=node.span))
    body = statements.block_of(world, inner, step.block)
    world.findings.within.pop()
    gives = [_taken(world, scope, step, inner, at, alias) for at, alias in enumerate(node.gives)]
    return Inlined(
        span=node.span,
        step=step.name.text,
        lets=tuple(lets),
        body=body,
        gives=tuple(one for one in gives if one is not None),
    )


def bind_unused(world: World) -> None:
    """Steps that nothing does are checked as far as they can be: their parameters may be anything."""
    for name, step in world.steps.items():
        if name in world.laid_open:
            continue
        writing = Record(span=step.span, key="", name="", table=UNKNOWN_TABLE)
        inner = Scope(writing=writing)
        for parameter in step.parameters:
            record = Record(span=parameter.span, key=parameter.text, name=parameter.text, table=UNKNOWN_TABLE)
            inner.names[parameter.text] = RecordName(record=record, span=parameter.span)
        world.laid_open[name] = 0
        world.findings.within.append(Doing(step=name, place=None))
        statements.block_of(world, inner, step.block)
        world.findings.within.pop()
        for given in step.gives:
            _entry_given(world, step, inner, given)


def _step(world: World, node: ast.Do) -> ast.Step | None:
    """The step that a `do` names, when it can be done here."""
    name = node.step.text
    step = world.steps.get(name)
    if step is None and world.is_broken(name):
        return None
    if step is None:
        world.say("E203", node.step.span, f"there is no step {name}", did_you_mean(name, world.steps))
        return None
    world.used("step", name, node.step.span, step.name.span)
    world.laid_open[name] = world.laid_open.get(name, 0) + 1
    doing = [one.step for one in world.findings.within]
    if name in doing:
        road = [*doing[doing.index(name) :], name]
        told = f"step {name} does itself" if len(road) == 2 else f"step {name} does itself: {' does '.join(road)}"
        world.say("E219", node.step.span, told, "a step may do other steps, never itself; `for each` goes over records")
        return None
    if len(node.arguments) != len(step.parameters):
        wanted = listed((one.text for one in step.parameters), "and") or "nothing"
        told = f"step {name} is given {_count(len(node.arguments))} and takes {_count(len(step.parameters))}"
        world.say("E212", node.span, told, f"it takes {wanted}")
        return None
    if len(node.gives) > len(step.gives):
        given = listed((one.text for one in step.gives), "and") or "nothing"
        told = f"step {name} gives {_count(len(step.gives))}, here {_count(len(node.gives))} are taken over"
        world.say("E212", node.span, told, f"it gives {given}")
        return None
    if sum(world.laid_open.values()) > MOST:
        if sum(world.laid_open.values()) > MOST + 1:
            return None
        told = f"steps are laid open more than {MOST} times"
        world.say("E232", node.span, told, "steps that do steps that do steps multiply; do them at fewer places")
        return None
    return step


def _count(number: int) -> str:
    return "nothing" if number == 0 else "one thing" if number == 1 else f"{number} things"


def _given(world: World, scope: Scope, parameter: ast.Name, argument: ast.Expression) -> tuple[Entry, Let | None]:
    """What a parameter stands for: the record given, a fixed value, or a value under a key of its own."""
    found = values.record_or_value(world, scope.plain(), argument)
    known = scope.look(argument.span.text)
    match found:
        case Record() | Behind():
            return RecordName(record=found, span=parameter.span), None
        case Named() if isinstance(known, ValueName) and known.value == found:
            return ValueName(value=found, span=parameter.span, origin=known.origin), None
        case Constant() | Named():
            return ValueName(value=found, span=parameter.span), None
        case _:
            key = world.key(parameter.text)
            named = Named(span=parameter.span, type=found.type, key=key, name=parameter.text)
            origin = found if isinstance(found, Column) else None
            entry = ValueName(value=named, span=parameter.span, origin=origin)
            return entry, Let(span=argument.span, key=key, name=parameter.text, value=found)


def _taken(world: World, scope: Scope, step: ast.Step, inner: Scope, at: int, alias: ast.Name) -> Given | None:
    """One name after `gives` where the step is done."""
    what = _entry_given(world, step, inner, step.gives[at])
    match what:
        case None:
            lost(world, scope, alias)
            return None
        case Record() | Behind():
            record = new_record(world, scope, alias, what.table)
            return Given(span=alias.span, key=record.key, name=alias.text, what=what)
        case _:
            named = new_value(world, scope, alias, what)
            return Given(span=alias.span, key=named.key, name=alias.text, what=what)


def _entry_given(world: World, step: ast.Step, inner: Scope, name: ast.Name) -> AnyRecord | Value | None:
    """What a step has under a name that it gives; a finding when it has nothing."""
    entry = inner.names.get(name.text)
    if entry is not None:
        world.used("alias" if isinstance(entry, RecordName) else "let", name.text, name.span, entry.span)
    match entry:
        case RecordName(record=record):
            return record
        case ValueName(value=value):
            return value
        case PieceName() | None:
            told = f"step {step.name.text} gives {name.text}, but nothing in it is called so"
            world.say("E225", name.span, told, did_you_mean(name.text, inner.names))
            return None
