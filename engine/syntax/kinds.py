"""The kinds of slips in a rule's text, by code and name; each has a page in engine/checks/pages."""

from __future__ import annotations

from typing import Final

from engine.diagnostic import Diagnostic
from engine.source import Span

KINDS: Final = {
    "unexpected": "E101",
    "unknown-word": "E102",
    "brace-not-closed": "E103",
    "brace-too-many": "E104",
    "quote-not-closed": "E105",
    "equals-for-assignment": "E106",
    "double-equals": "E107",
    "wrong-unequal": "E108",
    "wrong-arrow": "E109",
    "wrong-and-or": "E110",
    "single-quotes-needed": "E111",
    "double-quotes-needed": "E112",
    "semicolon": "E113",
    "odd-character": "E114",
    "keyword-in-capitals": "E115",
    "needs-quotes": "E116",
    "pattern-after-comparison": "E117",
    "unknown-function": "E118",
    "line-not-ended": "E119",
    "comma-missing": "E120",
    "unfinished": "E121",
    "brace-missing": "E122",
    "wrong-comment": "E123",
    "no-such-date": "E124",
    "no-such-time": "E125",
    "not-whole": "E126",
    "said-twice": "E127",
    "filter-as-value": "E128",
    "too-deep": "E129",
    "nul-character": "E130",
    "wrong-place": "E131",
    "bracket-not-closed": "E132",
    "number-too-long": "E133",
    "no-such-weekday": "E134",
}


def slip(kind: str, span: Span, message: str, hint: str = "") -> Diagnostic:
    """A finding of one of the kinds."""
    return Diagnostic(code=KINDS[kind], name=kind, severity="error", span=span, message=message, hint=hint)


class SlipError(Exception):
    """Something that the grammar takes and the language does not; becomes a diagnostic at once (mistakes.py).

    kind: of kinds.py. what: the words concerned.
    """

    def __init__(self, kind: str, span: Span, what: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        self.span = span
        self.what = what


# --- names and values -------------------------------------------------------------------------------
