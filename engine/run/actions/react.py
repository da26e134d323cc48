"""An edit by a user, or a changed setting -> what the rules say happens at once (`whenever …`)."""

from __future__ import annotations

from collections.abc import Sequence

from engine.frozen import dataclass
from engine.model import model
from engine.run.actions.couple import Refusal
from engine.run.actions.edit import Edit, edit
from engine.run.dryrun import Session
from engine.run.effects import Effects
from engine.sql.block import read_block
from engine.sql.conditions import condition, filtered, joined_by
from engine.sql.frame import Frame, Outcome
from engine.sql.quote import identifier, literal
from engine.sql.scope import Joined, Scope
from engine.sql.values import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    frame: Frame
    effects: Effects


def edit_and_react(session: Session, change: Edit) -> None:
    """Write a user's change, and what the products do about it. What is deleted is still there for its reactions."""
    mine = [one for one in session.model.reactions if one.record.table.name == change.table.name]
    if change.op == "delete":
        for one in mine:
            if one.change == "deleted":
                _carry_out(session, one, change.id, one.where)
        edit(session, change)
        return
    held = {at for at, one in enumerate(mine) if one.to is not None and _holds(session, one, change.id, one.to)}
    edit(session, change)
    for at, one in enumerate(mine):
        now = one.change == ("created" if change.op == "create" else "changed")
        if one.change == "changed to" and one.to is not None and at not in held:
            now = _holds(session, one, change.id, one.to)
        if now:
            _carry_out(session, one, change.id, one.where)


def _frame(session: Session, reaction: model.Reaction, id: str) -> _Frame:
    table = reaction.record.table
    scope = Scope(session.world, f"(SELECT {literal(id)}::UUID AS id) w")
    scope.joins.append(f"JOIN {session.world.relation(table)} s ON s.{identifier(table.id_field)} = w.id")
    scope.names[reaction.record.key] = Joined(alias="s", table=table, certain=True)
    effects = Effects(step=None, world=session.world, around=session.around, unit="w.id")
    frame = Frame(around=session.around, scope=scope, outcome=Outcome(), effect=effects.carry_out)
    return _Frame(frame=frame, effects=effects)


def _holds(session: Session, reaction: model.Reaction, id: str, test: model.Condition) -> bool:
    frame = _frame(session, reaction, id).frame
    truth = condition(test, Reading(scope=frame.scope, around=session.around))
    row = session.world.run("is it so", f"SELECT {truth} FROM {frame.scope.sql()}").fetchone()
    return bool(row is not None and row[0])


def _carry_out(session: Session, reaction: model.Reaction, id: str, where: model.Condition | None) -> None:
    frame = _frame(session, reaction, id).frame
    if where is not None:
        frame = frame.under(condition(where, Reading(scope=frame.scope, around=session.around)))
    read_block(reaction.body, frame)


def react_to_setting(session: Session, names: Sequence[str]) -> tuple[Refusal, ...]:
    """What the rules do about settings that have just been changed; the first failing `require` refuses the change."""
    refused: list[Refusal] = []
    for one in session.model.setting_reactions:
        if one.setting not in names:
            continue
        scope = Scope(session.world, "(SELECT 1) one")
        reading = Reading(scope=scope, around=session.around)
        given = session.around.settings.get(one.setting)
        known = model.SettingValue(span=one.span, type=_type(one), name=one.setting)
        truth = joined_by("AND", [filtered(known, one.filter, reading)])
        if not session.world.one(f"{one.setting} is {given}", f"SELECT {truth} FROM {scope.sql()}")[0]:
            continue
        effects = Effects(step=None, world=session.world, around=session.around, unit="NULL::UUID")
        frame = Frame(around=session.around, scope=scope, outcome=Outcome(), effect=effects.carry_out)
        read_block(one.body, frame)
        for failure in frame.outcome.failures:
            text = session.world.run(
                "is it refused", f"SELECT {failure.reason} FROM {frame.scope.sql()} WHERE {failure.when}"
            ).fetchone()
            if text is not None:
                refused.append(Refusal(mapping="", record="", reason=str(text[0])))
    return tuple(refused)


def _type(one: model.SettingReaction) -> model.Type:
    """The type of a setting, as its filter has it."""
    from engine.run.actions.nodes import nodes

    found = next(nodes(one.filter, model.Constant), None)
    return found.type if found is not None else model.Type(kind="text")
