"""One line of a table file (`39 option "Colour" | 0 blank, 1 Red, 2 Green`) -> a Field.

The format is explained in schemas/README.md. A table file holds one such line per field, and is read at every
start; so the line is cut with plain string methods and takes a few microseconds.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal, cast, get_args

from engine.catalog.catalog import Access, Calculation, Criterion, Field, Kind, Option, Reference, System
from engine.catalog.suggest import did_you_mean
from engine.frozen import dataclass

KINDS: frozenset[str] = frozenset(get_args(Kind))
BLANK_CAPTION = " "
FLOW_FILTER = "| flow filter"
_METHODS = ("sum", "lookup", "count", "exist", "max", "min", "average")
_WITH_LENGTH = ("text", "code")
_ACCESS: dict[str, Access] = {"read only": "read", "insert only": "insert", "modify only": "modify"}
_OTHER_WORDS = {
    "string": "text",
    "nvarchar": "text",
    "memo": "text",
    "varchar": "text",
    "guid": "id",
    "uniqueidentifier": "id",
    "lookup": "id",
    "uuid": "id",
    "customer": "id",
    "owner": "id",
    "bool": "boolean",
    "bit": "boolean",
    "int": "integer",
    "bigint": "big integer",
    "biginteger": "big integer",
    "money": "decimal",
    "double": "decimal",
    "float": "decimal",
    "number": "decimal",
    "datetime": "moment",
    "timestamp": "moment",
    "enum": "option",
    "picklist": "option",
    "choice": "option",
    "status": "option",
    "state": "option",
    "dateformula": "date formula",
    "recordid": "record id",
    "media": "blob",
}
_CONDITION = re.compile(r"^(.+?) (?:(=) (?:(up to )?\[(.+)\]|(.+))|matches (.+))$")
_OPTION = re.compile(r"\s*(-?[0-9]{1,10}) ('(?:[^']|'')*'|[^,']+?)(?: as ('(?:[^']|'')*'|[^,']+?))?\s*(?:,|$)")
_PLAIN_OPTION = re.compile(r"^(-?[0-9]{1,10}) (.+)$")
_NUMBERED = re.compile(r"-?[0-9]")
_NUMBER = re.compile(r"[0-9]{1,10}$")


Code = Literal["line", "kind", "option"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a line: the facts, the way out, and the words of it that are meant (blank: the whole line)."""

    message: str
    hint: str = ""
    words: str = ""
    code: Code = "line"


class _LineError(Exception):
    """Carries a Fault out of the parts of this module; it never leaves it."""

    def __init__(self, message: str, hint: str = "", words: str = "", code: Code = "line") -> None:
        super().__init__(message)
        self.fault = Fault(message=message, hint=hint, words=words, code=code)


def parse_field(name: str, line: str, system: System, flow_filters: Collection[str] = ()) -> Field | Fault:
    """The field that a line describes.

    flow_filters: the names of the flow filters of the table, told apart from fields in `= [Date Filter]`.
    """
    try:
        return _field(name, line, system, flow_filters)
    except _LineError as error:
        return error.fault


def _field(name: str, line: str, system: System, flow_filters: Collection[str]) -> Field:
    head, *parts = line.split(" | ")
    number, kind, length, caption = _head(head, name, "flow filter" in parts)
    if not parts:
        return Field(number=number, name=name, caption=caption, kind=kind, length=length)
    options: tuple[Option, ...] = ()
    references: list[Reference] = []
    calculation: Calculation | None = None
    flow_filter = False
    access: Access = "full"
    default = ""
    for part in parts:
        if part.startswith("-> "):
            references.append(_reference(part[3:], flow_filters))
        elif _NUMBERED.match(part):
            options += parse_options(part, system)
        elif part in _ACCESS:
            access = _ACCESS[part]
        elif part.startswith("default "):
            default = _constant(part[8:], blank=BLANK_CAPTION)
        elif part.startswith("= "):
            calculation = _calculation(part[2:], flow_filters)
            access = "read"
        elif part == "flow filter":
            flow_filter = True
            access = "read"
        else:
            raise _LineError(f"{part or 'nothing behind a bar'} is not understood", _part_hint(part), part)
    if options and kind != "option":
        raise _LineError(
            message=f"a {kind} field has no choices",
            hint="write option for a field with choices",
            words=kind,
            code="kind",
        )
    _each_number_once(options)
    return Field(
        number=number,
        name=name,
        caption=caption,
        kind=kind,
        length=length,
        options=options,
        references=tuple(references),
        calculation=calculation,
        flow_filter=flow_filter,
        access=access,
        default=default,
    )


