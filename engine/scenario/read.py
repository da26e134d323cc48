"""Scenario files -> scenarios with the bases under them, and what is wrong in the files.

A file is a list of scenarios, or an object with `base` and `scenarios`. The standard base is the file `base.yaml`
beside the scenarios, else the one named, else the one that is shipped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from engine.diagnostic import Diagnostic, in_source_order
from engine.scenario.names import slips
from engine.scenario.scenario import Given, Known, Scenario, ScenarioFile
from engine.shipped import shipped
from engine.source import Source
from engine.textfile import read_source
from engine.yamlfile import Places, read_yaml

BASE = "base.yaml"


def files_of(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The scenario files that paths mean: of a folder all its *.yaml, bases left out."""
    found = [one for path in paths for one in (sorted(path.rglob("*.yaml")) if path.is_dir() else [path])]
    return tuple(dict.fromkeys(one for one in found if one.name != BASE))


def read_files(paths: Sequence[Path], known: Known, base: Path | None = None) -> tuple[ScenarioFile, ...]:
    """Every file, right or wrong. base: the standard base to be used instead of the one beside the files."""
    ids: dict[str, str] = {}
    return tuple(_read_file(path, known, base, ids) for path in files_of(paths))


@cache
def schema() -> Mapping[str, Any]:
    """The JSON Schema of scenario files."""
    path = shipped("schemas") / "json" / "scenario.schema.json"
    content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _read_file(path: Path, known: Known, base: Path | None, ids: dict[str, str]) -> ScenarioFile:
    source = read_source(path)
    if isinstance(source, Diagnostic):
        return ScenarioFile(path=path.as_posix(), ids=(), scenarios=(), found=(source,))
    content, found, places = read_yaml(source, schema())
    written, own, at = _parts(content)
    named = tuple(str(one["id"]) for one in written if isinstance(one, dict) and isinstance(one.get("id"), str))
    if found:
        return ScenarioFile(path=source.path, ids=named, scenarios=(), found=found)
    wrong = [slip.told(places) for slip in slips(own, ("base",), known)] if own is not None else []
    for number, one in enumerate(written):
        here = (*at, number)
        wrong += [slip.told(places) for slip in slips(one, here, known)]
        if one["id"] in ids:
            wrong.append(_twice(one["id"], ids[one["id"]], places, (*here, "id")))
        ids[one["id"]] = source.path
    standard, about = _standard(path, base, known)
    layers = {"none": (), "standard": (standard,), "file": _file_layers(own, standard)}
    scenarios = tuple(
        Scenario(
            id=one["id"],
            about=one["about"],
            area=one["area"],
            gate=one.get("gate", True),
            layers=(*layers[one.get("base", "standard" if own is None else "file")], one.get("given") or {}),
            when=tuple(one["when"]) if isinstance(one["when"], list) else (one["when"],),
            then=one["then"],
            span=places.value((*at, number, "id")),
        )
        for number, one in enumerate(written)
    )
    found = in_source_order([*wrong, *about])
    return ScenarioFile(path=source.path, ids=named, scenarios=() if found else scenarios, found=found)


def _parts(content: object) -> tuple[list[Any], Given | None, tuple[str | int, ...]]:
    """The scenarios of a file, its own base, and the path of the list."""
    if isinstance(content, list):
        return content, None, ()
    if isinstance(content, dict):
        own = content.get("base")
        scenarios = content.get("scenarios")
        return (
            (scenarios if isinstance(scenarios, list) else []),
            own if isinstance(own, dict) else None,
            ("scenarios",),
        )
    return [], None, ()


def _file_layers(own: Given | None, standard: Given) -> tuple[Given, ...]:
    if own is None:
        return (standard,)
    return (own,) if own.get("extends") == "none" else (standard, own)


def _standard(path: Path, base: Path | None, known: Known) -> tuple[Given, tuple[Diagnostic, ...]]:
    """The standard base for a file, and what is wrong with it."""
    beside = path.parent / BASE
    place = base or (beside if beside.is_file() else shipped("schemas") / BASE)
    return _read_base(place, known)


_bases: dict[tuple[Path, int], tuple[Given, tuple[Diagnostic, ...]]] = {}


def _read_base(place: Path, known: Known) -> tuple[Given, tuple[Diagnostic, ...]]:
    source = read_source(place)
    if isinstance(source, Diagnostic):
        return {}, (source,)
    key = (place, hash((source.text, tuple(known.mappings))))
    if key not in _bases:
        _bases[key] = _base_of(source, known)
    return _bases[key]


def _base_of(source: Source, known: Known) -> tuple[Given, tuple[Diagnostic, ...]]:
    content, found, places = read_yaml(source, schema())
    base = content.get("base") if isinstance(content, dict) else None
    if found or not isinstance(base, dict):
        return {}, found
    return base, tuple(slip.told(places) for slip in slips(base, ("base",), known))


def _twice(id: str, other: str, places: Places, path: tuple[str | int, ...]) -> Diagnostic:
    message = f"a scenario {id} stands already in {other}"
    return Diagnostic(
        code="E445",
        name="scenario-twice",
        severity="error",
        span=places.value(path),
        message=message,
        hint="give each scenario an id of its own",
    )
