"""Chosen records -> how each stands: coupled or not, marked or not, its partner there and unchanged or not."""

from __future__ import annotations

from collections.abc import Sequence

from engine import connector
from engine.frozen import dataclass
from engine.manual.pointing import Pointed
from engine.model.model import Mapping
from engine.plan.legs import keeps_options
from engine.run.actions.records import couplings, listed
from engine.run.candidates import later
from engine.run.dryrun import Session
from engine.run.ledger import label
from engine.sql.quote import identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """bc, sales: ids of the pair, None where there is none. partner: how people call the record on the other side.

    bc_changed, sales_changed: modified since the last synchronisation (R3.11).
    """

    bc: str | None = None
    sales: str | None = None
    coupled: bool = False
    skipped: bool = False
    bc_lives: bool = False
    sales_lives: bool = False
    bc_changed: bool = False
    sales_changed: bool = False
    partner: str = ""


def standing(session: Session, mapping: Mapping, points: Sequence[Pointed]) -> dict[Pointed, Standing]:
    """How every record stands."""
    found: dict[Pointed, Standing] = {}
    for system in ("bc", "sales"):
        own = [one for one in points if one.system == system]
        if own:
            rows = _rows(session, mapping, system, [one.id for one in own])
            for one in own:
                alone = Standing(bc=one.id) if system == "bc" else Standing(sales=one.id)
                found[one] = rows.get(one.id, alone)
    return found


def _rows(session: Session, mapping: Mapping, system: str, ids: Sequence[str]) -> dict[str, Standing]:
    world, bc, sales = session.world, mapping.bc.table, mapping.sales.table
    keeper = world.catalog.table("bc", connector.COUPLINGS)
    stamps, joined = ("NULL::TIMESTAMP", "NULL::TIMESTAMP"), ""
    if not keeps_options(mapping):
        joined = f"LEFT JOIN {world.relation(keeper)} c ON c.{identifier(keeper.id_field)} = k.kid "
        stamps = (f"c.{identifier(connector.BC_STAMP)}", f"c.{identifier(connector.SALES_STAMP)}")
    changed = (
        later(f"b.{identifier(bc.modified_field)}", stamps[0]),
        later(f"s.{identifier(sales.modified_field)}", stamps[1]),
    )
    other = label(sales, "s", world) if system == "bc" else label(bc, "b", world)
    rows = world.run(
        "how the chosen records stand",
        f"""SELECT CAST(k.bc AS VARCHAR), CAST(k.sales AS VARCHAR), k.skipped, b.{identifier(bc.id_field)} IS NOT NULL,
  s.{identifier(sales.id_field)} IS NOT NULL, coalesce({changed[0]}, false), coalesce({changed[1]}, false), {other}
FROM {couplings(world, mapping)} k {joined}
LEFT JOIN {world.relation(bc)} b ON b.{identifier(bc.id_field)} = k.bc
LEFT JOIN {world.relation(sales)} s ON s.{identifier(sales.id_field)} = k.sales
WHERE k.{system} IN ({listed(ids)})""",
    ).fetchall()
    return {
        row[0 if system == "bc" else 1]: Standing(
            bc=row[0],
            sales=row[1],
            coupled=True,
            skipped=row[2],
            bc_lives=row[3],
            sales_lives=row[4],
            bc_changed=row[3] and row[5],
            sales_changed=row[4] and row[6],
            partner=row[7] or "",
        )
        for row in rows
    }
