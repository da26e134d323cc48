"""What was seen of a leg -> its chapter: sections in the order of the decision, and what the plan does in the end."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.catalog.catalog import Field
from engine.model import model
from engine.pipeline import Rules
from engine.plan.legs import Pass
from engine.run.gates import RunScope
from engine.run.world import World
from engine.why import clauses, ledger
from engine.why.admission import Admission
from engine.why.decision import Row
from engine.why.ledger import Entry
from engine.why.partner import Coupling, changes
from engine.why.questions import named
from engine.why.story import Chapter, Outcome, Place, Told, at_line
from engine.why.telling import plain
from engine.why.trail import Trail

OUTCOMES: dict[str, Outcome] = {
    "create": "created",
    "change": "changed",
    "fail": "failed",
    "conflict": "conflict",
    "skip": "skipped",
    "uncouple": "uncoupled",
}
WORDS = {
    "create": "created",
    "change": "changed",
    "delete": "removed",
    "couple": "coupled",
    "uncouple": "uncoupled",
    "fail": "fails",
    "skip": "skipped",
    "conflict": "conflict",
}


@dataclass
class Leg:
    """What was seen of one leg so far. src: id of the record that it reads, None when there is none."""

    step: Pass
    run: RunScope
    many: int
    src: str | None
    before: Coupling | None
    admitted: Admission | None
    trails: dict[int, Trail] = field(default_factory=dict)
    judged: bool = False
    row: Row | None = None
    partner: tuple[Told, ...] = ()
    stamps: tuple[Told, ...] = ()
    lines: tuple[Told, ...] = ()
    also: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What becomes of the record in the end."""

    outcome: Outcome
    code: str | None
    reason: str
    place: Place | None


def chapter(leg: Leg, after: Coupling | None, rules: Rules, world: World, wanted: Field | None) -> Chapter:
    """The whole leg. after: the coupling as the leg leaves it."""
    step = leg.step
    listed = ledger.entry(step.number, leg.src, world) if leg.src is not None else None
    ended = ending(leg, listed)
    source, destination = step.source.table, step.destination.table
    other = leg.row.dst if leg.row is not None else partner_id(leg)
    if listed is not None:
        other = listed.id
    label = named(destination, other, world) if other is not None else ""
    sections = asked_for(leg, ended, listed, rules, wanted) if wanted is not None else whole(leg, ended, listed, after)
    return Chapter(
        number=step.number,
        way=step.leg,
        within=step.mapping.name,
        source_table=source.caption,
        source=named(source, leg.src, world) if leg.src is not None else "",
        source_id=leg.src,
        destination_table=destination.caption,
        destination="" if label == other else label,
        destination_id=other,
        outcome=ended.outcome,
        code=ended.code,
        reason=ended.reason,
        place=ended.place,
        sections=sections,
    )


def partner_id(leg: Leg) -> str | None:
    """The id of the partner that the record had before the leg; None without a coupling."""
    if leg.before is None:
        return None
    return leg.before.sales if leg.step.leg == "to_sales" else leg.before.bc


def ending(leg: Leg, listed: Entry | None) -> Ending:
    """The outcome as the plan has it, and in one sentence why."""
    if listed is not None:
        outcome = OUTCOMES.get(listed.action, "unchanged")
        return Ending(
            outcome=outcome,
            code=listed.code,
            reason=listed.reason,
            place=listed.place if listed.reason else None,
        )
    if leg.src is None:
        text = f"there is no {leg.step.source.table.caption} to read"
        return Ending(outcome="no record", code=None, reason=text, place=None)
    if leg.row is None:
        return not_read(leg)
    if leg.row.kind == "left out":
        return left_out(leg)
    text = "compared, and no field differs"
    if leg.row.kind == "untouched":
        text = f"the {leg.step.source.table.caption} was not changed since it was last seen, so it is not compared"
    return Ending(outcome="unchanged", code=None, reason=text, place=None)


def not_read(leg: Leg) -> Ending:
    """Why the leg did not read the record: it is gone, kept out, its own change, or not among those chosen."""
    admitted = leg.admitted
    if admitted is None or not admitted.there:
        text = f"the {leg.step.source.table.caption} does not exist any more; what is deleted is never read"
        return Ending(outcome="no record", code=None, reason=text, place=None)
    first = next((one for one in admitted.lines if one.sign == "no" and one.kind != "leave out"), None)
    if first is None:
        return Ending(outcome="not read", code=None, reason="it is not among the records read", place=None)
    text = f"kept out by {first.name}" if first.kind == "filter" else first.name
    if first.kind == "own change":
        text = "last changed by the integration user itself"
    if first.kind == "chosen":
        text = "not among the records that this run is for"
    return Ending(outcome="not read", code=None, reason=text, place=first.place)


def left_out(leg: Leg) -> Ending:
    """Why a record that was read is not looked at: a rule leaves it out, or it has no partner and gets none."""
    rule = next(
        (one for one in (leg.admitted.lines if leg.admitted else ()) if one.kind == "leave out" and one.sign == "no"),
        None,
    )
    if rule is not None:
        return Ending(outcome="left out", code=None, reason=f"a rule leaves it out: {rule.name}", place=rule.place)
    creates = next((one for one in leg.partner if one.kind == "creates"), None)
    text = "it has no partner, and the mapping may not create one"
    return Ending(outcome="left out", code=None, reason=text, place=None if creates is None else creates.place)


