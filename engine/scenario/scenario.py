"""What a scenario file says, as read: frozen, its keys those of the file, every name in it known.

Meaning: given this data, when this is done, then this has changed and nothing else. The values inside `given`,
`when` and `then` are the plain YAML values; `engine.scenario.names` has proved that they name what exists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from engine.catalog.catalog import Catalog, Table
from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.source import Span

Given = Mapping[str, Any]
Action = Mapping[str, Any]
Then = Mapping[str, Any]
Status = Literal["passed", "failed", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One scenario. layers: the bases under it and its own `given`, the lowest first."""

    id: str
    about: str
    area: str
    gate: bool
    layers: tuple[Given, ...]
    when: tuple[Action, ...]
    then: Then
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioFile:
    """One file. ids: of all its scenarios, as far as they could be read; found: why nothing of it is run."""

    path: str
    ids: tuple[str, ...]
    scenarios: tuple[Scenario, ...]
    found: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a scenario may name. mappings: name -> its BC and Sales table, of all variants, under any settings."""

    catalog: Catalog
    mappings: Mapping[str, tuple[Table, Table]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One miss. what: which expectation; expected and got side by side."""

    what: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome of one scenario. `error`: the file is wrong, so that nothing of it was run."""

    id: str
    area: str
    gate: bool
    status: Status
    differences: tuple[Difference, ...]
    path: str
    line: int
    about: str = ""
    seconds: float = 0.0
