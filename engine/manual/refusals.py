"""What cannot be done by hand -> a finding that says so, and the way out."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping as Dictionary

from engine.diagnostic import Diagnostic
from engine.model.model import Leg, Mapping
from engine.run.actions.runs import ALLOWED, carries, connected


def wrong(code: str, name: str, message: str, hint: str) -> Diagnostic:
    """A refusal: no plan is made."""
    return Diagnostic(code=code, name=name, severity="error", span=None, message=message, hint=hint)


def no_connection(settings: Dictionary[str, object]) -> list[Diagnostic]:
    """E613: every run opens and tests the connection first (R2.2)."""
    if connected(settings):
        return []
    enabled = settings.get("enable_cds_connection") or settings.get("sales_connection_enabled")
    message = "the connection to Sales does not work" if enabled else "no connection to Sales is enabled"
    hint = "set connection_working: true" if enabled else "set enable_cds_connection or sales_connection_enabled: true"
    return [
        Diagnostic(
            code="E613",
            name="no-connection",
            severity="error",
            span=None,
            message=f"{message}, so nothing can run",
            hint=f"{hint} among the settings in coupler.yaml, when it does",
        )
    ]


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
    if re.fullmatch(r"[\w.,:@%+=/-]+", word):
        return word
    return shlex.quote(word) if re.search(r'["$`\\!]', word) else f'"{word}"'
