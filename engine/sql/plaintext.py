"""SQL of a text with markup -> SQL of the text that a reader sees."""

from __future__ import annotations

from html.entities import name2codepoint

from engine.sql.quote import literal

ENTITY = "&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z0-9]{2,8});"
BLANKS = "' ' || chr(10) || chr(13) || chr(9)"


def plain_text(html: str) -> str:
    """Paragraph ends become line feeds, all other tags go, outer blanks go, entities are read."""
    text = f"regexp_replace({html}, '(?i)</p\\s*>', chr(10), 'g')"
    text = f"trim(regexp_replace({text}, '<[^>]*>', '', 'g'), {BLANKS})"
    return f"(CASE WHEN contains({html}, '&') THEN {decoded(text)} ELSE {text} END)"


def decoded(text: str) -> str:
    """Named entities of HTML 4 and numbers become their signs; what is no entity stays. `&amp;` comes last, so that what
    it makes is not read again.
    """
    found = f"list_distinct(regexp_extract_all({text}, {literal(ENTITY)}))"
    in_turn = f"list_concat([{text}], list_filter({found}, lambda e: e <> '&amp;'), ['&amp;'])"
    names = ", ".join(literal(f"&{name};") for name in name2codepoint)
    signs = ", ".join(literal(chr(code)) for code in name2codepoint.values())
    number = (
        "TRY_CAST(CASE WHEN lower(e) LIKE '&#x%' THEN '0x' || e[4:-2] WHEN e LIKE '&#%' THEN e[3:-2] END AS INTEGER)"
    )
    sign = (
        f"CASE WHEN {number} BETWEEN 1 AND 55295 OR {number} BETWEEN 57344 AND 1114111 THEN chr({number}) "
        f"ELSE coalesce(MAP([{names}], [{signs}])[e], e) END"
    )
    return f"list_reduce({in_turn}, lambda read, e: replace(read, e, {sign}))"
