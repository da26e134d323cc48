"""A declaration that cannot go on -> what is wrong with it, in a consultant's words.

`explain` asks its detectives in turn. One that has a guess ("a comma is missing here") tries it: the guess counts only
when the parser gets further with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from engine.diagnostic import Diagnostic
from engine.syntax.case import ENDS, Case
from engine.syntax.failure import Token
from engine.syntax.foreign import FOREIGN
from engine.syntax.habits import HABITS
from engine.syntax.kinds import SlipError, slip
from engine.syntax.nearly import meant
from engine.syntax.odd import odd
from engine.syntax.tables import Tables
from engine.syntax.weekdays import DAY_WORDS, WEEKDAYS
from engine.syntax.wording import called, either, expected

_ARROWS = frozenset(("->", "<-", "<->"))
_COMPARISONS = frozenset(("<>", "<", ">", "<=", ">="))
_JOINING = frozenset(
    (
        *("where", "with", "gives", "and", "or", "then", "else", "via", "using", "when", "like", "as", "in"),
        *("is blank", "is not blank", "is coupled", "is not coupled", "is created", "is changed", "is deleted"),
        *("is changed to", "else fail", "else warn", "else create", "else where", "sorted by", "descending"),
    )
)
_OPTIONS = (
    "else blank",
    "else keep",
    "keep if blank",
    "blank means",
    "to sales",
    "to bc",
    "unchecked",
    "off",
    "exact case",
)
_FUNCTIONS = ("first filled", "round", "max", "left", "plain text", "first line", "trim")
_WORD = re.compile(r"[^\W\d_]+")
_LOOK_BEFORE = "look at the lines before: a brace or a bracket is too many or too few"
_MORE_WORDS = re.compile(r"[ \t]+[\w(\"']|\s*[{\n]")


def explain(case: Case) -> Diagnostic:
    """What is wrong where the parser stopped."""
    for detective in _DETECTIVES:
        told = detective(case)
        if told is not None:
            return told
    return _unexpected(case)


def explain_slip(found: SlipError) -> Diagnostic:
    """What is wrong with something that the grammar takes and the language does not."""
    what = found.what
    message, hint = {
        "no-such-date": (f"there is no date {what}", "a date is written year-month-day, like 2026-01-31"),
        "no-such-time": (f"there is no time {what}", "a time is written from 00:00 to 23:59"),
        "no-such-weekday": (f"there is no day {what}", _day_hint(what)),
        "not-whole": (f"{what} is not a whole number", "write it without a decimal point"),
        "said-twice": (f"`{what}` is said twice on this line", "take one of them away"),
        "filter-as-value": ("a filter in brackets is no value to calculate with", "take the brackets or the sign away"),
        "unknown-function": (f"there is no function {what}", _function_hint(what)),
        "comma-missing": (f"a comma is missing before `{what}`", f"write `, {what}`"),
        "too-deep": (f"this is nested more than {what} levels deep", "give an inner part a name with `let` or `step`"),
        "number-too-long": (f"this number has more than {what} digits", "write a smaller number"),
        "unexpected": ("there is no name between these quotes", "a blank text is '', a name stands between these"),
    }[found.kind]
    return slip(found.kind, found.span, message, hint)


def _day_hint(written: str) -> str:
    if written.lower() in DAY_WORDS:
        return f"write it in small letters: `{written.lower()}`"
    days = {one.lower(): one for one in WEEKDAYS}
    near = meant(written.lower(), days)
    if near is not None:
        return f"did you mean {days[near[1]]}?"
    return "write Monday, Tuesday and so on, `weekdays`, `weekends` or `every day`"


def _function_hint(written: str) -> str:
    near = meant(written, _FUNCTIONS)
    if near:
        return f"did you mean {near[1]}?"
    return f"the functions are {', '.join(_FUNCTIONS[:-1])} and {_FUNCTIONS[-1]}"


# --- words ----------------------------------------------------------------------------------------------


def _mistyped_start(case: Case) -> Diagnostic | None:
    """`fliter bc …`, `Filter bc …` at the beginning of a statement."""
    failed = case.failed
    first = failed.here[0] if failed.here else failed.found
    if first.terminal != "NAME" or any(t.terminal in _ARROWS or t.terminal == ":=" for t in failed.here):
        return None
    return _mistyped(case, first.start, failed.at_start)


def _mistyped_inside(case: Case) -> Diagnostic | None:
    """`item whre Blocked = No`: the word is part of the name before, or begins what does not fit."""
    if case.found.terminal == "NAME" and (told := _mistyped(case, case.found.start, case.failed.expected)):
        return told
    for token in reversed(case.failed.here[-3:]):
        if token.terminal != "NAME":
            continue
        for word in list(_WORD.finditer(case.text, token.start, token.end))[1:]:
            told = _mistyped(case, word.start(), _JOINING)
            if told is not None:
                return told
    return None


def _mistyped(case: Case, at: int, phrases: frozenset[str]) -> Diagnostic | None:
    near = meant(case.text[at : at + 80], phrases)
    if near is None:
        return None
    written, phrase = near
    if not case.helps(at, at + len(written), phrase):
        return None
    span = case.span(at, at + len(written))
    message = f"`{written}` is not known here"
    if written.lower() == phrase:
        return slip("keyword-in-capitals", span, message, f"the words of the language are in small letters: `{phrase}`")
    return slip("unknown-word", span, message, f"did you mean `{phrase}`?")


def _elsewhere(case: Case) -> Diagnostic | None:
    """A line that is right in another place: `require …` on a line of a mapping, `filter bc …` in a block."""
    begins = case.failed.start
    if begins == case.found.start and case.found.terminal in ENDS:
        return None
    fits = case.phrases.longest(case.text, begins, dict.fromkeys(case.failed.at_start, 0))
    for place, row in _places(case.grammar):
        longest = case.phrases.longest(case.text, begins, row)
        if longest is None or longest[0] in case.failed.at_start or not _MORE_WORDS.match(case.text, longest[1]):
            continue
        if fits is not None and fits[1] > longest[1]:
            continue  # `on update conflict` begins a line here, though `on` alone would not
        span = case.span(begins, longest[1])
        return slip("wrong-place", span, f"`{longest[0]}` cannot stand here", f"it belongs {place}")
    return None


@cache
def _places(grammar: Tables) -> tuple[tuple[str, dict[str, int]], ...]:
    """Where lines may stand, with the words that can begin them there."""
    signs = (("in a mapping", "depends on"), ("in a block, between `{` and `}`", "require"), ("in a job", "wake on"))
    values = {"setting", "if", "not", "count of", "sum of", "max of", "next number", "coupled with"}
    places = [("at the beginning of a line outside all braces", grammar.rows[0])]
    for place, sign in signs:
        row = next(row for row in grammar.rows if sign in row)
        places.append((place, {word: 0 for word in row if word[0].islower() and word not in values}))
    return tuple(places)


# --- signs ------------------------------------------------------------------------------------------------


def _odd_sign(case: Case) -> Diagnostic | None:
    return odd(case.source, case.text, case.found) if case.found.terminal == "BAD" else None


def _foreign_comment(case: Case) -> Diagnostic | None:
    for begins in (case.failed.start, case.found.start):
        written = case.text[begins : begins + 2]
        alone = begins == case.failed.start or case.text[begins + 2 : begins + 3] == " "
        if written in ("//", "/*") or (written == "--" and alone):
            hint = "write # instead" if written != "/*" else "write # at the beginning of every line of it"
            return slip("wrong-comment", case.span(begins, begins + 2), f"`{written}` begins no comment", hint)
    return None


def _assignment(case: Case) -> Diagnostic | None:
    """`=` and `:=` in each other's place, `->` in a block, `:=` on a line of a mapping."""
    found, wanted = case.found, case.failed.expected
    span = case.span(found.start, found.end)
    if found.terminal == "=" and ":=" in wanted:
        return slip("equals-for-assignment", span, "`=` compares, it does not set a field", "write `:=` to set it")
    if found.terminal == ":=" and _ARROWS & wanted:
        return slip(
            "wrong-place",
            span,
            "`:=` sets a field in a block, not on a line of a mapping",
            "write an arrow, or put the line in a block like `every sales record { … }`",
        )
    if found.terminal == ":=" and case.failed.here and case.failed.here[0].terminal == "let":
        return slip("equals-for-assignment", span, "`:=` sets a field, `let` gives a name to a value", "write `=`")
    if found.terminal == ":=" and "=" in wanted and ":=" not in wanted:
        return slip("equals-for-assignment", span, "`:=` sets a field, it does not compare", "write `=`")
    if found.terminal in _ARROWS and ":=" in wanted:
        message = f"`{found.terminal}` belongs on a line of a mapping, not in a block"
        return slip("wrong-place", span, message, "write `:=` to set a field here")
    return None


