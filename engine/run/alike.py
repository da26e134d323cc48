"""A leg -> SQL that sees of most records, before both sides are joined, that they need no write.

Most records are as they were. On the source side the values that the lines give are hashed to one number, on the
other side what the partner holds, and the join carries these two numbers instead of all fields. It is a filter and
no verdict: who is alike is unchanged; who is not is looked at field by field in `transfer`.

A field that may keep what stands in it (R4.5, R4.9, R4.10, `keep if blank`) gives one of two: a value of the source
side, or what is there already. Hashed as if nothing was there, it equals what is there only if both would.
"""

from __future__ import annotations

import re
from dataclasses import replace

from engine.model import model
from engine.plan.legs import Pass, keeps_options
from engine.run.found import Alike
from engine.run.transfer import read_items
from engine.run.world import World
from engine.sql import blank
from engine.sql.blank import SQL_TYPES, type_of
from engine.sql.conditions import joined_by
from engine.sql.frame import Frame, Outcome
from engine.sql.quote import identifier
from engine.sql.scope import Joined, Scope, Written, aliases, needed
from engine.sql.values import Around, NotPlanned, Reading, before


def alike(step: Pass, world: World, around: Around) -> Alike | None:
    """How to see that a record needs no write; None where a mapping does more than set fields, or mixes both sides."""
    if keeps_options(step.mapping):
        return None
    source, destination = step.source.table, step.destination.table
    kept = world.alias("kept")
    entry = Written(
        table=destination,
        old=Joined(alias="d", table=destination, certain=False),
        id=f"d.{identifier(destination.id_field)}",
        exists="true",
        kept=kept,
    )
    scope = Scope(world, "")
    scope.names[step.source.key] = Joined(alias="s", table=source, certain=True)
    scope.names[step.destination.key] = entry
    frame = Frame(around=around, scope=scope, outcome=Outcome())
    coupled = [one for one in step.mapping.items if not only_for_new(one)]
    try:
        read_items(replace(step, mapping=replace(step.mapping, items=tuple(coupled))), frame, entry, True)
    except NotPlanned:
        return None
    joins, beyond = separable(scope.joins, ["c", "d", kept])
    failed = frame.outcome.failed()
    new, old, apart = [], [], []
    for name, text in entry.values.items():
        field = destination.fields[name]
        if field.access == "insert":
            continue
        kind, marker = type_of(field), f"{kept}.{identifier(name)}"
        held = before(entry, field, Reading(scope=scope, around=around))
        given = [text.replace(marker, blank.blank(kind))]
        if names(given[0], beyond):  # a condition may look at both sides: unchanged is who is so either way
            given = [one.replace(marker, blank.blank(kind)) for one in entry.offered.get(name, given)]
        if any(names(one, beyond) for one in given):
            apart.append(f"({text.replace(marker, held)} IS NOT DISTINCT FROM {held})")
        else:
            new += [f"CAST({one} AS {SQL_TYPES[field.kind]})" for one in given]
            old += [f"CAST({held} AS {SQL_TYPES[field.kind]})"] * len(given)
    if names(failed, beyond) or not new or any(names(one, [*aliases(scope.joins), "c", kept]) for one in apart):
        return None
    listed = "".join(f"\n    {one}" for one in needed(joins, " ".join([*new, failed])))
    return Alike(
        source=f"(SELECT s.*, hash({', '.join(new)}) AS _new, NOT {failed} AS _sound\n  FROM {{rows}} s{listed}) s",
        partner=f"(SELECT d.*, hash({', '.join(old)}) AS _old FROM {world.relation(destination)} d)",
        test=joined_by("AND", ["s._sound", "s._new = d._old", *apart]),
    )


def only_for_new(item: object) -> bool:
    """Does a part of a mapping leave records alone that have a partner?"""
    return isinstance(item, model.Moment) and not item.after and item.states == frozenset({"new"})


def separable(joins: list[str], beyond: list[str]) -> tuple[list[str], list[str]]:
    """The joins that do not need what is beyond the source's side, and the aliases that do."""
    kept = []
    for join, alias in zip(joins, aliases(joins), strict=True):
        if names(join, beyond):
            beyond = [*beyond, alias]
        else:
            kept.append(join)
    return kept, beyond


def names(text: str, aliases: list[str]) -> bool:
    """Does an expression name a column of one of these, or look at all records at once?"""
    return " OVER (" in text or re.search(rf"\b({'|'.join(aliases)})\.", text) is not None
