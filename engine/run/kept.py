"""What a world remembers of its tables, as nouns: what was laid over their rows, and what was known at a mark."""

from __future__ import annotations

from typing import Literal

from engine.frozen import dataclass

State = Literal["table", "view"]
"""What gives the rows of a changed table as they stand: a copy of them when they are few, which is quicker to read a
hundred times, else a view."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """New values of many rows of a table, laid over them where they are read. rows: a view that gives `_id`, once
    each, and the columns."""

    rows: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a world knew of its tables before something that may be taken back."""

    changed: dict[tuple[str, str], dict[str, str]]
    stand_ins: dict[tuple[str, str], str]
    layers: dict[tuple[str, str], tuple[Layer, ...]]
    written: frozenset[tuple[str, str]]
    states: dict[tuple[str, str], State]
    stale: dict[tuple[str, str], str]
