"""Words with places where a line may be broken -> lines of at most `WIDTH` characters.

A doc is a list of words and breaks; a break is a number, how deep inside the statement it lies. A line that is too long
is broken at its outermost breaks first, filled as far as it goes; what is still too long is broken further in. Breaks
of the level `ALL` are taken together: where one is needed, all are.
"""

from __future__ import annotations

WIDTH = 120
ALL = -1
Doc = list[str | int]


def flat(doc: Doc) -> str:
    """The doc on one line; a break is a blank."""
    return "".join(" " if isinstance(piece, int) else piece for piece in doc)


def lay_out(doc: Doc, indent: int, further: int, room: int = WIDTH) -> list[str]:
    """The doc as lines. indent: of the first line; further: of the second and following."""
    first = " " * indent + flat(doc)
    breaks = [piece for piece in doc if isinstance(piece, int)]
    if len(first) <= room or not breaks:
        return [first]
    lines: list[str] = []
    level = min(breaks)
    parts = _split(doc, level)
    current = parts[0]
    at = indent
    for part in parts[1:]:
        if level != ALL and at + len(flat(current)) + 1 + len(flat(part)) <= room:
            current = [*current, max(breaks) + 1, *part]
            continue
        lines += lay_out(current, at, further + 2, room)
        current, at = part, further
    return lines + lay_out(current, at, further + 2, room)


def _split(doc: Doc, level: int) -> list[Doc]:
    parts: list[Doc] = [[]]
    for piece in doc:
        if piece == level and isinstance(piece, int):
            parts.append([])
        else:
            parts[-1].append(piece)
    return parts
