"""How a mapping is expected to stand, and how it stands -> the differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from engine.model import model
from engine.model.constants import blank_of
from engine.run.actions.adapt import WrongOverrideError, conditions
from engine.run.actions.fieldlines import ARROWS
from engine.run.actions.filtertext import Clock
from engine.run.actions.match import Equal, groups_of
from engine.run.actions.nodes import nodes
from engine.scenario.scenario import Difference
from engine.scenario.state import State

DIRECTIONS = {arrow: name for name, arrow in ARROWS.items()}


def mapping_differences(name: str, expected: object, state: State) -> Iterator[Difference]:
    """What in a mapping's definition is not as expected; `absent`: it must not exist."""
    mapping = state.model.mappings.get(name)
    what = f"mapping {name}"
    if expected == "absent" or not isinstance(expected, dict):
        if mapping is not None:
            yield Difference(what=what, expected="absent", got="it exists")
        return
    if mapping is None:
        yield Difference(what=what, expected="is there", got="absent")
        return
    plain = _plain(mapping)
    for key, value in expected.items():
        if key in plain:
            if plain[key] != value:
                yield Difference(what=f"{what}, {key}", expected=_text(value), got=_text(plain[key]))
        elif key in ("bc_filter", "sales_filter"):
            yield from _filter(what, key, value, mapping, state)
        elif key == "fields":
            yield from _fields(what, value, mapping)
        elif key == "match_fields":
            yield from _match_fields(what, value, state, name)
        elif key == "extra_fields":
            for one in value:
                if not any(_is_extra(line, one) for line in _lines(mapping)):
                    yield Difference(
                        what=f"{what}, {key}", expected=f"{one['bc']} and {one['sales']}", got="no such line"
                    )
        elif state.overrides.get(name, {}).get(key) != value:
            got = state.overrides.get(name, {}).get(key)
            yield Difference(what=f"{what}, {key}", expected=_text(value), got=_text(got))


def _plain(mapping: model.Mapping) -> dict[str, object]:
    return {
        "direction": DIRECTIONS[mapping.arrow],
        "only_coupled": not mapping.creates_missing,
        "update_conflict": mapping.update_conflict.replace(" ", "-"),
        "deletion_conflict": "uncouple" if mapping.deletion_conflict == "delete" else mapping.deletion_conflict,
        "create_when_no_match": mapping.create_unmatched,
        "sync_after_match": mapping.synchronise_matched,
    }


def _filter(
    what: str, key: str, expected: Mapping[str, str], mapping: model.Mapping, state: State
) -> Iterator[Difference]:
    record = mapping.bc if key == "bc_filter" else mapping.sales
    got = mapping.bc_filter if key == "bc_filter" else mapping.sales_filter
    if state.overrides.get(mapping.name, {}).get(key) == expected:
        return
    day = date(2000, 1, 1)
    try:
        wanted = conditions(record, expected, Clock(today=day, work_date=day))
    except WrongOverrideError as wrong:
        yield Difference(what=f"{what}, {key}", expected=_text(expected), got=str(wrong))
        return
    if sorted(repr(_plainly(one, state)) for one in wanted) != sorted(repr(_plainly(one, state)) for one in got):
        shown = " and ".join(" ".join(one.span.text.split()) for one in got)
        yield Difference(what=f"{what}, {key}", expected=_text(expected), got=shown or "no filter")


def _plainly(condition: model.Condition, state: State) -> object:
    """A condition of a filter in one form: `is blank` as `= ''`, a setting as its value, alternatives in order."""
    match condition:
        case model.Blank(what=model.Column() as value):
            return value.field.name, "=", None
        case model.Not(part=model.Blank(what=model.Column() as value)):
            return value.field.name, "<>", None
        case model.Matches(value=model.Column() as value):
            return value.field.name, *_said(condition.filter, state)
        case _:
            return repr(condition)


def _said(filter: model.Filter, state: State) -> tuple[object, ...]:
    match filter:
        case model.AnyOf():
            return "|", tuple(sorted(repr(_said(one, state)) for one in filter.parts))
        case model.Relation(operand=model.Constant() as operand):
            blank = operand.value in ("", 0, False) and operand.value == blank_of(operand.type, operand.span).value
            return filter.operator, None if blank and operand.type.kind != "boolean" else operand.value
        case model.Relation(operand=model.SettingValue() as operand):
            return filter.operator, state.settings.get(operand.name)
        case _:
            return (repr(filter),)


