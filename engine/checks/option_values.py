"""Law: every value that an option can have goes somewhere."""

from __future__ import annotations

from collections.abc import Iterator

from engine.catalog.catalog import Field, Option
from engine.checks.context import Context, Write, core, finding, shown, walk
from engine.diagnostic import Diagnostic
from engine.model import model as m


def check(context: Context) -> Iterator[Diagnostic]:
    translates = any(True for _ in context.every(m.Translate))
    for write in context.writes:
        for translate in walk(write.value, m.Translate) if translates else ():
            yield from _left_out(translate, write)
        value = core(write.value)
        if isinstance(value, m.Column | m.Named | m.Call) and value.type.kind == "option" == write.field.kind:
            lost = [one for one in value.type.options if not _arrives(one, write.field)]
            if lost:
                message = f"{_listed(lost)} {_have(lost)} no counterpart in {shown(write.table, write.field)}"
                hint = "name the counterparts: using { A = B, … }"
                yield finding("W312", "unmapped-option", "warning", write.span, message, hint)


def _left_out(translate: m.Translate, write: Write) -> Iterator[Diagnostic]:
    """The values of an option that a value list does not speak of."""
    given = {pair[0].value for pair in translate.pairs}
    kind = translate.value.type
    lost = [one for one in kind.options if one.number not in given]
    if kind.kind == "boolean":
        names = ((False, "No"), (True, "Yes"))
        lost = [Option(number=int(value), caption=name, name=name) for value, name in names if value not in given]
    if lost:
        message = f"{_listed(lost)} {_have(lost)} no entry on the way to {shown(write.table, write.field)}"
        hint = "add an entry for each, so that no record is left with its old value"
        yield finding("W312", "unmapped-option", "warning", translate.span, message, hint)


def _arrives(option: Option, target: Field) -> bool:
    """Does an option find its counterpart by caption or member name (R4.9)? The blank one always does."""
    words = {word.lower() for one in target.options for word in (one.caption, one.name)}
    return not option.caption.strip() or option.caption.lower() in words or option.name.lower() in words


def _listed(options: list[Option]) -> str:
    names = [one.caption if one.caption.strip() else "the blank value" for one in options]
    if len(names) > 4:
        names = [*names[:3], f"{len(names) - 3} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _have(options: list[Option]) -> str:
    return "has" if len(options) == 1 else "have"
