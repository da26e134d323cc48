"""`whenever` -> reactions: their conditions, their statements."""

from __future__ import annotations

from engine.model.conditions import condition_of, filter_of
from engine.model.model import Reaction, Record, SettingReaction
from engine.model.names import setting_named, table_named
from engine.model.scope import RecordName, Scope
from engine.model.statements import block_of
from engine.model.world import World
from engine.syntax import ast


def reaction_of(world: World, node: ast.Whenever | ast.WheneverSetting) -> Reaction | SettingReaction:
    """What happens at once on an edit: its conditions and its statements."""
    if isinstance(node, ast.WheneverSetting):
        setting = setting_named(world, node.setting)
        filter = filter_of(world, Scope(), node.filter, setting.type)
        body = block_of(world, Scope(), node.block)
        return SettingReaction(span=node.span, setting=setting.name, filter=filter, body=body)
    record: Record = world.record(node.alias.text, table_named(world, node.table), node.alias.span)
    scope = Scope(names={record.name: RecordName(record=record, span=record.span)})
    to, where = (
        None if one is None else condition_of(world, scope.where(record), one) for one in (node.to, node.where)
    )
    body = block_of(world, scope.block(writing=None), node.block)
    return Reaction(span=node.span, record=record, change=node.change, to=to, where=where, body=body)
