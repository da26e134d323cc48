"""What cannot be done by hand -> a finding that says so, and the way out."""

from __future__ import annotations

from engine.diagnostic import Diagnostic
from engine.model.model import Leg, Mapping
from engine.run.actions.runs import ALLOWED, carries


def wrong(code: str, name: str, message: str, hint: str) -> Diagnostic:
    """A refusal: no plan is made."""
    return Diagnostic(code=code, name=name, severity="error", span=None, message=message, hint=hint)


def no_way(mapping: Mapping, leg: Leg) -> Diagnostic | None:
    """E664: a run in a direction that a mapping does not have, or for which it has no field line (R2.23)."""
    where = "to Sales" if leg == "to_sales" else "to Business Central"
    if leg not in ALLOWED[mapping.arrow]:
        hint = f"it goes {'to Business Central' if leg == 'to_sales' else 'to Sales'} only"
        return wrong("E664", "wrong-direction", f"{mapping.name} does not go {where}", hint)
    if not carries(mapping, leg):
        hint = "a field line in that direction must be on"
        return wrong("E664", "wrong-direction", f"{mapping.name} has no field line {where} that is on", hint)
    return None


def quoted(word: str) -> str:
    """A word as it is typed at a prompt."""
    return f'"{word}"' if " " in word else word
