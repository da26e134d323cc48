"""One declaration's text -> its node, by following Lark's LALR(1) tables.

The stacks hold, per symbol read: the parser's state, what was built, where it begins and ends, how deep it is nested.
The lexer is asked for the next token with the row of the table in which it will be used, so keywords can be soft.

The loop is longer than a screen on purpose: every lint goes through it for every word. With the step that puts a node
together in a function of its own, reading the standard rules took three per cent longer.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from engine.source import Source, Span
from engine.syntax import ast
from engine.syntax.build import BUILDERS, Build
from engine.syntax.kinds import SlipError
from engine.syntax.lex import Lexer, Phrases
from engine.syntax.split import Stretch
from engine.syntax.tables import tables

MOST_LEVELS = 150

# target, length, build, children, gathers: as in tables.Rule, with the function for its name
_Rule = tuple[str, int, Build | None, tuple[int | None, ...], bool]


class StopError(Exception):
    """The parser cannot go on (failure.py finds out why)."""


@cache
def phrases() -> Phrases:
    """The keyword phrases of the grammar."""
    return Phrases(tables().words)


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple((r.target, r.length, BUILDERS.get(r.build), r.children, r.gathers) for r in tables().rules)


def parse_declaration(source: Source, text: str, stretch: Stretch) -> ast.Declaration:
    """Reads the one declaration that fills a stretch of a text; raises StopError or SlipError at the first mistake.

    text: that of the source, or the same with statements put aside (recover.py).
    """
    rows, rules, end = tables().rows, _rules(), tables().end
    lexer = Lexer(text, stretch.start, stretch.end, phrases())
    states = [0]
    values: list[Any] = [None]
    starts, ends, levels = [stretch.start], [stretch.start], [0]
    ups = _ups()
    row = rows[0]
    terminal = lexer.next(row)
    while True:
        action = row.get(terminal)
        if action is None:
            raise StopError
        if action >= 0:
            states.append(action)
            values.append(text[lexer.start : lexer.end])
            starts.append(lexer.start)
            ends.append(lexer.end)
            levels.append(0)
            row = rows[action]
            terminal = lexer.next(row)
            continue
        target, length, build, children, gathers = rules[~action]
        if build is None and length == 1 and not gathers:
            below, above = states[-2:]
            state = ups.get((below, above, terminal), -1)
            if state < 0:
                state = ups[below, above, terminal] = _up(below, above, terminal)
            if state == end:
                return values[-1]  # type: ignore[no-any-return]
            states[-1] = state
        else:
            base = len(values) - length
            start, stop = (starts[base], ends[-1]) if length else (ends[-1], ends[-1])
            level = max(levels[base:], default=0)
            if build is not None:
                level += 1
                span = Span(source=source, start=start, end=stop)
                if level > MOST_LEVELS:
                    raise SlipError("too-deep", span, str(MOST_LEVELS))
                value = build(_gathered(values, base, children), span)
            elif gathers:
                value = _gathered(values, base, children)
            else:
                value = values[base + (children[0] or 0)]
            del states[base:], values[base:], starts[base:], ends[base:], levels[base:]
            values.append(value)
            starts.append(start)
            ends.append(stop)
            levels.append(level)
            state = rows[states[-1]][target]
            states.append(state)
        row = rows[state]


@cache
def _ups() -> dict[tuple[int, int, str], int]:
    """Where a value ends up that only passes through rules: it is an atom, a product, a sum … before it is used."""
    return {}


def _up(below: int, above: int, terminal: str) -> int:
    """The state after all rules that pass on the value of state `above`, with what lies below and comes next."""
    rows, rules, end = tables().rows, _rules(), tables().end
    while above != end:
        action = rows[above].get(terminal, 0)
        if action >= 0:
            break
        target, length, build, _, gathers = rules[~action]
        if build is not None or length != 1 or gathers:
            break
        above = rows[below][target]
    return above


def _gathered(values: list[Any], base: int, children: tuple[int | None, ...]) -> list[Any]:
    """What a rule's function is given; a list at the front is gone on with, not copied."""
    found: list[Any] = []
    for child in children:
        if child is None:
            found.append(None)
        elif child >= 0:
            found.append(values[base + child])
        elif found:
            found += values[base - 1 - child]
        else:
            found = values[base - 1 - child]
    return found
