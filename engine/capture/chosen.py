"""A saved plan and the key of a record -> the records of the plan that are meant: one pair's, or a document."""

from __future__ import annotations

import re
from collections import Counter
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
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A record of the plan, of the mapping itself or what a document is made for. step: the number of its pass.
    source: the id it comes from."""

    step: int
    leg: Leg | Literal["process"]
    record: int
    action: str
    code: str | None
    system: Literal["bc", "sales"]
    table: str
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
    document: Document | None = None
    """What else the plan says, where a process of the name of `mapping` made a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """names: of the mappings and processes of the plan. earlier: the records whose documents were made
    before, in order. told: what the plan lists of the document."""

    names: tuple[str, ...]
    earlier: tuple[UUID, ...]
    told: Counter[tuple[str, ...]]


FOUND = """SELECT r.*, p.mapping, p.leg FROM plan_file.plan.record r JOIN plan_file.plan.pass p USING (pass)
WHERE ($2 IS NULL OR p.mapping = $2) AND ({test}) ORDER BY r.pass, r.record"""
BY_KEY = """CAST(r.id AS VARCHAR) = lower($1) OR CAST(r.source_id AS VARCHAR) = lower($1)
  OR $1 IN (r.label, r.source_label) OR starts_with(r.label, $1 || ' ') OR starts_with(r.source_label, $1 || ' ')"""
BY_NAME = "ends_with(r.label, ' ' || $1) OR ends_with(r.source_label, ' ' || $1)"
WITHIN = "contains(r.label, ' ' || $1 || ' ') OR contains(r.source_label, ' ' || $1 || ' ')"
"""A later field of a key, as SO-1001 in the label of an order."""


def choose(plan: Path, key: str, mapping: str | None = None) -> Chosen | Diagnostic:
    """Find a record by its id, its label, or a key or name that this begins or ends with. SnapshotProblem: no plan."""
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
    key = key.strip()
    found: list[dict[str, Any]] = []
    for test in (BY_KEY, BY_NAME, WITHIN):
        found = found or _rows(connection, FOUND.format(test=test), [key, mapping])
    if found and all(one["leg"] == "process" for one in found):
        return _document(connection, key, head[0], found)
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
            "name it by its key, its name or its id; records that stay as they are are counted, not listed",
        )
    records = [_listed(one) for one in found]
    first = _first_run(records)
    if len({one["mapping"] for one in found}) > 1:
        names = list(dict.fromkeys(one["mapping"] for one in found))
        return unfound(f"{key} stands in the plan under {', '.join(names)}", f"choose one: --mapping {names[0]!r}")
    pairs = {_pair(one) for one in first}
    others = [one for one in records if not _pair(one) & frozenset.union(*pairs)]
    if others or (len(pairs) > 1 and not _one_pair(first)):
        labels = list(dict.fromkeys(f"{one.label} ({one.source})" for one in records))[:MOST_NAMED]
        return unfound(f"{key} can be {'; '.join(labels)}", "name it by its id")
    return Chosen(mapping=found[0]["mapping"], records=tuple(first), head=head[0])


def _document(
    connection: duckdb.DuckDBPyConnection, key: str, head: dict[str, Any], found: list[dict[str, Any]]
) -> Chosen | Diagnostic:
    """The one document that these rows belong to."""
    if len({one["mapping"] for one in found}) > 1:
        names = list(dict.fromkeys(one["mapping"] for one in found))
        return unfound(f"{key} stands in the plan under {', '.join(names)}", f"choose one: --mapping {names[0]!r}")
    if len(units := {one["source_id"]: one["source_label"] for one in found}) > 1:
        return unfound(
            f"{key} can be {'; '.join(f'{label} ({id})' for id, label in units.items())}", "name it by its id"
        )
    name, unit, step = found[0]["mapping"], found[0]["source_id"], found[0]["pass"]
    listed = _rows(
        connection,
        "SELECT r.*, p.mapping, p.leg FROM plan_file.plan.record r JOIN plan_file.plan.pass p USING (pass) "
        "WHERE pass = $1 ORDER BY record",
        [step],
    )
    root = next((one for one in listed if one["source_id"] == unit and not one["cause"]), None)
    if unit is None or root is None:
        told = f"{key} belongs to no document: {name} makes it outside its loops"
        return unfound(told, "write the scenario by hand")
    before = [one for one in listed if not one["cause"] and one["record"] < root["record"] and one["source_id"]]
    known = _rows(connection, "SELECT DISTINCT mapping FROM plan_file.plan.pass ORDER BY 1", [])
    return Chosen(
        mapping=name,
        records=(_listed(root),),
        head=head,
        document=Document(
            names=tuple(one["mapping"] for one in known),
            earlier=tuple(
                one["source_id"]
                for one in before
                if one["table_name"] == root["table_name"] and one["action"] != "fail"
            ),
            told=words_of([one for one in listed if one["source_id"] == unit]),
        ),
    )


def words_of(rows: Sequence[dict[str, Any]]) -> Counter[tuple[str, ...]]:
    """What a plan says of a document, without the ids of new records: these hang on the run."""
    return Counter(
        tuple(_ID.sub("*", str(one[name])) for name in ("action", "table_name", "label", "code", "reason"))
        for one in rows
    )


def _first_run(records: Sequence[Listed]) -> list[Listed]:
    """Those of the first run of the mapping: its pass, and the one behind it that goes the other way.

    A process may run the mapping once more, later in the plan.
    """
    begin = records[0]
    return [
        one
        for one in records
        if one.step == begin.step or (one.step == begin.step + 1 and (begin.leg, one.leg) == ("to_sales", "to_bc"))
    ]


def _pair(one: Listed) -> frozenset[UUID]:
    return frozenset(id for id in (one.id, one.source) if id is not None)


def _one_pair(records: Sequence[Listed]) -> bool:
    """Are these the two directions of one pair?"""
    if len({one.leg for one in records}) != len(records):
        return False
    return bool(frozenset.intersection(*map(_pair, records)))


def _listed(one: dict[str, Any]) -> Listed:
    return Listed(
        step=one["pass"],
        leg=cast("Leg", one["leg"]),
        table=one["table_name"],
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
