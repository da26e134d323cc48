"""Rule texts -> what binding makes of them, over the shipped tables."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from engine.catalog.catalog import Catalog
from engine.catalog.load import load_catalog
from engine.catalog.settings import Value
from engine.model.bind import Binding, bind
from engine.model.model import Mapping as Mapped
from engine.source import Source
from engine.syntax.parse import parse


@cache
def catalog() -> Catalog:
    return load_catalog()[0]


def bound(*texts: str, settings: Mapping[str, Value] | None = None, shipped: tuple[str, ...] = ()) -> Binding:
    """Binds texts as the files 1.rules, 2.rules …; shipped: those of them that are the standard integration.

    The texts must be well written: a mistake in them is a mistake of the test.
    """
    width = len(str(len(texts)))
    sources = [Source(path=f"{at:0{width}}.rules", text=text) for at, text in enumerate(texts, start=1)]
    parsed = [parse(one) for one in sources]
    assert [mistake.message for one in parsed for mistake in one.mistakes] == []
    return bind(
        [one.file for one in parsed],
        catalog(),
        settings or {},
        shipped=frozenset(f"{one:0>{width + 6}}" for one in shipped),
    )


def codes(*texts: str, settings: Mapping[str, Value] | None = None) -> list[str]:
    """The codes of what is found, in source order."""
    return [one.code for one in bound(*texts, settings=settings).diagnostics]


def mapping_text(*lines: str) -> str:
    """A mapping of items and products with these lines, and the mapping of units that it may look up by."""
    body = "\n".join(f"  {one}" for one in lines)
    return f"""
mapping UNITS "Units": bc Unit of Measure as measure -> sales Unit Group as group {{
  Code -> Base Unit name
}}
mapping ITEMS "Items": bc Item as item <-> sales Product as product {{
{body}
}}
"""


def items(*lines: str, settings: Mapping[str, Value] | None = None) -> Mapped:
    """That mapping, bound without a finding."""
    found = bound(mapping_text(*lines), settings=settings)
    assert [(one.code, one.message) for one in found.diagnostics] == []
    return found.model.mappings["ITEMS"]


def said(*lines: str) -> list[tuple[str, str]]:
    """Code and place of what is found in that mapping."""
    found = bound(mapping_text(*lines)).diagnostics
    return [(one.code, one.span.text if one.span else "") for one in found]
