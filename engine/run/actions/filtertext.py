"""A filter as Business Central writes it -> the filter of the model (section 10).

`10000..20000`, `Open|Released`, `<>''`, `@*bike*`, `>0&<100`, `-1D..today`. A bare word is a value, an option goes by
its caption; `&` binds tighter than `|`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from engine.catalog.catalog import Field
from engine.catalog.filters import filters
from engine.model import days, model
from engine.model.days import Days
from engine.model.model import Constant, Filter
from engine.model.types import DATE
from engine.source import Span
from engine.sql.blank import TEXTS, type_of

DATES = ("date", "moment")
_TOKEN = re.compile(r"\s*(?:(?P<sign><>|<=|>=|\.\.|[|&()<>=])|(?P<word>(?:'(?:[^']|'')*'|(?!\.\.)[^|&()<>='])+))")


class WrongFilterError(Exception):
    """A text that is no filter for its field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What words for days and tokens in a filter mean (R10.16). settings: whose date order and tokens hold."""

    today: date
    work_date: date
    settings: Mapping[str, object] = field(default_factory=dict)


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
            return model.Range(low=None, high=self.operand(self.word(), ">"), span=self.span)
        kind, sign = self.peek()
        if kind == "sign" and sign in ("=", "<>", "<", "<=", ">", ">="):
            self.at += 1
            return self.relation(sign, self.word() if self.peek()[0] == "word" else "''")
        word = self.word()
        if self.taken(".."):
            high = self.operand(self.word(), ">") if self.peek()[0] == "word" else None
            return model.Range(low=self.operand(word, "<"), high=high, span=self.span)
        return self.relation("=", word)

    def word(self) -> str:
        kind, word = self.peek()
        if kind != "word":
            raise WrongFilterError(f"{self.text} is no filter: a value is missing")
        self.at += 1
        return self.numbered(word)

    def numbered(self, word: str) -> str:
        """The number of an option that is written with it, `Active (0)`; any other word itself."""
        signs = [one for kind, one in self.tokens[self.at : self.at + 3] if kind == "sign"]
        if self.field.kind != "option" or signs != ["(", ")"]:
            return word
        number = self.tokens[self.at + 1][1]
        if number != str(self.value(_unquoted(word))):
            raise WrongFilterError(f"{self.field.name} cannot be {word} ({number})")
        self.at += 3
        return number

    def relation(self, sign: str, word: str) -> Filter:
        bare = _unquoted(word)
        negated, ignore_case = sign == "<>", bare.startswith("@")
        pattern = bare[1:] if ignore_case else bare
        wild = "*" in pattern or "?" in pattern
        if self.field.kind in TEXTS and sign in ("=", "<>") and (wild or ignore_case):
            return model.Like(pattern=pattern, ignore_case=ignore_case, negated=negated, span=self.span)
        if self.field.kind in DATES and sign in ("=", "<>"):
            low, high = self.operand(word, "<"), self.operand(word, ">")
            if low != high and sign == "=":
                return model.Range(low=low, high=high, span=self.span)
            if low != high:
                before = model.Relation(operator="<", operand=low, span=self.span)
                after = model.Relation(operator=">", operand=high, span=self.span)
                return model.AnyOf(parts=(before, after), span=self.span)
        return model.Relation(operator=sign, operand=self.operand(word, sign), span=self.span)  # type: ignore[arg-type]

    def operand(self, word: str, sign: str = "=") -> Constant:
        """The value after a sign; before a period (`<`, `>=`) it is its first day, after it (`>`, `<=`) its last."""
        bare = _unquoted(word)
        if self.field.kind not in DATES:
            return Constant(span=self.span, type=self.type, value=self.value(self.meant(word, bare)))
        low, high = self.days(bare)
        found = low if sign in ("<", ">=") else high
        type = self.type if found is None or isinstance(found, datetime) else DATE
        return Constant(span=self.span, type=type, value=found)

    def meant(self, word: str, bare: str) -> str:
        """What a token (`%me`) stands for, which quotes would make a plain text; any other word itself."""
        if not word.startswith("%") or self.field.kind not in TEXTS:
            return bare
        token = filters().tokens.get(word[1:].lower())
        if not isinstance(token, str):
            raise WrongFilterError(f"{self.text} is no filter: there is no token {word} for a single value")
        return str(self.clock.settings.get(token) or "")

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
                if bare.strip().casefold() == "blank":
                    return field.blank_option
            case "boolean":
                if bare.casefold() in ("yes", "true", "1", "no", "false", "0", ""):
                    return bare.casefold() in ("yes", "true", "1")
            case "integer" | "big integer" | "decimal" | "duration":
                try:
                    return Decimal(bare or "0")
                except InvalidOperation:
                    pass
            case "id":
                try:
                    short = bare.removeprefix("~")  # as scenarios write it
                    return UUID(bare if short == bare else short.rjust(32, "0")) if bare else None
                except ValueError:
                    pass
            case "code":
                return bare.strip().upper()
            case _:
                return bare
        raise WrongFilterError(f"{field.name} cannot be {bare}")

    def days(self, bare: str) -> tuple[date | None, date | None]:
        """The first and last day that a text means. A closing date lies between two days: its low is the day after."""
        if not bare.strip():
            return None, None
        try:
            found = datetime.fromisoformat(bare.strip()) if "T" in bare else date.fromisoformat(bare.strip())
        except ValueError:
            pass
        else:
            plain = found.replace(tzinfo=None) if isinstance(found, datetime) else found
            return plain, plain
        order = days.order_of(self.clock.settings)
        closed = days.closing(bare.strip().upper(), order)
        if closed is not None:
            last = self.counted(closed)[1]
            return days.day(last, days.NEXT), last
        meant = days.short_date(bare, order) or days.read(bare, brief=True)
        if meant is None:
            raise WrongFilterError(f"{self.field.name} cannot be {bare}")
        return self.counted(meant)

    def counted(self, meant: date | Days) -> tuple[date, date]:
        if isinstance(meant, date):
            return meant, meant
        start = self.clock.work_date if meant.start == "work date" else self.clock.today
        return days.day(start, meant.low), days.day(start, meant.high)


def _unquoted(word: str) -> str:
    """Quotes protect signs; a doubled one inside stands for itself."""
    parts = re.findall(r"'((?:[^']|'')*)'|([^']+)", word)
    return "".join(quoted.replace("''", "'") or bare for quoted, bare in parts)
