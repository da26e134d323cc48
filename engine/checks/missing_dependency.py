"""Law: what a line looks up is coupled before: the mapping stands among the dependencies."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, finding, mappings
from engine.diagnostic import Diagnostic


def check(context: Context) -> Iterator[Diagnostic]:
    before = _before(context)
    for facts in mappings(context):
        name = facts.mapping.name
        for look_up in facts.look_ups:
            if look_up.on_line and look_up.active and look_up.mapping not in before[name] | {name}:
                message = f"{name} looks up through {look_up.mapping}, which need not have run before it"
                hint = f"add `depends on {look_up.mapping}` to the mapping"
                yield finding("W314", "look-up-without-dependency", "warning", look_up.span, message, hint)


def _before(context: Context) -> dict[str, set[str]]:
    """The mappings that run before each one, by its dependencies and theirs, under any settings."""
    direct: dict[str, set[str]] = {}
    for facts in mappings(context):
        direct.setdefault(facts.mapping.name, set()).update(one.mapping for one in facts.depends)
    found: dict[str, set[str]] = {}
    for name in direct:
        waiting, reached = [name], set[str]()
        while waiting:
            new = direct.get(waiting.pop(), set()) - reached
            reached |= new
            waiting += new
        found[name] = reached
    return found
