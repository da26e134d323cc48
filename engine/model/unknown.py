"""A name that means nothing at its place -> a finding that says what was probably meant."""

from __future__ import annotations

import re

from engine.catalog.suggest import did_you_mean
from engine.model.dayvalues import say_no_day
from engine.model.model import Type
from engine.model.names import field_named, unknown_option as say_unknown_option
from engine.model.scope import RecordName, Scope
from engine.model.types import group, is_unknown
from engine.model.world import World
from engine.syntax import ast

_SPOKEN_RANGE = re.compile(r"(\S+) to (\S+)")


def unknown_name(world: World, scope: Scope, name: ast.Name, wanted: Type | None) -> None:
    """Tells that a name means nothing here: a wrong option value, a wrong field, or an unknown alias."""
    if is_unknown(wanted) or world.is_broken(name.text):
        return
    if wanted is not None and wanted.kind == "option":
        say_unknown_option(world, wanted, name.text, name.span)
        return
    if wanted is not None and group(wanted) == "calendar" and not _with_alias(scope, name):
        say_no_day(world, name)
        return
    aliases = [*scope.visible(), *world.shared_nodes]
    fields = [] if scope.bare is None else [one.caption for one in scope.bare.table.fields.values()]
    near = did_you_mean(name.text, aliases)
    if wanted is None and scope.bare is not None and (name.text[:1].isupper() or not near):
        field_named(world, scope.bare.table, name)
        return
    hint = _with_alias(scope, name) or did_you_mean(name.text, [*aliases, *fields])
    if wanted is not None and group(wanted) == "textual":
        hint = hint or f"text stands in single quotes: '{name.text}'"
    first, _, rest = name.text.partition(" ")
    if first == "settings" and rest and not _with_alias(scope, name):
        hint = f"write `setting {rest}`"
    if (span := _SPOKEN_RANGE.fullmatch(name.text)) is not None:
        hint = f"a range has two dots: {span[1]}..{span[2]}"
    if wanted is not None and wanted.kind == "boolean":
        hint = "write Yes or No"
    hint = hint or "give it a name before: `let … = …`, `find … as …`; a setting is written `setting …`"
    world.say("E207", name.span, f"nothing here is called {name.text}", hint)


def _with_alias(scope: Scope, name: ast.Name) -> str:
    """`write item.No.`, when a record in sight has such a field."""
    for alias in scope.visible():
        entry = scope.look(alias)
        if isinstance(entry, RecordName) and entry.record.table.find(name.text):
            return f"write {alias}.{name.text}"
    return ""
