"""An expectation -> the same with one value made wrong, one after the other: each of them must fail."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

NEVER_JUDGED = {"contains", "as", "op", "system", "table", "key", "mapping", "process", "bc_table", "leg"}
OTHER_WORDS = {
    "Success": "Failure",
    "Failure": "Blank",
    "Blank": "Success",
    "both": "to_sales",
    "to_sales": "to_bc",
    "to_bc": "both",
    "fail": "restore",
    "restore": "uncouple",
    "keep-bc": "keep-sales",
    "keep-sales": "fail",
    "absent": {"direction": "both"},
    "Full Synchronization": "Couple Records",
    "Ready": "Finished",
    "Finished": "Ready",
}


def falsified(then: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What was altered, and the expectation with it."""
    for path, value in leaves(then, ()):
        for wrong in others(path, value):
            yield f"{'.'.join(map(str, path))}: {value} -> {wrong}", with_value(then, path, wrong)
    for path, part in parts(then, ()):
        yield from structure(then, path, part)


def leaves(node: object, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], object]]:
    """Every value that is judged."""
    if isinstance(node, dict) and not {"any", "at_least", "same", "new"} & node.keys():
        for key, value in node.items():
            if key not in NEVER_JUDGED and key not in ("couplings_absent", "job_log_absent", "ignore"):
                yield from leaves(value, (*path, key))
    elif isinstance(node, list):
        for at, value in enumerate(node):
            yield from leaves(value, (*path, at))
    elif len(path) > 1:
        yield path, node


def others(path: tuple[Any, ...], value: object) -> Iterator[object]:
    """Values that the right one is not."""
    match value:
        case {"any": _}:
            yield "2031-01-01" if path[-1] in ("bc", "sales") else ("Error" if path[-1] == "job_status" else "wrong")
        case {"at_least": _}:
            yield {"at_least": "2031-01-01"}
        case {"new": _} | {"same": _}:
            yield "~deadbeef"
        case bool():
            yield not value
        case int():
            yield value + 1
        case None:
            yield "2031-01-01" if str(path[-1]).startswith("last_") or "watermarks" in path else "~deadbeef"
        case str() if value in OTHER_WORDS and "changes" not in path:
            yield OTHER_WORDS[value]
        case str() if value.startswith("~"):
            yield "~deadbeef"
        case str() if value[:2] == "20":
            yield "2031-01-01"
        case str() if path[-1] == "ownership_model":
            yield "Person" if value == "Team" else "Team"
        case str():
            yield f"{value} wrong"


def parts(then: Mapping[str, Any], path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Mapping[str, Any]]]:
    """The expectation itself and those after single actions."""
    yield path, then
    for at, one in enumerate(then.get("after") or []):
        yield (*path, "after", at), one


def structure(
    then: Mapping[str, Any], path: tuple[Any, ...], part: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """One entry too few, one too many, absent for present and the other way round."""
    changes = part.get("changes")
    for at, change in enumerate(changes or []):
        fewer = [one for other, one in enumerate(changes) if other != at]
        if change["op"] != "create" or not fewer or any(one["table"] == change["table"] for one in fewer):
            yield f"without change {at}", with_value(then, (*path, "changes"), fewer)
        if change["op"] == "create":
            more = [*changes, {key: value for key, value in change.items() if key != "as"}]
            yield f"change {at} twice", with_value(then, (*path, "changes"), more)
    if changes is not None:
        ghost = {"op": "delete", "system": "sales", "table": "account", "key": "~deadbeef"}
        yield "a delete more", with_value(then, (*path, "changes"), [*changes, ghost])
    for coupling in part.get("couplings") or []:
        absent = {key: value for key, value in coupling.items() if key in ("mapping", "bc_table", "bc", "sales")}
        yield f"absent: {absent}", with_value(then, (*path, "couplings_absent"), [absent])
    for coupling in part.get("couplings_absent") or []:
        yield f"present: {coupling}", with_value(then, (*path, "couplings"), [coupling])
    if part.get("errors"):
        yield "no errors", with_value(then, (*path, "errors"), [])
    if part.get("errors") == []:
        yield "an error", with_value(then, (*path, "errors"), [{"mapping": "CUSTOMER"}])
    if part.get("job_log"):
        yield "a log row more", with_value(then, (*path, "job_log"), [*part["job_log"], part["job_log"][0]])
        yield "no log row", with_value(then, (*path, "job_log_absent"), [part["job_log"][0]["mapping"]])
    for leg in part.get("counts") or {}:
        yield f"another {leg}", with_value(then, (*path, "counts", leg, "deleted"), 1)
    for name, sides in (part.get("selected") or {}).items():
        for side, ids in sides.items():
            here = (*path, "selected", name, side)
            yield f"selected more {side}", with_value(then, here, [*ids, "~deadbeef"])
            if ids:
                yield f"selected fewer {side}", with_value(then, here, ids[1:])
    for name in part.get("review_lines") or {}:
        yield f"another parent of {name}", with_value(then, (*path, "review_lines", name), {"depends_on": [name]})


def with_value(then: Mapping[str, Any], path: tuple[Any, ...], value: object) -> dict[str, Any]:
    changed: dict[str, Any] = copy.deepcopy(dict(then))
    node: Any = changed
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return changed
