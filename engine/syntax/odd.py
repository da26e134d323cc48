"""Characters that begin nothing in the language -> what to write instead."""

from __future__ import annotations

import re
import unicodedata

from engine.diagnostic import Diagnostic
from engine.source import Source
from engine.syntax.failure import Token
from engine.syntax.kinds import slip

_SIGNS = {
    "==": ("double-equals", "`==` is not a sign of the language", "one `=` compares"),
    "!=": ("wrong-unequal", "`!=` is not a sign of the language", "write `<>` for unequal"),
    "=>": ("wrong-arrow", "`=>` is not a sign of the language", "write `->` for the arrow, `>=` for at least"),
    "=<": ("wrong-arrow", "`=<` is not a sign of the language", "write `<=` for at most"),
    "&&": ("wrong-and-or", "`&&` is not a sign of the language", "write `and` between conditions, `&` within a filter"),
    "||": ("wrong-and-or", "`||` is not a sign of the language", "write `or` between conditions, `|` within a filter"),
}
_INSTEAD = {
    **dict.fromkeys("‘’‚‛′´`", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("→⇒➔", "->"),
    **dict.fromkeys("←⇐", "<-"),
    **dict.fromkeys("↔⇔", "<->"),
    **dict.fromkeys("–—−‐‑‒", "-"),
    "≠": "<>",
    "≤": "<=",
    "≥": ">=",
    "…": "..",
    "×": "*",
    "÷": "/",
    "≔": ":=",
}
_BULLETS = "•◦▪‣·∙●○■☐✓"
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_CODE = re.compile(r"[^\s|&(){},'\"]+")


def odd(source: Source, text: str, found: Token) -> Diagnostic:
    """What is wrong with the characters of a BAD token."""
    at = found.start
    first = text[at]
    for sign, (kind, message, hint) in _SIGNS.items():
        if text.startswith(sign, at):
            return slip(kind, source.span(at, at + 2), message, hint)
    one = source.span(at, at + 1)
    if first in "'\"":
        end = text.find("\n", at)
        line = source.span(at, at + len(text[at : len(text) if end < 0 else end].rstrip()))
        return slip(
            "quote-not-closed", line, "this quote is not closed on its line", f"a {first} is missing at the end"
        )
    if first in "*/":
        return slip(
            "odd-character",
            one,
            f"`{first}` stands without blanks",
            "put blanks around it; a pattern stands behind `=`",
        )
    if first == ";":
        return slip(
            "semicolon", one, "the language has no semicolons", "take it away; the end of the line ends a statement"
        )
    if first.isdigit():
        return _number(source, text, at)
    if first in _INSTEAD:
        shown = f"`{first}` ({unicodedata.name(first, 'unnamed').lower()})"
        return slip("odd-character", one, f"{shown} is not a sign of the language", f"write {_INSTEAD[first]}")
    if first in _BULLETS:
        return slip(
            "odd-character", one, f"`{first}` is no part of a line", "take it away; every line stands by itself"
        )
    if first in "[]":
        hint = "take the brackets away: a name stands as the product shows it, in double quotes where it has odd signs"
        return slip("odd-character", one, f"names stand without `{first}`", hint)
    plain = unicodedata.normalize("NFKC", first)
    if plain != first and plain.isascii() and plain.isprintable() and len(plain) == 1 and not plain.isspace():
        shown = f"`{first}` ({unicodedata.name(first, 'unnamed').lower()})"
        return slip("odd-character", one, f"{shown} is not a sign of the language", f"write {plain}")
    if first.isspace() or not first.isprintable():
        what = unicodedata.name(first, f"character {ord(first):04X}").lower()
        return slip(
            "odd-character", one, f"an invisible character stands here ({what})", "put a plain blank in its place"
        )
    return slip(
        "odd-character",
        one,
        f"`{first}` begins nothing in the language",
        "put a name that has it in double quotes, a text in single quotes",
    )


def _number(source: Source, text: str, at: int) -> Diagnostic:
    if date := _DATE.match(text, at):
        span = source.span(at, date.end())
        return slip(
            "no-such-date", span, f"`{date[0]}` is not a date", "a date is written year-month-day, like 2026-01-31"
        )
    code = _CODE.match(text, at)
    end = code.end() if code else at + 1
    written = text[at:end]
    return slip(
        "needs-quotes",
        source.span(at, end),
        f"`{written}` is neither a number nor a name",
        f"put a text in single quotes ('{written}'); put blanks around + and -",
    )
