"""Values from data -> text that cannot be misread: blanks, invisible characters, long texts, Markdown signs.

Whatever comes from data is shown as what it is. A direction mark that turns a line round, a blank at the end, a line
break: all of them become visible signs, in the same way in Markdown and (report.js) in the page.
"""

from __future__ import annotations

import re
import unicodedata

from markupsafe import Markup

LONGEST = 300
"""Characters of one value that are shown in running text; the page opens the rest on demand."""

ODD = re.compile(r"[^\x20-\x7e]|^ | $|  ")
"""Anything that may need to be made visible; most texts have none of it."""

SIGNS = re.compile(r"[\\`*\[\]<>|~&]|(?<!\w)_|_(?!\w)|:(?=//)|(?<=\bwww)\.|^(?:[#+-]+|\d+[.)])(?=\s|$)")
"""Characters that would mean something in Markdown at their place."""


def visible(text: str) -> str:
    """The text with every invisible character as a sign: line break ⏎, outer blank ␣, others as ⟨U+202E⟩."""
    if not ODD.search(text):
        return text
    core = text.strip(" ")
    before = len(text) - len(text.lstrip(" ")) if core else len(text)
    after = len(text) - before - len(core)
    inner = "".join(_sign(one) for one in core.replace("\r\n", "\n"))
    return "␣" * before + inner + "␣" * after


def _sign(character: str) -> str:
    if character == "\n":
        return " ⏎ "
    if character == "\t":
        return " ⇥ "
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"):
        return f"⟨U+{ord(character):04X}⟩"
    return character


def cut(text: str, most: int = LONGEST) -> str:
    """The text, or its beginning and how long it is in all."""
    return text if len(text) <= most else f"{text[:most].rstrip()} … ({len(text):,} characters in all)"


def markdown(value: object) -> Markup:
    """Any value as Markdown that shows exactly it: on one line, with no sign that means anything."""
    if isinstance(value, Markup):
        return value
    return Markup(SIGNS.sub(_escaped, visible(cut("" if value is None else str(value)))))


def _escaped(found: re.Match[str]) -> str:
    sign = found.group()
    if sign[0].isdigit():
        return f"{sign[:-1]}\\{sign[-1]}"
    return {"<": "&lt;", ">": "&gt;", "&": "&amp;"}.get(sign, "\\" + sign)


def markdown_value(text: str | None) -> Markup:
    """The value of a field as Markdown: nothing is a dash, blank is said in words."""
    if text is None:
        return Markup("–")
    return markdown(text) if text else Markup("*blank*")


def number(value: int) -> str:
    """1204 -> "1,204"."""
    return f"{value:,}"


def records(value: int) -> str:
    """1 -> "1 record", 1204 -> "1,204 records"."""
    return f"{value:,} record" if value == 1 else f"{value:,} records"
