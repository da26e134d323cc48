"""Filter tokens (`%me`, `%company`, `%mycustomers`) -> the values and lists that they stand for (R10.15).

Which tokens there are, and where their values lie, is said in schemas/filters.yaml: a setting, or a field of the
records of a table in which a field is the current user's. A custom token of Business Central is a `let` here.
"""

from __future__ import annotations

import re

from engine.catalog.filters import ListToken, filters
from engine.catalog.suggest import did_you_mean
from engine.model.constants import unknown
from engine.model.model import Among, Column, Filter, Matches, Relation, SettingValue, Type, Value
from engine.model.types import comparable, described, is_unknown
from engine.model.world import World
from engine.source import Span
from engine.syntax import ast

_TOKEN = re.compile(r"%[^\W\d_]\w*%?")


def is_token(text: str) -> bool:
    """Is it `%` and one word, as a filter has a token?"""
    return _TOKEN.fullmatch(text) is not None


def of_token(world: World, node: ast.Pattern, type_: Type, operator: str) -> Filter:
    """The filter that a token stands for behind `=`, `<>` …"""
    word = node.text[1:].lower()
    token = filters().tokens.get(word)
    nothing = Relation(span=node.span, operator="=", operand=unknown(node.span))
    match token:
        case None:
            _say_unknown(world, node)
            return nothing
        case str():
            value = _setting(world, token, node.span)
            if value is None or not _fits(world, node, value.type, type_):
                return nothing
            if not world.settings.get(token):
                hint = f"write `{token}: …` under settings in coupler.yaml"
                world.say("W204", node.span, f"{node.text} stands for nothing: no {token} is given", hint)
            return Relation(span=node.span, operator=operator, operand=value)  # type: ignore[arg-type]
        case ListToken():
            if operator not in ("=", "<>"):
                told = f"`{operator}` does not go with {node.text}, which is a list"
                world.say("E211", node.span, told, "a list stands alone or after `<>`")
                return nothing
            among = _among(world, node, token, negated=operator == "<>")
            return among if among is not None and _fits(world, node, among.value.type, type_) else nothing


def _say_unknown(world: World, node: ast.Pattern) -> None:
    known = [f"%{one}" for one in filters().tokens]
    hint = did_you_mean(node.text, known)
    if not hint and node.text.endswith("%"):
        hint = f"any run of characters is `*`: *{node.text.strip('%')}*"
    general = f"the tokens are {', '.join(known)}; give a value of your own a name with `let` and write that name"
    world.say("E236", node.span, f"there is no filter token {node.text}", hint or general)


def _setting(world: World, name: str, span: Span) -> Value | None:
    known = world.known_settings.find(name)
    if known is None:
        return None
    return SettingValue(span=span, type=Type(kind=known.kind, length=known.length), name=known.name)


def _among(world: World, node: ast.Pattern, token: ListToken, *, negated: bool) -> Among | None:
    """The list of the current user in a table of the catalog."""
    if not world.catalog.has("bc", token.table):
        return None
    table = world.catalog.table("bc", token.table)
    record = world.nameless(table, node.span)
    owner, held = (table.fields[one] for one in (token.owner, token.field))
    user = _setting(world, token.owned_by, node.span)
    assert user is not None
    own = Column(span=node.span, type=world.type_of(table, owner), record=record, field=owner)
    mine = Matches(span=node.span, value=own, filter=Relation(span=node.span, operator="=", operand=user))
    if not world.settings.get(token.owned_by):
        hint = f"write `{token.owned_by}: …` under settings in coupler.yaml"
        world.say("W204", node.span, f"{node.text} is an empty list: no {token.owned_by} is given", hint)
    value = Column(span=node.span, type=world.type_of(table, held), record=record, field=held)
    return Among(span=node.span, record=record, value=value, where=mine, negated=negated)


def _fits(world: World, node: ast.Pattern, own: Type, wanted: Type) -> bool:
    if is_unknown(wanted) or comparable(wanted, own):
        return not is_unknown(wanted)
    told = f"{described(wanted)} is compared with {node.text}, {described(own)}"
    world.say("E211", node.span, told, f"{node.text} goes with a field that holds {described(own)}")
    return False
