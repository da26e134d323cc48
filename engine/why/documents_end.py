"""What was told of a document while it was planned, and the tables of the plan -> its chapter."""

from __future__ import annotations

from dataclasses import replace

from engine.manual.pointing import Pointed
from engine.model.model import Process
from engine.run.process.listing import refers_to
from engine.run.world import World
from engine.sql.quote import literal
from engine.why import ledger
from engine.why.chapters import brought, field_written
from engine.why.ledger import Entry
from engine.why.story import Chapter, Outcome, Place, Told


def document(
    process: Process, number: int, pointed: Pointed, gates: list[Told], lines: tuple[Told, ...], world: World
) -> Chapter:
    """The one chapter of a process."""
    listed = ledger.entry(number, pointed.id, world)
    whole = ledger.refused_whole(number, world) if listed is None else None
    outcome, code, reason, place = ending(process, pointed, listed, whole, gates, world)
    if outcome == "failed" and place is not None:
        lines = tuple(blamed(one, place) for one in lines)
    sections = []
    if gates:
        taken = any(one.sign == "yes" for one in gates)
        text = "yes" if taken else "no"
        sections.append(Told(kind="read", name="read", text=text, sign="yes" if taken else "no", parts=tuple(gates)))
    if lines:
        text = "nothing of this is written" if outcome == "failed" else ""
        sections.append(Told(kind="lines", name="lines", text=text, parts=lines))
    sections.append(result(outcome, code, reason, listed))
    return Chapter(
        number=number,
        way="process",
        within=process.name,
        source_table=pointed.table.caption if pointed.table is not None else "",
        source=pointed.label,
        source_id=pointed.id,
        destination_table="",
        destination="",
        destination_id=None,
        outcome=outcome,
        code=code,
        reason=reason,
        place=place,
        sections=tuple(sections),
    )


def ending(
    process: Process, pointed: Pointed, listed: Entry | None, whole: Entry | None, gates: list[Told], world: World
) -> tuple[Outcome, str | None, str, Place | None]:
    """What becomes of the document, and why."""
    if whole is not None:
        return "failed", whole.code, whole.reason, whole.place
    if listed is None:
        if any(one.sign == "yes" for one in gates):
            return "unchanged", None, "carried out, and nothing had to be changed", None
        if gates:
            return "not read", None, "no loop of the process takes it", gates[0].place
        return "not read", None, "the process does not come to a loop over such records", None
    if listed.action == "fail":
        return "failed", listed.code, listed.reason, listed.place
    if creates(listed) or counts_as_new(pointed, world):
        return "created", None, "", None
    if {listed.action, *(one.action for one in listed.along)} & {"create", "change", "delete"}:
        return "changed", None, "", None
    return "unchanged", None, "only warned about", None


def creates(listed: Entry) -> bool:
    """Does a document make something new, as the counters of its process see it? What is created under a record that
    was there and is changed is part of that change, as a line of an order is (`engine.run.process.listing.counted`)."""
    records = [(listed.action, listed.table), *((one.action, one.table) for one in listed.along)]
    changed = [table for action, table in records if action == "change" and table is not None]
    return any(
        action == "create"
        and table is not None
        and not any(
            whole is not table and whole.system == table.system and refers_to(table, whole) for whole in changed
        )
        for action, table in records
    )


def counts_as_new(pointed: Pointed, world: World) -> bool:
    """Does a rule say that the document counts as a new one, though nothing was created?"""
    found = world.connection.execute(f"SELECT 1 FROM renewed WHERE unit = {literal(pointed.id)}::UUID LIMIT 1")
    return found.fetchone() is not None


def result(outcome: Outcome, code: str | None, reason: str, listed: Entry | None) -> Told:
    """The records of the document, each with its fields."""
    parts: list[Told] = []
    if listed is not None:
        parts += [field_written(one) for one in listed.fields]
        parts += [brought(one) for one in listed.along]
        parts += [
            Told(kind="warning", name=name, text=text, sign="warns", place=place) for name, text, place in listed.notes
        ]
    facts = (("outcome", outcome), ("code", code), ("reason", reason))
    return Told(kind="outcome", name="outcome", text=outcome, facts=facts, parts=tuple(parts))


def blamed(one: Told, place: Place) -> Told:
    """The line that refuses the document is marked."""
    parts = tuple(blamed(part, place) for part in one.parts)
    guilty = one.place == place and (one.sign in ("no", "fails") or one.kind == "field")
    return replace(one, parts=parts, sign="fails" if guilty else one.sign)
