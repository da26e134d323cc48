"""`X via M`, and who is coupled with whom -> joins on the couplings.

R4.15: a blank code gives no id, a coupled one its partner's id, else the record fails. R4.16: the same the
other way round, giving the first primary-key field. R4.25: option values go through the option couplings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import connector
from engine.catalog.catalog import Table
from engine.frozen import dataclass
from engine.model import model
from engine.sql import blank
from engine.sql.choices import label
from engine.sql.quote import identifier, literal
from engine.sql.scope import Key, Scope

if TYPE_CHECKING:
    from engine.sql.values import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A look-up that may find no partner: SQL truth when it did not, SQL text of the reason."""

    when: str
    reason: str


def partner(node: model.Partner, reading: Reading) -> str:
    """SQL of the partner of a value: an id or option number in Sales, a code in BC; blank when there is none."""
    from engine.sql.values import value

    scope = reading.scope.home(node.value)
    given = value(node.value, reading)
    found: list[str] = []
    known: list[str] = []
    for name in node.mappings:
        mapping = reading.around.mappings.get(name)
        if mapping is None:
            continue
        one, exists = _one(mapping, node, given, scope, reading)
        found.append(one)
        known.append(exists)
    if not found:
        return blank.blank(node.type)
    if reading.missing is not None:
        _note_missing(node, given, found, known, reading)
    return blank.filled(found[0] if len(found) == 1 else f"coalesce({', '.join(found)})", node.type)


def _note_missing(node: model.Partner, given: str, found: list[str], known: list[str], reading: Reading) -> None:
    """R4.15: fails unless blank. Lenient (`keep if blank`, and options): a code that names no record is blank."""
    assert reading.missing is not None
    parts = [*reading.guards, f"NOT ({blank.is_blank(given, node.value.type)})", *(f"{one} IS NULL" for one in found)]
    options = any(
        _is_option(reading.around.mappings[name]) for name in node.mappings if name in reading.around.mappings
    )
    if (reading.lenient or options) and node.leg == "to_sales":
        parts.append(f"({' OR '.join(known)})")
    names = " or ".join(node.mappings)
    what = _what(node)
    reason = (
        f"{literal(what + ' ')} || {blank.shown(given, node.value.type)} || {literal(f' has no partner in {names}')}"
    )
    reading.missing.append(Missing(when=" AND ".join(parts), reason=reason))


def _what(node: model.Partner) -> str:
    match node.value:
        case model.Column(field=field):
            return field.caption
        case model.Itself(record=record):
            return record.table.caption
        case _:
            return "Value"


def _is_option(mapping: model.Mapping) -> bool:
    return mapping.sales.table.name == connector.OPTION_SET


def _one(mapping: model.Mapping, node: model.Partner, given: str, scope: Scope, reading: Reading) -> tuple[str, str]:
    """(SQL of the partner or NULL, SQL truth: the given value names a record) for one mapping."""
    itself = isinstance(node.value, model.Itself)
    if _is_option(mapping):
        return _option(mapping, node, given, scope, reading)
    bc = mapping.bc.table
    if node.leg == "to_sales":
        if itself or node.value.type.kind == "id":
            id = given
            known = "true"
        else:
            row = keyed(bc, bc.key[0], given, scope)
            id = f"{row}.{identifier(bc.id_field)}"
            known = f"{id} IS NOT NULL"
        coupling = coupling_of_bc(bc, id, scope, reading)
        return f"{coupling}.{identifier(connector.COUPLED_SALES_ID)}", known
    coupling = coupling_of_sales(bc, given, scope, reading)
    row = keyed(bc, bc.id_field, f"{coupling}.{identifier(connector.COUPLED_BC_ID)}", scope)
    wanted = bc.id_field if node.type.kind == "id" else bc.key[0]
    return f"{row}.{identifier(wanted)}", "true"


def keyed(table: Table, field: str, given: str, scope: Scope) -> str:
    """Alias of the row of a table whose unique `field` is the given value."""
    return scope.look(table, f"{{alias}}.{identifier(field)} = {given}")


def coupling_of_bc(bc: Table, id: str, scope: Scope, reading: Reading) -> str:
    """Alias of the coupling of a BC record, found by id and table (R1.6)."""
    couplings = reading.around.catalog.table("bc", connector.COUPLINGS)
    condition = (
        f"{{alias}}.{identifier(connector.COUPLED_BC_ID)} = {id} "
        f"AND {{alias}}.{identifier(connector.COUPLED_TABLE)} = {bc.number}"
    )
    return scope.look(couplings, condition)


def coupling_of_sales(bc: Table, id: str, scope: Scope, reading: Reading) -> str:
    """Alias of the coupling of a Sales record with a record of one BC table (R1.6)."""
    couplings = reading.around.catalog.table("bc", connector.COUPLINGS)
    condition = (
        f"{{alias}}.{identifier(connector.COUPLED_SALES_ID)} = {id} "
        f"AND {{alias}}.{identifier(connector.COUPLED_TABLE)} = {bc.number}"
    )
    return scope.look(couplings, condition)


def _option(mapping: model.Mapping, node: model.Partner, given: str, scope: Scope, reading: Reading) -> tuple[str, str]:
    """R4.25: code to option number, option to code (by the stored caption, then by number)."""
    bc = mapping.bc.table
    table = reading.around.catalog.table("bc", connector.OPTION_COUPLINGS)
    relations = scope.relations
    record = f"{{alias}}.{identifier(connector.OPTION_RECORD)}"
    number = f"{{alias}}.{identifier('Table ID')}" if relations.holds(table, "Table ID") else str(bc.number)
    prefix = literal(f"{bc.name}: ")
    if node.leg == "to_sales":
        row = keyed(bc, bc.key[0], given, scope)
        alias = scope.look(table, f"{record} = {prefix} || {given}")
        known = f"{row}.{identifier(bc.id_field)} IS NOT NULL"
        return f"{alias}.{identifier(connector.OPTION_VALUE)}", known
    own = f"{number} = {bc.number} AND starts_with({record}, {prefix})"
    condition = f"{{alias}}.{identifier(connector.OPTION_VALUE)} = {given} AND {own}"
    alias = scope.look(table, condition)
    found = f"{alias}.{identifier(connector.OPTION_RECORD)}"
    called = label(mapping, reading.around.catalog.table("sales", connector.OPTION_SET), given, scope)
    if called is not None and relations.holds(table, connector.OPTION_CAPTION):
        caption, kept = identifier(connector.OPTION_CAPTION), identifier(connector.OPTION_RECORD)
        those = own.replace("{alias}.", "")
        inner, _ = scope.over(table)
        named = scope.group(inner, [Key(own=caption, wanted=f"nullif({called}, '')")], f"min({kept}) AS record", those)
        found = f"coalesce({named}.record, {found})"
    return f"substr({found}, {len(bc.name) + 3})", "true"
