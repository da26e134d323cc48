"""What people bring along from table views, queries, spreadsheets and letters -> what this language says instead.

Detectives of `mistakes.py` that know one form each, as those of `habits.py` do.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.diagnostic import Diagnostic
from engine.syntax.case import Case
from engine.syntax.kinds import slip

_VIEW = re.compile(
    r"(?:\bwhere\s*\(\s*)?(?P<field>[^()=\n]*?[^()=\s])\s*=\s*(?:const|filter)\s*\((?P<value>[^()\n]*)\)\s*\)?", re.I
)
_LIKE = re.compile(r"(?P<field>\S[^=<>\n]*?)[ ]+(?P<not>not[ ]+)?(?P<like>like)[ ]+'(?P<pattern>[^'\n]*)'", re.I)
_DECIMAL_COMMA = re.compile(r"\d+(?:\.\d{3})*,\d+")
_SCOPED = re.compile(r"[\w\"][\w \"]*::(?P<value>\"[^\"\n]*\"|\w[^\s,)]*)")
_WORDS = re.compile(r"[a-z]+(?:[ ]+[a-z]+)*")
_NEAR = 200
"""How far to look on a line: a form is short, and a line may be as long as a file."""
_ARROWS = frozenset(("->", "<-", "<->"))


def table_view(case: Case) -> Diagnostic | None:
    """`filter bc WHERE(Blocked=FILTER(<>All))`, as the products' own pages write it."""
    found = _on_the_line(case, _VIEW)
    if found is None:
        return None
    span = case.span(found[0], found[1])
    field, value = found[2]["field"].split("(")[-1].strip(), found[2]["value"].strip()
    field = re.sub(r"^(?:filter[ ]+)?(?:bc|sales)[ ]+", "", field)
    return slip(
        "unknown-word",
        span,
        "this is the way of table views; CONST and FILTER are not known here",
        f"write the field and its filter: {field} = {value}" if value else f"write the field: {field} is blank",
    )


def like(case: Case) -> Diagnostic | None:
    """`Name LIKE 'A%'`"""
    if case.found.terminal != "TEXT":
        return None
    found = _on_the_line(case, _LIKE)
    if found is None:
        return None
    begins = found[0] + found[2].start("like") - found[2].start()
    pattern = found[2]["pattern"].replace("%", "*").replace("_", "?")
    sign = "= <>" if found[2]["not"] else "= "
    hint = f"a pattern stands behind an equals sign, without quotes: {sign}{pattern}"
    message = f"`{found[2]['like']}` compares no text with a pattern"
    return slip("unknown-word", case.span(begins, begins + 4), message, hint)


def decimal_comma(case: Case) -> Diagnostic | None:
    """`1.234,50`"""
    found = _on_the_line(case, _DECIMAL_COMMA)
    if found is None:
        return None
    written = found[2][0]
    meant = written.replace(".", "").replace(",", ".")
    hint = f"a number has a point before its decimals and nothing between the thousands: {meant}"
    return slip("unexpected", case.span(found[0], found[1]), f"`{written}` is not a number", hint)


def scoped_option(case: Case) -> Diagnostic | None:
    """`Blocked::All`"""
    found = _on_the_line(case, _SCOPED) if case.found.terminal in (":", "BAD", "NAME") else None
    if found is None:
        return None
    value = found[2]["value"].strip('"')
    span = case.span(found[0], found[1])
    return slip("unexpected", span, "an option value stands here without the name of its field", f"write {value}")


def dropped_whole(case: Case) -> Diagnostic | None:
    """`drop Name <-> Account Name`, `drop filter bc Blocked is blank`."""
    here = case.failed.here
    if len(here) < 2 or here[0].terminal != "drop":
        return None
    named = case.of(here[1])
    span = case.span(case.found.start, case.found.end)
    if named.startswith("filter "):
        hint = "a filter is replaced by another one on its field"
        return slip("unexpected", case.span(here[1].start, here[1].end), "`drop` takes lines away, not filters", hint)
    if case.found.terminal not in _ARROWS:
        return None
    return slip("unexpected", span, "`drop` names a line by its field alone", f"write `drop {named}`")


def conditional_line(case: Case) -> Diagnostic | None:
    """`if Blocked = All then Name -> Description`"""
    here, found = case.failed.here, case.found
    if found.terminal not in _ARROWS or not here or here[0].terminal != "if":
        return None
    if not any(token.terminal == "then" for token in here) or any(token.terminal == "else" for token in here):
        return None
    span = case.span(here[0].start, here[0].end)
    message = "an `if` with `then` is a value, and this one has no `else`"
    sign = found.terminal
    hint = f"say both values: `if … then … else … {sign} …`; under some settings only: `… {sign} … when …`"
    return slip("unexpected", span, message, hint)


def other_order(case: Case) -> Diagnostic | None:
    """`records create missing`, `mapping change CUSTOMER {`."""
    at = case.failed.start
    written = _WORDS.match(case.text, at, at + _NEAR)
    if written is None:
        return None
    words = written[0].split()
    for phrase in sorted(case.failed.at_start, key=len, reverse=True):
        wanted = phrase.split()
        given = words[: len(wanted)]
        if len(wanted) < 2 or given == wanted or sorted(given) != sorted(wanted):
            continue
        end = at + len(re.match(r"\s*\S+" * len(wanted), case.text[at : at + _NEAR])[0])  # type: ignore[index]
        shown = " ".join(given)
        return slip("unknown-word", case.span(at, end), f"`{shown}` is not known here", f"did you mean `{phrase}`?")
    return None


def _on_the_line(case: Case, form: re.Pattern[str]) -> tuple[int, int, re.Match[str]] | None:
    """Where a form stands on the line of what does not fit, touching it: from, to, and the match."""
    at = min(case.found.start, len(case.text))
    begins = max(case.text.rfind("\n", 0, at) + 1, case.failed.start, at - _NEAR)
    line = case.text[begins : at + _NEAR].partition("\n")[0]
    for found in form.finditer(line):
        start, end = begins + found.start(), begins + found.end()
        if start <= at <= end:
            return start, end, found
    return None


FOREIGN: tuple[Callable[[Case], Diagnostic | None], ...] = (
    table_view,
    decimal_comma,
    like,
    scoped_option,
    dropped_whole,
    conditional_line,
    other_order,
)
