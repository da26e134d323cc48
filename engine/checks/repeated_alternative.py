"""Law: each alternative of a filter stands once."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from engine.checks.context import Context, core, finding
from engine.diagnostic import Diagnostic
from engine.model import model as m


def check(context: Context) -> Iterator[Diagnostic]:
    both = [one.parts for one in context.every(m.AnyOf)] + [one.parts for one in context.every(m.AllOf)]
    for parts in both:
        seen: set[Hashable] = set()
        for part in parts:
            said = _said(part)
            if said is not None and said in seen:
                message = f"{part.span.text} stands in this filter already"
                yield finding("W333", "alternative-twice", "warning", part.span, message, "take one of them away")
            seen.add(said)


def _said(part: m.Filter) -> Hashable:
    """What a part asks for, where that is the same in every run; None otherwise."""
    match part:
        case m.Relation(operator=operator, operand=operand):
            value = core(operand)
            return (operator, value.value) if isinstance(value, m.Constant) else None
        case m.Like(pattern=pattern, ignore_case=ignore_case, negated=negated):
            return (pattern, ignore_case, negated)
        case _:
            return None
