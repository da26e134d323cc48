"""A timeline -> the shapes of its chart: a row a job, a bar a run, a mark an edit, a scale of hours or days. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.frozen import dataclass
from engine.jobs.summary import by_job, what
from engine.jobs.timeline import CONNECTION_OFF, Timeline

LEFT, RIGHT, TOP, ROW, WIDTH = 190, 20, 34, 22, 1180
STEPS = tuple(
    timedelta(minutes=one) for one in (5, 10, 30, 60, 120, 180, 360, 720, 1440, 2880, 7 * 1440, 14 * 1440, 28 * 1440)
)
LEAST = 2.0
MOVES = ("woken", "note", "appears", "disappears")
"""What moves a job beside its runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A run, or several idle ones that lie so close that they could not be told apart."""

    x: float
    width: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A job and its bars, those of failed runs last. asleep, held: where it slept, where it was on hold, and how wide
    that is."""

    job: str
    y: int
    bars: tuple[Bar, ...]
    asleep: tuple[tuple[float, float], ...]
    held: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place on the scale, or an edit."""

    x: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Everything in pixels of a drawing of this size."""

    width: int
    height: int
    left: int
    bottom: int
    rows: tuple[Row, ...]
    scale: tuple[Mark, ...]
    edits: tuple[Mark, ...]

    @property
    def held(self) -> bool:
        """Was any job on hold?"""
        return any(one.held for one in self.rows)


def chart(timeline: Timeline) -> Chart:
    """The chart of all jobs that ran."""
    names = [one.job for one in by_job(timeline) if one.runs]
    rows = tuple(_row(timeline, name, TOP + at * ROW) for at, name in enumerate(names))
    edits = tuple(
        Mark(x=_x(timeline, one.at), text=f"{one.at:%Y-%m-%d %H:%M:%S} {one.text}")
        for one in timeline.happened
        if one.what in ("edit", "settings")
    )
    bottom = TOP + len(rows) * ROW
    return Chart(
        width=WIDTH, height=bottom + 12, left=LEFT, bottom=bottom, rows=rows, scale=_scale(timeline), edits=edits
    )


def _x(timeline: Timeline, at: datetime) -> float:
    part = (at - timeline.begin) / (timeline.end - timeline.begin)
    return round(LEFT + min(max(part, 0.0), 1.0) * (WIDTH - LEFT - RIGHT), 1)


def _row(timeline: Timeline, name: str, y: int) -> Row:
    bars: list[Bar] = []
    asleep: list[tuple[float, float]] = []
    moved = _moved(timeline, name)
    for run in timeline.runs:
        if run.job != name:
            continue
        x, end = _x(timeline, run.start), _x(timeline, run.end)
        kind = "error" if run.error else "active" if run.active else "idle"
        if run.then == "On Hold with Inactivity Timeout":
            planned = run.next or timeline.end
            until = next((at for at, _ in moved if run.end <= at < planned), planned)
            asleep.append((end, _x(timeline, until)))
        last = bars[-1] if bars else None
        if last is not None and kind == last.kind == "idle" and x < last.x + last.width + 0.5:
            title = last.title.split("\n")[0] + f"\n… {run.start:%m-%d %H:%M}"
            bars[-1] = Bar(x=last.x, width=round(max(x + LEAST, end) - last.x, 1), kind=kind, title=title)
        else:
            title = f"{name}\n{run.start:%Y-%m-%d %H:%M:%S} {what(run)}"
            bars.append(Bar(x=x, width=round(max(end - x, LEAST), 1), kind=kind, title=title))
    bars.sort(key=lambda one: one.kind == "error")  # seen, however close the next try is
    held = [
        (_x(timeline, at), _x(timeline, next((then for then, _ in moved[number + 1 :]), timeline.end)))
        for number, (at, off) in enumerate(moved)
        if off
    ]
    return Row(job=name, y=y, bars=tuple(bars), asleep=_joined(asleep), held=_joined(held))


def _moved(timeline: Timeline, name: str) -> list[tuple[datetime, bool]]:
    """When something other than its own plan moved a job, and whether it was put on hold then."""
    found = [(one.start, False) for one in timeline.runs if one.job == name]
    moves = (one for one in timeline.happened if one.job == name and one.what in MOVES)
    return sorted([*found, *((one.at, one.text == CONNECTION_OFF) for one in moves)])


def _joined(stretches: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Stretches that touch become one; given as where each begins and how wide it is."""
    found: list[tuple[float, float]] = []
    for begin, end in stretches:
        if found and begin <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return tuple((begin, round(end - begin, 1)) for begin, end in found)


def _scale(timeline: Timeline) -> tuple[Mark, ...]:
    lasts = timeline.end - timeline.begin
    step = next((one for one in STEPS if lasts / one <= 12), lasts / 12)
    midnight = timeline.begin.replace(hour=0, minute=0, second=0, microsecond=0)
    at = midnight + -(-(timeline.begin - midnight) // step) * step
    found = []
    while at <= timeline.end:
        days = step >= timedelta(days=1) or at.time() == midnight.time()
        text = f"{at:%d %b}" if days else f"{at:%H:%M}"
        found.append(Mark(x=_x(timeline, at), text=text))
        at += step
    return tuple(found)