def _lines(mapping: model.Mapping) -> list[model.FieldLine]:
    return [one for one in mapping.items if isinstance(one, model.FieldLine)]


def _fields(what: str, expected: object, mapping: model.Mapping) -> Iterator[Difference]:
    lines = _lines(mapping)
    if not isinstance(expected, dict):
        if lines:
            yield Difference(what=f"{what}, fields", expected="none", got=f"{len(lines)} lines are on")
        return
    for name, wanted in expected.items():
        mine = [one for one in lines if name in _bc_fields(one, mapping)]
        got: dict[str, object] = {"enabled": bool(mine)}
        if mine:
            one = mine[0]
            carry = one.to_sales or one.to_bc
            cleared = carry is not None and carry.carried.not_found == "blank"
            got |= {"direction": _way(one), "clear_on_failure": cleared}
        else:
            got |= {"direction": _idle_way(mapping, name), "clear_on_failure": False}
        for key, value in wanted.items():
            if got.get(key) != value:
                yield Difference(what=f"{what}, {name} {key}", expected=_text(value), got=_text(got.get(key)))


def _way(line: model.FieldLine) -> str:
    return "both" if line.two_way else ("to_sales" if line.to_sales is not None else "to_bc")


def _idle_way(mapping: model.Mapping, name: str) -> str | None:
    """The direction of a line that is off, which the model knows by its label (`No. -> Account Number`) only."""
    for label in mapping.idle:
        for way, arrow in ARROWS.items():
            left, found, _ = label.partition(f" {arrow} ")
            if found and any(one.name == name for one in mapping.bc.table.find(left.strip("'"))):
                return way
    return None


def _bc_fields(line: model.FieldLine, mapping: model.Mapping) -> set[str]:
    """The BC fields of a line: the one it fills, else the one it starts from, else those that its value is made of."""
    if line.to_bc is not None:
        return {line.to_bc.target.name}
    if line.to_sales is None:
        return set()
    if line.to_sales.source is not None:
        return {line.to_sales.source.field.name}
    columns = nodes(line.to_sales.value, model.Column)
    return {one.field.name for one in columns if one.record == mapping.bc}


def _is_extra(line: model.FieldLine, wanted: Mapping[str, str]) -> bool:
    carry = line.to_sales or line.to_bc
    if carry is None or _way(line) != wanted["direction"]:
        return False
    names = {carry.target.name, carry.source.field.name if carry.source is not None else ""}
    return names == {wanted["bc"], wanted["sales"]}


def _match_fields(what: str, expected: list[Mapping[str, Any]], state: State, name: str) -> Iterator[Difference]:
    """The match fields with their priorities as a user said them; those of a rule are numbered from 0."""
    said = state.overrides.get(name, {}).get("match_fields")
    if said is None:
        mapping = state.model.mappings[name]
        got = [
            (number, field, pair.exact)
            for number, group in enumerate(groups_of(mapping))
            for pair in group
            for field in _compared(pair, mapping)
        ]
    else:
        got = [(one["priority"], one["field"], bool(one.get("case_sensitive"))) for one in said]
    wanted = [(one["priority"], one["field"], bool(one.get("case_sensitive"))) for one in expected]
    if sorted(wanted) != sorted(got):
        yield Difference(what=f"{what}, match_fields", expected=_fields_text(wanted), got=_fields_text(got))


def _compared(pair: Equal, mapping: model.Mapping) -> list[str]:
    """The BC field that is compared: by itself, or as its line sends it to the Sales field; else none."""
    if isinstance(pair.bc, model.Column):
        return [pair.bc.field.name]
    sent = [line.to_sales for line in _lines(mapping) if line.to_sales is not None and line.to_sales.source is not None]
    filled = pair.sales.field if isinstance(pair.sales, model.Column) else None
    return [one.source.field.name for one in sent if one.source is not None and one.target == filled]


def _fields_text(found: list[tuple[int, str, bool]]) -> str:
    return (
        ", ".join(f"{number} {name}{', exact case' if exact else ''}" for number, name, exact in sorted(found))
        or "none"
    )


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return ", ".join(f"{name} {inner}" for name, inner in value.items())
    return "nothing" if value is None else str(value)
