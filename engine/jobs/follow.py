"""Edits and what runs touched -> how long each edit took, which were lost, which values never settle. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from engine.jobs.timeline import Clash, Edited, FieldWrite, Followed, Lost, PingPong, Ran, Touched

WRITES = ("create", "change")
SETTLED_BY = 3
"""So many writes of one field, with no edit in between, and it does not settle."""


def followed(edits: Sequence[Edited], runs: Sequence[Ran], touched: Sequence[Touched]) -> tuple[Followed, ...]:
    """What became of every edit."""
    return tuple(_followed(one, _next_edit(one, edits), runs, touched) for one in edits)


def _next_edit(one: Edited, edits: Sequence[Edited]) -> datetime | None:
    """When the same record is edited again."""
    return min((other.at for other in edits if other.id == one.id and other.number > one.number), default=None)


def _followed(edit: Edited, until: datetime | None, runs: Sequence[Ran], touched: Sequence[Touched]) -> Followed:
    mine = [one for one in touched if one.at >= edit.at and (until is None or one.at < until)]
    from_it = [one for one in mine if one.source == edit.id and one.system != edit.system]
    carried = next((one for one in from_it if one.action in WRITES), None)
    read = next((one for one in runs if _reads(one, edit)), None)
    if carried is not None:
        pair = {edit.id, carried.id}
        last = max((one.end for one in mine if one.action in WRITES and one.id in pair), default=carried.end)
        back = next((one for one in mine if one.id == edit.id and one.action in WRITES and one.at >= carried.at), None)
        outcome = f"{carried.caption} {carried.label} {'created' if carried.action == 'create' else 'changed'}"
        if back is not None:
            outcome += f", and written back by {back.mapping}"
        return Followed(edit=edit, reached=carried.end, settled=last, by=carried.mapping, outcome=outcome)
    stuck = [one for one in mine if edit.id in (one.source, one.id) and one.action not in WRITES]
    if stuck:
        last_word = stuck[-1]
        return Followed(
            edit=edit, reached=None, settled=None, by=last_word.mapping, outcome=last_word.reason or last_word.action
        )
    written = next((one for one in mine if one.id == edit.id and one.action in WRITES), None)
    if written is not None:
        outcome = f"not carried over; {written.mapping} wrote over it"
        return Followed(edit=edit, reached=None, settled=None, by=written.mapping, outcome=outcome)
    if edit.op == "delete":
        outcome = "a deletion is not carried over; it is noticed when the other record is read"
        return Followed(edit=edit, reached=None, settled=None, by="", outcome=outcome)
    if read is None:
        return Followed(edit=edit, reached=None, settled=None, by="", outcome="no run has read it yet")
    if not edit.coupled:
        outcome = "no partner: it is not coupled, and the run creates none"
        return Followed(edit=edit, reached=None, settled=None, by=read.job, outcome=outcome)
    outcome = "read, nothing to carry over" if _scanned(read, edit) else "not read: outside the filters, or not coupled"
    return Followed(edit=edit, reached=read.end, settled=read.end, by=read.job, outcome=outcome)


def _reads(run: Ran, edit: Edited) -> bool:
    return run.start >= edit.at and not run.error and any(leg.table == edit.caption for leg in run.legs)


def _scanned(run: Ran, edit: Edited) -> bool:
    return any(leg.table == edit.caption and leg.scanned for leg in run.legs)


# --- what never settles --------------------------------------------------------------------------------


def pingpongs(edits: Sequence[Edited], touched: Sequence[Touched]) -> tuple[PingPong, ...]:
    """Fields that runs write again and again, with no edit between their writes."""
    writes: dict[tuple[str, str, str], list[tuple[Touched, FieldWrite]]] = {}
    for one in touched:
        for written in one.fields if one.action in WRITES else ():
            writes.setdefault((one.table, one.id, written.name), []).append((one, written))
    moments = sorted(one.at for one in edits)
    found = []
    for series in writes.values():
        stretches = _stretches(series, moments)
        found += [_pingpong(one, touched) for one in stretches if len(one) >= SETTLED_BY]
    return tuple(sorted(found, key=lambda one: (-one.times, one.label, one.field)))


def _stretches(
    series: Sequence[tuple[Touched, FieldWrite]], edits: Sequence[datetime]
) -> Iterator[list[tuple[Touched, FieldWrite]]]:
    """The writes of one field between two edits."""
    stretch: list[tuple[Touched, FieldWrite]] = []
    for one in series:
        if stretch and any(stretch[-1][0].at < moment <= one[0].at for moment in edits):
            yield stretch
            stretch = []
        stretch.append(one)
    yield stretch


def _pingpong(stretch: Sequence[tuple[Touched, FieldWrite]], touched: Sequence[Touched]) -> PingPong:
    first, last = stretch[0][0], stretch[-1][0]
    rules = dict.fromkeys((written.rule, written.place) for _, written in reversed(stretch))
    if len(rules) < 2:
        rules |= dict.fromkeys(_answers(stretch, touched))
    return PingPong(
        label=last.label,
        caption=last.caption,
        field=stretch[-1][1].caption,
        times=len(stretch),
        first=first.at,
        last=last.end,
        values=tuple(dict.fromkeys(written.after for _, written in stretch))[:4],
        rules=tuple(rules)[:2],
    )


def _answers(stretch: Sequence[tuple[Touched, FieldWrite]], touched: Sequence[Touched]) -> list[tuple[str, str]]:
    """The rules that write the partner between the writes of a field, the one whose value comes back first."""
    own = {one.id for one, _ in stretch}
    partners = {one.source for one in touched if one.id in own} | {one.id for one in touched if one.source in own}
    begin, end = stretch[0][0].at, stretch[-1][0].end
    found: list[tuple[bool, tuple[str, str]]] = []
    values = {it for _, written in stretch for it in (written.before, written.after)}
    for one in touched:
        if one.action in WRITES and one.id in partners - own and begin <= one.at <= end:
            found += [(it.after not in values, (it.rule, it.place)) for it in one.fields]
    return [rule for _, rule in sorted(found, key=lambda one: one[0])]


# --- what is lost --------------------------------------------------------------------------------------


def lost(edits: Sequence[Edited], touched: Sequence[Touched]) -> tuple[Lost, ...]:
    """Edits of which a field was overwritten before any run had carried the record over."""
    found = []
    for edit in edits:
        if edit.op == "delete":
            continue
        until = _next_edit(edit, edits)
        names = dict(edit.values)
        for one in touched:
            if one.at < edit.at or (until is not None and one.at >= until):
                continue
            if one.source == edit.id and one.system != edit.system and one.action in WRITES:
                break
            if one.id == edit.id and one.action in WRITES:
                overwritten = [it for it in one.fields if it.name in names]
                found += [_lost(edit, it, one, names[it.name]) for it in overwritten]
                if overwritten:
                    break
    return tuple(found)


def _lost(edit: Edited, field: FieldWrite, by: Touched, value: str) -> Lost:
    return Lost(
        edit=edit,
        field=field.caption,
        value=field.before or value,
        by=by.mapping,
        at=by.end,
        now=field.after,
        rule=field.rule,
        place=field.place,
    )


def clashes(runs: Sequence[Ran], touched: Sequence[Touched]) -> tuple[Clash, ...]:
    """Records of which both sides were changed (R3.17, R3.18), each told once."""
    jobs = {one.number: one.job for one in runs}
    found: dict[tuple[frozenset[str], str], Clash] = {}
    for one in touched:
        if one.action == "conflict" or one.code == "W623":
            clash = Clash(
                at=one.end, job=jobs.get(one.run, ""), label=one.label, caption=one.caption, reason=one.reason
            )
            found.setdefault((frozenset((one.id, one.source)), one.reason), clash)
    return tuple(found.values())
