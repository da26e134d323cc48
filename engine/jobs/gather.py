"""The ledger of the legs that a run was made of -> what it touched, and its counters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from engine.jobs.timeline import FieldWrite, LegRun, Touched
from engine.run.world import World
from engine.sql.quote import identifier


def legs(world: World, after: int) -> tuple[LegRun, ...]:
    """The legs and processes with a number above this one."""
    rows = world.connection.execute(
        "SELECT mapping, leg, source_table, scanned, created, changed, unchanged, skipped, failed, conflicts "
        "FROM plan.pass WHERE pass > ? ORDER BY pass",
        [after],
    ).fetchall()
    return tuple(
        LegRun(
            mapping=row[0], leg=row[1], table=row[2], scanned=row[3] or 0, created=row[4] or 0, changed=row[5] or 0,
            unchanged=row[6] or 0, skipped=row[7] or 0, failed=row[8] or 0, conflicts=row[9] or 0,
        )
        for row in rows
    )  # fmt: skip


def touched(world: World, after: int, *, run: int, start: datetime, end: datetime) -> tuple[Touched, ...]:
    """The records that the legs with a number above this one created, changed, refused or left."""
    query = (
        "SELECT r.pass, r.record, coalesce(p.mapping, ''), r.action, r.system, r.table_name, r.table_caption, r.id, "
        "r.label, r.source_id, r.code, r.reason, r.path, r.line FROM plan.record r LEFT JOIN plan.pass p USING (pass) "
        "WHERE r.pass > ? ORDER BY r.pass, r.record"
    )
    rows = world.connection.execute(query, [after]).fetchall()
    if not rows:
        return ()
    fields = _fields(world, after)
    return tuple(
        Touched(
            at=start, end=end, run=run, mapping=row[2], action=row[3], system=row[4] or "", table=row[5] or "",
            caption=row[6] or "", id=str(row[7] or ""), label=row[8] or "", source=str(row[9] or ""),
            code=row[10] or "", reason=row[11] or "", place=_place(row[12], row[13]),
            fields=tuple(fields.get((row[0], row[1]), ())),
        )
        for row in rows
    )  # fmt: skip


def _fields(world: World, after: int) -> dict[tuple[int, int], list[FieldWrite]]:
    query = (
        "SELECT pass, record, name, caption, before, after, rule, path, line FROM plan.field WHERE pass > ? "
        "ORDER BY pass, record, ordinal"
    )
    found: dict[tuple[int, int], list[FieldWrite]] = {}
    for row in world.connection.execute(query, [after]).fetchall():
        one = FieldWrite(
            name=row[2] or "", caption=row[3] or "", before=row[4] or "", after=row[5] or "", rule=row[6] or "",
            place=_place(row[7], row[8]),
        )  # fmt: skip
        found.setdefault((row[0], row[1]), []).append(one)
    return found


def _place(path: str | None, line: int | None) -> str:
    return f"{path}:{line}" if path else ""


def latest_stamp(world: World, numbers: Sequence[int]) -> datetime | None:
    """The newest stamp of any record that these legs read."""
    names = {f"{kind}_{one}" for one in numbers for kind in ("seen", "cand")}
    there = names & set(temporary(world))
    found: list[Any] = [
        world.connection.execute(f"SELECT max(src_mod) FROM {one}").fetchall()[0][0] for one in sorted(there)
    ]
    return max((one for one in found if one is not None), default=None)


def temporary(world: World) -> tuple[str, ...]:
    """The temporary tables of the world's connection."""
    rows = world.connection.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()
    return tuple(row[0] for row in rows)


def clear(world: World, kept: Sequence[str]) -> None:
    """Forget what a run leaves behind: its ledger, its statements, its temporary tables but those that stood before."""
    for name in temporary(world):
        if name not in kept:
            world.connection.execute(f"DROP TABLE IF EXISTS temp.{identifier(name)}")
    rows = world.connection.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'plan'").fetchall()
    for (name,) in rows:
        if name != "head":
            world.connection.execute(f"DELETE FROM plan.{identifier(name)}")
    world.statements.clear()
