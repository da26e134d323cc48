"""The row of a candidate -> what changed since the last run on which side, and who wins."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.frozen import dataclass
from engine.pipeline import Rules
from engine.plan.legs import Pass
from engine.run.candidates import later
from engine.run.found import Candidates
from engine.run.gates import RunScope
from engine.run.transfer import Transfer
from engine.run.world import World
from engine.source import Span
from engine.sql.quote import literal
from engine.why import clauses
from engine.why.story import Told, at_line
from engine.why.telling import moment, stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A source record among the candidates (`engine.run.candidates`), and the verdict on it, if it was looked at."""

    src: str
    dst: str | None
    kind: str
    src_mod: datetime | None
    dst_mod: datetime | None
    src_stamp: datetime | None
    dst_stamp: datetime | None
    src_later: bool
    dst_later: bool
    both: bool
    failed_before: bool
    verdict: str | None
    is_new: bool
    failure: int | None
    reason: str | None
    clash: int | None


def row_of(read: Candidates, made: Transfer, world: World, where: str) -> Row | None:
    """The one row of the work tables; None when the record was not read. where: over `c`."""
    found: tuple[Any, ...] | None = world.connection.execute(
        f"SELECT CAST(c.src AS VARCHAR), CAST(coalesce(w.dst, c.dst) AS VARCHAR), c.class, c.src_mod, c.dst_mod, "
        f"c.src_stamp, c.dst_stamp, {later('c.src_mod', 'c.src_stamp')}, "
        f"coalesce({later('c.dst_mod', 'c.dst_stamp')}, false), "
        f"c.both_changed, c.failed_before, w.verdict, coalesce(w.is_new, false), w.failure, w.reason, w.clash "
        f"FROM {read.table} c LEFT JOIN {made.table} w ON w.src = c.src WHERE {where} LIMIT 1"
    ).fetchone()
    return None if found is None else Row(**dict(zip(Row.__slots__, found, strict=True)))


def source_is(src: str) -> str:
    """SQL truth over the candidates `c`: the record of this id is the source."""
    return f"c.src = {literal(src)}::UUID"


def partner_is(dst: str) -> str:
    """SQL truth over the candidates `c`: the record of this id is the partner."""
    return f"c.dst = {literal(dst)}::UUID"


def stamps(step: Pass, run: RunScope, row: Row, made: Transfer, rules: Rules) -> tuple[Told, ...]:
    """What was changed since the last run, and which strategy settled it."""
    mapping = step.mapping
    source, destination = step.source.table, step.destination.table
    lines = []
    if row.kind not in ("insert", "recognised"):
        lines.append(_side(source.caption, row.src_mod, row.src_stamp, row.src_later))
        if row.kind != "gone":
            lines.append(_side(destination.caption, row.dst_mod, row.dst_stamp, row.dst_later))
    if mapping.always_compare:
        lines.append(_note("always compare", "the couplings of this mapping keep no stamps, so it is always compared"))
    if row.failed_before:
        lines.append(_note("failed before", "the last attempt failed, so it counts as changed"))
    if run.force:
        lines.append(_note("forced", "a forced run writes every record, whatever stamps and strategies say"))
    elif row.both and row.kind == "compare":
        lines.append(_settled(step, row, made, rules))
    return tuple(lines)


def _note(name: str, text: str) -> Told:
    return Told(kind="strategy", name=name, text=text)


def _side(caption: str, modified: datetime | None, stamp: datetime | None, later_than: bool) -> Told:
    seen = f"last seen {moment(stamp)}" if stamp is not None else "never seen: the coupling has no stamp"
    return Told(
        kind="changed",
        name=caption,
        text=f"{'changed' if later_than else 'not changed'}: modified {moment(modified) or 'never'}, {seen}",
        sign="changes" if later_than else "same",
        facts=(("modified", stated(modified)), ("stamp", stated(stamp)), ("changed", later_than)),
    )


def _settled(step: Pass, row: Row, made: Transfer, rules: Rules) -> Told:
    """R3.13 to R3.18: both sides changed; which line differs, and what the strategy makes of it."""
    strategy = step.mapping.update_conflict
    place = clauses.on_conflict(rules, step.mapping, "update")
    facts: tuple[tuple[str, str | bool | None], ...] = (("strategy", strategy),)
    if row.clash is None:
        text = "both were changed, but no field that goes both ways differs: no conflict"
        return Told(kind="strategy", name="both changed", text=text, sign="same", facts=facts)
    line = made.lines[row.clash]
    facts += (("line", line.label),)
    differs = f"both were changed and differ in {line.label}"
    told = {
        "conflict": f"{differs}; no strategy is written, so it is a conflict"
        if place is None
        else f"{differs}; on update conflict {strategy}",
        "update": f"{differs}; on update conflict {strategy}: this side wins and overwrites the other",
        "lost": f"{differs}; on update conflict {strategy}: the other side wins, nothing is written in this direction",
    }
    text = told.get(row.verdict or "", f"{differs}; but a line fails before that counts")
    if row.verdict == "again":
        text = f"{differs}; it was so in the last run too"
    won = row.verdict == "update"
    return Told(
        kind="strategy",
        name="both changed",
        text=text,
        sign="yes" if won else "fails" if row.verdict == "conflict" else "no",
        place=at_line(place or line.span),
        facts=facts,
    )


def gone(step: Pass, row: Row, rules: Rules) -> tuple[Told, ...]:
    """R3.8: the partner is gone; what the strategy makes of it."""
    if row.kind != "gone":
        return ()
    place: Span | None = clauses.on_conflict(rules, step.mapping, "deletion")
    strategy = step.mapping.deletion_conflict
    told = {
        "fail": "the partner was deleted; no strategy is written, so the record fails",
        "restore": "the partner was deleted; on deletion conflict restore: it is created anew",
        "uncouple": "the partner was deleted; on deletion conflict uncouple: the coupling goes, the record stays",
        "delete": "the partner was deleted; on deletion conflict delete",
    }
    sign_ = "fails" if strategy == "fail" else "yes"
    return (
        Told(
            kind="strategy",
            name="partner deleted",
            text=told[strategy],
            sign="fails" if sign_ == "fails" else "yes",
            place=at_line(place or step.mapping.span),
            facts=(("strategy", strategy),),
        ),
    )
