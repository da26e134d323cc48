"""What an action did -> a row of the job log, and rows of its errors (R9.19, R9.20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.run.dryrun import Session
from engine.run.joblog import log_errors, log_row
from engine.sql.quote import literal

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
    session.legs += 1
    seed = f"{mapping}/{type}/{session.legs}/{session.around.now.isoformat()}"
    id = f"CAST(md5({literal(seed)}) AS UUID)"
    more = {
        "Type": str(TYPES[type]),
        "Message": literal(message[:250]),
        **{name: str(counters.get(name, 0)) for name in ("Deleted", "Uncoupled", "Coupled")},
    }
    log_row(id, mapping, DIRECTIONS[direction], counters, session.world, session.around, more)
    if errors:
        told = ", ".join(
            f"({at}, {literal(one.record)}, {literal(one.reason)})" for at, one in enumerate(errors, start=1)
        )
        rows = f"SELECT * FROM (VALUES {told}) e(place, record, reason)"
        log_errors(id, seed, rows, "place", session.world, session.around)
