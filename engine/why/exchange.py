"""A story -> JSON (schemas/json/why.schema.json), the same bytes for the same story."""

from __future__ import annotations

import json
from typing import Any

from engine.why.story import Chapter, Story, Told

FORMAT_VERSION = 1


def to_json(story: Story) -> str:
    """The text of the file, with a line break at its end."""
    return json.dumps(_story(story), ensure_ascii=False, indent=1) + "\n"


def _story(story: Story) -> dict[str, Any]:
    return {
        "format_version": FORMAT_VERSION,
        "rules": story.rules,
        "title": story.title,
        "record": {"system": story.system, "table": story.table, "id": story.id, "label": story.label},
        "field": story.field,
        "snapshot": story.snapshot,
        "now": story.now,
        "chapters": [_chapter(one) for one in story.chapters],
    }


def _chapter(one: Chapter) -> dict[str, Any]:
    return {
        "pass": one.number,
        "way": one.way,
        "within": one.within,
        "source": {"table": one.source_table, "id": one.source_id, "label": one.source},
        "destination": {"table": one.destination_table, "id": one.destination_id, "label": one.destination},
        "outcome": one.outcome,
        "code": one.code,
        "reason": one.reason,
        **_place(one.place),
        "sections": [_told(section) for section in one.sections],
    }


def _told(one: Told) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "sign": one.sign,
        "name": one.name,
        "text": one.text,
        **_place(one.place),
        "facts": dict(one.facts),
        "parts": [_told(part) for part in one.parts],
    }


def _place(place: tuple[str, int] | None) -> dict[str, Any]:
    return {"path": None, "line": None} if place is None else {"path": place[0], "line": place[1]}
