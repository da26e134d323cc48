"""Answers about the lines of a leg -> what every line made of the record, in the order of the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

from engine.catalog.catalog import Field
from engine.frozen import dataclass
from engine.model import model
from engine.run.transfer import Transfer
from engine.run.world import World
from engine.sql import blank
from engine.sql.frame import Failure
from engine.sql.watch import Keep
from engine.why.questions import LookUp, Operand, Translation, words
from engine.why.story import Sign, Told, at_line
from engine.why.telling import decided_by, looked_at, plain, shown, sign, test_line, truth, value_line
from engine.why.trail import EffectNote, FieldNote, FindNote, Note, TestNote, Trail

KEPT: dict[Keep, str] = {
    "blank": "the value is blank, and a blank is not written here",
    "no partner": "no partner was found, so the field keeps what stands in it",
    "only on insert": "is only written when the record is created",
    "begins alike": "the longer text there begins alike, so it stays",
    "none has the old value": "no record holds the blank from before, so the product drops what was looked up",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The record as the lines saw it. planned: SQL-free values of the fields that the plan lists, by technical name.

    failing: the failures that hold, the first of them decides. clash: the line that a conflict is about.
    """

    answers: Sequence[Any]
    reached: dict[str, Operand]
    world: World
    is_new: bool
    planned: dict[str, str]
    failing: tuple[Failure, ...]
    clash: model.FieldLine | None


def failing(made: Transfer, trail: Trail, answers: Sequence[Any]) -> tuple[Failure, ...]:
    """The failures that hold for the record, in the order in which they count."""
    asked = trail.sheet.asked
    return tuple(one for one in made.failures if one.when in asked and answers[asked[one.when]])


def reason(one: Failure, trail: Trail, answers: Sequence[Any]) -> str:
    """Why a failure says that the record fails; blank when that was not asked."""
    at = trail.sheet.asked.get(one.reason)
    return "" if at is None else str(answers[at])


def lines(trail: Trail, looked: Looked, wanted: Field | None) -> tuple[Told, ...]:
    """Every line that was carried out; with a wanted field those about it, carried out or not."""
    found: list[Told] = []
    for note in trail.notes:
        held = truth(note.guard, looked.answers)
        if wanted is not None:
            if isinstance(note, FieldNote) and concerns(note, wanted):
                found.append(field_line(note, looked) if held is not False else idle(note))
        elif held is not False:
            found += told(note, looked)
    return tuple(found)


def told(note: Note, looked: Looked) -> list[Told]:
    """What a line made of the record; nothing for an `if` that settings alone decide."""
    match note:
        case FieldNote():
            return [field_line(note, looked)]
        case TestNote():
            return [] if note.known is not None and isinstance(note.statement, model.If) else [tested(note, looked)]
        case FindNote():
            return [reached(note, looked)]
        case EffectNote():
            text = words(note.statement.span).partition("{")[0].strip()
            return [Told(kind="effect", name=text, place=at_line(note.statement.span))]
        case _:
            assert_never(note)


def concerns(note: FieldNote, wanted: Field) -> bool:
    """Does a line write the field, or start from it?"""
    filling = note.filling
    if filling.target is wanted:
        return True
    return any(one.name == wanted.caption for one in note.reads) and (
        filling.source is None or filling.source.field is wanted
    )


def idle(note: FieldNote) -> Told:
    """A line that its moment or a condition keeps from being carried out."""
    filling = note.filling
    return Told(
        kind="field",
        name=filling.target.caption,
        text=f"`{filling.rule}` is not carried out: its moment or its condition does not hold",
        place=at_line(filling.span),
        facts=(("field", filling.target.name), ("rule", filling.rule), ("carried_out", False)),
    )


# --- fields ---------------------------------------------------------------------------------------------------


def field_line(note: FieldNote, looked: Looked) -> Told:
    """What a line made of its field: the value read, what it became on the way, and whether that is a change."""
    filling, answers, world = note.filling, looked.answers, looked.world
    value = "" if note.value is None or answers[note.value] is None else str(answers[note.value])
    before = "" if looked.is_new else shown(note.before, answers, world)
    result = shown(note.result, answers, world)
    if note.result.shown is None:
        result = looked.planned.get(filling.target.name, "(a number is drawn when the record is created)")
    fails = any(one.span == filling.span and one.code == "E633" for one in looked.failing)
    if looked.is_new:
        changes = note.blank is None or not answers[note.blank]
    else:
        changes = note.differs is None or bool(answers[note.differs])
    stands: Sign = "fails" if fails else "changes" if changes else "same"
    text = f"{plain(before)} -> {plain(result)}" if changes else plain(result)
    return Told(
        kind="field",
        name=filling.target.caption,
        text="cannot be set" if fails else text,
        sign=stands,
        place=at_line(filling.span),
        facts=(
            ("field", filling.target.name),
            ("rule", filling.rule),
            ("value", value),
            ("before", before),
            ("after", result),
            ("changes", changes and not fails),
            ("carried_out", True),
        ),
        parts=tuple(_ways(note, value, before, result, fails, looked)),
    )


