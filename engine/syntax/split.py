"""The text of a rule file -> the stretches of its declarations, and its comments.

A light look that knows quotes, comments and braces, so that a slip in one declaration hides no other. Outside all
braces every line that does not go on from the one before begins a declaration. Inside, a line does that is indented
no deeper than the declaration and begins like `mapping`, `step` …: then a brace before it was not closed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.source import Source
from engine.syntax.ast import Comment

_HEADS = r"(?:mapping|change +mapping|process|step|rule|job|values|whenever)"
_SURE_HEAD = re.compile(rf"{_HEADS}[ \t]+[\w\"]")
_HEAD = re.compile(rf"(?:{_HEADS}|find|let)(?![\w.\-])")
_NOTABLE = re.compile(r"""'(?:[^'\n]|'')*'?|"[^"\n]*"?|\#[^\n]*|[{}()]|\n[ \t\f]*(?=[^\s\#])""")
_GOES_ON = re.compile(
    r"(?:and|or|else|where|via|using|then|sorted|when|with|gives|like)(?![\w.\-])|[-+*/]\s|[|&,)=:{}]|->|<-"
)
_FIRST = re.compile(r"\ufeff?\s*?([ \t\f]*)(?=\S)")
_WANTS_MORE = re.compile(r"(?:[(,:=<>+*/|&>-]|\b(?:and|or|not|where|when|then|with|via|using))\s*\Z")


@dataclass(frozen=True, slots=True)
class Stretch:
    """One declaration: offsets of its first character and after its last line."""

    start: int
    end: int


def split(source: Source) -> tuple[tuple[Stretch, ...], tuple[Comment, ...]]:
    """The declarations of a text in order, and all its comments."""
    text = source.text
    comments: list[Comment] = []
    starts: list[int] = []
    braces = brackets = indent = 0
    opened = True  # whether the declaration has had its first brace, or needs none
    short = True  # whether it needs none: only behind such a one a deeper `find` or `let` is a declaration
    told = 0  # up to here the line holds text, not a comment
    first = _FIRST.match(text)
    at = first.end() if first else 0
    if first and text[at : at + 1] not in ("#", ""):
        starts.append(at)
        indent = len(first[1])
        opened = short = not _SURE_HEAD.match(text, at)
    while match := _NOTABLE.search(text, at):
        found, at = match[0], match.end()
        sign = found[0]
        if sign == "#":
            comments.append(_comment(source, match.start(), found))
        elif sign == "\n":
            line_start = match.start() + 1
            new = at - line_start
            if braces:
                begins = new <= indent and _SURE_HEAD.match(text, at) is not None
            elif not starts:
                begins = True
            elif _GOES_ON.match(text, at) or (_WANTS_MORE.search(text, starts[-1], told)):
                begins = False
            else:
                heads = _HEAD if short else _SURE_HEAD
                begins = new <= indent or (opened and not brackets and heads.match(text, at) is not None)
            if begins:
                starts.append(at)
                braces = brackets = 0
                indent = new
                opened = short = not _SURE_HEAD.match(text, at)
        elif sign == "{":
            braces += 1
            opened = True
        elif sign == "}":
            braces = max(0, braces - 1)
        elif sign == "(":
            brackets += 1
        elif sign == ")":
            brackets = max(0, brackets - 1)
    ends = [*starts[1:], len(text)]
    return tuple(Stretch(start, end) for start, end in zip(starts, ends, strict=False)), tuple(comments)


def _comment(source: Source, at: int, found: str) -> Comment:
    line = source.text.rfind("\n", 0, at) + 1
    own = not source.text[line:at].strip()
    written = found.rstrip()
    return Comment(span=source.span(at, at + len(written)), text=written, own_line=own)
