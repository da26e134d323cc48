"""`X via M` and `X using V` -> partners and translations, with the tables and values checked."""

from __future__ import annotations

import engine.model.values as values
from engine.catalog.catalog import System, Table
from engine.catalog.suggest import did_you_mean
from engine.connector import OPTION_SET
from engine.model.constants import fitted, unknown
from engine.model.facts import UsingFact
from engine.model.findings import listed
from engine.model.model import AnyRecord, Behind, Column, Constant, Itself, Leg, Partner, Record, Translate, Type, Value
from engine.model.names import called, variants
from engine.model.scope import Scope
from engine.model.types import TEXT, UNKNOWN_TABLE, described, group, is_unknown, same_table, wider
from engine.model.world import Variant, World
from engine.source import Span
from engine.syntax import ast


def via(world: World, scope: Scope, node: ast.Via, wanted: Type | None) -> Value:
    """`X via M|N` as an expression."""
    value = values.value_of(world, scope, node.value)
    return partner(world, value, node.mappings, wanted, node.span)


def partner(world: World, value: Value, names: tuple[ast.Name, ...], wanted: Type | None, span: Span) -> Value:
    """The partner of a value by the couplings of some mappings. The side of the value decides the direction."""
    found: list[Variant] = []
    for name in names:
        world.looked_up(name)
        found.extend(variants(world, name))
    if is_unknown(value.type) or len({one.node.name.text for one in found}) < len({one.text for one in names}):
        return unknown(span)
    known = [one for one in found if UNKNOWN_TABLE not in (one.bc, one.sales)]
    if not known:
        return unknown(span)
    system = side_of(value)
    leg: Leg = "to_sales" if system == "bc" else "to_bc"
    problem = _misfit(world, value, system, known) or (wanted is not None and _wrong_target(known, leg, wanted))
    if problem:
        mapping = listed(dict.fromkeys(one.node.name.text for one in known))
        told = f"{mapping} couples {called(known[0].bc)} with {called(known[0].sales)}, {problem}"
        world.say("E215", span, told, "name the mapping of the record that the field holds")
        return unknown(span)
    type_ = _partner_type(world, known[0], leg, wanted)
    return Partner(span=span, type=type_, value=value, mappings=tuple(one.text for one in names), leg=leg)


def side_of(value: Value | AnyRecord) -> System:
    """The system that a value belongs to: of its record, else of the record it names, else by its kind."""
    match value:
        case Record() | Behind():
            return value.table.system
        case Column() | Itself():
            return value.record.table.system
        case Partner():
            return "sales" if value.leg == "to_sales" else "bc"
        case _ if value.type.table is not None:
            return value.type.table.system
        case _:
            return "bc" if value.type.kind in ("code", "text", "record id") else "sales"


def _misfit(world: World, value: Value, system: System, known: list[Variant]) -> str:
    """Why a value names no record of the mappings' tables on its side; blank when it does."""
    tables = [one.on(system) for one in known]
    if isinstance(value, Itself):
        if any(same_table(value.record.table, one) for one in tables):
            return ""
        return f"and the record is {called(value.record.table)}"
    if value.type.kind == "option":
        return "" if any(one.name == OPTION_SET for one in tables) else "and the value is an option"
    if group(value.type) not in ("textual", "identity"):
        return f"and the value is of type {described(value.type)}"
    if system == "bc" and value.type.kind != "id" and all(len(one.key) > 1 for one in tables):
        return f"and a record of {called(tables[0])} has a key of several fields: `find` the record and look that up"
    targets = _tables_named(value)
    if targets and not any(one.name in targets for one in tables):
        shown = (called(world.catalog.table(system, one)) if world.catalog.has(system, one) else one for one in targets)
        return f"and the value names a record of {listed(sorted(shown))}"
    return ""


def _tables_named(value: Value) -> set[str]:
    if value.type.table is not None:
        return {value.type.table.name}
    if isinstance(value, Column):
        return {one.table for one in value.field.references}
    return set()


