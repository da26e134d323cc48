"""Jobs and `whenever` -> names and types checked, reactions bound; the model has no place for jobs yet."""

from __future__ import annotations

from engine.catalog.suggest import did_you_mean
from engine.model.conditions import condition_of, filter_of
from engine.model.model import Reaction, Record, SettingReaction
from engine.model.names import setting_named, table_named
from engine.model.presence import holds
from engine.model.scope import RecordName, Scope
from engine.model.statements import block_of
from engine.model.world import World
from engine.syntax import ast


def check_job(world: World, node: ast.Job) -> None:
    """A job names mappings and processes that exist, and tables."""
    if node.when is not None:
        holds(world, Scope(), node.when)
    for line in node.lines:
        match line:
            case ast.Run():
                for name in line.names:
                    _check_run(world, name)
            case ast.WakeOn():
                table_named(world, line.table)
                if line.when is not None:
                    holds(world, Scope(), line.when)
            case _:
                pass


def _check_run(world: World, name: ast.Name) -> None:
    for variant in world.mappings.get(name.text, ()):
        world.used("mapping", name.text, name.span, variant.node.name.span)
    process = world.processes.get(name.text)
    if process is not None:
        world.used("process", name.text, name.span, process.name.span)
    if name.text not in world.mappings and process is None and not world.is_broken(name.text):
        hint = did_you_mean(name.text, [*world.mappings, *world.processes])
        world.say("E231", name.span, f"there is no mapping or process {name.text} to run", hint)


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
