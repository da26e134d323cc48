"""Messages are for people who know the two systems, not programming: facts in the message, the way out in the hint.

Held against every text that becomes a message, a hint or a line of help, as far as it is written down in the engine.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import engine

ENGINE = Path(engine.__file__).parent
FILES = {path.relative_to(ENGINE).as_posix(): path for path in sorted(ENGINE.rglob("*.py"))}

SAID = ("message", "hint", "help", "description", "why", "way_out")
"""What a text is called that people will read: as an argument, and as a name that it is kept under."""

FOREIGN = {
    "a word of programmers": "exception traceback null parser parse parsed string strings regex tuple callback "
    "instance iterate deserialize render rendered payload stdin stderr compile runtime daemon mutex predicate",
    "blame or begging": "illegal invalid forbidden bad blame fault stupid sorry please oops unable",
    "somebody who speaks": "I we our us",
    "not British English": "color colors behavior canceled center analyze analyzed initialize normalize recognize "
    "recognized organize organized favorite labeled modeled gray fulfill synchronize synchronized",
}
WORDS = {word: why for why, words in FOREIGN.items() for word in words.split()}


def written(node: ast.expr) -> Iterator[str]:
    """The texts that an expression can become; a value that is put in is shown as …"""
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.JoinedStr():
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else "…" for one in node.values)
        case ast.BinOp(op=ast.Add()):
            yield ("…", *written(node.left))[-1] + ("…", *written(node.right))[-1]
        case ast.IfExp():
            yield from written(node.body)
            yield from written(node.orelse)
        case _:
            return


CODE = re.compile(r"[EW]\d{3}|[a-z]+(-[a-z]+)+")
"""By its code or its name a finding is made; behind these come, in their order, what it says and the way out."""


def spoken(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """What of a node people will read, and as what."""
    match node:
        case ast.keyword(arg=str() as kind, value=value) if kind in SAID:
            yield kind, value
        case ast.Assign(targets=[ast.Name(id=kind)], value=value) if kind in SAID:
            yield kind, value
        case ast.Call(args=[ast.Constant(value=str() as code), *rest]) if CODE.fullmatch(code):
            texts = [one for one in rest if any(" " in text for text in written(one))]
            yield from zip(("message", "hint"), texts[-2:], strict=False)


@cache
def said() -> tuple[tuple[str, str, str], ...]:
    """Place, what it is, and text of everything that people read."""
    return tuple(
        (f"{name}:{value.lineno}", kind, text)
        for name, path in FILES.items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for kind, value in spoken(node)
        for text in written(value)
    )


def test_there_is_something_to_hold_to_it() -> None:
    assert len([one for one in said() if one[1] in ("message", "hint")]) > 400


def test_the_words_are_those_of_the_reader() -> None:
    found = [
        (place, word, WORDS[word])
        for place, _, text in said()
        for word in re.findall(r"[A-Za-z]+(?:-[a-z]+)?", re.sub(r"`[^`]*`", "", text))
        if word in WORDS
    ]
    assert found == []


def test_messages_and_hints_are_parts_of_one_line() -> None:
    """They are joined by the renderer, which sets the marks between them: no full stop, no capital to begin a hint."""
    stopped = [(place, text) for place, kind, text in said() if kind in ("message", "hint") and text.endswith(".")]
    shouted = [(place, text) for place, kind, text in said() if kind == "hint" and re.match(r"[A-Z][a-z]+ [a-z]", text)]
    assert stopped == []
    assert shouted == []
