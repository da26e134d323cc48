"""A saved plan and the key of a record -> the records of the plan that are meant, all of one mapping and pair."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, cast
from uuid import UUID

import duckdb

from engine.diagnostic import Diagnostic
from engine.frozen import dataclass
from engine.model.model import Leg
from engine.run.apply import open_plan

MOST_NAMED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A record of the plan, of the mapping itself. step: the number of its pass. source: the id it comes from."""

    step: int
    leg: Leg
    record: int
    action: str
    code: str | None
    system: Literal["bc", "sales"]
    id: UUID | None
    source: UUID
    label: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What is to be captured. records: of one mapping, a leg each at most, about one pair; the first decides."""

    mapping: str
    records: tuple[Listed, ...]
    head: dict[str, Any]


def choose(plan: Path, key: str, mapping: str | None = None) -> Chosen | Diagnostic:
    """Find a record by its id, its label or the beginning of its label. Raises SnapshotProblem: no plan."""
    connection = open_plan(plan)
    try:
        return _chosen(connection, key, mapping)
    finally:
        connection.close()


def _chosen(connection: duckdb.DuckDBPyConnection, key: str, mapping: str | None) -> Chosen | Diagnostic:
    head = _rows(connection, "SELECT * FROM plan_file.plan.head", [])
    known = _rows(connection, "SELECT DISTINCT mapping FROM plan_file.plan.pass ORDER BY 1", [])
    if mapping is not None and mapping not in [one["mapping"] for one in known]:
        return unfound(f"the plan holds no mapping {mapping}", "coupler report shows what it holds")
    found = _rows(
        connection,
        """SELECT r.*, p.mapping, p.leg FROM plan_file.plan.record r JOIN plan_file.plan.pass p USING (pass)
WHERE ($2 IS NULL OR p.mapping = $2) AND (CAST(r.id AS VARCHAR) = lower($1) OR CAST(r.source_id AS VARCHAR) = lower($1)
  OR $1 IN (r.label, r.source_label) OR starts_with(r.label, $1 || ' ') OR starts_with(r.source_label, $1 || ' '))
ORDER BY r.pass, r.record""",
        [key, mapping],
    )
    if found and all(one["leg"] == "process" for one in found):
        owners = ", ".join(dict.fromkeys(one["mapping"] for one in found))
        told = f"{key} belongs to a document of {owners}; only records of mappings are captured"
        return unfound(told, f"coupler why {found[0]['mapping']} {key!r} tells its story; write the scenario by hand")
    found = [one for one in found if one["leg"] != "process"]
    if brought := [one for one in found if one["cause"]]:
        found = [one for one in found if not one["cause"]] or _rows(
            connection,
            "SELECT r.*, p.mapping, p.leg FROM plan_file.plan.record r JOIN plan_file.plan.pass p USING (pass) "
            "WHERE pass = $1 AND record = $2",
            [brought[0]["pass"], brought[0]["cause"]],
        )
    if not found:
        return unfound(
            f"the plan lists no record {key}" + (f" of {mapping}" if mapping else ""),
            "name it by its key, its label or its id; records that stay as they are are counted, not listed",
        )
    pairs = {(one["mapping"], _pair(one)) for one in found}
    records = [_listed(one) for one in found]
    if len({one["mapping"] for one in found}) > 1:
        names = list(dict.fromkeys(one["mapping"] for one in found))
        return unfound(f"{key} stands in the plan under {', '.join(names)}", f"choose one: --mapping {names[0]!r}")
    if len(pairs) > 1 and not _one_pair(records):
        labels = list(dict.fromkeys(f"{one.label} ({one.source})" for one in records))[:MOST_NAMED]
        return unfound(f"{key} can be {'; '.join(labels)}", "name it by its id")
    return Chosen(mapping=found[0]["mapping"], records=tuple(records), head=head[0])


def _pair(one: dict[str, Any]) -> frozenset[str]:
    return frozenset(str(id) for id in (one["id"], one["source_id"]) if id is not None)


def _one_pair(records: Sequence[Listed]) -> bool:
    """Are these the two directions of one pair?"""
    if len({one.leg for one in records}) != len(records):
        return False
    ids = [{id for id in (one.id, one.source) if id is not None} for one in records]
    return bool(set.intersection(*ids))


def _listed(one: dict[str, Any]) -> Listed:
    return Listed(
        step=one["pass"],
        leg=cast("Leg", one["leg"]),
        record=one["record"],
        action=one["action"],
        code=one["code"],
        system=one["system"],
        id=one["id"],
        source=one["source_id"],
        label=one["source_label"] or one["label"] or str(one["source_id"]),
        reason=one["reason"],
    )


def _rows(connection: duckdb.DuckDBPyConnection, query: str, given: list[Any]) -> list[dict[str, Any]]:
    cursor = connection.execute(query, given)
    names = [one[0] for one in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def unfound(message: str, hint: str) -> Diagnostic:
    """The key names no record, or several."""
    return Diagnostic(code="E682", name="record-not-captured", severity="error", span=None, message=message, hint=hint)
