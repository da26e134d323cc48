"""A value of one type -> the value a field of another type takes (sync-semantics R4.5, R4.9, R4.10).

Text is cut to the length of its target, codes are trimmed and in capitals, options are read by number,
caption or member name; what cannot be read leaves the field as it is.
"""

from __future__ import annotations

from engine.model.model import Type
from engine.sql import blank
from engine.sql.blank import NUMBERS, TEXTS
from engine.sql.quote import literal


def converted(text: str, source: Type, target: Type, old: str) -> str:
    """SQL of the value as the target takes it. old: SQL of what stands there now."""
    if target.kind in TEXTS:
        return _text(text, source, target)
    if source.kind == target.kind:
        if target.kind in ("date", "moment"):
            return f"coalesce({text}, {old})"  # a blank date never clears (R4.10)
        return text
    if target.kind == "option":
        return _option(text, source, target, old)
    if target.kind in NUMBERS:
        return _number(text, source, target, old)
    if target.kind == "boolean":
        if source.kind in NUMBERS or source.kind == "option":
            return f"({text} <> 0)"
        truth = f"CASE lower(trim({text})) WHEN 'yes' THEN true WHEN 'true' THEN true WHEN '1' THEN true"
        return f"({truth} WHEN 'no' THEN false WHEN 'false' THEN false WHEN '0' THEN false ELSE {old} END)"
    if target.kind in ("date", "moment") and source.kind in ("date", "moment"):
        return f"coalesce(CAST({text} AS {blank.SQL_TYPES[target.kind]}), {old})"
    shown = blank.shown(text, source)
    return f"coalesce(TRY_CAST(nullif({shown}, '') AS {blank.SQL_TYPES[target.kind]}), {old})"


def _text(text: str, source: Type, target: Type) -> str:
    shown = blank.shown(text, source)
    if target.kind == "code" and source.kind != "code":
        shown = f"upper(trim({shown}))"
    if target.length is None:
        return shown
    if source.kind in TEXTS and source.length is not None and source.length <= target.length:
        return shown
    return f"left({shown}, {target.length})"


def _option(text: str, source: Type, target: Type, old: str) -> str:
    if source.kind in NUMBERS:
        return f"CAST({text} AS INTEGER)"
    if source.kind == "option" or source.kind not in TEXTS:
        text = blank.shown(text, source)
    cases = []
    for one in target.options:
        names = {str(one.number), one.caption.strip().lower(), one.name.strip().lower()}
        listed = ", ".join(literal(name) for name in sorted(names))
        cases.append(f"WHEN lower(trim({text})) IN ({listed}) THEN {one.number}")
    if not cases:
        return f"coalesce(TRY_CAST({text} AS INTEGER), {old})"
    return f"(CASE {' '.join(cases)} ELSE {old} END)"


def _number(text: str, source: Type, target: Type, old: str) -> str:
    to = blank.SQL_TYPES[target.kind]
    if source.kind in NUMBERS or source.kind in ("option", "boolean"):
        return f"CAST({text} AS {to})"
    if source.kind in TEXTS:
        if target.kind == "decimal":
            text = f"replace({text}, ',', '.')"
        return f"coalesce(TRY_CAST(nullif(trim({text}), '') AS {to}), {old})"
    return old


def head_kept(text: str, source: Type, target: Type, old: str) -> str | None:
    """R4.5: a longer destination whose first characters equal the source is left alone; SQL truth of that,
    None where the rule does not apply. A text without a declared length is compared whole."""
    if source.kind not in ("text", "code") or target.kind != "text" or source.length is None or target.length is None:
        return None
    if target.length <= source.length:
        return None
    return f"({text} = left({old}, {source.length}))"
