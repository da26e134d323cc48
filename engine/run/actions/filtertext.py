"""A filter as Business Central writes it -> the filter of the model (section 10).

`10000..20000`, `Open|Released`, `<>''`, `@*bike*`, `>0&<100`, `-1D..today`. A bare word is a value, an option goes by
its caption; `&` binds tighter than `|`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from uuid import UUID

from engine.catalog.catalog import Field
from engine.model import model
from engine.model.model import Constant, Filter
from engine.source import Span
from engine.sql.blank import TEXTS, type_of

_TOKEN = re.compile(r"\s*(?:(?P<sign><>|<=|>=|\.\.|[|&()<>=])|(?P<word>(?:'(?:[^']|'')*'|(?!\.\.)[^|&()<>='])+))")
_FORMULA = re.compile(r"(today|workdate|t|w)?\s*([+-]\s*\d+\s*[DWMQY])?", re.IGNORECASE)
_DAYS = {"today": 0, "t": 0, "yesterday": -1, "tomorrow": 1}


class WrongFilterError(Exception):
    """A text that is no filter for its field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What date words in a filter mean (R10.16)."""

    today: date
    work_date: date


def filter_of(text: str, field: Field, clock: Clock, span: Span) -> Filter | None:
    """The filter; None for an empty text, which filters nothing. Raises WrongFilterError."""
    if not text.strip():
        return None
    reader = _Reader(text, field, clock, span)
    found = reader.either()
    if reader.at < len(reader.tokens):
        raise WrongFilterError(f"{text} is no filter: {reader.tokens[reader.at][1]} is too much")
    return found


class _Reader:
    """Reads the tokens of one filter text from left to right."""

    def __init__(self, text: str, field: Field, clock: Clock, span: Span) -> None:
        self.text, self.field, self.clock, self.span = text, field, clock, span
        self.type = type_of(field)
        self.tokens: list[tuple[str, str]] = []
        self.at = 0
        place = 0
        while place < len(text.rstrip()):
            found = _TOKEN.match(text, place)
            if found is None or found.end() == place:
                raise WrongFilterError(f"{text} is no filter: a quote is not closed")
            kind = "sign" if found["sign"] else "word"
            self.tokens.append((kind, (found["sign"] or found["word"]).strip()))
            place = found.end()

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def taken(self, sign: str) -> bool:
        if self.peek() == ("sign", sign):
            self.at += 1
            return True
        return False

    def either(self) -> Filter:
        parts = [self.both()]
        while self.taken("|"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else model.AnyOf(parts=tuple(parts), span=self.span)

    def both(self) -> Filter:
        parts = [self.term()]
        while self.taken("&"):
            parts.append(self.term())
        return parts[0] if len(parts) == 1 else model.AllOf(parts=tuple(parts), span=self.span)

    def term(self) -> Filter:
        if self.taken("("):
            inner = self.either()
            if not self.taken(")"):
                raise WrongFilterError(f"{self.text} is no filter: a bracket is not closed")
            return inner
        if self.taken(".."):
            return model.Range(low=None, high=self.operand(self.word()), span=self.span)
        kind, sign = self.peek()
        if kind == "sign" and sign in ("=", "<>", "<", "<=", ">", ">="):
            self.at += 1
            return self.relation(sign, self.word() if self.peek()[0] == "word" else "''")
        word = self.word()
        if self.taken(".."):
            high = self.operand(self.word()) if self.peek()[0] == "word" else None
            return model.Range(low=self.operand(word), high=high, span=self.span)
        return self.relation("=", word)

    def word(self) -> str:
        kind, word = self.peek()
        if kind != "word":
            raise WrongFilterError(f"{self.text} is no filter: a value is missing")
        self.at += 1
        return word

    def relation(self, sign: str, word: str) -> Filter:
        bare = _unquoted(word)
        negated, ignore_case = sign == "<>", bare.startswith("@")
        pattern = bare[1:] if ignore_case else bare
        wild = "*" in pattern or "?" in pattern
        if self.field.kind in TEXTS and sign in ("=", "<>") and (wild or ignore_case):
            return model.Like(pattern=pattern, ignore_case=ignore_case, negated=negated, span=self.span)
        return model.Relation(operator=sign, operand=self.operand(word), span=self.span)  # type: ignore[arg-type]

    def operand(self, word: str) -> Constant:
        return Constant(span=self.span, type=self.type, value=self.value(_unquoted(word)))

    def value(self, bare: str) -> str | int | bool | Decimal | date | UUID | None:
        field = self.field
        match field.kind:
            case "option":
                if not bare.strip():
                    return field.blank_option
                for one in field.options:
                    if bare.strip().casefold() in (
                        one.caption.strip().casefold(),
                        one.name.casefold(),
                        str(one.number),
                    ):
                        return one.number
            case "boolean":
                if bare.casefold() in ("yes", "true", "1", "no", "false", "0", ""):
                    return bare.casefold() in ("yes", "true", "1")
            case "integer" | "big integer" | "decimal" | "duration":
                try:
                    return Decimal(bare or "0")
                except InvalidOperation:
                    pass
            case "date" | "moment":
                return self.day(bare)
            case "id":
                try:
                    return UUID(bare) if bare else None
                except ValueError:
                    pass
            case "code":
                return bare.strip().upper()
            case _:
                return bare
        raise WrongFilterError(f"{field.name} cannot be {bare}")

    def day(self, bare: str) -> date | None:
        word = bare.strip().casefold()
        if not word:
            return None
        if word in _DAYS:
            return self.clock.today + timedelta(days=_DAYS[word])
        try:
            found = datetime.fromisoformat(bare.strip()) if "T" in bare else date.fromisoformat(bare.strip())
        except ValueError:
            pass
        else:
            return found.replace(tzinfo=None) if isinstance(found, datetime) else found
        formula = _FORMULA.fullmatch(word)
        if formula is None or not (formula[1] or formula[2]):
            raise WrongFilterError(f"{self.field.name} cannot be {bare}")
        start = self.clock.work_date if (formula[1] or "").startswith("w") else self.clock.today
        return start if formula[2] is None else _moved(start, formula[2].replace(" ", "").upper())


def _moved(start: date, formula: str) -> date:
    count, unit = int(formula[:-1]), formula[-1]
    if unit in "DW":
        return start + timedelta(days=count * (7 if unit == "W" else 1))
    months = start.year * 12 + start.month - 1 + count * {"M": 1, "Q": 3, "Y": 12}[unit]
    year, month = divmod(months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _unquoted(word: str) -> str:
    """Quotes protect signs; a doubled one inside stands for itself."""
    parts = re.findall(r"'((?:[^']|'')*)'|([^']+)", word)
    return "".join(quoted.replace("''", "'") or bare for quoted, bare in parts)
