"""Where a declaration cannot go on -> what stands there and what could have stood there.

Runs only after a mistake: the parser is followed once more, without building anything, and at the token that does not
fit every terminal of the table is tried for real. (The row of an LALR table alone promises more than fits.)
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.syntax.lex import Lexer, Phrases
from engine.syntax.tables import Tables


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the text by its kind in the grammar, from one offset to another."""

    terminal: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Failure:
    """tokens: those of the declaration that were taken, in order; found: the one that does not fit.

    expected: the terminals that would fit in its place. statement: the index in `tokens` of the first token of the
    statement at hand; opening: the parser's stack there; at_start: the terminals that could have begun it.
    """

    tokens: tuple[Token, ...]
    found: Token
    expected: frozenset[str]
    statement: int
    opening: tuple[int, ...]
    at_start: frozenset[str]

    @property
    def start(self) -> int:
        """Where the statement at hand begins."""
        return self.here[0].start if self.here else self.found.start

    @property
    def here(self) -> tuple[Token, ...]:
        """The tokens of the statement at hand that were taken."""
        return self.tokens[self.statement :]


def failure(
    text: str, at: int, stop: int, grammar: Tables, phrases: Phrases, opening: tuple[int, ...] = (0,)
) -> Failure | None:
    """What is wrong with the text from `at` to `stop`; None when the parser takes it.

    opening: the parser's stack at `at`, for a look that begins in the middle.
    """
    lexer = Lexer(text, at, stop, phrases)
    states = list(opening)
    tokens: list[Token] = []
    statement = 0
    while True:
        terminal = lexer.next(grammar.rows[states[-1]])
        found = Token(terminal, lexer.start, lexer.end)
        after = _take(states, terminal, grammar)
        if after is None:
            return Failure(
                tuple(tokens), found, _fitting(states, grammar), statement, opening, _fitting(list(opening), grammar)
            )
        if terminal == "$END":
            return None
        kept, top = after
        del states[kept:]
        states += top
        tokens.append(found)
        if terminal in ("{", "}", "_NL"):
            statement, opening = len(tokens), tuple(states)


def _fitting(states: list[int], grammar: Tables) -> frozenset[str]:
    terminals = (t for t in grammar.rows[states[-1]] if len(t) < 3 or t[0] != "<" or t == "<->")
    return frozenset(t for t in terminals if _take(states, t, grammar) is not None)


def _take(states: list[int], terminal: str, grammar: Tables) -> tuple[int, list[int]] | None:
    """How many states stay and which come on top when the parser takes a terminal; None when it cannot."""
    kept = len(states)
    top: list[int] = []
    while True:
        row = grammar.rows[top[-1] if top else states[kept - 1]]
        action = row.get(terminal)
        if action is None:
            return None
        if action >= 0:
            return kept, [*top, action]
        rule = grammar.rules[~action]
        gone = min(rule.length, len(top))
        del top[len(top) - gone :]
        kept -= rule.length - gone
        top.append(grammar.rows[top[-1] if top else states[kept - 1]][rule.target])
        if top[-1] == grammar.end:
            return kept, top
