"""`pieces(text, length, instead)` -> SQL of the list of pieces that a long text is cut into.

The first line of the text, or what stands in for it when it is blank, and every further line are cut by number of
characters; blanks at a cut stay. An empty line gives none (processes 3).
"""

from __future__ import annotations

from engine.model import model
from engine.sql.frame import Frame
from engine.sql.values import value


def pieces(statement: model.ForPieces, frame: Frame) -> str:
    """SQL of the list of pieces: every line of the text, cut after `length` letters.

    instead: what stands for the first line when that is blank.
    """
    reading = frame.reading()
    text, length = value(statement.text, reading), value(statement.length, reading)
    lines = f"list_transform(string_split({text}, chr(10)), lambda line: rtrim(line, chr(13)))"
    if statement.instead is not None:
        instead = value(statement.instead, reading)
        first = f"(CASE WHEN ({lines})[1] = '' THEN {instead} ELSE ({lines})[1] END)"
        lines = f"list_prepend({first}, ({lines})[2:])"
    cut = f"lambda line: list_transform(range(0, length(line), {length}), lambda start: substr(line, start + 1, {length}))"
    return f"flatten(list_transform({lines}, {cut}))"
