"""Rule files -> their declarations by name; a name of our own files replaces a shipped one, twice is a finding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar, assert_never

from engine.catalog.suggest import did_you_mean
from engine.model.facts import Replacement
from engine.model.names import table_named
from engine.model.shared import declare_shared
from engine.model.world import Variant, World
from engine.source import Span
from engine.syntax import ast

HEAD = re.compile(
    r"""^(?:(?:mapping|process|values|procedure)[ ](?P<name>[^"{\n]+)"
        |(?:step|function)[ ](?P<step>.+?)(?=[ ](?:with|gives)\b|[ ]*\{|$)
        |find[ ].*?[ ]as[ ](?P<found>.+?)(?=[ ](?:where|sorted|else)\b|$)
        |let[ ](?P<let>[^=\n]+?)[ ]*=)""",
    re.MULTILINE | re.VERBOSE,
)
"""The head of a declaration that gives a name to something."""

Declared = TypeVar("Declared", ast.Process, ast.Step, ast.Job, ast.Values, ast.Rule)


@dataclass(slots=True, kw_only=True)
class Declarations:
    """What the files declare, beside what the World holds by name."""

    rules: dict[str, ast.Rule] = field(default_factory=dict)
    jobs: dict[str, ast.Job] = field(default_factory=dict)
    changes: list[ast.ChangeMapping] = field(default_factory=list)
    reactions: list[ast.Whenever | ast.WheneverSetting] = field(default_factory=list)


def declared(world: World, files: Sequence[ast.RuleFile], shipped: frozenset[str]) -> Declarations:
    """Takes all names. shipped: the paths of the files that our own may override."""
    found = Declarations()
    world.broken = broken_names(files)
    for file in files:
        for node in file.declarations:
            match node:
                case ast.Mapping():
                    _mapping(world, node)
                case ast.ChangeMapping():
                    found.changes.append(node)
                case ast.Process():
                    _take(world, world.processes, node.name.text, node, node.name.span, shipped)
                    world.defined("process", node.name.text, node.name.span)
                case ast.Step():
                    _take(world, world.steps, node.name.text, node, node.name.span, shipped)
                    world.defined("step", node.name.text, node.name.span)
                case ast.Rule():
                    _take(world, found.rules, node.title, node, node.title_span, shipped)
                case ast.Job():
                    _take(world, found.jobs, node.name.text, node, node.name.span, shipped)
                case ast.Values():
                    _take(world, world.values, node.name.text, node, node.name.span, shipped)
                    world.defined("values", node.name.text, node.name.span)
                case ast.Whenever() | ast.WheneverSetting():
                    found.reactions.append(node)
                case ast.Find() | ast.Let():
                    declare_shared(world, node)
                case _:
                    assert_never(node)
    for change in found.changes:
        if change.name.text not in world.mappings and not world.is_broken(change.name.text):
            told = f"there is no mapping {change.name.text} to change"
            world.say("E202", change.name.span, told, did_you_mean(change.name.text, world.mappings))
    return found


def broken_names(files: Sequence[ast.RuleFile]) -> frozenset[str]:
    """The names in the heads of declarations that could not be read: they exist, whatever they may say."""
    heads = {
        name.strip()
        for file in files
        for found in HEAD.finditer(file.source.text)
        for name in found.groups()
        if name is not None
    }
    known: set[str] = set()
    for file in files:
        for node in file.declarations:
            match node:
                case ast.Rule() | ast.Whenever() | ast.WheneverSetting() | ast.ChangeMapping():
                    pass
                case ast.Find() | ast.Let():
                    known.add(node.alias.text)
                case _:
                    known.add(node.name.text)
    return frozenset(heads - known)


def _mapping(world: World, node: ast.Mapping) -> None:
    for side, system in ((node.left, "bc"), (node.right, "sales")):
        if side.table.system != system:
            told = "a mapping has Business Central on the left and Sales on the right"
            world.say("E226", side.table.span, told, "write `bc … <-> sales …` and turn the arrows of the lines round")
            world.broken |= {node.name.text}
            return
    variant = Variant(node=node, bc=table_named(world, node.left.table), sales=table_named(world, node.right.table))
    world.mappings[node.name.text] = (*world.mappings.get(node.name.text, ()), variant)
    world.defined("mapping", node.name.text, node.name.span)


def _take(
    world: World, names: dict[str, Declared], name: str, node: Declared, span: Span, shipped: frozenset[str]
) -> None:
    """Puts a declaration under its name; ours in the place of a shipped one."""
    first = names.get(name)
    if first is None:
        names[name] = node
        return
    if (first.span.path in shipped) == (span.path in shipped):
        told = f"{name} is declared already, in {first.span.path}, line {first.span.line}"
        world.say("E216", span, told, "choose another name, or delete one of them")
        return
    ours, theirs = (first, node) if span.path in shipped else (node, first)
    names[name] = ours
    world.gathered.replaced.append(Replacement(mapping=name, shipped=theirs.span, by=ours.span, what="declaration"))
