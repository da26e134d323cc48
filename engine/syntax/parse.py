"""Rule text -> syntax tree and mistakes.

Every declaration is parsed on its own. One with a mistake is read again with the mistaken statement put aside, so that
its other mistakes are found too; it is then left out of the tree.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from engine.diagnostic import Diagnostic, in_source_order
from engine.frozen import dataclass
from engine.source import Source
from engine.syntax import ast
from engine.syntax.drive import StopError, parse_declaration
from engine.syntax.kinds import SlipError
from engine.syntax.split import split


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What stands in a rule file, as far as it could be read, and what is wrong with it, in source order.

    unread: the declarations that were left out for their mistakes, each as its first word and its name.
    """

    file: ast.RuleFile
    mistakes: tuple[Diagnostic, ...]
    unread: tuple[tuple[str, str], ...] = ()


def parse(source: Source) -> Parsed:
    """Reads a rule file. Never raises for what a user wrote."""
    from_nul = source.text.find("\0")
    if from_nul >= 0:
        return _nul(source, from_nul)
    stretches, comments = split(source)
    declarations: list[ast.Declaration] = []
    mistakes: list[Diagnostic] = []
    unread: list[tuple[str, str]] = []
    with _no_collection():
        for stretch in stretches:
            try:
                declarations.append(parse_declaration(source, source.text, stretch))
            except (StopError, SlipError):
                from engine.syntax.again import all_mistakes, called

                mistakes += all_mistakes(source, stretch)
                unread.append(called(source.text, stretch))
    file = ast.RuleFile(source=source, declarations=tuple(declarations), comments=comments)
    return Parsed(file=file, mistakes=in_source_order(mistakes), unread=tuple(unread))


def _nul(source: Source, at: int) -> Parsed:
    from engine.syntax.kinds import slip

    told = slip(
        "nul-character",
        source.span(at, at + 1),
        "the file holds a NUL character; it is no text",
        "save it as plain text with the encoding UTF-8",
    )
    return Parsed(file=ast.RuleFile(source=source, declarations=()), mistakes=(told,))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Trees hold no cycles, and looking for some while they are built takes longer than building them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
