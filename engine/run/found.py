"""What a leg read of its source, as nouns: the records, by classes, and the columns of the coupling that it looks at."""

from __future__ import annotations

from datetime import datetime

from engine import connector
from engine.frozen import dataclass
from engine.plan.legs import Pass

CLASSES = ("left out", "skip", "recognised", "insert", "gone", "untouched", "alike", "compare")
LOOKED_AT = ("insert", "compare", "recognised", "gone")
"""The classes whose fields are looked at one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The columns of the coupling that a leg looks at; `out` and `back` are the results of this leg and the other."""

    source_id: str
    destination_id: str
    source_stamp: str
    destination_stamp: str
    out: str
    back: str
    job: str


TO_SALES = Books(
    source_id=connector.COUPLED_BC_ID,
    destination_id=connector.COUPLED_SALES_ID,
    source_stamp=connector.BC_STAMP,
    destination_stamp=connector.SALES_STAMP,
    out=connector.RESULT_TO_SALES,
    back=connector.RESULT_TO_BC,
    job=connector.JOB_TO_SALES,
)
TO_BC = Books(
    source_id=connector.COUPLED_SALES_ID,
    destination_id=connector.COUPLED_BC_ID,
    source_stamp=connector.SALES_STAMP,
    destination_stamp=connector.BC_STAMP,
    out=connector.RESULT_TO_BC,
    back=connector.RESULT_TO_SALES,
    job=connector.JOB_TO_BC,
)


def books(step: Pass) -> Books:
    """Which columns of a coupling keep the stamp and the result of a leg in its direction."""
    return TO_SALES if step.leg == "to_sales" else TO_BC


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """What a leg read. table: the SQL table of candidates. newest: greatest stamp read, None when none was.

    alike: a query of those that are surely unchanged: kid, src_mod, dst_mod, src_stamp, dst_stamp, both_changed, verdict.
    failed_before: did the last attempt fail for any of them?
    """

    table: str
    alike: str
    scanned: int
    left_out: int
    newest: datetime | None
    classes: dict[str, int]
    failed_before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """How to see that a coupled record needs no write, before its fields are looked at one by one (`engine.run.alike`).

    source, partner: subqueries in place of the source's and the partner's rows, the former over `{rows} s`. test: SQL
    truth over both, `s` and `d`.
    """

    source: str
    partner: str
    test: str