def _quotes(case: Case) -> Diagnostic | None:
    found, wanted = case.found, case.failed.expected
    span = case.span(found.start, found.end)
    inner = case.text[found.start + 1 : found.end - 1]
    if found.terminal == "TEXT" and "STRING" in wanted:
        return slip(
            "double-quotes-needed", span, "titles, messages and names stand in double quotes", f'write "{inner}"'
        )
    if found.terminal == "STRING" and "TEXT" in wanted:
        return slip("single-quotes-needed", span, "a text stands in single quotes", f"write '{inner}'")
    return None


def _comparison_with_pattern(case: Case) -> Diagnostic | None:
    """`Name <> NAV*`: only behind `=` a filter is read."""
    here = case.failed.here
    for at in range(len(here) - 1, 0, -1):
        token = here[at]
        if (
            token.terminal in _COMPARISONS
            and here[at - 1].terminal != "="
            and case.helps(token.start, token.start, "= ")
        ):
            written = case.of(token)
            span = case.span(token.start, token.end)
            message = f"only a value can follow `{written}`, not a filter"
            return slip("pattern-after-comparison", span, message, f"write `= {written}` in its place")
    return None


def _comma(case: Case) -> Diagnostic | None:
    before = case.before
    if "," not in case.failed.expected or before is None:
        return None
    option = next((one for one in _OPTIONS if case.text.startswith(one, case.found.start)), None)
    if option is None or not case.helps(before.end, before.end, ","):
        return None
    span = case.span(case.found.start, case.found.start + len(option))
    return slip("comma-missing", span, f"a comma is missing before `{option}`", f"write `, {option}`")


