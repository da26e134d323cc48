"""Rule text -> syntax tree and mistakes.

Every declaration is parsed on its own: Lark's LALR(1) tables (tables.py) are followed here, the lexer being told at every
token what the parser can use. Places come from the tokens.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass
from functools import cache

from engine.diagnostic import Diagnostic
from engine.source import Source, Span
from engine.syntax import ast
from engine.syntax.build import BUILDERS, Slip
from engine.syntax.lex import Lexer, Phrases
from engine.syntax.split import split
from engine.syntax.tables import tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What stands in a rule file, as far as it could be read, and what is wrong with it, in source order."""

    file: ast.RuleFile
    mistakes: tuple[Diagnostic, ...]


def parse(source: Source) -> Parsed:
    """Reads a rule file. Never raises for what a user wrote."""
    stretches, comments = split(source)
    declarations = []
    mistakes: list[Diagnostic] = []
    frozen = gc.isenabled()
    gc.disable()
    try:
        for stretch in stretches:
            try:
                declarations.append(parse_declaration(source, stretch.start, stretch.end))
            except Slip as slip:
                mistakes.append(
                    Diagnostic(code="E101", name="unexpected", severity="error", span=slip.span, message=slip.what)
                )
    finally:
        if frozen:
            gc.enable()
    file = ast.RuleFile(source=source, declarations=tuple(declarations), comments=comments)
    return Parsed(file=file, mistakes=tuple(mistakes))


@cache
def phrases() -> Phrases:
    return Phrases(tables().words)


def parse_declaration(source: Source, at: int, stop: int) -> ast.Declaration:
    """Reads one declaration that fills the text from `at` to `stop`; raises Slip at the first mistake."""
    grammar = tables()
    rows, rules, end = grammar.rows, grammar.rules, grammar.end
    text = source.text
    lexer = Lexer(text, at, stop, phrases())
    states = [0]
    values: list = [None]
    starts = [at]
    ends = [at]
    row = rows[0]
    terminal = lexer.next(row)
    while True:
        action = row.get(terminal)
        if action is None:
            raise Slip("unexpected", Span(source=source, start=lexer.start, end=lexer.end), f"unexpected {terminal}, expected {' '.join(sorted(t for t in row if t[0] != '<' or len(t)<4))}")
        if action >= 0:
            states.append(action)
            values.append(text[lexer.start : lexer.end])
            starts.append(lexer.start)
            ends.append(lexer.end)
            row = rows[action]
            terminal = lexer.next(row)
            continue
        rule = rules[~action]
        length = rule.length
        if length:
            start, stop_ = starts[-length], ends[-1]
            if rule.build:
                base = len(values) - length
                children = []
                for child in rule.children:
                    if child is None:
                        children.append(None)
                    elif child >= 0:
                        children.append(values[base + child])
                    else:
                        children += values[base - 1 - child]
                value = BUILDERS[rule.build](children, Span(source=source, start=start, end=stop_))
            elif rule.gathers:
                base = len(values) - length
                children = []
                for child in rule.children:
                    if child >= 0:
                        children.append(values[base + child])
                    elif child == -1:
                        children = values[base]
                    else:
                        children += values[base - 1 - child]
                value = children
            else:
                value = values[-length + rule.children[0]]
            del states[-length:], values[-length:], starts[-length:], ends[-length:]
        else:
            start = stop_ = ends[-1]
            value = BUILDERS[rule.build]([None] * len(rule.children), Span(source=source, start=start, end=stop_))
        state = rows[states[-1]][rule.target]
        if state == end:
            return value
        states.append(state)
        values.append(value)
        starts.append(start)
        ends.append(stop_)
        row = rows[state]
