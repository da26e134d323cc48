"""Terminals of the grammar -> what a consultant calls them."""

from __future__ import annotations

from collections.abc import Iterable

_KINDS = {
    "NAME": "a name",
    "STRING": "a text in double quotes",
    "TEXT": "a text in single quotes",
    "NUMBER": "a number",
    "DATE": "a date like 2026-01-31",
    "DURATION": "a length of time like 30D",
    "TIME": "a time like 06:00",
    "DAY": "a day like Monday",
    "FORMULA": "a date formula like 1M+CM",
    "PATTERN": "a pattern like NAV*",
    "WORD": "Yes, No, blank, today, work date or now",
    "_NL": "the end of the line",
    "$END": "the end of the rule",
}
_VALUE = frozenset(
    (
        *("NAME", "STRING", "TEXT", "NUMBER", "DATE", "DURATION", "WORD", "(", "-", "setting", "if"),
        *("count of", "sum of", "max of", "next number"),
        *("first filled(", "round(", "max(", "left(", "plain text(", "first line(", "trim("),
    )
)
_CONDITION = frozenset(("not", "coupled with", "there is a", "there is no"))
_FILTER = frozenset(("PATTERN", "..", "<>", "<", ">", "<=", ">=", "="))
# What may follow any value; told only when nothing more telling fits.
_GOING_ON = frozenset(
    (
        *("_DOT", "+", "-", "*", "/", "via", "using", "=", "<>", "<", ">", "<=", ">=", "and", "or", "&", "|", ".."),
        *("is blank", "is not blank", "is coupled", "is not coupled", "by"),
    )
)
_DECLARATION = frozenset(("mapping", "process", "rule"))
_ITEM = frozenset(("filter", "depends on", "only coupled records"))
_STATEMENT = frozenset(("require", "find", "let"))
_JOB_LINE = frozenset(("run", "wake on"))
_BEHIND_A_DAY = frozenset((",", "and", "in time zone"))
_ASKING = frozenset(("where", "else where", "when", "if", "require", "and", "or", "not", "bc", "sales", "match"))
_MOST = 6


def expected(terminals: frozenset[str], before: str = "") -> tuple[str, ...]:
    """What could have stood there, the most telling first; short enough to be read. before: the terminal before it."""
    if terminals >= _DECLARATION:
        return ("a declaration (mapping, process, step, rule, job, values, whenever, find or let)",)
    if terminals >= _ITEM:
        return ("a line of a mapping",)
    if terminals >= _STATEMENT:
        return ("a statement",)
    if terminals >= _JOB_LINE:
        return ("a line of a job (run, every, next run, at most, category, wake on, start asleep or on …)",)
    if terminals >= _BEHIND_A_DAY:
        others = sorted(terminals & {"from", "to"})
        return ("`,` or `and` and another day", *(called(one) for one in others), called("in time zone"), called("_NL"))
    told: list[str] = []
    rest = set(terminals) - {"_DOT"}
    if {"NAME", "TEXT", "NUMBER"} <= terminals:
        told.append(
            "a condition"
            if "not" in terminals and before in _ASKING
            else "a value or a filter"
            if "PATTERN" in terminals
            else "a value"
        )
        rest -= _VALUE | _CONDITION | (_FILTER if "PATTERN" in terminals else frozenset())
    elif "NAME" in terminals:
        told.append("a name")
        rest -= {"NAME", "STRING"}
    telling = rest - _GOING_ON
    told += [called(terminal) for terminal in sorted(telling or (rest if not told else ()), key=_rank)]
    return tuple(told[:_MOST])


def _rank(terminal: str) -> tuple[int, str]:
    if terminal.isalpha() and terminal.isupper():
        return (0, terminal)
    if terminal in ("_NL", "$END", "}"):
        return (2, terminal)
    return (1, terminal)


def called(terminal: str) -> str:
    """`{` stays as it is, in backticks; a kind of token gets its words."""
    return _KINDS.get(terminal) or f"`{terminal}`"


def either(words: Iterable[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    listed = list(words)
    if len(listed) < 2:
        return "".join(listed)
    return ", ".join(listed[:-1]) + " or " + listed[-1]
