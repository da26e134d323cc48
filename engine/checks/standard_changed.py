"""Not a law but a word to the wise: what of the shipped rules a file of our own has replaced."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, finding
from engine.diagnostic import Diagnostic


def check(context: Context) -> Iterator[Diagnostic]:
    for one in context.facts.replaced:
        if one.by is None or one.what == "declaration":
            continue
        line = " ".join(one.shipped.text.split("{")[0].split())
        place = f"{one.shipped.path}, line {one.shipped.line}"
        verb = "takes away" if one.what == "dropped line" else "stands instead of"
        message = f"this {verb} `{line}` of {place}"
        hint = f"coupler show {one.mapping} prints the mapping as it finally stands"
        yield finding("W345", "standard-changed", "note", one.by, message, hint)
