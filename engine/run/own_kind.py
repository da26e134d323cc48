"""New records of a leg that look one another up -> each finds those that are created before it (sync-semantics 12.2).

A customer that is billed to another customer needs the account of that one. Where both are new the order decides: the
product takes them by their keys, and the coupling of the first is there when the second one's turn comes. Which are created
hangs on which are found, so it is worked out again until nothing more comes of it.
"""

from __future__ import annotations

from collections.abc import Callable

from engine import connector
from engine.model import model
from engine.plan.legs import Pass
from engine.run.actions.nodes import nodes
from engine.run.world import World
from engine.sql.frame import Frame
from engine.sql.quote import identifier
from engine.sql.values import NotPlanned

TURNS = 200
"""So long a chain of new records may be, each of which looks up the one before it."""


def looks_itself_up(step: Pass) -> bool:
    """Does a mapping carry over, to Sales, ids of records that it creates itself?"""
    before = [one for one in step.mapping.items if not (isinstance(one, model.Moment) and one.after)]
    return step.leg == "to_sales" and any(step.mapping.name in one.mappings for one in nodes(before, model.Partner))


def in_turn(step: Pass, frame: Frame, verdicts: str, again: Callable[[], None], world: World) -> None:
    """Let every record find what is created before it. The frame then reads the couplings as its record meets them.

    verdicts: the table of verdicts. again: judges all records anew.
    """
    base, joins = frame.scope.base, list(frame.scope.joins)
    created = f"SELECT count(*), bit_xor(hash(src)) FROM {verdicts} WHERE verdict = 'create'"
    known = world.one("which are created", created)
    if not known[0]:
        return
    for _ in range(TURNS):
        own = met_in_turn(step, frame, verdicts, world)
        frame.scope.base = f"(SELECT c.*, o.nth FROM {base} JOIN {own} o ON o.src = c.src) c"
        frame.scope.joins[:] = [with_new_ones(one, step, own, world) for one in joins]
        again()
        now = world.one("which are created by then", created)
        if now == known:
            return
        known = now
    raise NotPlanned("A chain of new records that look one another up, longer than the plan follows", step.mapping.span)


def met_in_turn(step: Pass, frame: Frame, verdicts: str, world: World) -> str:
    """The table of all records that are looked at: src, dst, nth of the turn, is it created (one that is restored keeps
    its coupling until then)."""
    source, name = step.source.table, identifier(world.alias("own"))
    order = ", ".join(f"{sql}{way}" for sql, way in frame.order)
    world.run(
        "the turns of the records",
        f"CREATE TEMP TABLE {name} AS SELECT c.src, c.dst, row_number() OVER (ORDER BY {order}) AS nth, "
        f"c.verdict = 'create' AND c.class = 'insert' AS created\n"
        f"FROM {verdicts} c JOIN {world.relation(source)} s ON s.{identifier(source.id_field)} = c.src",
    )
    return name


def with_new_ones(join: str, step: Pass, own: str, world: World) -> str:
    """A join of the couplings by their BC record, with the couplings that come about in this leg; any other as it is."""
    rows = world.relation(world.catalog.table("bc", connector.COUPLINGS))
    start = f"LEFT JOIN {rows} "
    alias = join[len(start) :].split(" ", 1)[0]
    bc, sales, table = (
        identifier(one) for one in (connector.COUPLED_BC_ID, connector.COUPLED_SALES_ID, connector.COUPLED_TABLE)
    )
    if not join.startswith(f"{start}{alias} ON {alias}.{bc} = "):
        return join
    every = (
        f"(SELECT {bc}, {sales}, {table}, 0 AS nth FROM {rows} UNION ALL "
        f"SELECT src, dst, {step.mapping.bc.table.number}, nth FROM {own} WHERE created)"
    )
    return f"{join.replace(start, f'LEFT JOIN {every} ', 1)} AND {alias}.nth < c.nth"
