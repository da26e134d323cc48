"""A change of a mapping by a user -> the rows of its page in Business Central, which rules may ask."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from engine import connector
from engine.run.actions.edit import Edit, edit
from engine.run.actions.fieldlines import ARROWS
from engine.scenario.lay import made_id
from engine.scenario.stage import DIRECTIONS, Stage, page_of
from engine.sql.quote import Literal, identifier, literal


def keep_pages(stage: Stage, name: str, changed: Mapping[str, Any]) -> None:
    """Write what users changed of a mapping and of its field lines. changed: all that they changed so far."""
    mapping, page = stage.session.model.mappings.get(name), page_of(changed)
    if page:
        if mapping is not None:
            page.setdefault(connector.ONLY_COUPLED, not mapping.creates_missing)
        _keep(stage, connector.MAPPINGS, {connector.MAPPING_NAME: name}, page)
    fields = changed.get("fields")
    for field, how in fields.items() if isinstance(fields, dict) else ():
        number = stage.rules.known.mappings[name][0].field(field).number
        line = {
            connector.FIELD_MAP_STATUS: 0 if how.get("enabled", True) else 1,
            connector.DIRECTION: DIRECTIONS[how.get("direction", "both")],
        }
        _keep(stage, connector.FIELD_MAPS, {connector.FIELD_MAP_OF: name, connector.FIELD_MAP_FIELD: number}, line)


def _keep(stage: Stage, page: str, key: Mapping[str, Literal], values: Mapping[str, Literal]) -> None:
    """Change the row that has this key, or make it."""
    table, world = stage.catalog.table("bc", page), stage.world
    found = None
    if all(world.holds(table, one) for one in key):
        own = " AND ".join(f"{identifier(one)} = {literal(value)}" for one, value in key.items())
        found = world.run(
            f"is there a row of {table.caption}",
            f"SELECT CAST({identifier(table.id_field)} AS VARCHAR) FROM {world.relation(table)} WHERE {own}",
        ).fetchone()
    if found is not None:
        edit(stage.session, Edit(op="update", table=table, id=found[0], values=values))
        return
    id = str(made_id(f"page/{page}/{'/'.join(map(str, key.values()))}"))
    edit(stage.session, Edit(op="create", table=table, id=id, values={**key, **values}))


def forget_pages(stage: Stage, names: Collection[str]) -> None:
    """The pages of these mappings as in a fresh configuration: what the rules say of them, no changed lines."""
    lines, world = stage.catalog.table("bc", connector.FIELD_MAPS), stage.world
    if names and world.holds(lines, connector.FIELD_MAP_OF):
        own = f"{identifier(connector.FIELD_MAP_OF)} IN ({', '.join(literal(one) for one in sorted(names))})"
        world.delete(lines, f"SELECT {identifier(lines.id_field)} FROM {world.relation(lines)} WHERE {own}")
    ways = {arrow: DIRECTIONS[name] for name, arrow in ARROWS.items()}
    for name in sorted(names):
        if name in stage.session.model.mappings:
            mapping = stage.session.model.mappings[name]
            page = {connector.DIRECTION: ways[mapping.arrow], connector.ONLY_COUPLED: not mapping.creates_missing}
            _keep(stage, connector.MAPPINGS, {connector.MAPPING_NAME: name}, page)
