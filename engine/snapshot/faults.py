"""A field -> the laws its cells must keep, as SQL conditions with a code, a reason and a way out.

A fault that keeps a row out has an E code; one that is only told has a W code. Each condition is over the raw cell
and the value read from it, so all laws of a table are tested in the pass that reads it.
"""

from __future__ import annotations

from typing import assert_never

from engine.catalog.catalog import Field, Kind, System
from engine.frozen import dataclass
from engine.snapshot.cells import Dialect, blank_numbers, is_empty
from engine.snapshot.types import DECIMAL_SCALE

_SPREADSHEET = (
    r"[+-]?\d+([.,]\d+)?[eE][+-]?\d+|=.*|\d{1,2}-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"|(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{2}|#(N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One law. condition: SQL, true for a cell that breaks it."""

    code: str
    name: str
    condition: str
    reason: str
    hint: str

    @property
    def refuses(self) -> bool:
        """Does it keep the row out of the snapshot?"""
        return self.code.startswith("E")


def faults(
    system: System,
    field: Field,
    raw: str,
    value: str,
    dialect: Dialect,
    *,
    identity: bool,
    typed: bool = False,
    nested: str = "",
) -> tuple[Fault, ...]:
    """The laws of a field's cells; `raw` and `value` are SQL of the cell as text and of what was read from it.

    identity: the field is the id of the table's records. typed: the file itself holds values of the kind. nested: SQL,
    whether the cell is a list or an object; blank where none of the column is.
    """
    if nested:
        return (_nested(nested), *faults(system, field, raw, value, dialect, identity=identity, typed=typed))
    found: list[Fault] = []
    unreadable = _unreadable(field, dialect)
    if unreadable is not None:
        code, name, reason, hint = unreadable
        condition = f"CASE WHEN {value} IS NULL THEN NOT {is_empty(raw)} ELSE FALSE END"
        found.append(Fault(code=code, name=name, condition=condition, reason=reason, hint=hint))
    if field.kind in ("text", "code"):
        if field.length is not None:
            found.append(_too_long(system, field, value))
        found.append(_from_a_spreadsheet(raw))
    if field.kind == "option" and field.options:
        found.append(_no_option(field, value))
    if field.kind == "decimal" and not typed:
        found.append(_rounded(raw))
    if identity and system == "sales":
        found.append(_no_id(raw, value))
    return tuple(found)


def _nested(condition: str) -> Fault:
    return Fault(
        code="E532",
        name="nested-value",
        condition=condition,
        reason="is a list or an object, not one value",
        hint="export the value itself, or leave the column out",
    )


def _from_a_spreadsheet(raw: str) -> Fault:
    return Fault(
        code="W530",
        name="spreadsheet-text",
        condition=(
            f"CASE WHEN ascii({raw}) <= ascii('=') OR length({raw}) = 6 "
            f"THEN regexp_full_match(trim({raw}), '{_SPREADSHEET}') ELSE FALSE END"
        ),
        reason="looks like what a spreadsheet makes of a text",
        hint="compare with the system it comes from, and export without opening the file in a spreadsheet",
    )


def _no_option(field: Field, value: str) -> Fault:
    numbers = ", ".join(str(one) for one in {*(option.number for option in field.options), *blank_numbers(field)})
    return Fault(
        code="W523",
        name="option-number-outside-schema",
        condition=f"coalesce({value} NOT IN ({numbers}), FALSE)",
        reason=f"is no number of {field.name}",
        hint="it is kept as it is; add the option value in schemas/ so that rules can name it",
    )


def _rounded(raw: str) -> Fault:
    return Fault(
        code="W521",
        name="decimals-rounded",
        condition=(
            f"CASE WHEN length({raw}) > {DECIMAL_SCALE + 1} "
            f"THEN regexp_matches({raw}, '[.,][0-9]{{{DECIMAL_SCALE}}}[0-9]*[1-9]') ELSE FALSE END"
        ),
        reason=f"has more than {DECIMAL_SCALE} decimals and is rounded",
        hint="nothing to do unless the exact number matters",
    )


def _no_id(raw: str, value: str) -> Fault:
    return Fault(
        code="E527",
        name="missing-id",
        condition=f"coalesce({value} = UUID '00000000-0000-0000-0000-000000000000', {is_empty(raw)})",
        reason="is blank, and couplings need the id of every Sales record",
        hint="export the id column with its values",
    )


def _too_long(system: System, field: Field, value: str) -> Fault:
    if system == "bc":
        return Fault(
            code="E526",
            name="text-too-long",
            condition=f"coalesce(length({value}) > {field.length}, FALSE)",
            reason=f"is longer than the {field.length} characters of {field.name}",
            hint="if the field is longer in this company, say so in an overlay in schemas/",
        )
    return Fault(
        code="W526",
        name="text-longer-than-field",
        condition=f"coalesce(length({value}) > {field.length}, FALSE)",
        reason=f"is longer than the {field.length} characters that the schema gives {field.name}; it is kept whole",
        hint="if the column is longer in this environment, say so in an overlay in schemas/",
    )


def _unreadable(field: Field, dialect: Dialect) -> tuple[str, str, str, str] | None:
    """Code, name, reason and hint for a cell of a kind that cannot be read; None for kinds that take any text."""
    kind: Kind = field.kind
    match kind:
        case "text" | "code" | "blob" | "record id" | "date formula":
            return None
        case "integer" | "big integer" | "duration":
            return "E521", "unreadable-number", "is no whole number that fits", "write digits only"
        case "decimal":
            if dialect.decimal_comma:
                return "E521", "unreadable-number", "is no number with a decimal comma", "write 1234,5 without grouping"
            hint = "write 1234.5 without grouping, or declare --decimal-comma"
            return "E521", "unreadable-number", "is no number with a decimal point", hint
        case "date" | "time" | "moment":
            if kind == "time":
                return "E522", "unreadable-date", "is no time", "write 14:05:00"
            iso = "2026-01-31" if kind == "date" else "2026-01-31T14:05:00Z"
            if dialect.dates == "iso":
                hint = f"write {iso}, or declare the order with --dates dmy, mdy or ymd"
                return "E522", "unreadable-date", f"is no ISO {kind}", hint
            return "E522", "unreadable-date", f"is no {kind} in the order {dialect.dates}", f"write it so, or as {iso}"
        case "boolean":
            return "E524", "unreadable-boolean", "is neither yes nor no", "write true, false, Yes, No, 1 or 0"
        case "option":
            faces = [f"{one.caption.strip()} ({one.number})" for one in field.options if one.caption.strip()]
            shown = ", ".join(faces[:6]) + (", …" if len(faces) > 6 else "")
            hint = f"write a number or one of {shown}" if shown else "write its number"
            return "E523", "unreadable-option", f"is no option value of {field.name}", hint
        case "id":
            hint = "write 00000000-0000-0000-0000-000000000000, with or without braces"
            return "E525", "unreadable-id", "is no id", hint
        case _:
            assert_never(kind)
