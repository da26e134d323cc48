"""The stored tables are those of the grammar, and following them gives what Lark's own parser gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lark import Lark, Token, Tree
from lark.lexer import Lexer as LarkLexer

import engine.syntax
from engine.source import Source
from engine.syntax import tables
from engine.syntax.build import BUILDERS
from engine.syntax.drive import phrases
from engine.syntax.lex import Lexer
from engine.syntax.parse import parse
from engine.syntax.split import split
from tests.syntax.worlds import PAPER, paper

FOLDER = Path(engine.syntax.__file__).parent
GRAMMAR = (FOLDER / tables.GRAMMAR).read_bytes()


def test_the_stored_tables_are_those_of_the_grammar() -> None:
    stored = json.loads((FOLDER / tables.STORE).read_text(encoding="utf-8"))
    assert stored == tables.compile_grammar(GRAMMAR), "write them anew: python -m engine.syntax.tables"


def test_windows_line_ends_do_not_make_the_tables_stale() -> None:
    assert tables.digest(GRAMMAR.replace(b"\n", b"\r\n")) == tables.digest(GRAMMAR)
    assert tables.digest(GRAMMAR + b"\n") != tables.digest(GRAMMAR)


class NoLexer(LarkLexer):
    def __init__(self, _: object) -> None:
        pass

    def lex(self, *_: object) -> Iterator[Any]:
        yield from ()


@pytest.fixture(scope="module")
def lark() -> Lark:
    return Lark(GRAMMAR.decode(), parser="lalr", lexer=NoLexer, maybe_placeholders=True)


def built(node: Any, source: Source) -> Any:
    """A tree of Lark's, built with our builders."""
    if isinstance(node, Tree):
        children = [built(child, source) for child in node.children]
        return BUILDERS[str(node.data).split("{")[0]](children, source.span(0, 1))
    return None if node is None else str(node)


@pytest.mark.parametrize("file", PAPER, ids=lambda file: file.stem)
def test_lark_itself_reads_the_same(lark: Lark, file: Path) -> None:
    source = paper(file)
    names = {terminal.pattern.value: terminal.name for terminal in lark.terminals if terminal.pattern}
    stretches, _ = split(source)
    for stretch, ours in zip(stretches, parse(source).file.declarations, strict=True):
        lexer = Lexer(source.text, stretch.start, stretch.end, phrases())
        steps = lark.parse_interactive("")
        while True:
            row = steps.parser_state.parse_conf.parse_table.states[steps.parser_state.position]
            written = {next((w for w, n in names.items() if n == one), one): 0 for one in row}
            terminal = lexer.next(written)
            if terminal == "$END":
                break
            steps.feed_token(Token(names.get(terminal, terminal), source.text[lexer.start : lexer.end]))
        assert built(steps.feed_eof(), source) == ours
