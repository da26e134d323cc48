"""Typed conditions and filters -> SQL truths that are never NULL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from engine import connector
from engine.catalog.catalog import Table
from engine.model import model
from engine.model.model import Condition, Filter, Record, Type, Value
from engine.sql import blank
from engine.sql.blank import TEXTS
from engine.sql.grouped import grouped, taken_apart
from engine.sql.lookups import coupling_of_bc, coupling_of_sales, keyed
from engine.sql.quote import identifier, literal
from engine.sql.recordtext import record_id, record_text
from engine.sql.scope import Scope, Written
from engine.sql.values import Reading, entry_of, inner_scope, value


def condition(node: Condition, reading: Reading) -> str:
    """SQL of a condition. Look-ups in it that find no partner are blank."""
    inside = Reading(scope=reading.scope, around=reading.around)
    match node:
        case model.All():
            return joined_by("AND", [condition(one, inside) for one in node.parts])
        case model.Any():
            return joined_by("OR", [condition(one, inside) for one in node.parts])
        case model.Not():
            return negated(condition(node.part, inside))
        case model.Holds():
            return f"({value(node.value, inside)})"
        case model.Matches():
            return matches(node, inside)
        case model.Compares():
            left, right = comparable(node.left, node.right, inside)
            return compared(node.operator, left, right, node.left.type)
        case model.Blank():
            if isinstance(node.what, (model.Record, model.Behind)):
                return negated(found(node.what, inside))
            return blank.is_blank(value(node.what, inside), node.what.type)
        case model.Coupled():
            return coupled(node, inside)
        case model.CoupledTogether():
            return coupled_together(node, inside)
        case model.Exists():
            search = taken_apart(node.where, node.record)
            if search is not None:
                return f"({grouped(search, node.record, lambda *_: 'count(*)', inside)} IS NOT NULL)"
            inner = inner_scope(node.record, inside)
            test = "true"
            if node.where is not None:
                test = condition(node.where, Reading(scope=inner, around=inside.around))
            return f"EXISTS (SELECT 1 FROM {inner.sql()} WHERE {test})"
        case _:
            assert_never(node)


def joined_by(word: str, parts: list[str]) -> str:
    """Parts between AND or OR, with what is always so left out."""
    decides, idle = ("false", "true") if word == "AND" else ("true", "false")
    if decides in parts:
        return decides
    kept = [one for one in parts if one != idle]
    if not kept:
        return idle
    return kept[0] if len(kept) == 1 else "(" + f" {word} ".join(kept) + ")"


def negated(text: str) -> str:
    """The opposite of an SQL truth that is never NULL."""
    return {"true": "false", "false": "true"}.get(text, f"(NOT {text})")


def fixed(node: Condition, settings: Mapping[str, object]) -> bool | None:
    """What a condition over settings alone comes to; None when it depends on the data."""
    match node:
        case model.All() | model.Any():
            parts = [fixed(one, settings) for one in node.parts]
            decides = isinstance(node, model.Any)
            if any(one is decides for one in parts):
                return decides
            return None if None in parts else not decides
        case model.Not():
            part = fixed(node.part, settings)
            return None if part is None else not part
        case model.Holds(value=model.SettingValue(name=name)):
            return bool(settings.get(name))
        case model.Blank(what=model.SettingValue(name=name)):
            return settings.get(name) in (None, "", 0, False)
        case model.Matches(value=model.SettingValue() as given, filter=filter):
            return _fixed_filter(settings.get(given.name), filter)
        case _:
            return None


def _fixed_filter(given: object, filter: Filter) -> bool | None:
    match filter:
        case model.AnyOf(parts=parts):
            known = [_fixed_filter(given, one) for one in parts]
            return True if True in known else (None if None in known else False)
        case model.Relation(operator="=" | "<>" as operator, operand=model.Constant(value=wanted)):
            same = (given or None) == (wanted or None) or str(given or "") == str(wanted or "")
            return same if operator == "=" else not same
        case _:
            return None


def found(record: model.AnyRecord, reading: Reading) -> str:
    """SQL truth: the record was found."""
    entry = entry_of(record, reading)
    if isinstance(entry, Written):
        return entry.exists
    return "true" if entry.certain else f"({entry.id} IS NOT NULL)"


def comparable(left: Value, right: Value, reading: Reading) -> tuple[str, str]:
    """Both sides as SQL of one type: codes in capitals, a moment against a date as its day (R10.3, R10.14)."""
    one, other = value(left, reading), value(right, reading)
    kinds = left.type.kind, right.type.kind
    if kinds[0] == "record id" and isinstance(right, model.Itself):
        return f"lower({one})", f"lower({record_text(right.record, reading)})"
    if kinds[1] == "record id" and isinstance(left, model.Itself):
        return f"lower({record_text(left.record, reading)})", f"lower({other})"
    if "code" in kinds and kinds != ("code", "code"):
        one = one if kinds[0] == "code" else f"upper(trim({one}))"
        other = other if kinds[1] == "code" else f"upper(trim({other}))"
    if kinds == ("moment", "date"):
        one = f"CAST({one} AS DATE)"
    if kinds == ("date", "moment"):
        other = f"CAST({other} AS DATE)"
    if "id" in kinds and kinds != ("id", "id"):
        one, other = (
            text if kind == "id" else f"TRY_CAST({text} AS UUID)"
            for text, kind in zip((one, other), kinds, strict=True)
        )
    return one, other


def compared(operator: str, left: str, right: str, type: Type) -> str:
    """A comparison that is never NULL; a blank date is earlier than any."""
    if type.kind in blank.NULLABLE:
        if operator == "=":
            return f"({left} IS NOT DISTINCT FROM {right})"
        if operator == "<>":
            return f"({left} IS DISTINCT FROM {right})"
        first = {"date": "DATE '0001-01-01'", "moment": "TIMESTAMP '0001-01-01'", "time": "TIME '00:00:00'"}.get(
            type.kind
        )
        if first is not None:
            left, right = f"coalesce({left}, {first})", f"coalesce({right}, {first})"
    if type.kind in ("text", "code") and operator not in ("=", "<>"):
        return collated(operator, left, right)
    return f"({left} {operator} {right})"


def collated(operator: str, left: str, right: str) -> str:
    """R10.2: texts stand in the order of a dictionary: letters before accents before case, small before capital."""
    one, other = (f"row(lower(strip_accents({text})), lower({text}))" for text in (left, right))
    first, equal = operator[0], operator.endswith("=")
    last = {"<": ">", ">": "<"}[first] + ("=" if equal else "")
    return f"({one} {first} {other} OR ({one} = {other} AND {left} {last} {right}))"


def matches(node: model.Matches, reading: Reading) -> str:
    """`X = filter` (section 10)."""
    known = fixed(node, reading.around.settings)
    if known is not None:
        return "true" if known else "false"
    return filtered(node.value, node.filter, reading)


def filtered(left: Value, filter: Filter, reading: Reading) -> str:
    """SQL truth: a value fits a filter (sync-semantics 10)."""
    match filter:
        case model.AnyOf():
            return joined_by("OR", [filtered(left, one, reading) for one in filter.parts])
        case model.AllOf():
            return joined_by("AND", [filtered(left, one, reading) for one in filter.parts])
        case model.Relation():
            one, other = comparable(left, filter.operand, reading)
            return compared(filter.operator, one, other, left.type)
        case model.Range():
            ends = []
            if filter.low is not None:
                one, low = comparable(left, filter.low, reading)
                ends.append(compared(">=", one, low, left.type))
            if filter.high is not None:
                one, high = comparable(left, filter.high, reading)
                ends.append(compared("<=", one, high, left.type))
            return joined_by("AND", ends)
        case model.Like():
            return like(left, filter, reading)
        case model.Among():
            return among(left, filter, reading)
        case _:
            assert_never(filter)


def like(left: Value, filter: model.Like, reading: Reading) -> str:
    """R10.3, R10.4: `*` any run, `?` one character, `@` ignores case, codes are in capitals."""
    text = value(left, reading)
    if left.type.kind not in TEXTS:
        text = blank.shown(text, left.type)
    pattern = filter.pattern.upper() if left.type.kind == "code" else filter.pattern
    for sign in ("\\", "%", "_"):
        pattern = pattern.replace(sign, "\\" + sign)
    pattern = pattern.replace("*", "%").replace("?", "_")
    word = "ILIKE" if filter.ignore_case else "LIKE"
    test = f"({text} {word} {literal(pattern)} ESCAPE '\\')"
    return negated(test) if filter.negated else test


def among(left: Value, filter: model.Among, reading: Reading) -> str:
    """R10.15: what a field holds in some records, like the customers on a user's list."""
    inner = inner_scope(filter.record, reading)
    inside = Reading(scope=inner, around=reading.around)
    one, other = value(left, reading), value(filter.value, inside)
    where = "true" if filter.where is None else condition(filter.where, inside)
    test = f"EXISTS (SELECT 1 FROM {inner.sql()} WHERE {other} = {one} AND {where})"
    return negated(test) if filter.negated else test