def _ways(note: FieldNote, value: str, before: str, result: str, fails: bool, looked: Looked) -> list[Told]:
    """How the value came about, as far as it is not simply taken over."""
    filling, answers, world = note.filling, looked.answers, looked.world
    needed = [one for one in note.look_ups if truth(one.asked, answers) is not False]
    found = [_look_up(one, looked) for one in needed if shown(one.given, answers, world)]
    found += [_translated(one, looked) for one in note.translations if truth(one.asked, answers) is not False]
    plainly = isinstance(filling.given, (model.Column, model.Constant)) or found
    if not plainly:
        found += [value_line(one, answers, world) for one in note.reads]
    if fails:
        return found
    limit = filling.target.length
    if limit is not None and filling.given.type.kind in blank.TEXTS and len(value) > limit:
        text = f"{len(value)} characters, the field takes {limit}"
        found.append(Told(kind="cut", name="cut", text=text, sign="warns", facts=(("value", value),)))
        return found
    kept = [why for why, at in note.keeps if truth(at, answers) and (value != result or why == "no partner")]
    if kept:
        found.append(Told(kind="kept", name="stays", text=KEPT[kept[0]], facts=(("why", kept[0]),)))
    elif not isinstance(filling.given, model.Constant) and value != result and result == before and not looked.is_new:
        found += _left(note, value)
    clash = looked.clash
    if clash is not None and clash.span == filling.span:
        text = "goes both ways and differs: this makes it a conflict"
        found.append(Told(kind="failure", name="conflict", text=text, sign="fails"))
    return found


def _left(note: FieldNote, value: str) -> list[Told]:
    """R4.9, R4.10: a blank date clears nothing, a value that cannot be read leaves the field."""
    kind = note.filling.target.kind
    if value == "" and kind in ("date", "moment"):
        text = "a blank date clears nothing"
        return [Told(kind="kept", name="stays", text=text, facts=(("why", "blank date"),))]
    if kind not in blank.TEXTS and note.filling.given.type.kind in blank.TEXTS and value:
        text = f"{value} cannot be read as {'an' if kind in ('option', 'integer', 'id') else 'a'} {kind}"
        return [Told(kind="kept", name="stays", text=text, facts=(("why", "unreadable"),))]
    return []


def _look_up(one: LookUp, looked: Looked) -> Told:
    """`Salesperson Code DK via SALESPEOPLE: Dara Kovac`, through the first mapping that has a partner."""
    answers, world = looked.answers, looked.world
    given = shown(one.given, answers, world)
    through, found = "", ""
    for name, operand in one.found:
        if text := shown(operand, answers, world):
            through, found = name, text
            break
    names = " or ".join(name for name, _ in one.found)
    if found:
        text = f"{plain(given)} is coupled in {through} with {found}"
    else:
        text = f"{plain(given)} has no partner in {names}"
    return Told(
        kind="look-up",
        name=f"{one.given.name} via {names}",
        text=text,
        sign="yes" if found else "no",
        facts=(("given", given), ("mapping", through or None), ("found", found or None)),
    )


def _translated(one: Translation, looked: Looked) -> Told:
    given, result = (shown(side, looked.answers, looked.world) for side in (one.given, one.result))
    held = bool(result) or not given
    return Told(
        kind="value list",
        name=f"value list {one.name}" if one.name else "value list",
        text=f"{plain(given)} = {plain(result)}" if held else f"{plain(given)} is not in it",
        sign="yes" if held else "no",
        facts=(("given", given), ("found", result)),
    )


# --- other lines ----------------------------------------------------------------------------------------------


def tested(note: TestNote, looked: Looked) -> Told:
    """A `require` or an `if`: true or false with the values that decided, and with its pieces where it matters."""
    line = test_line(note.test, looked.answers, looked.world)
    deciding = decided_by(note.test, looked.answers)
    held = truth(note.test.holds, looked.answers)
    requires = isinstance(note.statement, model.Require)
    stands: Sign = sign(held)
    if requires and held is False:
        stands = "fails" if isinstance(note.statement, model.Require) and note.statement.outcome == "fail" else "warns"
    return Told(
        kind="require" if requires else "if",
        name=f"{'require' if requires else 'if'} {note.test.text}",
        text=looked_at(deciding, looked.answers, looked.world),
        sign=stands,
        place=at_line(note.statement.span if requires else note.test.span),
        facts=(("holds", held), *((one.name, shown(one, looked.answers, looked.world)) for one in deciding)),
        parts=line.parts if requires and held is False else (),
    )


def reached(note: FindNote, looked: Looked) -> Told:
    """A `find` and the record that it found, a `let` and its value."""
    statement = note.statement
    if isinstance(statement, model.Let):
        given = looked.reached.get(statement.key)
        text = "" if given is None else shown(given, looked.answers, looked.world)
        # What a step is given has a name in the step only; where it is done stands the value.
        name = f"{'let' if words(statement.span).startswith('let ') else 'with'} {statement.name}"
        return Told(kind="let", name=name, text=plain(text), place=at_line(statement.span), facts=(("value", text),))
    given = looked.reached.get(statement.record.key)
    text = "" if given is None else shown(given, looked.answers, looked.world)
    about = looked_at(note.reads, looked.answers, looked.world)
    table = statement.record.table.caption
    needed = any(one.span == statement.span for one in looked.failing)
    return Told(
        kind="find",
        name=f"find {statement.record.name}",
        text=f"{table} {text}" if text else f"no {table} fits" + (f" ({about})" if about else ""),
        sign="yes" if text else "fails" if needed else "no",
        place=at_line(statement.span),
        facts=(("table", table), ("found", text or None), ("where", words(statement.span))),
        parts=(),
    )
