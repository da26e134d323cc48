"""The exports of the sample, as rows of text with the catalog's own names: read here without the engine's importer."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.catalog.catalog import Catalog, Field, System, Table
from engine.catalog.load import load_catalog

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
CONTOSO = SAMPLES / "contoso"
SYSTEMS: tuple[System, ...] = ("bc", "sales")

Row = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One file: its table, the header as written, the rows by the technical names of their columns."""

    path: Path
    table: Table
    header: tuple[str, ...]
    fields: tuple[Field, ...]
    rows: tuple[Row, ...]


@cache
def catalog() -> Catalog:
    found, diagnostics = load_catalog()
    assert diagnostics == ()
    return found


def paths() -> list[tuple[System, Path]]:
    return [(system, path) for system in SYSTEMS for path in sorted((CONTOSO / "exports" / system).glob("*.csv"))]


@cache
def exports() -> dict[tuple[System, str], Export]:
    found = [(system, read(system, path)) for system, path in paths()]
    return {(system, one.table.name): one for system, one in found}


def rows(system: System, table: str) -> tuple[Row, ...]:
    return exports()[system, table].rows


def read(system: System, path: Path) -> Export:
    """A file as it stands; AssertionError with the file's name when it does not fit the catalog."""
    table = table_of(system, path.stem)
    with path.open(encoding="utf-8", newline="") as lines:
        header, *body = list(csv.reader(lines))
    fields = []
    for head in header:
        candidates = table.find(head)
        assert len(candidates) == 1, f"{path.name}: {head} means {len(candidates)} fields of {table.name}"
        fields.append(candidates[0])
    for number, cells in enumerate(body, 2):
        assert len(cells) == len(header), f"{path.name}:{number}: {len(cells)} cells under {len(header)} headers"
    names = [field.name for field in fields]
    return Export(
        path=path,
        table=table,
        header=tuple(header),
        fields=tuple(fields),
        rows=tuple(dict(zip(names, cells, strict=True)) for cells in body),
    )


def table_of(system: System, stem: str) -> Table:
    """The table a file is named after; `_` may stand for a `/`."""
    for name in (stem, stem.replace("_", "/")):
        if catalog().has(system, name):
            return catalog().table(system, name)
    raise AssertionError(f"{stem}.csv: {system} has no such table")