def coupled(node: model.Coupled, reading: Reading) -> str:
    """`X is coupled [by M]`: a record, or a value that names one."""
    around = reading.around
    tables = [around.mappings[name].bc.table for name in node.mappings if name in around.mappings]
    scope = reading.scope.home(node.what)
    if isinstance(node.what, (model.Record, model.Behind)):
        id, side = entry_of(node.what, reading).id, _table(node.what).system
    elif node.what.type.kind == "id":
        id = value(node.what, reading)
        side = node.what.type.table.system if node.what.type.table is not None else "sales"
    else:
        code = value(node.what, reading)
        tests = []
        for bc in tables:
            row = keyed(bc, bc.key[0], code, scope)
            alias = coupling_of_bc(bc, f"{row}.{identifier(bc.id_field)}", scope, reading)
            tests.append(f"({alias}.{identifier(connector.COUPLED_SALES_ID)} IS NOT NULL)")
        return joined_by("OR", tests)
    if not tables:  # of a table without a mapping: any coupling that names the record
        couplings = around.catalog.table("bc", connector.COUPLINGS)
        own, other = connector.COUPLED_BC_ID, connector.COUPLED_SALES_ID
        own, other = (own, other) if side == "bc" else (other, own)
        inner, alias = scope.over(couplings)
        known = f"{alias}.{identifier(own)} = {id} AND {alias}.{identifier(other)} IS NOT NULL"
        return f"EXISTS (SELECT 1 FROM {inner.sql()} WHERE {known})"
    tests = []
    for bc in tables:
        alias = coupling_of_bc(bc, id, scope, reading) if side == "bc" else coupling_of_sales(bc, id, scope, reading)
        tests.append(f"({alias}.{identifier(connector.COUPLED_SALES_ID)} IS NOT NULL)")
    return joined_by("OR", tests)


