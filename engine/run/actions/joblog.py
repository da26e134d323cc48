"""What an action did -> a row of the job log, and rows of its errors (R9.19, R9.20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from engine import connector
from engine.run.dryrun import Session
from engine.run.settle import moment
from engine.sql.quote import identifier, literal

JobType = Literal["synchronization", "uncoupling", "coupling"]
TYPES: dict[JobType, int] = {"synchronization": 0, "uncoupling": 1, "coupling": 2}
DIRECTIONS = {"": 0, "to_sales": 1, "to_bc": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobError:
    """A logged error: the record it is about (`Customer: C00010`; blank for none) and the reason."""

    record: str
    reason: str


def log_job(
    session: Session,
    mapping: str,
    type: JobType,
    counters: Mapping[str, int],
    *,
    direction: str = "",
    message: str = "",
    errors: Sequence[JobError] = (),
) -> None:
    """One row of the job log. counters: column name -> count, what is not named is 0."""
    world = session.world
    table = world.catalog.table("bc", connector.JOBS)
    session.legs += 1
    now = moment(session.around.now)
    seed = f"{mapping}/{type}/{session.legs}/{session.around.now.isoformat()}"
    id = f"CAST(md5({literal(seed)}) AS UUID)"
    values = {
        connector.JOB_ID: id,
        connector.JOB_START: now,
        connector.JOB_FINISH: now,
        connector.JOB_MAPPING: literal(mapping),
        connector.JOB_DIRECTION: str(DIRECTIONS[direction]),
        "Type": str(TYPES[type]),
        "Message": literal(message[:250]),
        table.modified_field: now,
        **{name: str(counters.get(name, 0)) for name in (*connector.JOB_COUNTERS, "Deleted", "Uncoupled", "Coupled")},
    }
    select = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in values.items())
    world.insert(table, list(values), f"SELECT {id} AS _id, {select}")
    if errors:
        _log_errors(session, id, seed, errors)


def _log_errors(session: Session, job: str, seed: str, errors: Sequence[JobError]) -> None:
    world = session.world
    table = world.catalog.table("bc", connector.JOB_ERRORS)
    number = identifier(connector.ERROR_NUMBER)
    highest = "0"
    if world.holds(table, connector.ERROR_NUMBER):
        highest = f"coalesce((SELECT max({number}) FROM {world.relation(table)}), 0)"
    rows = ", ".join(f"({at}, {literal(one.record)}, {literal(one.reason)})" for at, one in enumerate(errors, start=1))
    values = {
        connector.ERROR_NUMBER: f"CAST({highest} + place AS INTEGER)",
        connector.ERROR_JOB: job,
        connector.ERROR_SOURCE: "record",
        connector.ERROR_MESSAGE: "left(reason, 250)",
        connector.ERROR_LONG: "left(reason, 2048)",
        connector.ERROR_TIME: moment(session.around.now),
        table.modified_field: moment(session.around.now),
    }
    select = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in values.items())
    id = f"CAST(md5({literal(f'error/{seed}/')} || place) AS UUID)"
    world.insert(table, list(values), f"SELECT {id} AS _id, {select} FROM (VALUES {rows}) e(place, record, reason)")
