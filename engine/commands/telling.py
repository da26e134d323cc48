"""What a verb has found -> text for people on stderr; where nothing came of the call and JSON was asked for, JSON too.

A verb that gives findings back instead of an exit code refuses: it printed no result. That is the one place where a
refusal is told, so every verb that speaks JSON speaks it also then, in the form of `coupler lint --format json`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import pairwise

from engine.diagnostic import Diagnostic

REPORT = "This is a defect of coupler, not of your rules. Please report it with this line; COUPLER_DEBUG=1 shows where."

Done = int | tuple[Diagnostic, ...]
"""How a verb ends: its exit code, or what stood in the way."""


FORMATS = frozenset({"graph", "lint", "test"})
"""Verbs whose `--format` says how the result is printed; with the others it says what a file holds."""


def asks_json(words: Sequence[str]) -> bool:
    """Do the words of a call, the verb in front, ask for JSON on stdout?"""
    if not words or "--json" in words:
        return bool(words)
    return words[0] in FORMATS and ("--format=json" in words or ("--format", "json") in pairwise(words))


def tell(found: Sequence[Diagnostic]) -> None:
    """Findings as text on stderr; nothing where there are none."""
    if found:
        from engine import terminal
        from engine.checks import render

        terminal.tell(render.to_text(found, colour=terminal.coloured(sys.stderr)))


def refuse(found: Sequence[Diagnostic], words: Sequence[str]) -> int:
    """Tell what stood in the way, in each form that the words of the call ask for; exit code 1."""
    tell(found)
    as_json(found, words)
    return 1


def as_json(found: Sequence[Diagnostic], words: Sequence[str]) -> None:
    """The findings as JSON on stdout, where the words of the call ask for JSON."""
    if asks_json(words):
        from engine.checks import exchange

        sys.stdout.write(exchange.to_json(found))


def gone_wrong(problem: Exception) -> tuple[str, Diagnostic]:
    """Why a call broke off: as a line for people, and as a finding."""
    from engine.commands.arguments import WrongArgumentsError

    match problem:
        case WrongArgumentsError():
            who, _, said = str(problem).partition(": ")
            message, _, hint = said.partition("; ")
            return str(problem), _placeless("E602", "wrong-arguments", message, hint or f"{who} --help says more")
        case OSError():
            place = f"{problem.filename}: " if problem.filename else ""
            message = f"{place}{problem.strerror or problem}"
            hint = "look whether it is there, may be used, and has room"
            return f"coupler: {message}", _placeless("E604", "file-not-usable", message, hint)
        case _ if type(problem).__name__ == "OutOfMemoryException":
            message, hint = "the memory that it may use is not enough for this", "allow more with --memory"
            return f"coupler: {message}; {hint}", _placeless("E605", "not-enough-memory", message, hint)
    message = f"something went wrong that should not: {type(problem).__name__}: {problem}"
    return f"coupler: {message}\n{REPORT}", _placeless("E609", "defect", message, REPORT)


def _placeless(code: str, name: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code=code, name=name, severity="error", span=None, message=message, hint=hint)
