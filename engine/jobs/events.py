"""A YAML file of scripted edits -> the edits in the order of time, and what is wrong in the file.

Records and values are written as in scenarios; every table, field, value and setting is proved before anything runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from engine.catalog.catalog import Catalog
from engine.diagnostic import Diagnostic, in_source_order
from engine.jobs.edits import Edit
from engine.scenario.names import Slip, slips
from engine.scenario.scenario import Known
from engine.scenario.stage import typed_settings
from engine.scenario.values import read_moment
from engine.shipped import shipped
from engine.source import Span
from engine.textfile import read_source
from engine.yamlfile import Places, read_yaml

KEYS = {"create": ("set",), "update": ("key", "set"), "delete": ("key",)}
"""What an edit needs beside the table."""


@cache
def schema() -> Mapping[str, Any]:
    """The JSON Schema of files of edits."""
    path = shipped("schemas") / "json" / "events.schema.json"
    content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def read_edits(path: Path, catalog: Catalog) -> tuple[tuple[Edit, ...], tuple[Diagnostic, ...]]:
    """The edits of a file; none of them when anything in it is wrong."""
    source = read_source(path)
    if isinstance(source, Diagnostic):
        return (), (source,)
    content, found, places = read_yaml(source, schema())
    if found or not isinstance(content, list):
        return (), found
    shapes = [one for at, entry in enumerate(content) for one in _shape(entry, at, places)]
    if shapes:
        return (), in_source_order(shapes)
    wrong = [
        _in_place(one).told(places) for one in slips(_as_scenario(content), (), Known(catalog=catalog, mappings={}))
    ]
    if wrong:
        return (), in_source_order(wrong)
    edits = [_edit(one, catalog) for one in content]
    return tuple(sorted(edits, key=lambda one: one.at)), ()


def _shape(entry: Mapping[str, Any], at: int, places: Places) -> Iterator[Diagnostic]:
    """The keys that an entry lacks for what it says, and those that it has beside them."""
    if "settings" in entry:
        wanted: tuple[str, ...] = ("at", "settings")
    elif "fails" in entry:
        wanted = ("at", "fails", "because")
    else:
        wanted = ("at", "op", "system", "table", *KEYS[entry.get("op", "update")])
    known = ", ".join(wanted)
    for name in wanted:
        if name not in entry:
            message = f"the key {name} of entry {at + 1} of the list is missing"
            yield _told("E407", "yaml-key-missing", places.value((at,)), message, f"an entry like this has {known}")
    for name in entry:
        if name not in wanted:
            message = f"the key {name} does not fit here in entry {at + 1} of the list"
            yield _told("E405", "yaml-unknown-key", places.key((at, name)), message, f"an entry like this has {known}")


def _told(code: str, name: str, span: Span, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code=code, name=name, severity="error", span=span, message=message, hint=hint)


def _as_scenario(content: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The file as the actions of a scenario, so that the same eyes look at its names and values."""
    actions = [
        {"run": "change-setting", "at": one["at"], "set": one["settings"]}
        if "settings" in one
        else {"run": "schedule", "at": one["at"], "until": one["at"]}
        if "fails" in one
        else {"run": "edit", "at": one["at"], "edits": [{name: it for name, it in one.items() if name != "at"}]}
        for one in content
    ]
    return {"when": actions, "then": {}}


def _in_place(slip: Slip) -> Slip:
    """A slip in the scenario -> the same at its place in the file."""
    at, rest = slip.path[1], slip.path[2:]
    match rest:
        case ("edits", _, *more):
            return replace(slip, path=(at, *more))
        case ("set", *more):
            return replace(slip, path=(at, "settings", *more))
        case _:
            return replace(slip, path=(at, *rest))


def _edit(one: Mapping[str, Any], catalog: Catalog) -> Edit:
    at = read_moment("at", one["at"])
    assert at is not None
    if "settings" in one:
        return Edit(at=at, settings=typed_settings(one["settings"], catalog))
    if "fails" in one:
        return Edit(at=at, fails=one["fails"], because=one["because"])
    table = catalog.table(one["system"], one["table"])
    return Edit(at=at, op=one["op"], table=table, key=one.get("key"), values=one.get("set") or {})
