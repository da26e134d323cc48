"""What is known of a record of a leg -> SQL of the verdict on it, and of the words for a conflict (R3.11, R3.18, R3.27)."""

from __future__ import annotations

from engine import connector
from engine.model import model
from engine.plan.legs import Pass
from engine.run.world import World
from engine.sql.quote import identifier, literal


def choose(cases: list[tuple[str, str]], otherwise: str) -> str:
    """CASE over truths in their order."""
    if not cases:
        return otherwise
    return "CASE " + " ".join(f"WHEN {when} THEN {then}" for when, then in cases) + f" ELSE {otherwise} END"


def wins(step: Pass) -> bool:
    """R3.18: does the change of the source of this leg win an update conflict?"""
    return step.two_way and step.mapping.update_conflict == ("keep bc" if step.leg == "to_sales" else "keep sales")


def verdict(step: Pass, force: bool, told: int) -> str:
    """R3.11 (decision order), from the transfer on. told: how many failures come before an update conflict."""
    uncouples = step.mapping.deletion_conflict in ("uncouple", "delete") and not force  # R3.8, R3.10
    gone = "WHEN class = 'gone' THEN 'uncouple'" if uncouples else ""
    clashes = "false" if force else "NOT is_new AND both_changed AND NOT recognised AND clash IS NOT NULL"
    if wins(step):
        settled = f"WHEN failure IS NOT NULL THEN 'fail'\n  WHEN {clashes} THEN 'update'"
    else:
        lost = "conflict" if step.mapping.update_conflict == "fail" else "lost"
        settled = (
            f"WHEN failure < {told} THEN 'fail'\n  WHEN {clashes} THEN '{lost}'\n  WHEN failure IS NOT NULL THEN 'fail'"
        )
    return f"""CASE {gone} {settled}
  WHEN is_new THEN 'create'
  WHEN {"true" if force else "recognised"} OR differs THEN 'update'
  ELSE 'same' END"""


def clashing(step: Pass, lines: tuple[model.FieldLine, ...]) -> str:
    """The words for an update conflict: both tables and the first two-way line that differs (R3.18)."""
    bc, sales = step.mapping.bc.table.caption, step.mapping.sales.table.caption
    said = [
        (
            f"clash = {at}",
            literal(f"Both the {bc} and the {sales} were changed since the last run; they differ in {line.label}"),
        )
        for at, line in enumerate(lines)
        if line.two_way
    ]
    return choose(said, "NULL")


def failed_again(table: str, world: World) -> None:
    """R3.27: the last attempt failed with the same words (their first 250 characters)."""
    errors = world.catalog.table("bc", connector.JOB_ERRORS)
    needed = (connector.ERROR_JOB, connector.ERROR_SOURCE, connector.ERROR_MESSAGE)
    if not all(world.holds(errors, one) for one in needed):
        return
    job, source, message = (identifier(one) for one in needed)
    world.run(
        "those that fail again with the same words",
        f"UPDATE {table} AS u SET verdict = 'again' FROM {world.relation(errors)} e "
        f"WHERE u.verdict IN ('fail', 'conflict') AND u.failed_before AND NOT (u.is_new AND u.class = 'gone') "
        f"AND e.{job} = u.last_job AND e.{source} = u.source_record AND e.{message} = left(u.reason, 250)",
    )