def _wrong_target(known: list[Variant], leg: Leg, wanted: Type) -> str:
    """Why the partner does not go where it is wanted; blank when it does."""
    tables = [one.sales if leg == "to_sales" else one.bc for one in known]
    if is_unknown(wanted):
        return ""
    if wanted.kind == "option":
        return "" if any(one.name == OPTION_SET for one in tables) else "and an option value is wanted"
    if wanted.table is not None and not any(same_table(wanted.table, one) for one in tables):
        return f"and a record of {called(wanted.table)} is wanted"
    if leg == "to_sales" and wanted.kind != "id":
        return f"and {described(wanted)} is wanted"
    return ""


def _partner_type(world: World, variant: Variant, leg: Leg, wanted: Type | None) -> Type:
    if leg == "to_bc":
        table: Table = variant.bc
        key = world.type_of(table, table.field(table.key[0]))
        return Type(kind=key.kind, length=key.length, options=key.options, table=table, blank_option=key.blank_option)
    if variant.sales.name == OPTION_SET:
        return wanted if wanted is not None and wanted.kind == "option" else Type(kind="option")
    return Type(kind="id", table=variant.sales)


# --- value lists ------------------------------------------------------------------------------------------


def using(world: World, scope: Scope, node: ast.Using, wanted: Type | None) -> Value:
    """`X using V` as an expression: the list is read from left to right."""
    value = values.value_of(world, scope, node.value)
    return translated(world, scope, value, node, wanted, backwards=False)


def pairs_of(world: World, node: ast.Using) -> tuple[tuple[ast.Pair, ...], str]:
    """The pairs of a value list and its name (blank for one in braces); a finding when there is no such list."""
    if not isinstance(node.values, ast.Name):
        return node.values, ""
    name = node.values
    found = world.values.get(name.text)
    if found is None:
        if not world.is_broken(name.text):
            hint = (
                did_you_mean(name.text, world.values)
                or 'declare it: `values NAME "…" { A = B }`, or write its pairs in braces'
            )
            if name.text in world.mappings:
                hint = f"{name.text} is a mapping: write `via {name.text}`"
            world.say("E220", name.span, f"there is no value list {name.text}", hint)
        return (), name.text
    world.used("values", name.text, name.span, found.name.span)
    return found.pairs, name.text


def translated(
    world: World, scope: Scope, value: Value, node: ast.Using, wanted: Type | None, *, backwards: bool
) -> Value:
    """A value by a value list, read in the direction of the arrow (`backwards`: from right to left)."""
    written, name = pairs_of(world, node)
    if is_unknown(value.type) or not written:
        return unknown(node.span)
    pairs: list[tuple[Constant, Constant]] = []
    for pair in written:
        start, end = (pair.right, pair.left) if backwards else (pair.left, pair.right)
        one = _constant(world, scope, start, value.type)
        other = _constant(world, scope, end, wanted)
        if one is not None and other is not None:
            pairs.append((one, other))
    world.gathered.usings.append(UsingFact(span=node.span, value=value, pairs=tuple(pairs), written=node))
    type_ = wanted
    for _, end_value in pairs if wanted is None else ():
        type_ = end_value.type if type_ is None else wider(type_, end_value.type)
    return Translate(span=node.span, type=type_ or TEXT, value=value, pairs=tuple(pairs), list_name=name)


def _constant(world: World, scope: Scope, node: ast.Expression, wanted: Type | None) -> Constant | None:
    value = fitted(world, values.value_of(world, Scope(), node, wanted), wanted)
    if isinstance(value, Constant):
        return None if is_unknown(value.type) else value
    world.say("E210", node.span, "a value list holds fixed values only", "write an option value, a text or a number")
    return None


def mapping_on(world: World, names: tuple[ast.Name, ...], table: Table, span: Span) -> bool:
    """Do the mappings named have a side with this table? A finding when one has not."""
    fits = True
    for name in names:
        world.looked_up(name)
        found = variants(world, name)
        if not found:
            fits = False
        elif table is not UNKNOWN_TABLE and not any(same_table(one.on(table.system), table) for one in found):
            told = f"{name.text} couples {called(found[0].bc)} with {called(found[0].sales)}, not {called(table)}"
            world.say("E215", name.span, told, "name the mapping of the record")
            fits = False
    return fits