def _table(record: model.AnyRecord) -> Table:
    return record.table


def coupled_together(node: model.CoupledTogether, reading: Reading) -> str:
    """`coupled with X` in the where of a record: both are one coupling's two sides."""
    own = entry_of(node.record, reading)
    other = node.other
    scope = reading.scope.home(other)
    is_record = isinstance(other, (Record, model.Behind))
    if node.record.table.system == "bc":
        id = entry_of(other, reading).id if isinstance(other, (Record, model.Behind)) else value(other, reading)
        alias = coupling_of_sales(node.record.table, id, scope, reading)
        return f"({own.id} IS NOT DISTINCT FROM {alias}.{identifier(connector.COUPLED_BC_ID)})"
    if is_record:
        assert isinstance(other, (Record, model.Behind))
        alias = coupling_of_bc(other.table, entry_of(other, reading).id, scope, reading)
        return f"({own.id} IS NOT DISTINCT FROM {alias}.{identifier(connector.COUPLED_SALES_ID)})"
    assert not isinstance(other, (Record, model.Behind))
    if other.type.kind == "record id":
        return _coupled_with_text(own.id, node.record.table, value(other, reading), scope, reading)
    bc = other.type.table
    if bc is None:
        return "false"
    row = keyed(bc, bc.key[0], value(other, reading), scope)
    alias = coupling_of_bc(bc, f"{row}.{identifier(bc.id_field)}", scope, reading)
    return f"({own.id} IS NOT DISTINCT FROM {alias}.{identifier(connector.COUPLED_SALES_ID)})"


def _coupled_with_text(id: str, sales: Table, text: str, scope: Scope, reading: Reading) -> str:
    """A BC record named by its record id, as buffers and notes name it."""
    tests = []
    mapped = [one.bc.table for one in reading.around.mappings.values() if one.sales.table.name == sales.name]
    for bc in {one.name: one for one in mapped}.values():
        row = scope.look(bc, f"lower({record_id(bc, '{alias}', scope.relations)}) = lower({text})")
        alias = coupling_of_bc(bc, f"{row}.{identifier(bc.id_field)}", scope, reading)
        tests.append(f"({id} IS NOT DISTINCT FROM {alias}.{identifier(connector.COUPLED_SALES_ID)})")
    return joined_by("OR", tests) if tests else "false"
