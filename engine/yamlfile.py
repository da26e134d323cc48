"""The text of a YAML file that a person wrote -> its value, the place of everything in it, and what is wrong.

YAML 1.2 as far as people write it: only `true` and `false` are booleans, dates stay text, every key is text and
stands once. Anchors, aliases and tags are refused; depth and size have a limit. Numbers with a point are exact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from decimal import Decimal
from typing import Any

from engine.diagnostic import Diagnostic, in_source_order
from engine.frozen import dataclass
from engine.source import Source, Span

MOST_CHARACTERS = 8_000_000
MOST_DEPTH = 24

Path = tuple[str | int, ...]
_INTEGER = re.compile(r"[-+]?[0-9]{1,40}$")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]{1,60}|[0-9]{1,60}\.[0-9]{0,60}|[0-9]{1,60}(\.[0-9]{0,60})?[eE][-+]?[0-9]{1,3})$")
_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where every key and value of a YAML file stands, by path: ("settings", "colour"), ("rules", 0)."""

    source: Source
    keys: Mapping[Path, Span] = field(repr=False)
    values: Mapping[Path, Span] = field(repr=False)

    def key(self, path: Path) -> Span:
        """The place of a key; of an entry of a list its value; of what is not there the nearest that is."""
        return self.keys[path] if path in self.keys else self.value(path)

    def value(self, path: Path) -> Span:
        """The place of a value; of what is not there the value it would stand in."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, self.source.span(0))


def read_yaml(source: Source, schema: Mapping[str, Any]) -> tuple[object | None, tuple[Diagnostic, ...], Places]:
    """The value of a YAML file, the findings, and the places.

    schema: the JSON Schema of the file. The value is None when the text is no YAML at all; otherwise it is given
    even when it breaks the schema, so that the reader can go on with what is right.
    """
    value, found, places = read_plain(source)
    if all(one.code == "E402" for one in found):
        from engine.yamlshape import misfits

        found = (*found, *misfits(value, schema, places))
    return value, in_source_order(found), places


def read_plain(source: Source) -> tuple[object | None, tuple[Diagnostic, ...], Places]:
    """The same without a schema."""
    reader = _Reader(source)
    value = reader.document()
    return value, tuple(reader.found), Places(source=source, keys=reader.keys, values=reader.values)


class _StopError(Exception):
    """The rest of the text cannot be read; the finding has been noted."""


class _Reader:
    """Reads one text, noting places and findings on the way."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: list[Diagnostic] = []
        self.keys: dict[Path, Span] = {}
        self.values: dict[Path, Span] = {}
        self.shift = 1 if source.text.startswith("\ufeff") else 0

    def document(self) -> object | None:
        if len(self.source.text) > MOST_CHARACTERS:
            self.note("E404", "yaml-too-large", self.source.span(0), *_TOO_LONG)
            return None
        import yaml

        try:
            text = self.source.text.removeprefix("\ufeff")
            text.encode("utf-8")
            events: Iterator[Any] = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
            return self._document(yaml, events)
        except yaml.YAMLError as error:
            self._syntax(error)
        except UnicodeEncodeError as error:
            self.note("E401", "yaml-syntax", self.source.span(error.start, error.end), "this character is no text", "")
        except _StopError:
            pass
        return None

    def _document(self, yaml: Any, events: Iterator[Any]) -> object | None:
        value: object | None = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.note(
                        "E401",
                        "yaml-syntax",
                        self.span(event),
                        "a second document begins here",
                        "put it in a file of its own",
                    )
                    raise _StopError
                value = self._value(yaml, next(events), events, ())
        return value

    def _value(self, yaml: Any, event: Any, events: Iterator[Any], path: Path) -> object:
        start = event.start_mark.index + self.shift
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self.note(
                "E403", "yaml-alias", self.span(event), "anchors and aliases (& and *) are not used here", _WRITE_OUT
            )
            if isinstance(event, yaml.AliasEvent):
                return None
        if event.tag is not None and event.tag != "!":
            self.note(
                "E403", "yaml-alias", self.span(event), f"the tag {event.tag} is not used here", "write the plain value"
            )
        if isinstance(event, yaml.ScalarEvent):
            self.values[path] = self.span(event)
            bare = event.style is None or event.style == ""
            return plain(event.value) if bare and event.implicit[0] else event.value
        if len(path) >= MOST_DEPTH:
            self.note("E404", "yaml-too-large", self.span(event), *_TOO_DEEP)
            raise _StopError
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(yaml, start, events, path)
        return self._mapping(yaml, start, events, path)

    def _list(self, yaml: Any, start: int, events: Iterator[Any], path: Path) -> list[object]:
        entries: list[object] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                self.values[path] = self._block(start, event)
                break
            entries.append(self._value(yaml, event, events, (*path, len(entries))))
        return entries

    def _mapping(self, yaml: Any, start: int, events: Iterator[Any], path: Path) -> dict[str, object]:
        entries: dict[str, object] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                self.values[path] = self._block(start, event)
                break
            if not isinstance(event, yaml.ScalarEvent):
                self.note("E401", "yaml-syntax", self.span(event), "a key must be a word or a text", _BRACE_HINT)
                raise _StopError
            key, place = str(event.value), self.span(event)
            again = key in entries
            if again:
                first = self.keys[(*path, key)].line
                self.note(
                    "E402",
                    "yaml-key-twice",
                    place,
                    f"{key or 'the blank key'} stands twice, first in line {first}",
                    "keep one of the two",
                )
            else:
                self.keys[(*path, key)] = place
            value = self._value(yaml, next(events), events, (*path, key) if not again else (*path, key, "again"))
            if not again:
                entries[key] = value
        return entries

    def _block(self, start: int, event: Any) -> Span:
        """From the start of a list or mapping to its last word."""
        end = event.end_mark.index + self.shift
        written = self.source.text[start:end].rstrip()
        return self.source.span(start, start + len(written))

    def span(self, event: Any) -> Span:
        start, end = event.start_mark.index + self.shift, event.end_mark.index + self.shift
        return self.source.span(start, start + len(self.source.text[start:end].rstrip()))

    def note(self, code: str, name: str, span: Span, message: str, hint: str) -> None:
        self.found.append(Diagnostic(code=code, name=name, severity="error", span=span, message=message, hint=hint))

    def _syntax(self, error: Exception) -> None:
        from engine.yamlmistakes import slip

        problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
        at = self._offset(getattr(error, "problem_mark", None), getattr(error, "position", 0))
        context_at = self._offset(getattr(error, "context_mark", None), at - self.shift)
        one = slip(self.source.text, problem, str(getattr(error, "context", None) or ""), at, context_at)
        self.note("E401", "yaml-syntax", self.source.span(one.start, one.end), one.message, one.hint)

    def _offset(self, mark: Any, otherwise: int) -> int:
        return int(getattr(mark, "index", otherwise)) + self.shift


_WRITE_OUT = "write the value out where it is needed"
_BRACE_HINT = "text with braces or brackets at its beginning needs quotes"
_TOO_LONG = (f"the file has more than {MOST_CHARACTERS:,} characters", "split it into several files")
_TOO_DEEP = (f"lists and mappings stand more than {MOST_DEPTH} deep in each other", "no file of coupler needs that")


def plain(text: str) -> object:
    """What a word without quotes stands for."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "+-.0123456789":
        if _INTEGER.match(text):
            return int(text)
        if _DECIMAL.match(text):
            return Decimal(text)
    return text
