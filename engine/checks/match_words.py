"""Law: what happens when nothing, or something, matches needs a `match` line to speak of."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, finding
from engine.diagnostic import Diagnostic
from engine.syntax import ast


def check(context: Context) -> Iterator[Diagnostic]:
    matched = {one.name for one in context.model.mappings.values() if one.matches}
    for file in context.files:
        for mapping in file.declarations:
            if not isinstance(mapping, ast.Mapping | ast.ChangeMapping):
                continue
            if mapping.name.text in matched or mapping.name.text not in context.model.mappings:
                continue
            for item in mapping.items:
                if isinstance(item, ast.CreateUnmatched | ast.SynchroniseMatched):
                    message = f"mapping {mapping.name.text} has no `match` line, so nothing is ever matched"
                    hint = "add a line like `match Field = Column`, or take this one away"
                    yield finding("W338", "nothing-to-match", "warning", item.span, message, hint)