def _head(head: str, name: str, flow_filter: bool) -> tuple[int, Kind, int | None, str]:
    caption = name
    if head.endswith('"'):
        start = head.find('"')
        if start == len(head) - 1:
            raise _LineError(
                message=f"the caption of {name} has no beginning",
                hint='put it in double quotes: "Colour"',
                words=head,
            )
        caption = head[start + 1 : -1].replace('""', '"')
        head = head[:start]
    elif '"' in head:
        raise _LineError(
            message=f"the caption of {name} has no end", hint='put it in double quotes: "Colour"', words=head
        )
    words = head.split()
    number = int(words.pop(0)) if words and _NUMBER.match(words[0]) else 0
    length = int(words.pop()) if words and _NUMBER.match(words[-1]) else None
    kind = " ".join(words)
    if kind not in KINDS:
        raise _unknown_kind(name, kind, head)
    if length is not None and kind not in _WITH_LENGTH:
        raise _LineError(
            message=f"{'an' if kind[0] in 'aeio' else 'a'} {kind} field has no length",
            hint="only text and code have one",
            words=str(length),
            code="kind",
        )
    if length is None and kind == "code" and not flow_filter:
        raise _LineError(
            message=f"the code field {name} has no length",
            hint="write it behind the type: code 20",
            words=kind,
            code="kind",
        )
    if length == 0:
        raise _LineError(
            message=f"{name} would hold no character", hint="the length is at least 1", words=head, code="kind"
        )
    return number, cast(Kind, kind), length, caption


def _unknown_kind(name: str, kind: str, head: str) -> _LineError:
    if not kind:
        return _LineError(
            message=f"the type of {name} is missing",
            hint=f"types are {', '.join(sorted(KINDS))}",
            words=head.strip(),
            code="kind",
        )
    if "|" in kind:
        return _LineError("a bar needs a blank on both sides and something behind it", _AFTER_A_BAR, head.strip())
    if any(mark in kind for mark in ("->", "=", ",")):
        return _LineError(
            message=f"a bar is missing in {head.strip()}",
            hint='what follows the type stands behind a bar: text 30 "Level" | read only',
            words=kind,
        )
    bare = kind.casefold().replace(" ", "")
    meant = f"did you mean {_OTHER_WORDS[bare]}?" if bare in _OTHER_WORDS else did_you_mean(kind, sorted(KINDS))
    return _LineError(
        message=f"{kind} is not a type of field",
        hint=meant or f"types are {', '.join(sorted(KINDS))}",
        words=kind,
        code="kind",
    )


def parse_choices(line: str, system: System) -> tuple[Option, ...] | Fault:
    """Choices that are added to those of an option field: `5 Blue, 6 Yellow`."""
    try:
        found = parse_options(line, system)
        _each_number_once(found)
        return found
    except _LineError as error:
        return error.fault


def parse_options(text: str, system: System) -> tuple[Option, ...]:
    """The choices of `0 blank, 1 Red, 2 'a, b' as ab`; a Sales choice is named by its caption without blanks."""
    found: list[Option] = []
    if "'" not in text and " as " not in text:
        for piece in text.split(", "):
            match_ = _PLAIN_OPTION.match(piece)
            if match_ is None:
                raise _bad_option(piece)
            found.append(_option(match_[1], match_[2], None, system))
        return tuple(found)
    at = 0
    while at < len(text):
        match_ = _OPTION.match(text, at)
        if match_ is None:
            raise _bad_option(text[at:].strip())
        found.append(_option(match_[1], match_[2], match_[3], system))
        at = match_.end()
    return tuple(found)


