"""Text -> one token after another, each as the parser can use it.

Keywords are soft, so what the next characters are depends on where the parser stands: `next` is given the row of the
parser's table and answers with a terminal of that row where it can. The terminals are the quoted phrases of the
grammar, NAME STRING TEXT NUMBER DATE DURATION TIME DAY FORMULA WORD PATTERN _DOT _NL $END,
and BAD for characters that begin
nothing.

A newline is a token only where it ends a statement: not in round brackets, not after a sign or word that wants more,
not before a word or sign that can only go on, not after `{` or before `}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# A name ends before these words.
STOP = (
    r"(?:where|with|gives|and|or|is|then|else|via|using|when|sorted|like|descending"
    r"|as(?![ ]of\b)|in(?=[ ](?:bc|sales)[ ]|[ ]pieces\())(?![\w.\-])"
)
# Only single characters are repeated possessively: early releases of Python 3.11 match a possessive group wrongly.
_PART = r"""(?:[\w%/]++|-(?!>)|\.(?![^\W\d_]|[".])|:(?=[ ])|\?|(?<=[^\W\d_])'(?=[^\W\d_])|\([^()\n]*\))"""
NAME = rf"[^\W\d_]{_PART}*(?:[ ](?!{STOP})(?!-)(?!/[ ])(?:&(?=[ ])|{_PART}+)){{0,40}}"
_TEXT = r"'[^'\n]*+(?:''[^'\n]*+)*'(?!')"
_BARE = r"""(?:[^\s|&()'"{},=<>\#.]|\.(?!\.))"""

_TOKEN = re.compile(
    rf"""[ \t\f]*+(?:\#[^\n]*)?(?:
      (?P<name>{NAME})
    | (?P<newline>\r?\n)
    | (?P<text>{_TEXT})
    | (?P<string>"[^"\n]*")
    | (?P<date>\d{{4}}-\d\d-\d\d(?![\w\-]))
    | (?P<duration>\d+[DWMQY](?!\w|-(?!\d+[DWMQY]|C[DWMQY])))
    | (?P<time>\d\d:\d\d(?!\w))
    | (?P<number>\d++(?:\.\d++)?(?=\.\.)|\d++(?:\.\d++)?(?!\w|\.\w|-\w))
    | (?P<wrong>==|=>|=<(?!>)|!=|\|\||&&)
    | (?P<sign><->|->|<-|<>|<=|>=|:=|\.\.|(?<=[\s)])[*/](?!\S)|[{{}}(),|&=<>+:\-])
    | (?P<dot>\.(?=[^\W\d_]|"))
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
PATTERN = re.compile(rf"""[ \t]*+(@{_TEXT}|{_BARE}+(?:[ ](?!{STOP}|[-+*/][ ]){_BARE}+){{0,40}})""", re.VERBOSE)
# `today-7D` is a calculation; elsewhere a minus sign without blanks belongs to the name.
_MOVED = re.compile(r"(?:today|work date|now)(?=-(?:\d+[DWMQY]|C[DWMQY]|(?:WD|D)\d))")
_WORD = re.compile(r"[ \t]*([a-z]+)(?![\w.\-])")
# `Monday`, `mon`, `Mon-Fri`; whether there is such a day is seen later.
_DAY = re.compile(r"(?:(?i:mon|tue|wed|thu|fri|sat|sun)|[^\W\d_a-z])[^\W\d_]*+(?:-[^\W\d_]++)?")
# `1M+CM`, `D1`: how the day of the next run follows from that of the last.
_TERM = r"(?:C[DWMQY]|\d{1,6}[DWMQY]|WD[1-7]|D(?:[12]?[1-9]|[123]0|31))"
_FORMULA = re.compile(rf"[ \t]*+(?=(-?{_TERM}(?:[ ]*[+-][ ]*{_TERM})*))\1(?![\w.\-+])")
# A line that begins with one of these goes on from the line before.
GOING_ON_WORDS = ("and", "or", "else", "where", "via", "using", "then", "sorted", "when", "with", "gives", "like")
_GOES_ON = re.compile(
    r"(?:[ \t\f]*(?:#[^\n]*)?\r?\n)*[ \t\f]*(?:#[^\n]*\Z)?(?:"
    rf"(?:{'|'.join(GOING_ON_WORDS)})(?![\w.\-])"
    r"|[*/+\-][ \t]|->|<->|<-|:=|[,|&=)]|[{}]|\Z)"
)
_WANTS_MORE = frozenset(
    [
        "{",
        "(",
        ",",
        ":",
        "->",
        "<-",
        "<->",
        ":=",
        "=",
        "<>",
        "<",
        ">",
        "<=",
        ">=",
        "+",
        "-",
        "*",
        "/",
        "|",
        "&",
        "and",
        "or",
        "not",
        "where",
        "when",
        "then",
        "with",
        "via",
        "using",
        "_NL",
    ]
)
VALUE_WORDS = frozenset(("today", "work date", "now", "blank", "Yes", "No", "by bc"))
_OPENS = "("
_TERMINALS = {
    "text": "TEXT",
    "string": "STRING",
    "date": "DATE",
    "duration": "DURATION",
    "time": "TIME",
    "number": "NUMBER",
    "dot": "_DOT",
    "end": "$END",
}


class Phrases:
    """The keyword phrases of the grammar as a tree of words."""

    __slots__ = ("root",)

    def __init__(self, words: frozenset[str]) -> None:
        self.root: dict[str, _Phrase] = {}
        for word in sorted(words):
            if word[0].isalpha():
                self._add(word)

    def _add(self, phrase: str) -> None:
        level, node = self.root, None
        for part in phrase.rstrip("(").split():
            node = level.setdefault(part, _Phrase())
            level = node.longer
        assert node is not None
        if phrase.endswith("("):
            node.function = phrase
        else:
            node.phrase = phrase

    def longest(self, text: str, at: int, row: Mapping[str, int]) -> tuple[str, int] | None:
        """The longest phrase that begins here and that the row can use, with where it ends."""
        found = None
        level = self.root
        while word := _WORD.match(text, at):
            node = level.get(word[1])
            if node is None:
                break
            at = word.end()
            if node.phrase in row:
                found = node.phrase, at
            if node.function in row and text.startswith("(", at):
                found = node.function, at + 1
            level = node.longer
            if not level:
                break
        return found


class _Phrase:
    __slots__ = ("function", "longer", "phrase")

    def __init__(self) -> None:
        self.phrase = ""
        self.function = ""
        self.longer: dict[str, _Phrase] = {}


class Lexer:
    """Reads one stretch of a text, from `at` up to `stop`; `start` and `end` are the place of the last token."""

    __slots__ = ("brackets", "end", "last", "phrases", "start", "stop", "text")

    def __init__(self, text: str, at: int, stop: int, phrases: Phrases) -> None:
        self.text = text
        self.stop = stop
        self.phrases = phrases
        self.start = self.end = at
        self.brackets = 0
        self.last = "{"

    def next(self, row: Mapping[str, int]) -> str:
        """The next terminal, for a parser whose row of the table this is."""
        text = self.text
        if "PATTERN" in row and (found := PATTERN.match(text, self.end, self.stop)) and begins_filter(found[1]):
            self.start, self.end = found.span(1)
            self.last = "PATTERN"
            return "PATTERN"
        if "FORMULA" in row and (found := _FORMULA.match(text, self.end, self.stop)):
            self.start, self.end = found.span(1)
            self.last = "FORMULA"
            return "FORMULA"
        while True:
            match = _TOKEN.match(text, self.end, self.stop)
            if match is None:
                return self._bad()
            kind = match.lastgroup
            assert kind is not None
            if kind == "newline":
                self.start, self.end = match.start(kind), match.end()
                if self.brackets or self.last in _WANTS_MORE or _GOES_ON.match(text, self.end, self.stop):
                    continue
                self.last = "_NL"
                return "_NL"
            self.start, self.end = match.span(kind)
            if kind == "name":
                terminal = self._word_or_name(row)
            elif kind == "sign":
                terminal = match[kind]
                if terminal not in row and terminal[0] in row and terminal != "..":
                    terminal = terminal[0]
                    self.end = self.start + 1
            elif kind == "wrong":
                terminal = "BAD"
            else:
                terminal = _TERMINALS[kind]
            if terminal[-1] == _OPENS:
                self.brackets += 1
            elif terminal == ")":
                self.brackets -= 1
            self.last = terminal
            return terminal

    def _word_or_name(self, row: Mapping[str, int]) -> str:
        text, start = self.text, self.start
        first = text[start]
        if "a" <= first <= "z":
            found = self.phrases.longest(text, start, row)
            if found is not None:
                terminal, self.end = found
                return terminal
        if "DAY" in row and (day := _DAY.match(text, start, self.end)):
            self.end = day.end()
            return "DAY"
        if "WORD" in row:
            if text[start : self.end] in VALUE_WORDS:
                return "WORD"
            if "-" in row and (moved := _MOVED.match(text, start, self.end)):
                self.end = moved.end()
                return "WORD"
        return "NAME"

    def _bad(self) -> str:
        """Characters that begin nothing: up to the next blank."""
        text, at = self.text, self.end
        while at < self.stop and text[at] in " \t\f":
            at += 1
        self.start = at
        while at < self.stop and not text[at].isspace():
            at += 1
        self.end = max(at, self.start + 1)
        self.last = "BAD"
        return "BAD"


def begins_filter(text: str) -> bool:
    """Whether a filter text stands for more than itself: a pattern, or a token like `%me`."""
    return text[0] == "%" or is_pattern(text)


def is_pattern(text: str) -> bool:
    """Whether BC reads a filter text as a pattern: `*`, `?`, or `@` in front."""
    return text.startswith("@") or "*" in text or "?" in text
