"""rules.lark -> the tables that drive the parser: states, rules, words.

Lark reads the grammar and works out the LALR(1) tables. They are kept beside it in `tables.json`, with a checksum of
the grammar they came from, because reading that file takes 2 ms and importing Lark with building the tables takes 300.
When the two do not belong together (somebody edited the grammar), the tables are built anew in memory; `python -m
engine.syntax.tables` writes them down. Nothing is written at run time, so a read-only folder is no problem.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

GRAMMAR = "rules.lark"
STORE = "tables.json"


@dataclass(frozen=True, slots=True)
class Rule:
    """One production: `length` symbols become one `target`.

    build: the function of build.py that makes the node; blank for a rule that only passes its one value on.
    children: which values the function gets, by position; None where an optional part is not there;
    a position p is written as -1 - p where the value is itself a list of values.
    gathers: a helper of Lark for `*` and `+`: the values are collected in one list.
    """

    target: str
    length: int
    build: str
    children: tuple[int | None, ...]
    gathers: bool


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """rows: per state, what each terminal or target leads to: a state (0 and more) or ~number of a rule (below 0).

    words: every keyword phrase and every sign of the grammar, as written in it. end: the state after the last token.
    """

    rows: tuple[dict[str, int], ...]
    rules: tuple[Rule, ...]
    words: frozenset[str]
    end: int


@cache
def tables() -> Tables:
    """The tables of the grammar that lies beside this module."""
    folder = Path(__file__).parent
    grammar = (folder / GRAMMAR).read_bytes()
    try:
        stored = json.loads((folder / STORE).read_bytes())
    except (OSError, ValueError):
        stored = {}
    if stored.get("grammar") != digest(grammar):
        stored = compile_grammar(grammar)
    return load(stored)


def digest(grammar: bytes) -> str:
    """Tells one grammar from another; a checksum does, and costs no import."""
    lines = grammar.replace(b"\r\n", b"\n")
    return f"{len(lines)}-{zlib.crc32(lines):08x}"


def load(stored: dict[str, Any]) -> Tables:
    """What `compile_grammar` gives, as tables."""
    rules = tuple(
        Rule(target, length, build, tuple(c), gathers) for target, length, build, c, gathers in stored["rules"]
    )
    return Tables(rows=tuple(stored["rows"]), rules=rules, words=frozenset(stored["words"]), end=stored["end"])


def compile_grammar(grammar: bytes) -> dict[str, Any]:
    """The grammar's LALR(1) tables in plain values, made by Lark."""
    from lark import Lark
    from lark.lexer import Lexer

    class NoLexer(Lexer):
        """Lark wants a lexer; the tables need none (see lex.py)."""

        def __init__(self, _: object) -> None:
            pass

        def lex(self, *_: object) -> Iterator[Any]:
            yield from ()

    lark = Lark(grammar.decode(), parser="lalr", lexer=NoLexer, maybe_placeholders=True)
    words = {t.name: t.pattern.value for t in lark.terminals if t.pattern}  # the declared ones have none
    table = lark.parser.parser._parse_table
    rules = sorted(lark.rules, key=lambda rule: (rule.origin.name, rule.order, str(rule)))
    number = {rule: at for at, rule in enumerate(rules)}
    order = _in_order(table.states, table.start_states["start"])
    renumbered = {state: at for at, state in enumerate(order)}
    rows = []
    for state in order:
        row = {}
        for symbol, (action, argument) in table.states[state].items():
            leads_to = renumbered[argument] if action.name == "Shift" else ~number[argument]
            row[words.get(symbol, symbol) if symbol.upper() == symbol else f"<{symbol}>"] = leads_to
        rows.append(dict(sorted(row.items())))
    return {
        "grammar": digest(grammar),
        "words": sorted(set(words.values())),
        "end": renumbered[table.end_states["start"]],
        "rules": [_rule(rule) for rule in rules],
        "rows": rows,
    }


def _in_order(states: dict[Any, dict[str, Any]], start: Any) -> list[Any]:
    """The states as they are reached from the start; Lark's own numbers differ from run to run."""
    order = [start]
    seen = {start}
    for state in order:
        for _, (action, argument) in sorted(states[state].items(), key=lambda entry: entry[0]):
            if action.name == "Shift" and argument not in seen:
                seen.add(argument)
                order.append(argument)
    return order


def _rule(rule: Any) -> list[Any]:
    """A rule of Lark as [target, length, build, children, gathers]; follows Lark's own treatment of children."""
    target = f"<{rule.origin.name}>"
    gathers = target.startswith("<__")
    gaps = [0] * (len(rule.expansion) + 1)
    if rule.options.empty_indices:
        flags = "".join(str(int(flag)) for flag in rule.options.empty_indices)
        gaps = [len(ones) for ones in flags.split("0")]
    children: list[int | None] = []
    for at, symbol in enumerate(rule.expansion):
        children += [None] * gaps[at]
        if rule.options.keep_all_tokens or not (symbol.is_term and symbol.filter_out):
            spliced = not symbol.is_term and symbol.name.startswith("__")
            children.append(-1 - at if spliced else at)
    children += [None] * gaps[-1]
    passes_on = rule.options.expand1 and not rule.alias and len(children) == 1
    build = "" if gathers or passes_on else rule.alias or rule.origin.name.split("{")[0]
    return [target, len(rule.expansion), build, children, gathers]


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def write() -> None:
    """Builds the tables and writes them beside the grammar."""
    folder = Path(__file__).parent
    stored = compile_grammar((folder / GRAMMAR).read_bytes())
    lines = [
        f'"end":{stored["end"]}',
        f'"grammar":{json.dumps(stored["grammar"])}',
        f'"words":{json.dumps(stored["words"])}',
    ]
    lines += [f'"{key}":[\n' + ",\n".join(map(_compact, stored[key])) + "]" for key in ("rules", "rows")]
    (folder / STORE).write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
