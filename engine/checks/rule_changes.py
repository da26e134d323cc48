"""Law: a rule changes nothing; it only says what must hold."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.context import Context, finding, walk
from engine.diagnostic import Diagnostic
from engine.model import model as m

CHANGES = (
    m.Create,
    m.CreateOrChange,
    m.Change,
    m.Delete,
    m.Couple,
    m.Uncouple,
    m.Synchronise,
    m.AssignSetting,
    m.CountsAsNew,
)


def check(context: Context) -> Iterator[Diagnostic]:
    for rule in context.model.rules:
        for one in walk(rule.body, m.Bound):
            if isinstance(one, CHANGES) or (isinstance(one, m.Find) and isinstance(one.otherwise, m.Block)):
                message = f"the rule {rule.title} changes something here; a rule only asks"
                hint = "write a `process`, or `require … else warn` here"
                yield finding("E334", "rule-changes-data", "error", one.span, message, hint)