def _function(case: Case) -> Diagnostic | None:
    before = case.before
    if case.found.terminal != "(" or before is None or before.terminal != "NAME" or before.end != case.found.start:
        return None
    written = case.of(before)
    if not written[0].islower():
        return None
    span = case.span(before.start, before.end)
    return slip("unknown-function", span, f"there is no function {written}", _function_hint(written))


# --- brackets, braces, lines ----------------------------------------------------------------------------------


def _bracket(case: Case) -> Diagnostic | None:
    """A round bracket that is still open where its statement must go on."""
    opened: list[Token] = []
    for token in case.failed.here:
        if token.terminal[-1] == "(":
            opened.append(token)
        elif token.terminal == ")" and opened:
            opened.pop()
    before = case.before
    if not opened or before is None or ")" not in case.failed.expected:
        return None
    if case.found.terminal not in ("{", "}", "$END") and not case.helps(before.end, before.end, ")"):
        return None
    last = opened[-1]
    span = case.span(last.end - 1, last.end)
    return slip("bracket-not-closed", span, "this bracket is not closed", "a `)` is missing after it")


def _braces(case: Case) -> Diagnostic | None:
    found, wanted = case.found, case.failed.expected
    opened = case.open_braces()
    if found.terminal == "$END" and opened:
        brace = case.forgotten_brace() or opened[-1]
        span = case.span(brace.start, brace.end)
        return slip("brace-not-closed", span, "the block that begins here is not closed", "a `}` is missing")
    if found.terminal == "}" and not opened:
        span = case.span(found.start, found.end)
        return slip("brace-too-many", span, "this brace closes nothing", "take it away, or open a block")
    if "{" in wanted and case.before is not None and (found.terminal in ENDS or _begins_statement(case)):
        at = case.before.end
        return slip("brace-missing", case.span(at, at), "a `{` is missing here", "a block stands in braces: `{ … }`")
    return None


def _begins_statement(case: Case) -> bool:
    """Does a statement begin at the token that does not fit: a word of the language, or a field that is set?"""
    found = case.found
    if found.terminal != "NAME":
        row = next(row for place, row in _places(case.grammar) if place.startswith("in a block"))
        return found.terminal in row
    return ":=" in case.text[found.end : found.end + 5]


def _two_statements(case: Case) -> Diagnostic | None:
    found, before = case.found, case.before
    if before is None or "_NL" not in case.failed.expected or found.terminal in ENDS or found.terminal == "BAD":
        return None
    if case.source.line_of(found.start) != case.source.line_of(before.end) or not case.helps(
        found.start, found.start, "\n"
    ):
        return None
    span = case.span(found.start, found.end)
    message = f"`{case.of(found)}` begins a second statement on this line"
    return slip("line-not-ended", span, message, "begin a new line here: one statement, one line")


def _unfinished(case: Case) -> Diagnostic | None:
    if case.found.terminal not in ENDS or case.before is None:
        return None
    at = case.before.end
    words = either(expected(case.failed.expected - ENDS, case.before.terminal))
    what = "the line" if case.found.terminal == "_NL" else "this"
    return slip(
        "unfinished", case.span(at, at), f"{what} ends too early", f"expected {words}" if words else _LOOK_BEFORE
    )


def _unexpected(case: Case) -> Diagnostic:
    found, before = case.found, case.before
    span = case.span(found.start, found.end)
    if "STRING" in case.failed.expected and before is not None and ": " in case.of(before):
        at = before.start + case.of(before).index(":")
        return slip(
            "unexpected",
            case.span(at, at + 1),
            "a title is missing before the colon",
            'write it in double quotes: "…":',
        )
    shown = case.of(found).strip()
    if not shown:
        shown = called(found.terminal)
    else:
        shown = f"`{shown}`" if len(shown) <= 40 else f"`{shown[:39]}…`"
    words = either(expected(case.failed.expected, before.terminal if before else ""))
    return slip("unexpected", span, f"{shown} does not fit here", f"expected {words}" if words else _LOOK_BEFORE)


_DETECTIVES: tuple[Callable[[Case], Diagnostic | None], ...] = (
    _foreign_comment,
    *FOREIGN,
    *HABITS,
    _comparison_with_pattern,
    _odd_sign,
    _mistyped_start,
    _mistyped_inside,
    _elsewhere,
    _assignment,
    _quotes,
    _comma,
    _function,
    _bracket,
    _braces,
    _two_statements,
    _unfinished,
)
