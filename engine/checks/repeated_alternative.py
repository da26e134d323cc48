"""Law: each alternative of a filter stands once."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, finding
from engine.diagnostic import Diagnostic
from engine.model import model as m


def check(context: Context) -> Iterator[Diagnostic]:
    both = [one.parts for one in context.every(m.AnyOf)] + [one.parts for one in context.every(m.AllOf)]
    for parts in both:
        seen: set[m.Filter] = set()
        for part in parts:
            if part in seen:
                message = f"{part.span.text} stands in this filter already"
                yield finding("W333", "alternative-twice", "warning", part.span, message, "take one of them away")
            seen.add(part)
