"""One failure with its surroundings: what the detectives of mistakes.py look at, and how they try a guess."""

from __future__ import annotations

from dataclasses import dataclass

from engine.source import Source, Span
from engine.syntax.failure import Failure, Token, failure
from engine.syntax.lex import Phrases
from engine.syntax.tables import Tables

ENDS = frozenset(("_NL", "$END", "}"))


@dataclass(frozen=True, slots=True)
class Case:
    """text: the file's text, earlier mistakes put aside; stop: the end of the declaration in it."""

    source: Source
    text: str
    stop: int
    failed: Failure
    grammar: Tables
    phrases: Phrases

    @property
    def found(self) -> Token:
        """The token that does not fit."""
        return self.failed.found

    @property
    def before(self) -> Token | None:
        """The token before it."""
        return self.failed.tokens[-1] if self.failed.tokens else None

    def of(self, token: Token) -> str:
        """The text of a token."""
        return self.text[token.start : token.end]

    def span(self, start: int, end: int) -> Span:
        """A place in the file, from one offset to another; never of negative length."""
        return self.source.span(start, max(start, end))

    def helps(self, start: int, end: int, instead: str) -> bool:
        """Whether the parser gets past the failure when other words stand between two offsets of the statement."""
        failed = self.failed
        begins = failed.start
        behind = self.text.find("\n", self.found.end)
        enough = self.stop if behind < 0 else min(behind + 1, self.stop)
        changed = self.text[begins:start] + instead + self.text[end:enough]
        again = failure(changed, 0, len(changed), self.grammar, self.phrases, failed.opening)
        if again is None:
            return True
        moved = start - begins + len(instead) - (end - begins)
        return again.found.start > max(self.found.end - begins + moved, start - begins + len(instead)) - 1

    def open_braces(self) -> list[Token]:
        """The braces that are open at the failure, the outermost first."""
        opened: list[Token] = []
        for token in self.failed.tokens:
            if token.terminal == "{":
                opened.append(token)
            elif token.terminal == "}" and opened:
                opened.pop()
        return opened

    def forgotten_brace(self) -> Token | None:
        """The brace that indentation says was not closed: the `}` that the parser took for it stands further left."""
        opened: list[Token] = []
        for token in self.failed.tokens:
            if token.terminal == "{":
                opened.append(token)
            elif token.terminal == "}" and opened:
                if self._indent(token) < self._indent(opened[-1]):
                    return opened[-1]
                opened.pop()
        return None

    def _indent(self, token: Token) -> int:
        line = self.source.line(self.source.line_of(token.start))
        return len(line) - len(line.lstrip())
