"""A timeline -> text for a terminal, and JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from typing import Any, TextIO

from engine.jobs.summary import by_job, lines, span
from engine.jobs.timeline import Followed, Ran, Timeline

WIDE = 110
"""Columns from which on nothing needs to be said in short."""
RECORDS = (
    ("created", "new", "created"),
    ("changed", "chg.", "changed"),
    ("refused", "ref.", "failed"),
    ("conflicts", "conf.", "conflicts"),
)
LEGEND = "runs, active ones, failed as a whole (down); records: new, changed, refused, in conflict"
STYLES = {"active": "green", "idle": "dim", "again": "dim", "error": "bold red", "edit": "bold cyan", "queue": "yellow"}


def tell(timeline: Timeline, stream: TextIO, *, colour: bool, width: int | None, most: int = 200) -> None:
    """Print the timeline and what follows from it. most: lines of the timeline that are shown."""
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, no_color=not colour, force_terminal=colour, width=width or 160, highlight=False)
    all_lines, narrow = lines(timeline), width is not None and width < WIDE
    for one in all_lines[:most]:
        text = Text(f"{one.at:%m-%d %H:%M:%S} " if narrow else f"{one.at:%Y-%m-%d %H:%M:%S}  ")
        job = f"{one.job:<20.20} " if narrow else f"{one.job:<24.24} "
        told = wrapped(one.text, width, len(text) + len(job))
        text.append(job + told, style=STYLES[one.kind] if colour else "")
        console.print(text, soft_wrap=True)
    if len(all_lines) > most:
        console.print(f"… and {len(all_lines) - most:,} more lines; --html FILE shows all of them", soft_wrap=True)
    console.print()
    console.print(_jobs(timeline, narrow=narrow))
    if narrow:
        console.print(wrapped(LEGEND, width), soft_wrap=True)
    if timeline.edits:
        console.print()
        console.print(_edits(timeline))
    for line in _trouble(timeline):
        inside = len(line) - len(line.lstrip())
        console.print(f"{line[:inside]}{wrapped(line[inside:], width, inside)}", soft_wrap=True, markup=False)
    console.print()
    console.print(wrapped(closing(timeline), width), soft_wrap=True, markup=False)


def wrapped(text: str, width: int | None, inside: int = 0) -> str:
    """A text in the columns from `inside` on, its further lines set in like the first; as it is where no width is."""
    if width is None or inside + len(text) <= width or inside > width // 2:
        return text
    lines = textwrap.wrap(text, width - inside, break_long_words=False, break_on_hyphens=False)
    return f"\n{' ' * inside}".join(lines)


def _jobs(timeline: Timeline, *, narrow: bool) -> Any:
    """The table of jobs. Columns that say nothing of any job are left out."""
    from rich import box
    from rich.table import Table

    found = by_job(timeline)
    columns: dict[str, tuple[str, list[int]]] = {
        "runs": ("runs", [one.runs for one in found]),
        "active": ("act.", [one.active for one in found]),
        "idle": ("", [one.idle for one in found]),
        "failed": ("down", [one.errors for one in found]),
        "woken": ("", [one.woken for one in found]),
        "waited": ("", [one.waited for one in found]),
        **{name: (short, [one.counters[it] for one in found]) for name, short, it in RECORDS},
    }
    kept = {name: one for name, one in columns.items() if any(one[1]) and (one[0] or not narrow)}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0 if narrow else (0, 1))
    table.add_column("Job", no_wrap=True)
    for name, (short, _) in kept.items():
        table.add_column(short if narrow else name, justify="right", no_wrap=True)
    table.add_column("at the end", no_wrap=True)
    for at, one in enumerate(found):
        ends = one.stands + (f", {one.next:%m-%d %H:%M}" if one.next is not None else "")
        table.add_row(one.job, *(f"{it[at]:,}" if it[at] else "-" for _, it in kept.values()), ends)
    return table


def _edits(timeline: Timeline) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("Edit", "Record", "carried over after", "settled after", "Outcome"):
        table.add_column(name)
    for one in timeline.edits:
        settled = None if one.settled is None else one.settled - one.edit.at
        record = f"{one.edit.caption} {one.edit.label}"
        table.add_row(f"{one.edit.at:%Y-%m-%d %H:%M:%S}", record, span(one.takes), span(settled), _by(one))
    return table


def _by(one: Followed) -> str:
    return f"{one.outcome} ({one.by})" if one.by else one.outcome


def _trouble(timeline: Timeline) -> Iterator[str]:
    for ball in timeline.pingpongs:
        yield ""
        yield f"! {ball.caption} {ball.label}: {ball.field} never settles, it was written {ball.times} times"
        yield f"    {' -> '.join(one or 'blank' for one in ball.values)}"
        for rule, place in ball.rules:
            yield f"    by {rule}  {place}"
    for one in timeline.lost:
        yield ""
        yield f"! {one.edit.caption} {one.edit.label}: the edit of {one.edit.at:%Y-%m-%d %H:%M:%S} is lost"
        was, now = one.value or "blank", one.now or "blank"
        yield f"    {one.field} was {was}, is {now} since {one.at:%H:%M:%S}, by {one.by}"
        yield f"    {one.rule}  {one.place}"
    for clash in timeline.clashes:
        yield ""
        yield f"! {clash.caption} {clash.label} collides in {clash.job}, {clash.at:%Y-%m-%d %H:%M:%S}"
        yield f"    {clash.reason}"


def closing(timeline: Timeline) -> str:
    """The last line: how much happened."""
    active = sum(one.active for one in timeline.runs)
    lasted = span(timeline.end - timeline.begin)
    told = f"{lasted} simulated: {len(timeline.runs):,} runs, {active:,} with something to do"
    if timeline.edits:
        carried = sum(one.reached is not None for one in timeline.edits)
        told += f"; {carried:,} of {len(timeline.edits):,} edits carried over"
    return told + ". Nothing was written."


def worth_a_look(timeline: Timeline) -> bool:
    """Is there anything that somebody should look at?"""
    stuck = any(one.reached is None for one in timeline.edits)
    return stuck or bool(timeline.pingpongs or timeline.lost or timeline.clashes)


# --- JSON ------------------------------------------------------------------------------------------------


def to_json(timeline: Timeline) -> str:
    """The timeline as JSON, after schemas/json/timeline.schema.json; a line for every run, every edit and so on."""
    content = {
        "format_version": 1,
        "begin": moment(timeline.begin),
        "end": moment(timeline.end),
        "runs": [_run(one) for one in timeline.runs],
        "happened": [_plain(one) for one in timeline.happened],
        "jobs": [_plain(one) for one in by_job(timeline)],
        "edits": [_plain(one) for one in timeline.edits],
        "pingpongs": [_plain(one) for one in timeline.pingpongs],
        "lost": [_plain(one) for one in timeline.lost],
        "clashes": [_plain(one) for one in timeline.clashes],
    }
    parts = []
    for name, given in content.items():
        text = json.dumps(given, ensure_ascii=False)
        if isinstance(given, list) and given:
            text = "[\n  " + ",\n  ".join(json.dumps(one, ensure_ascii=False) for one in given) + "\n ]"
        parts.append(f" {json.dumps(name)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}"


def _run(run: Ran) -> dict[str, Any]:
    return {**_plain(run), "active": run.active}


def _plain(one: Any) -> Any:
    match one:
        case datetime():
            return moment(one)
        case tuple() | list():
            return [_plain(it) for it in one]
        case dict():
            return {name: _plain(it) for name, it in one.items()}
        case _ if hasattr(type(one), "__dataclass_fields__"):
            return {it.name: _plain(getattr(one, it.name)) for it in fields(one)}
        case _:
            return one


def moment(at: datetime | None) -> str | None:
    """A moment in UTC as JSON has it, to the millisecond; None for none."""
    return None if at is None else at.isoformat(timespec="milliseconds") + "Z"