# --- sections ---------------------------------------------------------------------------------------------------


def whole(leg: Leg, ended: Ending, listed: Entry | None, after: Coupling | None) -> tuple[Told, ...]:
    """The sections of a chapter, in the order of the decision; one without content is left out."""
    sections = []
    if leg.admitted is not None and leg.admitted.there:
        sections.append(read_section(leg, leg.admitted))
    if leg.partner:
        sections.append(Told(kind="partner", name="partner", parts=leg.partner))
    if leg.stamps and ended.outcome != "left out":
        sections.append(Told(kind="stamps", name="since the last run", parts=leg.stamps))
    if leg.lines:
        written = ended.outcome in ("created", "changed", "unchanged")
        text = "" if written else "nothing of this is written"
        sections.append(Told(kind="lines", name="lines", text=text, parts=leg.lines))
    sections.append(outcome_section(leg, ended, listed, after))
    return tuple(sections)


def read_section(leg: Leg, admitted: Admission) -> Told:
    """Was the record read, and what every filter and condition said of it."""
    read = leg.row is not None
    again = read and not admitted.open
    text = "yes, though kept out otherwise, as a retry" if again else "yes" if read else "no"
    return Told(kind="read", name="read", text=text, sign="yes" if read else "no", parts=admitted.lines)


def outcome_section(leg: Leg, ended: Ending, listed: Entry | None, after: Coupling | None) -> Told:
    """What became of it: fields written, records that came along, warnings, what the coupling keeps."""
    parts: list[Told] = []
    if listed is not None:
        parts += written(leg, listed)
        parts += [brought(one) for one in listed.along]
        parts += [
            Told(kind="warning", name=code, text=text, sign="warns", place=here) for code, text, here in listed.notes
        ]
    if ended.outcome == "failed":
        parts += [one for one in leg.also if one.text != ended.reason]
    parts += changes(leg.before, after)
    facts = (("outcome", ended.outcome), ("code", ended.code), ("reason", ended.reason))
    return Told(kind="outcome", name="outcome", text=ended.outcome, place=ended.place, facts=facts, parts=tuple(parts))


def written(leg: Leg, listed: Entry) -> list[Told]:
    """The fields as the plan lists them, where the lines have not told of them already."""
    told = {(dict(one.facts).get("field"), dict(one.facts).get("after")) for one in leg.lines if one.kind == "field"}
    return [field_written(one) for one in listed.fields if (one.name, one.after) not in told]


def field_written(one: ledger.Written) -> Told:
    """A field that is written: before and after, the rule and its place."""
    return Told(
        kind="written",
        name=one.caption,
        text=f"{plain(one.before)} -> {plain(one.after)}",
        sign="changes",
        place=one.place,
        facts=(("field", one.name), ("before", one.before), ("after", one.after), ("rule", one.rule)),
    )


def brought(one: ledger.Along) -> Told:
    """A record that comes along, with its fields."""
    return Told(
        kind="along",
        name=f"{one.table.caption} {one.label}".strip(),
        text=WORDS.get(one.action, one.action),
        sign="changes",
        place=one.place,
        facts=(("action", one.action),),
        parts=tuple(field_written(field) for field in one.fields),
    )


def asked_for(leg: Leg, ended: Ending, listed: Entry | None, rules: Rules, wanted: Field) -> tuple[Told, ...]:
    """Only what concerns one field."""
    found = list(leg.lines)
    if not found:
        found = [
            Told(
                kind="field",
                name=carry.target.caption,
                text=f"`{item.label}` is not looked at: {ended.reason}",
                place=at_line(item.span),
                facts=(("field", carry.target.name), ("rule", item.label), ("carried_out", False)),
            )
            for item in leg.step.mapping.items
            if isinstance(item, model.FieldLine)
            for carry in (item.to_sales if leg.step.leg == "to_sales" else item.to_bc,)
            if carry is not None and clauses.about(carry, wanted)
        ]
    found += [
        Told(
            kind="field",
            name=wanted.caption,
            text=f"`{one.line.label}` carries nothing now: it is off, or its `when` does not hold",
            place=at_line(one.line.span),
            facts=(("rule", one.line.label), ("carried_out", False)),
        )
        for one in clauses.idle_lines(rules, leg.step.mapping, wanted)
    ]
    if listed is not None:
        told = {(dict(one.facts).get("field"), dict(one.facts).get("after")) for one in found}
        found += [
            field_written(one) for one in listed.fields if one.name == wanted.name and (one.name, one.after) not in told
        ]
    if not found:
        way = "Sales" if leg.step.leg == "to_sales" else "Business Central"
        text = f"no line of {leg.step.mapping.name} carries it to {way}"
        found = [Told(kind="field", name=wanted.caption, text=text)]
    return (Told(kind="lines", name="lines", parts=tuple(found)),)
