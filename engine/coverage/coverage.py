"""Points of the rules and what was reached of them -> coverage by file, in percent, and its text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from engine.coverage.points import Point
from engine.coverage.watch import Mark
from engine.diagnostic import Diagnostic
from engine.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCoverage:
    """One rule file. missed: the points that no scenario reached, in the order of the text."""

    path: str
    total: int
    missed: tuple[Point, ...]

    @property
    def reached(self) -> int:
        """How many of its points some record reached."""
        return self.total - len(self.missed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """files: those with anything to reach. counted: the paths that the threshold asks about."""

    files: tuple[FileCoverage, ...]
    counted: frozenset[str]

    @property
    def percent(self) -> float:
        """Of the files counted; 100 where there is nothing to reach."""
        own = [one for one in self.files if one.path in self.counted]
        total = sum(one.total for one in own)
        return 100.0 * sum(one.reached for one in own) / total if total else 100.0


def covered(points: Sequence[Point], marks: Iterable[Mark], shipped: frozenset[str]) -> Coverage:
    """What was reached. Counted are the workspace's own files, or the shipped ones where there are no others."""
    found = set[int]()
    places: dict[tuple[str, str, str], list[int]] = {}
    for at, point in enumerate(points):
        places.setdefault((point.kind, point.outcome, point.span.path), []).append(at)
    for kind, outcome, path, offset in marks:
        around = [at for at in places.get((kind, outcome, path), ()) if _holds(points[at], offset)]
        if around:
            found.add(min(around, key=lambda at: points[at].span.end - points[at].span.start))
    files = []
    for path in dict.fromkeys(one.span.path for one in points):
        own = [at for at, one in enumerate(points) if one.span.path == path]
        missed = tuple(points[at] for at in own if at not in found)
        files.append(FileCoverage(path=path, total=len(own), missed=missed))
    mine = frozenset(one.path for one in files) - shipped
    return Coverage(files=tuple(files), counted=mine or frozenset(one.path for one in files))


def _holds(point: Point, offset: int) -> bool:
    return point.span.start <= offset < max(point.span.end, point.span.start + 1)


def to_text(made: Coverage) -> str:
    """A line per file, what was missed under it, and a last line for all that is counted."""
    wide = max([len(one.path) for one in made.files], default=0)
    lines = ["Coverage of the rules"]
    for one in made.files:
        share = 100.0 * one.reached / one.total
        note = "" if one.path in made.counted else "  (shipped, not counted)"
        lines.append(f"  {one.path.ljust(wide)}  {one.reached:>4} of {one.total:>4}  {share:5.1f} %{note}")
        if one.path in made.counted:
            lines += [f"    not reached: {point.told()}" for point in one.missed]
    lines.append(f"  {made.percent:.1f} % reached")
    return "\n".join(lines) + "\n"


def as_object(made: Coverage) -> dict[str, Any]:
    """The same for other programs: part of the JSON of `coupler test --coverage`."""
    return {
        "percent": round(made.percent, 1),
        "files": [
            {
                "file": one.path,
                "counted": one.path in made.counted,
                "reached": one.reached,
                "total": one.total,
                "not_reached": [_missed(point) for point in one.missed],
            }
            for one in made.files
        ],
    }


def _missed(point: Point) -> dict[str, Any]:
    return {"line": point.span.line, "column": point.span.column, "kind": point.kind, "outcome": point.outcome}


def below(made: Coverage, threshold: float) -> tuple[Diagnostic, ...]:
    """Told when less is reached than was demanded."""
    if made.percent >= threshold:
        return ()
    message = f"the scenarios reach {made.percent:.1f} % of the rules, less than {threshold:g} %"
    hint = "write scenarios for the places that are not reached, or lower the threshold"
    return (Diagnostic(code="E685", name="coverage-too-low", severity="error", span=None, message=message, hint=hint),)
