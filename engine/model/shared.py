"""A `find` or `let` at the top of a file -> a name that all rules may use, bound when first needed."""

from __future__ import annotations

import engine.model.statements as statements
import engine.model.values as values
from engine.model.constants import unknown
from engine.model.findings import listed
from engine.model.model import Let, Named, Shared
from engine.model.names import table_named
from engine.model.scope import Entry, RecordName, Scope, ValueName
from engine.model.world import World
from engine.syntax import ast


def shared_entry(world: World, name: ast.Name) -> Entry | None:
    """What a name at the top of a file stands for; None when there is no such name."""
    node = world.shared_nodes.get(name.text)
    if node is None:
        return None
    if name.text in world.looking_up:
        return _in_progress(world, name)
    if name.text not in world.shared_names:
        _bind(world, node)
    return world.shared_names[name.text]


def bind_shared(world: World) -> None:
    """Binds those that nothing has asked for, so that they are checked, too."""
    for name, node in world.shared_nodes.items():
        if name not in world.shared_names:
            _bind(world, node)


def _in_progress(world: World, name: ast.Name) -> Entry | None:
    """A look-up that needs itself; its own record may stand in its own `else create`."""
    if world.looking_up[-1] != name.text or name.text not in world.shared_names:
        road = [*world.looking_up[world.looking_up.index(name.text) :], name.text]
        told = f"{name.text} is needed to look itself up: {' needs '.join(road)}"
        world.say("E229", name.span, told, f"say {listed(road[:1])} without it")
    return world.shared_names.get(name.text, ValueName(value=unknown(name.span), span=name.span))


def _bind(world: World, node: ast.Find | ast.Let) -> None:
    """Binds one; on its own, as if no step and no line were being bound."""
    name = node.alias.text
    within, on_line = world.findings.within, world.gathered.on_line
    world.findings.within, world.gathered.on_line = [], False
    world.looking_up.append(name)
    try:
        match node:
            case ast.Find():
                record = world.record(name, table_named(world, node.table), node.alias.span)
                world.shared_names[name] = RecordName(record=record, span=node.alias.span)
                found = statements.find_into(world, Scope(), node, record)
                world.shared[record.key] = Shared(span=node.span, statement=found)
            case ast.Let():
                value = values.value_of(world, Scope(), node.value)
                key = world.key(name)
                named = Named(span=node.alias.span, type=value.type, key=key, name=name)
                world.shared_names[name] = ValueName(value=named, span=node.alias.span)
                bound = Let(span=node.span, key=key, name=name, value=value)
                world.shared[key] = Shared(span=node.span, statement=bound)
    finally:
        world.looking_up.pop()
        world.findings.within, world.gathered.on_line = within, on_line


def declare_shared(world: World, node: ast.Find | ast.Let) -> None:
    """Takes a name at the top of a file; a finding when it is taken."""
    name = node.alias
    if name.text in world.shared_nodes:
        first = world.shared_nodes[name.text].alias.span
        told = f"{name.text} is already the name of something in {first.path}, line {first.line}"
        world.say("E216", name.span, told, "choose another name")
        return
    world.shared_nodes[name.text] = node
    world.defined("alias" if isinstance(node, ast.Find) else "let", name.text, name.span, shared=True)