def _option(number: str, caption: str, name: str | None, system: System) -> Option:
    shown = _constant(caption, blank=BLANK_CAPTION)
    if name is not None:
        inner = _constant(name, blank=BLANK_CAPTION)
    else:
        inner = shown if system == "bc" or shown == BLANK_CAPTION else shown.replace(" ", "")
    return Option(number=int(number), caption=shown, name=inner)


def _bad_option(piece: str) -> _LineError:
    return _LineError(
        message=f"the choice {piece} is not understood" if piece else "a choice is missing",
        hint="a choice is its number and its caption, with a comma between two: 0 blank, 1 Red, 2 Green",
        words=piece,
        code="option",
    )


def _each_number_once(options: tuple[Option, ...]) -> None:
    seen: dict[int, Option] = {}
    for option in options:
        if option.number in seen:
            raise _LineError(
                message=f"choice {option.number} stands twice, as {seen[option.number].caption} and {option.caption}",
                hint="every choice has its own number",
                words=f"{option.number} {option.caption}",
                code="option",
            )
        seen[option.number] = option


def _reference(text: str, flow_filters: Collection[str]) -> Reference:
    rest, _, when = text.partition(" when ")
    target, _, where = rest.partition(" where ")
    table, field = _target(target)
    return Reference(
        table=table, field=field, where=_conditions(where, flow_filters), when=_conditions(when, flow_filters)
    )


def _calculation(text: str, flow_filters: Collection[str]) -> Calculation:
    target, _, where = text.partition(" where ")
    negated = target.startswith(("not ", "minus "))
    if negated:
        target = target.partition(" ")[2]
    method, _, rest = target.partition(" ")
    if method not in _METHODS or not rest:
        raise _LineError(
            message=f"{method} is not a calculation",
            hint=f"calculations are {', '.join(_METHODS)}, then the table",
            words=method,
        )
    table, field = _target(rest)
    return Calculation(
        method=cast(Literal["sum", "lookup", "count", "exist", "max", "min", "average"], method),
        table=table,
        field=field,
        where=_conditions(where, flow_filters),
        negated=negated,
    )


def _target(text: str) -> tuple[str, str]:
    if not text.endswith("]"):
        return text.strip(), ""
    table, bracket, field = text[:-1].rpartition("[")
    if not bracket or not table.strip() or not field.strip():
        raise _LineError(
            message=f"{text} names no table",
            hint="write the table, then its field in brackets: Table[Field]",
            words=text,
        )
    return table.strip(), field.strip()


def _conditions(text: str, flow_filters: Collection[str]) -> tuple[Criterion, ...]:
    return tuple(_condition(one, flow_filters) for one in text.split(" and ")) if text else ()


def _condition(text: str, flow_filters: Collection[str]) -> Criterion:
    found = _CONDITION.match(text.strip())
    if found is None:
        raise _LineError(
            message=f"the condition {text} is not understood",
            hint="write Colour = Red, Size = [Own Size] or Colour matches Red|Green",
            words=text,
        )
    field, equals, _up_to, other, constant, pattern = found.groups()
    if not equals:
        return Criterion(field=field, how="filter", value=pattern)
    if other is not None:
        return Criterion(field=field, how="flow filter" if other in flow_filters else "field", value=other)
    return Criterion(field=field, how="is", value=_constant(constant, blank=""))


def _constant(text: str, *, blank: str) -> str:
    if text == "blank":
        return blank
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    return text


_AFTER_A_BAR = (
    "after a bar stands one of: choices (0 blank, 1 Red), a reference (-> Table[Field]), "
    "a calculation (= sum …), read only, insert only, modify only, default …, flow filter"
)


def _part_hint(part: str) -> str:
    known = [*_ACCESS, "default", "flow filter", *_METHODS]
    return did_you_mean(part, known) or did_you_mean(part.split(" ")[0], known) or _AFTER_A_BAR
