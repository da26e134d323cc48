"""`apply template '…'` of a new record -> assignments that override what was mapped (R3.24).

The template's lines are configuration, not records: they are read here, and each becomes an assignment.
"""

from __future__ import annotations

from dataclasses import replace

from engine import connector
from engine.catalog.catalog import Field
from engine.model import model
from engine.run.world import World
from engine.sql.block import carry_into
from engine.sql.frame import Frame
from engine.sql.quote import identifier, literal
from engine.sql.scope import Written


def apply_templates(frame: Frame, entry: Written) -> None:
    """Set what the templates say, in new records only."""
    world = frame.scope.relations
    assert isinstance(world, World)
    for template, guards in frame.outcome.template:
        table = frame.around.catalog.table("bc", connector.TEMPLATE_LINES)
        if not all(
            world.holds(table, name)
            for name in (connector.TEMPLATE_CODE, connector.TEMPLATE_FIELD, connector.TEMPLATE_VALUE)
        ):
            continue
        lines = world.run(
            f"the lines of template {template.code}",
            f"SELECT {identifier(connector.TEMPLATE_FIELD)}, {identifier(connector.TEMPLATE_VALUE)} FROM {world.relation(table)} "
            f"WHERE {identifier(connector.TEMPLATE_CODE)} = {literal(template.code)} ORDER BY {identifier(table.id_field)}",
        ).fetchall()
        for field_name, given in lines:
            fields = entry.table.find(field_name)
            if fields:
                set_from_template(template, fields[0], given, guards, frame, entry)


def set_from_template(
    template: model.ApplyTemplate, field: Field, given: str, guards: tuple[str, ...], frame: Frame, entry: Written
) -> None:
    """Give a field of a new record what the template holds for it; the value is converted as a mapped one is (R3.24).

    guards: SQL truths under which the template applies.
    """
    constant = model.Constant(value=given, type=model.Type(kind="text"), span=template.span)
    rule = f"apply template '{template.code}'"
    inner = replace(frame, guards=("c.is_new", *guards))
    carry_into(entry, field, constant, None, model.Carried(span=template.span), rule, template.span, inner)
