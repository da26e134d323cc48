"""Rule texts -> what binding makes of them, over the shipped tables."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from engine.catalog.catalog import Catalog
from engine.catalog.load import load_catalog
from engine.catalog.settings import Value
from engine.model.bind import Binding, bind
from engine.source import Source
from engine.syntax.parse import parse


@cache
def catalog() -> Catalog:
    return load_catalog()[0]


def bound(*texts: str, settings: Mapping[str, Value] | None = None, shipped: tuple[str, ...] = ()) -> Binding:
    """Binds texts as the files 1.rules, 2.rules …; shipped: those of them that are the standard integration.

    The texts must be well written: a mistake in them is a mistake of the test.
    """
    sources = [Source(path=f"{at}.rules", text=text) for at, text in enumerate(texts, start=1)]
    parsed = [parse(one) for one in sources]
    assert [mistake.message for one in parsed for mistake in one.mistakes] == []
    return bind([one.file for one in parsed], catalog(), settings or {}, shipped=frozenset(shipped))


def codes(*texts: str, settings: Mapping[str, Value] | None = None) -> list[str]:
    """The codes of what is found, in source order."""
    return [one.code for one in bound(*texts, settings=settings).diagnostics]
