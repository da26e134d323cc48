"""A search by equal fields -> one grouped join instead of a search for every row.

`where F = X and G = Y and …` with X, Y from outside and the rest about the record alone: the table is grouped by F
and G once, and joined. That is the common case, and many times cheaper than a search per row.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.frozen import dataclass
from engine.model import model
from engine.model.model import Condition, Record, Value
from engine.sql import blank
from engine.sql.scope import Joined, Key, keys_of
from engine.sql.values import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A condition taken apart. pairs: a value of the record, the value from outside that it must equal; local: the
    conditions about the record alone."""

    pairs: tuple[tuple[Value, Value], ...]
    local: tuple[Condition, ...]


def taken_apart(where: Condition | None, record: Record) -> Search | None:
    """None when some part mixes the record with records outside in another way than by being equal."""
    parts = () if where is None else where.parts if isinstance(where, model.All) else (where,)
    pairs: list[tuple[Value, Value]] = []
    local: list[Condition] = []
    for part in parts:
        keys = set(keys_of(part))
        if record.key in keys and keys <= {record.key}:
            local.append(part)
            continue
        pair = equal_pair(part, record)
        if pair is None:
            return None
        pairs.append(pair)
    return Search(pairs=tuple(pairs), local=tuple(local)) if pairs else None


def equal_pair(part: Condition, record: Record) -> tuple[Value, Value] | None:
    """(own, outer) of `own field = outer value`, written either way round."""
    if (
        not isinstance(part, model.Matches)
        or not isinstance(part.filter, model.Relation)
        or part.filter.operator != "="
    ):
        return None
    for own, outer in ((part.value, part.filter.operand), (part.filter.operand, part.value)):
        direct = (
            isinstance(own, (model.Column, model.Itself))
            and isinstance(own.record, Record)
            and own.record.key == record.key
        )
        if direct and record.key not in set(keys_of(outer)):
            return own, outer
    return None


def grouped(search: Search, record: Record, worked: Callable[[Reading, str], str], reading: Reading) -> str:
    """Join the grouped table; gives SQL of its result, NULL where no row fits.

    worked: gives SQL of the aggregate, from how the rows of the table are read and their alias.
    """
    from engine.sql.conditions import comparable, condition, joined_by

    inner, alias = reading.scope.over(record.table)
    inner.names[record.key] = Joined(alias=alias, table=record.table, certain=True)
    inside = Reading(scope=inner, around=reading.around)
    keys = []
    for left, right in search.pairs:
        own, wanted = comparable(left, right, inside)
        keys.append(Key(own=own, wanted=wanted, blank=left.type.kind in blank.NULLABLE))
    where = joined_by("AND", [condition(one, inside) for one in search.local])
    result = f"{worked(inside, alias)} AS result"
    home = reading.scope.home(tuple(right for _, right in search.pairs))
    return f"{home.group(inner, keys, result, where)}.result"
