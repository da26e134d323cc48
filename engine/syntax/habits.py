"""What people bring along from other languages and from everyday English -> what this language says instead.

Detectives of `mistakes.py` that know one habit each. They come before those that only know the grammar.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.diagnostic import Diagnostic
from engine.syntax.case import ENDS, Case
from engine.syntax.job_habits import JOB_HABITS
from engine.syntax.kinds import slip

_ARROWS = ("->", "<-", "<->")
_DOUBLE = ("<=>", "==>", "<==", "=>>")
_SIGNS = re.compile(r"[<>=\-]+")
_WORDS = {
    "get": "find",
    "look up": "find",
    "lookup": "find",
    "load": "find",
    "for all": "for each",
    "for every": "for each",
    "loop": "for each",
    "add": "create",
    "insert": "create",
    "update": "change",
    "modify": "change",
    "remove": "delete",
    "exclude": "leave out",
    "ignore": "leave out",
    "skip": "leave out",
    "depends upon": "depends on",
    "needs": "depends on",
    "on conflict": "on update conflict",
    "create if nothing matches": "create when nothing matches",
    "create if missing": "create missing records",
    "procedure": "process",
    "function": "step",
    "sub": "step",
    "call": "do",
    "perform": "do",
    "var": "let",
    "define": "let",
    "otherwise": "else",
    "else error": "else fail",
    "else stop": "else fail",
    "else warning": "else warn",
    "order by": "sorted by",
    "sort by": "sorted by",
    "sorted on": "sorted by",
    "coupled records only": "only coupled records",
    "unless": "if not",
    "min": "minutes",
    "mins": "minutes",
    "sec": "seconds apart",
}
_SPOKEN = re.compile("|".join(rf"{re.escape(one)}(?![\w\-])" for one in sorted(_WORDS, key=len, reverse=True)), re.I)
_BLANKS = re.compile(r"is[ ]+(not[ ]+)?(?:empty|null|nothing|missing|none|'')(?![\w\-])")
_IS = re.compile(r"is[ ]+(not[ ]+)?(?=\S)")
_ONE_OF = re.compile(r"[ ]in(?:[ ]|$)")
_ENDS_NAMES = frozenset(
    ("and", "or", "is", "then", "else", "via", "using", "when", "sorted", "like", "as", "in", "where")
)
_OTHER_CHANGE = re.compile(r"change[ ]+(job|process|step|rule|values)(?![\w\-])")
_TAKEN_AWAY = re.compile(r"(?:remove|delete|drop|exclude|ignore|disable)[ ]+(\S[^\n#]*)")
_REST_OF_NAME = re.compile(r"[^\n{}\"]*?(?=[ \t]*(?:\bwith\b|\bgives\b|[\n{}]|$))")
_AMERICAN = re.compile(r"\d{1,4}/\d{1,2}/\d{1,4}")


def nearest_head(word: str) -> str:
    """The first word of a declaration that somebody meant by another one: `procedure` is a process."""
    return _WORDS.get(word.lower(), word.lower())


def other_words(case: Case) -> Diagnostic | None:
    """`get bc Item as item`, `procedure tidy`, `} otherwise {`."""
    for at in dict.fromkeys((case.failed.start, case.found.start)):
        spoken = _SPOKEN.match(case.text, at)
        if spoken is None:
            continue
        meant = _WORDS[" ".join(spoken[0].lower().split())]
        if case.helps(at, spoken.end(), meant):
            message = f"`{spoken[0]}` is not known here"
            return slip("unknown-word", case.span(at, spoken.end()), message, f"did you mean `{meant}`?")
    return None


def change_of_another(case: Case) -> Diagnostic | None:
    """`change job CUSTOMER {`: only mappings are changed line by line."""
    found = _OTHER_CHANGE.match(case.text, case.failed.start)
    if found is None or not case.failed.start <= case.found.start <= found.end():
        return None
    hint = f"write the {found[1]} whole, under the same name: it takes the place of the shipped one"
    if found[1] == "rule":
        hint = "write the rule whole, with the same title: it takes the place of the shipped one"
    message = f"a {found[1]} is not changed line by line" if found[1] != "values" else "value lists are not changed so"
    return slip("unknown-word", case.span(found.start(), found.end()), message, hint)


def line_taken_away(case: Case) -> Diagnostic | None:
    """`remove Phone No.` on a line of a mapping."""
    found = _TAKEN_AWAY.match(case.text, case.failed.start)
    if found is None or case.found.terminal not in ENDS or not set(_ARROWS) <= case.failed.expected:
        return None
    hint = f"a line is switched off by writing it once more with `, off`: {found[1].strip()} -> …, off"
    return slip("unfinished", case.span(found.start(), found.end()), "lines are not taken away by a word", hint)


def signs(case: Case) -> Diagnostic | None:
    """`-->`, `<=>`, `...`: signs that are nearly those of the language."""
    at = case.found.start
    if case.text.startswith("...", at - 2) or case.text.startswith("...", at):
        begins = at if case.text.startswith("...", at) else at - 2
        span = case.span(begins, begins + 3)
        return slip("odd-character", span, "`...` is not a sign of the language", "a range has two dots: 10000..20000")
    run = _run(case, at)
    if run is None:
        return None
    begins, written = run
    if len(written) < 3 or written in _ARROWS or not ("-" in written or written in _DOUBLE):
        return None
    span = case.span(begins, begins + len(written))
    return slip(
        "wrong-arrow", span, f"`{written}` is not a sign of the language", "the arrows are `->`, `<-` and `<->`"
    )


def _run(case: Case, at: int) -> tuple[int, str] | None:
    """All of the signs that touch the one at hand."""
    begins = at
    while begins > case.failed.start and case.text[begins - 1] in "<>=-":
        begins -= 1
    found = _SIGNS.match(case.text, begins)
    return None if found is None or found.end() <= at else (begins, found[0])


def is_something(case: Case) -> Diagnostic | None:
    """`Name is empty`, `Type is Vendor`."""
    at = case.found.start
    empty = _BLANKS.match(case.text, at)
    if empty is not None:
        meant = "is not blank" if empty[1] else "is blank"
        message = f"`{empty[0]}` is not known here"
        return slip("unknown-word", case.span(at, empty.end()), message, f"did you mean `{meant}`?")
    spoken = _IS.match(case.text, at)
    if spoken is None or not {"is blank", "is coupled"} & case.failed.expected:
        return None
    sign = "= <>" if spoken[1] else "="
    message = "`is` goes on with blank, coupled, not blank or not coupled"
    return slip("unexpected", case.span(at, at + 2), message, f"write `{sign}` to compare with a value")


def one_of(case: Case) -> Diagnostic | None:
    """`Type in Vendor, Customer`."""
    before = case.before
    if before is None or before.terminal != "NAME" or case.found.terminal not in (",", "(", "TEXT", "NUMBER", "["):
        return None
    found = _ONE_OF.search(case.of(before))
    if found is None:
        return None
    at = before.start + found.start() + 1
    hint = "one of several values is written `= A|B|C`"
    return slip("unexpected", case.span(at, at + 2), "`in` asks for no list of values", hint)


def joining(case: Case) -> Diagnostic | None:
    """`A = 1 & B = 2` between conditions, `'a' & Name` between texts."""
    sign, wanted = case.found.terminal, case.failed.expected
    if sign not in ("&", "|"):
        return None
    span = case.span(case.found.start, case.found.end)
    word = "and" if sign == "&" else "or"
    message = f"`{sign}` stands between the values of a filter only"
    texts = case.before is not None and case.before.terminal == "TEXT"
    if sign == "&" and "+" in wanted and (texts or word not in wanted):
        return slip("wrong-and-or", span, message, "write `+` to join texts")
    if word in wanted:
        return slip("wrong-and-or", span, message, f"write `{word}` between conditions")
    return None


def system(case: Case) -> Diagnostic | None:
    """`filter Blocked = No`, `find Item as item`: which of the two?"""
    found = case.found
    if case.failed.expected - {"or"} != {"bc", "sales"} or found.terminal in ENDS or found.terminal == "BAD":
        return None
    written = case.of(found).strip()
    if found.terminal != "NAME" or written.startswith("where "):
        written = written.split()[0]
    if written.split()[0].lower() in ("bc", "sales"):
        return None
    span = case.span(found.start, found.start + len(written))
    hint = "say of which system: `bc` (Business Central) or `sales`"
    return slip("unexpected", span, f"`bc` or `sales` is missing before `{written}`", hint)


def alias(case: Case) -> Diagnostic | None:
    """`bc Vendor vendor <-> …`, `for each sales Quote where …`: the name of the record."""
    before = case.before
    if case.failed.expected != {"as"} or before is None or before.terminal != "NAME":
        return None
    at = before.end
    name, _, last = case.of(before).rpartition(" ")
    if name and last.islower():
        place = case.span(before.end - len(last), before.end)
        return slip("unexpected", place, f"`as` is missing before {last}", f"write `as {last}`")
    shown = f"`as` and a name for the record are missing behind {case.of(before)}"
    return slip("unexpected", case.span(at, at), shown, f"write `{case.of(before)} as record`, with a name of your own")


def pairs_without_braces(case: Case) -> Diagnostic | None:
    """`using A = B, C = D`"""
    here = (*case.failed.here, case.found)
    for using, _, equals in zip(here, here[1:], here[2:], strict=False):
        if using.terminal == "using" and equals.terminal == "=":
            place = case.span(using.end, using.end)
            hint = "the pairs of a value list stand in braces: `using { A = B, C = D }`"
            return slip("brace-missing", place, "a `{` is missing here", hint)
    return None


def condition_of_head(case: Case) -> Diagnostic | None:
    """`if setting …` where a declaration says under which settings it exists."""
    if "when" not in case.failed.expected:
        return None
    at = case.found.start
    if case.found.terminal == "_NL":
        at += len(case.text[at:]) - len(case.text[at:].lstrip())
    if not re.match(r"if\s", case.text[at : at + 3]):
        return None
    return slip("unknown-word", case.span(at, at + 2), "`if` cannot stand here", "did you mean `when`?")


def arrow(case: Case) -> Diagnostic | None:
    """An arrow where values are compared; a line that ends behind its arrow."""
    brackets = [t.terminal[-1] for t in case.failed.here if t.terminal[-1] in "()"]
    if case.found.terminal not in _ARROWS or brackets.count("(") > brackets.count(")"):
        return None
    for token in case.failed.here:
        if token.terminal in _ARROWS and case.source.line_of(token.start) < case.source.line_of(case.found.start):
            behind = case.text[token.end : case.text.find("\n", token.end)]
            if not behind.split("#")[0].strip():
                place = case.span(token.end, token.end)
                return slip("unfinished", place, "the line ends too early", "expected a field behind the arrow")
    carried = any(token.terminal in _ARROWS for token in case.failed.here)
    if "=" in case.failed.expected and not carried and not set(_ARROWS) & case.failed.expected:
        span = case.span(case.found.start, case.found.end)
        message = f"`{case.found.terminal}` carries a value to the other side, it does not compare"
        return slip("equals-for-assignment", span, message, "write `=`")
    return None


def setting_fields(case: Case) -> Diagnostic | None:
    """`quote.Description := x`, `change quote Description := x`."""
    here, found = case.failed.here, case.found
    if found.terminal == "_DOT" and ":=" in case.failed.expected and case.before is not None:
        name = case.of(case.before)
        message = f"`:=` sets a field of the record being written, not of {name}"
        hint = f"write `change {name} {{ … := … }}`"
        return slip("unexpected", case.span(case.before.start, found.end), message, hint)
    if found.terminal == ":=" and here and here[0].terminal in ("change", "create", "create or change"):
        place = case.span(found.start, found.end)
        word = here[0].terminal
        message = f"what `{word}` sets stands in braces"
        return slip("brace-missing", place, message, f"write `{word} … {{ … := … }}`")
    return None


def needless_then(case: Case) -> Diagnostic | None:
    """`if C then { … }`"""
    at = case.found.start
    if "{" not in case.failed.expected or not re.match(r"then\s*\{", case.text[at : at + 20]):
        return None
    message = "`then` stands between values, here a block follows"
    return slip("unexpected", case.span(at, at + 4), message, "take it away: `if … { … }`")


def time_of_day(case: Case) -> Diagnostic | None:
    """`25:00`, `9 o'clock`, where a time of the day is expected."""
    if "TIME" not in case.failed.expected or case.found.terminal in ENDS:
        return None
    at = case.found.start
    end = at
    while end < case.stop and not case.text[end].isspace():
        end += 1
    message = f"`{case.text[at:end]}` is no time of the day"
    return slip("no-such-time", case.span(at, end), message, "a time is written from 00:00 to 23:59")


def american_date(case: Case) -> Diagnostic | None:
    """`01/31/2026`"""
    at = case.found.start
    while at > case.failed.start and (case.text[at - 1].isdigit() or case.text[at - 1] == "/"):
        at -= 1
    found = _AMERICAN.match(case.text, at)
    if found is None or found.end() <= case.found.start:
        return None
    message = f"`{found[0]}` is not a date"
    hint = "a date is written year-month-day, like 2026-01-31"
    return slip("no-such-date", case.span(at, found.end()), message, hint)


def question_mark(case: Case) -> Diagnostic | None:
    """`C ? A : B`"""
    line = case.source.line(case.source.line_of(case.found.start))
    found = re.search(r"[ ]\?[ ].*:[ ]", line)
    if found is None:
        return None
    at = case.source.span(case.found.start).start - (case.source.span(case.found.start).column - 1) + found.start() + 1
    message = "`? :` is not known here"
    return slip("unknown-word", case.span(at, at + 1), message, "write `if … then … else …`")


def name_with_a_word(case: Case) -> Diagnostic | None:
    """`step header and lines with order {`: a name ends before a word like `and`, unless it is quoted."""
    tokens = case.failed.tokens
    if len(tokens) < 2 or tokens[-1].terminal != "NAME" or case.of(tokens[-2]) not in ("step", "do"):
        return None
    word = case.of(case.found)
    rest = _REST_OF_NAME.match(case.text, case.found.start)
    if word not in _ENDS_NAMES or rest is None:
        return None
    begins, ends = tokens[-1].start, rest.end()
    name = f'"{" ".join(case.text[begins:ends].split())}"'
    if not case.helps(begins, ends, name):
        return None
    message = f"a name ends before the word `{word}`, unless it stands in double quotes"
    return slip("needs-quotes", case.span(begins, ends), message, f"write {name}, or choose a name without `{word}`")


HABITS: tuple[Callable[[Case], Diagnostic | None], ...] = (
    *JOB_HABITS,
    pairs_without_braces,
    name_with_a_word,
    change_of_another,
    line_taken_away,
    signs,
    american_date,
    question_mark,
    is_something,
    joining,
    one_of,
    system,
    alias,
    condition_of_head,
    arrow,
    setting_fields,
    needless_then,
    time_of_day,
    other_words,
)
