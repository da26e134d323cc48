"""Coupled pairs -> the couplings gone, and what the mapping says about it carried out (section 6)."""

from __future__ import annotations

from engine.model import model
from engine.model.model import Mapping
from engine.run.actions.joblog import log_job
from engine.run.actions.records import Chosen, book, couplings, listed
from engine.run.dryrun import Session
from engine.run.effects import Effects
from engine.run.world import World
from engine.sql.block import read_block
from engine.sql.conditions import condition, joined_by
from engine.sql.frame import Frame, Outcome
from engine.sql.quote import identifier
from engine.sql.scope import Joined, Scope
from engine.sql.values import Around, Reading


def uncouple(session: Session, name: str, chosen: Chosen | None = None) -> None:
    """Remove the couplings of these records or of all, and log it.

    All: the records that were never coupled, but carry the mark of the company inside the mapping's filter, are freed
    too (R6.4). Chosen records without a partner count as skipped (R6.3).
    """
    mapping = session.model.mappings[name]
    world = session.world
    where = "true" if chosen is None else f"{chosen.system} IN ({listed(chosen.ids)})"
    pairs = identifier(world.alias("pairs"))
    gone = _both_gone(world, mapping) if chosen is None else "false"
    world.run(
        "the pairs to be uncoupled",
        f"CREATE TEMP TABLE {pairs} AS SELECT kid, bc, sales FROM {couplings(world, mapping)} k WHERE {where} AND NOT {gone}",
    )
    count = world.one("how many", f"SELECT count(*), count(DISTINCT {chosen.system if chosen else 'kid'}) FROM {pairs}")
    skipped = len(chosen.ids) - count[1] if chosen is not None else 0
    watch = _Watched(world, mapping)
    uncouple_pairs(world, session.around, mapping, pairs)
    if chosen is None:
        _free_others(session, mapping)
    saved = watch.saved()
    if mapping.after_uncoupling and mapping.arrow != "<-":
        counters = {"Uncoupled": count[0], "Skipped": skipped, "Modified": saved}
        log_job(session, name, "uncoupling", counters)


def uncouple_pairs(world: World, around: Around, mapping: Mapping, pairs: str) -> None:
    """Carry out `after uncoupling` for pairs and delete their couplings. pairs: a table with kid, bc, sales."""
    bc, sales = mapping.bc, mapping.sales
    scope = Scope(world, f"{pairs} w")
    scope.joins.append(f"LEFT JOIN {world.relation(bc.table)} s ON s.{identifier(bc.table.id_field)} = w.bc")
    scope.joins.append(f"LEFT JOIN {world.relation(sales.table)} d ON d.{identifier(sales.table.id_field)} = w.sales")
    scope.names[bc.key] = Joined(alias="s", table=bc.table, certain=False)
    scope.names[sales.key] = Joined(alias="d", table=sales.table, certain=False)
    _carry_out(world, around, scope, mapping.after_uncoupling, "w.bc")
    world.delete(book(mapping, world), f"SELECT kid FROM {pairs}")


def _carry_out(world: World, around: Around, scope: Scope, blocks: tuple[model.Block, ...], unit: str) -> None:
    effects = Effects(step=None, world=world, around=around, unit=unit)
    frame = Frame(around=around, scope=scope, outcome=Outcome(), effect=effects.carry_out)
    for block in blocks:
        read_block(block, frame)


def _free_others(session: Session, mapping: Mapping) -> None:
    """R6.4: what `after uncoupling` changes in the Sales record itself is done for every one in the filter."""
    own = tuple(
        one
        for block in mapping.after_uncoupling
        for one in block.statements
        if isinstance(one, model.Change) and one.existing == mapping.sales
    )
    if not own:
        return
    world, sales = session.world, mapping.sales
    scope = Scope(world, f"{world.relation(sales.table)} d")
    scope.names[sales.key] = Joined(alias="d", table=sales.table, certain=True)
    inside = [condition(one, Reading(scope=scope, around=session.around)) for one in mapping.sales_filter]
    others = identifier(world.alias("others"))
    id = f"d.{identifier(sales.table.id_field)}"
    world.run(
        "the others in the filter",
        f"CREATE TEMP TABLE {others} AS SELECT {id} AS sales FROM {scope.sql()} WHERE {joined_by('AND', inside)}",
    )
    freed = Scope(world, f"{others} w")
    freed.joins.append(f"JOIN {world.relation(sales.table)} d ON d.{identifier(sales.table.id_field)} = w.sales")
    freed.joins.append(f"LEFT JOIN {world.relation(mapping.bc.table)} s ON false")
    freed.names[sales.key] = Joined(alias="d", table=sales.table, certain=True)
    freed.names[mapping.bc.key] = Joined(alias="s", table=mapping.bc.table, certain=False)
    block = model.Block(statements=own, span=mapping.span)
    _carry_out(world, session.around, freed, (block,), "w.sales")


def _both_gone(world: World, mapping: Mapping) -> str:
    """R6.3: with the whole table, a pair of which both records are gone stays coupled (a known quirk)."""
    tests = [
        f"NOT EXISTS (SELECT 1 FROM {world.relation(one.table)} o WHERE o.{identifier(one.table.id_field)} = k.{side})"
        for one, side in ((mapping.bc, "bc"), (mapping.sales, "sales"))
    ]
    return f"({' AND '.join(tests)})"


class _Watched:
    """Remembers the rows of the Sales table, to tell afterwards how many were saved."""

    def __init__(self, world: World, mapping: Mapping) -> None:
        self.world = world
        self.table = mapping.sales.table
        self.columns = ", ".join(identifier(one) for one in world.columns(self.table))
        self.before = identifier(world.alias("before"))
        world.run(
            "as they were",
            f"CREATE TEMP TABLE {self.before} AS SELECT {self.columns} FROM {world.relation(self.table)}",
        )

    def saved(self) -> int:
        """How many rows were changed since."""
        now = f"SELECT {self.columns} FROM {self.world.relation(self.table)}"
        found: int = self.world.one(
            "how many were saved", f"SELECT count(*) FROM ({now} EXCEPT SELECT * FROM {self.before})"
        )[0]
        return found
