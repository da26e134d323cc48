"""A mapping and what `change mapping` says of it -> the items that it finally has.

What stands once is replaced, what may stand often is added; a line into the same field, a filter on the same field
replaces the shipped one; `drop F` takes the lines of a field away.
"""

from __future__ import annotations

from typing import Literal

from engine.catalog.catalog import Table
from engine.catalog.suggest import did_you_mean
from engine.model.facts import Replacement
from engine.model.lines import plain_name
from engine.model.names import called
from engine.model.world import Variant, World
from engine.syntax import ast

ONCE = (ast.Creation, ast.OnlyWithin, ast.AlwaysCompare, ast.CreateUnmatched, ast.SynchroniseMatched)


def items_of(world: World, variant: Variant, changes: tuple[ast.ChangeMapping, ...]) -> tuple[ast.MappingItem, ...]:
    """The items of a mapping after its changes, those added below the shipped ones."""
    items = list(variant.node.items)
    added: list[ast.MappingItem] = []
    for change in changes:
        for item in change.items:
            if isinstance(item, ast.Drop):
                _drop(world, variant, items, added, item)
                continue
            replaced = [one for one in items if _replaces(variant, item, one)]
            for one in replaced:
                items.remove(one)
                _note(world, variant, one, item)
            if isinstance(item, ast.InFullSynchronisation):
                items.insert(0, item)  # the first that holds counts
            elif isinstance(item, (*ONCE, ast.OnConflict)):
                added = [one for one in added if not _replaces(variant, item, one)]
                added.append(item)
            else:
                added.append(item)
    return (*items, *added)


def _replaces(variant: Variant, new: ast.MappingItem, old: ast.MappingItem) -> bool:
    """Does an item of a change take the place of one that is there?"""
    match new, old:
        case (ast.FieldLine(), ast.FieldLine()):
            return bool(_targets(variant, new) & _targets(variant, old))
        case (ast.RecordFilter(), ast.RecordFilter()):
            if new.system != old.system:
                return False
            fields = filtered(variant.on(new.system), new.condition)
            return bool(fields) and fields == filtered(variant.on(old.system), old.condition)
        case (ast.OnConflict(), ast.OnConflict()):
            return new.kind == old.kind
        case _:
            return type(new) is type(old) and isinstance(new, ONCE)


def _targets(variant: Variant, line: ast.FieldLine) -> set[tuple[str, str]]:
    """The fields that a line writes: system and technical name."""
    ends: list[tuple[Table, ast.Expression]] = []
    if line.arrow in ("->", "<->"):
        ends.append((variant.sales, line.right))
    if line.arrow in ("<-", "<->"):
        ends.append((variant.bc, line.left))
    return {(table.system, name) for table, node in ends for name in _field(table, node)}


def _field(table: Table, node: ast.Expression) -> tuple[str, ...]:
    name = plain_name(node)
    found = () if name is None else table.find(name.text)
    return (found[0].name,) if len(found) == 1 else ()


def filtered(table: Table, condition: ast.Expression) -> frozenset[str]:
    """The technical names of the fields that a filter condition is about."""
    match condition:
        case ast.And() | ast.Or():
            return filtered(table, condition.left) | filtered(table, condition.right)
        case ast.Not():
            return filtered(table, condition.operand)
        case ast.Group():
            return filtered(table, condition.inner)
        case ast.Equals() | ast.Compare():
            return frozenset(_field(table, condition.left))
        case ast.IsBlank():
            return frozenset(_field(table, condition.value))
        case _:
            return frozenset()


def _drop(
    world: World, variant: Variant, items: list[ast.MappingItem], added: list[ast.MappingItem], item: ast.Drop
) -> None:
    """`drop F`: the lines that have the field on either side go."""
    known = _known(variant, item.field.text)
    lines = [one for one in (*items, *added) if isinstance(one, ast.FieldLine)]
    gone = [one for one in lines if known & _ends(variant, one)]
    for line in gone:
        (items if line in items else added).remove(line)
        _note(world, variant, line, item)
    if gone:
        return
    shown = [name.text for line in lines for name in (plain_name(line.left), plain_name(line.right)) if name]
    if not known:
        told = f"neither {called(variant.bc)} nor {called(variant.sales)} has a field {item.field.text}"
        world.say("E204", item.field.span, told, did_you_mean(item.field.text, shown))
        return
    told = f"mapping {variant.node.name.text} has no line of the field {item.field.text}"
    world.say("E217", item.field.span, told, did_you_mean(item.field.text, shown))


def _known(variant: Variant, written: str) -> set[tuple[str, str]]:
    return {(table.system, one.name) for table in (variant.bc, variant.sales) for one in table.find(written)}


def _ends(variant: Variant, line: ast.FieldLine) -> set[tuple[str, str]]:
    sides = ((variant.bc, line.left), (variant.sales, line.right))
    return {(table.system, name) for table, node in sides for name in _field(table, node)}


def _note(world: World, variant: Variant, old: ast.MappingItem, new: ast.MappingItem) -> None:
    what: Literal["line", "filter", "clause", "dropped line"]
    match old:
        case ast.FieldLine():
            what = "dropped line" if isinstance(new, ast.Drop) else "line"
        case ast.RecordFilter():
            what = "filter"
        case _:
            what = "clause"
    world.gathered.replaced.append(
        Replacement(mapping=variant.node.name.text, shipped=old.span, by=new.span, what=what)
    )
