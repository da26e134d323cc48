"""The story of a document -> what it tells of one field: the lines that wrote it, and all that these lines stand in.

What refuses the document is told of every field.

A field is called by its caption or its technical name; a document holds several records, and every one that has the
field is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.why.story import Chapter, Told

LINES = ("field", "written")


def of_one_field(chapters: Sequence[Chapter], written: str) -> tuple[Chapter, ...]:
    """The chapters with nothing but the lines about a field; empty when no line is about it."""
    wanted = written.casefold()
    told = (replace(one, sections=_kept(one.sections, wanted)) for one in chapters)
    return tuple(one for one in told if one.sections)


def fields_told(chapters: Sequence[Chapter]) -> tuple[str, ...]:
    """The captions of all fields that a story tells of."""
    lines = (line for one in chapters for section in one.sections for line in _every(section))
    return tuple(dict.fromkeys(line.name for line in lines if line.kind in LINES))


def _kept(parts: Sequence[Told], wanted: str) -> tuple[Told, ...]:
    kept = []
    for one in parts:
        if (one.kind in LINES and wanted in _names(one)) or (one.sign == "fails" and not one.parts):
            kept.append(one)
        elif inner := _kept(one.parts, wanted):
            kept.append(replace(one, parts=inner))
    return tuple(kept)


def _names(line: Told) -> frozenset[str]:
    return frozenset({line.name.casefold(), *(str(value).casefold() for name, value in line.facts if name == "field")})


def _every(line: Told) -> Iterator[Told]:
    yield line
    for part in line.parts:
        yield from _every(part)
