"""A mapping, and who started it -> its legs, run on the session's world.

A scheduled run keeps to watermarks and stamps. A run that a user starts for chosen records is forced (R3.34);
`synchronize_all` empties the watermarks first and is not (R2.25, R9.18).
"""

from __future__ import annotations

from collections.abc import Mapping as Dictionary, Sequence
from dataclasses import replace

from engine import connector
from engine.catalog.catalog import System
from engine.model.model import FieldLine, Leg, Mapping
from engine.plan.legs import Pass, keeps_options, passes
from engine.run.actions.joblog import log_job
from engine.run.actions.records import Chosen, on_side, uncoupled, without_skipped
from engine.run.dryrun import Session
from engine.run.gates import SCHEDULED, RunScope
from engine.sql.quote import identifier, literal

CHOSEN = RunScope(force=True, since_watermark=False, moves_watermark=False)
ALLOWED: dict[str, tuple[Leg, ...]] = {"->": ("to_sales",), "<-": ("to_bc",), "<->": ("to_sales", "to_bc")}


def connected(settings: Dictionary[str, object]) -> bool:
    """Every run opens and tests the connection first (R2.2)."""
    enabled = settings.get("enable_cds_connection") or settings.get("sales_connection_enabled")
    return bool(enabled) and bool(settings.get("connection_working"))


def source_side(leg: Leg) -> System:
    """The system that a leg reads from."""
    return "bc" if leg == "to_sales" else "sales"


def never_alone(mapping: Mapping) -> str | None:
    """Lines that only go one way are sent with their header; on their own they are refused (9.1)."""
    if mapping.only_within is None or mapping.arrow == "<->":
        return None
    return f"{mapping.name} runs only within {mapping.only_within}, not on its own"


def run_mapping(session: Session, name: str, direction: Leg | None = None, chosen: Chosen | None = None) -> None:
    """A run of a mapping: as scheduled, or forced for chosen records; in its own directions or in one of them.

    A scheduled run in a direction that the mapping does not have closes its job with a message (R9.21), and so does
    a run of lines that are sent with their header only.
    """
    mapping = session.model.mappings[name]
    alone = never_alone(mapping)
    if alone is not None:
        log_job(session, name, "synchronization", {}, direction=direction or ALLOWED[mapping.arrow][0], message=alone)
        return
    legs = ALLOWED[mapping.arrow] if direction is None else (direction,)
    for leg in legs:
        if leg not in ALLOWED[mapping.arrow] and chosen is None:
            message = f"{name} does not go {'to Sales' if leg == 'to_sales' else 'to Business Central'}"
            log_job(session, name, "synchronization", {}, direction=leg, message=message)
            continue
        if carries_nothing(session, mapping, leg):
            continue
        step = Pass(number=0, mapping=mapping, leg=leg)
        if chosen is None:
            session.run(step, SCHEDULED)
            continue
        side = source_side(leg)
        ids = without_skipped(session, mapping, on_side(session, mapping, chosen, side), side)
        session.run(step, replace(CHOSEN, records=ids))


def carries(mapping: Mapping, leg: Leg) -> bool:
    """Has a mapping a field line for this leg? Without one the run fails as a whole (R2.23, R3.1)."""
    lines = (one for one in mapping.items if isinstance(one, FieldLine))
    return any((one.to_sales if leg == "to_sales" else one.to_bc) is not None for one in lines)


def carries_nothing(session: Session, mapping: Mapping, leg: Leg) -> bool:
    """Has it no line for this leg? Then the run is closed with a message."""
    if carries(mapping, leg):
        return False
    way = "to Sales" if leg == "to_sales" else "to Business Central"
    message = f"{mapping.name} has no field line {way} that is on"
    log_job(session, mapping.name, "synchronization", {}, direction=leg, message=message)
    return True


def create_new(session: Session, name: str, chosen: Chosen) -> None:
    """Create the partners of chosen records that have none, and couple them; nothing else of the mapping counts."""
    mapping = session.model.mappings[name]
    leg: Leg = "to_sales" if chosen.system == "bc" else "to_bc"
    if carries_nothing(session, mapping, leg):
        return
    ids = uncoupled(session, mapping, chosen.ids, chosen.system)
    session.run(Pass(number=0, mapping=mapping, leg=leg), replace(CHOSEN, records=ids, creates_missing=True))


def synchronize_all(session: Session, names: Sequence[str]) -> None:
    """Empty the watermarks of these mappings, then run them in this order."""
    for name in names:
        mapping = session.model.mappings[name]
        clear_watermarks(session, mapping)
        for step in passes(session.model, (name,)):
            session.run(step, SCHEDULED)


def prioritised(session: Session, first: Sequence[str]) -> tuple[str, ...]:
    """All mappings in the order of R9.18: those named first, then the others; option mappings and lines are left out."""
    left_out = {
        one.name for one in session.model.mappings.values() if keeps_options(one) or one.only_within is not None
    }
    known = [one for one in first if one in session.model.mappings]
    rest = [one for one in session.model.order if one not in known]
    return tuple(one for one in (*known, *rest) if one not in left_out)


def clear_watermarks(session: Session, mapping: Mapping) -> None:
    """Both watermarks of a mapping emptied, so that its next run reads everything."""
    world = session.world
    table = world.catalog.table("bc", connector.MAPPINGS)
    columns = (connector.BC_WATERMARK, connector.SALES_WATERMARK)
    if not world.holds(table, connector.MAPPING_NAME) or not any(world.holds(table, one) for one in columns):
        return
    empty = ", ".join(f"NULL::TIMESTAMP AS {identifier(one)}" for one in columns)
    world.update(
        table,
        columns,
        f"SELECT {identifier(table.id_field)} AS _id, {empty} FROM {world.relation(table)} "
        f"WHERE {identifier(connector.MAPPING_NAME)} = {literal(mapping.name)}",
    )
