"""A leg -> SQL that sees of most records, before both sides are joined, that they need no write.

Most records are as they were. On the source side the values that the lines give are hashed to one number, on the
other side what the partner holds, and the join carries these two numbers instead of all fields. It is a filter and
no verdict: who is alike is unchanged; who is not is looked at field by field in `transfer`.

A field that may keep what stands in it (R4.5, R4.9, R4.10, `keep if blank`) gives one of two: a value of the source
side, or what is there already. Hashed as if nothing was there, it equals what is there only if both would.
"""

from __future__ import annotations

import re

from engine.plan.legs import Pass, keeps_options
from engine.run.candidates import Alike
from engine.run.transfer import read_items
from engine.run.world import World
from engine.sql import blank
from engine.sql.blank import SQL_TYPES, type_of
from engine.sql.conditions import joined_by
from engine.sql.frame import Frame, Outcome
from engine.sql.quote import identifier
from engine.sql.scope import Joined, Scope, Written
from engine.sql.values import Around, NotPlanned, Reading, before

JOINED = re.compile(r"\b\w+_\d+\.")
PARTNER = re.compile(r"\b[cd]\.")


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
    try:
        read_items(step, frame, entry)
    except NotPlanned:
        return None
    failed = frame.outcome.failed()
    new, old, apart = [], [], []
    for name, text in entry.values.items():
        field = destination.fields[name]
        if field.access == "insert":
            continue
        kind, marker = type_of(field), f"{kept}.{identifier(name)}"
        held = before(entry, field, Reading(scope=scope, around=around))
        given = text.replace(marker, blank.blank(kind))
        if mixed(given, kept):
            apart.append(f"({text.replace(marker, held)} IS NOT DISTINCT FROM {held})")
        else:
            new.append(f"CAST({given} AS {SQL_TYPES[field.kind]})")
            old.append(f"CAST({held} AS {SQL_TYPES[field.kind]})")
    if mixed(" ".join([failed, *scope.joins]), kept) or not new:
        return None
    if any(JOINED.search(one) or f"{kept}." in one or "c." in one or " OVER (" in one for one in apart):
        return None
    joins = "".join(f"\n    {one}" for one in scope.joins)
    return Alike(
        source=f"(SELECT s.*, hash({', '.join(new)}) AS _new, NOT {failed} AS _sound\n  FROM {{rows}} s{joins}) s",
        partner=f"(SELECT d.*, hash({', '.join(old)}) AS _old FROM {world.relation(destination)} d)",
        test=joined_by("AND", ["s._sound", "s._new = d._old", *apart]),
    )


def mixed(text: str, kept: str) -> bool:
    """Does an expression need the partner's side, or all records at once?"""
    return PARTNER.search(text) is not None or f"{kept}." in text or " OVER (" in text
