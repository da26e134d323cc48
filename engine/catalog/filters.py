"""`schemas/filters.yaml` -> what filters look up: the tokens (`%me`) and the table of accounting periods."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from engine.frozen import dataclass
from engine.shipped import shipped

FILE = "filters.yaml"
_LIST = re.compile(r"(?P<table>.+)\[(?P<field>.+)\] where (?P<owner>.+) = (?P<token>\w+)")
_BOOKS = re.compile(r"(?P<table>.+)\[(?P<starts>.+)\] with (?P<opens>.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListToken:
    """A token for what stands in `field` of the records of a BC table whose `owner` field is the setting `owned_by`."""

    table: str
    field: str
    owner: str
    owned_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The BC table of accounting periods: the field of their first day, and the one that says a fiscal year opens."""

    table: str
    starts: str
    opens: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """tokens: by name without `%`: the name of a setting, or a list. books: where accounting periods stand."""

    tokens: Mapping[str, str | ListToken]
    books: Books


@cache
def filters() -> Filters:
    """What the shipped file says; a mistake in it is ours."""
    import yaml

    text = (shipped("schemas") / FILE).read_text(encoding="utf-8")
    content = yaml.load(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    tokens: dict[str, str | ListToken] = {}
    for name, line in content["tokens"].items():
        tokens[name] = _token(line, tokens)
    books = _BOOKS.fullmatch(content["accounting periods"])
    assert books is not None, FILE
    return Filters(tokens=tokens, books=Books(**books.groupdict()))


def _token(line: str, before: Mapping[str, str | ListToken]) -> str | ListToken:
    if line.startswith("setting "):
        return line.removeprefix("setting ")
    found = _LIST.fullmatch(line)
    assert found is not None, f"{FILE}: {line}"
    owned_by = before[found["token"]]
    assert isinstance(owned_by, str), f"{FILE}: {line}"
    return ListToken(table=found["table"], field=found["field"], owner=found["owner"], owned_by=owned_by)
