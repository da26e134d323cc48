"""Answers about one record -> lines of its story: values and conditions as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from engine.run.world import World
from engine.why.questions import Operand, Test, anybody, named
from engine.why.story import Sign, Told, at_line

BLANK = "(blank)"


def moment(given: datetime | None) -> str:
    """A moment in UTC, as exact as it is; blank for none."""
    if given is None:
        return ""
    return given.isoformat(sep=" ", timespec="milliseconds" if given.microsecond else "seconds")


def stated(given: datetime | None) -> str | None:
    """A moment for machines."""
    return None if given is None else given.isoformat() + "Z"


def plain(text: str) -> str:
    """A value as people read it, in one line."""
    return BLANK if text == "" else " ".join(text.split()) if "\n" in text else text


def truth(at: int | None, answers: Sequence[Any]) -> bool | None:
    """The answer to a question that was asked; None to one that was not."""
    return None if at is None else bool(answers[at])


def shown(one: Operand, answers: Sequence[Any], world: World) -> str:
    """The value of an operand: of an id the name of the record, when it is known."""
    if one.id is not None and answers[one.id] is not None:
        return anybody(answers[one.id], world) if one.table is None else named(one.table, answers[one.id], world)
    given = None if one.shown is None else answers[one.shown]
    return "" if given is None else str(given)


def value_line(one: Operand, answers: Sequence[Any], world: World) -> Told:
    """A value that was looked at."""
    text = shown(one, answers, world)
    facts: tuple[tuple[str, str | bool | None], ...] = (("value", text),)
    if one.id is not None:
        facts += (("id", None if answers[one.id] is None else str(answers[one.id])),)
    return Told(kind="value", name=one.name, text=plain(text), facts=facts)


def looked_at(operands: Sequence[Operand], answers: Sequence[Any], world: World) -> str:
    """`Blocked is All, Status is Active`."""
    return ", ".join(f"{one.name} is {plain(shown(one, answers, world))}" for one in operands)


def decided_by(test: Test, answers: Sequence[Any]) -> tuple[Operand, ...]:
    """The values that made a condition true or false, each once: where pieces do not agree, the first that decided."""
    held = truth(test.holds, answers)
    if not test.parts:
        return test.operands
    sides = [one for one in test.parts if truth(one.holds, answers) == held]
    agree = len(sides) in (0, len(test.parts))
    found = [value for one in (test.parts if agree else sides[:1]) for value in decided_by(one, answers)]
    return tuple({one.name: one for one in found}.values())


def sign(held: bool | None) -> Sign:
    """The sign before a line: yes, no, or a mere note where nothing is known."""
    return "note" if held is None else "yes" if held else "no"


def test_line(test: Test, answers: Sequence[Any], world: World) -> Told:
    """A condition with its pieces: each true or false, with the values that decide."""
    return Told(
        kind="condition",
        name=test.text,
        text=looked_at(test.operands, answers, world),
        sign=sign(truth(test.holds, answers)),
        place=at_line(test.span),
        facts=tuple((one.name, shown(one, answers, world)) for one in test.operands),
        parts=tuple(test_line(one, answers, world) for one in test.parts),
    )
