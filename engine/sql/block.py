"""Statements -> what they make of every record at once: values, failures, effects.

A block is read once, symbolically: its records are columns of one FROM clause, a field that is set becomes an SQL
expression, `if` becomes a guard, `require` a truth that must hold. Nothing is carried out here but effects on
other records, which are handed to `Frame.effect` in the order of the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from engine.catalog.catalog import Field
from engine.model import model
from engine.model.carrying import asks_partner
from engine.model.model import Carried, Condition, Record, Statement, Value
from engine.source import Span
from engine.sql import blank, watch
from engine.sql.blank import type_of
from engine.sql.conditions import condition, fixed, joined_by
from engine.sql.convert import converted, head_kept
from engine.sql.finding import find
from engine.sql.frame import Failure, Frame, Origin, said
from engine.sql.lookups import Missing
from engine.sql.quote import identifier, literal
from engine.sql.recordtext import record_text
from engine.sql.scope import Written
from engine.sql.values import NotPlanned, Reading, before, entry_of, value

TEXT_CUT = "W641"


def read_block(block: model.Block, frame: Frame) -> None:
    """Read the statements of a block one after the other."""
    for statement in block.statements:
        read(statement, frame)


def read(statement: Statement, frame: Frame) -> None:
    """Read one statement into the frame: what it writes, requires, looks up or does; whoever watches sees it."""
    if watch.witness is None:
        _read(statement, frame)
        return
    watch.witness.reads(statement, frame)
    _read(statement, frame)
    watch.witness.has_read(statement, frame)


def _read(statement: Statement, frame: Frame) -> None:
    match statement:
        case model.Let():
            known = _guarded(value(statement.value, frame.reading()), blank.blank(statement.value.type), frame)
            frame.scope.names[statement.key] = known
        case model.Find() if isinstance(statement.otherwise, model.Block):
            if frame.effect is None:
                raise NotPlanned("`find … else create` before the record is written", statement.span)
            frame.effect(frame, statement)
        case model.Find():
            find(statement, frame)
        case model.Inlined():
            for let in statement.lets:
                read(let, frame)
            read_block(statement.body, frame)
            for given in statement.gives:
                if isinstance(given.what, (model.Record, model.Behind)):
                    frame.scope.names[given.key] = entry_of(given.what, frame.reading())
                else:
                    frame.scope.names[given.key] = value(given.what, frame.reading())
        case model.If():
            branch(statement, frame)
        case model.Require():
            require(statement.condition, statement.outcome, statement.message, statement.span, frame)
        case model.Assign():
            assign(statement, frame)
        case model.ApplyTemplate():
            frame.outcome.template.append((statement, tuple(frame.guards)))
        case model.Change() if _same_write(statement, frame):
            entry = entry_of(statement.existing, frame.reading())  # type: ignore[arg-type]
            frame.scope.names[statement.record.key] = entry
            inner = frame
            if statement.where is not None:
                inner = frame.under(condition(statement.where, frame.reading()))
            read_block(statement.body, inner)
        case (
            model.Change()
            | model.Create()
            | model.CreateOrChange()
            | model.Delete()
            | model.Couple()
            | model.Uncouple()
            | model.Synchronise()
            | model.ForEach()
            | model.ForPieces()
            | model.AssignSetting()
            | model.CountsAsNew()
        ):
            if frame.effect is None:
                raise NotPlanned(f"`{_word(statement)}` before the record is written", statement.span)
            frame.effect(frame, statement)
        case _:
            assert_never(statement)


def _word(statement: Statement) -> str:
    words = {
        "ForEach": "for each",
        "ForPieces": "for each … in pieces",
        "CreateOrChange": "create or change",
        "CountsAsNew": "counts as new",
    }
    name = type(statement).__name__
    return words.get(name, "setting … :=" if name == "AssignSetting" else name.lower())


def _same_write(statement: model.Change, frame: Frame) -> bool:
    """A `change` of the record being written is part of the same write (rule of evaluation 8)."""
    if not isinstance(statement.existing, Record):
        return False
    return isinstance(frame.scope.entry(statement.existing.key), Written)


def branch(statement: model.If, frame: Frame) -> None:
    """Read both ways of an `if`, each under its guard; only one when settings alone decide."""
    known = fixed(statement.condition, frame.around.settings)
    if known is not None:
        if watch.watcher is not None:
            watch.watcher.reached("branch", "then" if known else "else", statement.span, frame)
        if known:
            read_block(statement.then, frame)
        elif statement.otherwise is not None:
            read_block(statement.otherwise, frame)
        return
    test = condition(statement.condition, frame.reading())
    if frame.hold is not None and much_hangs_on(statement):
        test = frame.hold(frame, test)
    if watch.watcher is not None:
        watch.watcher.reached("branch", "then", statement.span, frame, test)
        watch.watcher.reached("branch", "else", statement.span, frame, f"(NOT {test})")
    read_block(statement.then, frame.under(test))
    if statement.otherwise is not None:
        read_block(statement.otherwise, frame.under(f"(NOT {test})"))


def much_hangs_on(statement: model.If) -> bool:
    """Could what one statement of a branch does change the decision for another one?"""
    then, otherwise = effects_in(statement.then), effects_in(statement.otherwise)
    return then > 1 or otherwise > 1 or (then > 0 and otherwise > 0)


def effects_in(block: model.Block | None) -> int:
    """How many statements of a block change other records."""
    return sum(isinstance(one, CHANGES) for one in statements_in(block))


CHANGES = (
    model.Change,
    model.Create,
    model.CreateOrChange,
    model.Delete,
    model.Couple,
    model.Uncouple,
    model.Synchronise,
    model.ForPieces,
    model.AssignSetting,
    model.CountsAsNew,
)


def acts(body: model.Block | None) -> bool:
    """Does a block change records, or go over them?"""
    return any(
        isinstance(one, (*CHANGES, model.ForEach))
        or (isinstance(one, model.Find) and isinstance(one.otherwise, model.Block))
        for one in statements_in(body)
    )


def statements_in(block: model.Block | None) -> Iterator[Statement]:
    """The statements of a block and of all blocks in it."""
    for statement in block.statements if block is not None else ():
        yield statement
        match statement:
            case model.If():
                yield from statements_in(statement.then)
                yield from statements_in(statement.otherwise)
            case model.Inlined() | model.ForEach():
                yield from statements_in(statement.body)
            case _:
                pass


def _guarded(text: str, otherwise: str, frame: Frame) -> str:
    guard = frame.guard()
    return text if guard == "true" else f"(CASE WHEN {guard} THEN {text} ELSE {otherwise} END)"


def require(test: Condition, outcome: str, message: model.Message, span: Span, frame: Frame) -> None:
    """Note a failure or a warning for the records that do not satisfy a condition; nothing when all surely do."""
    known = condition(test, frame.reading())
    if watch.watcher is not None:
        watch.watcher.reached("require", "held", span, frame, known)
        watch.watcher.reached("require", "failed", span, frame, f"(NOT {known})")
    if known == "true":
        return
    failure = Failure(
        when=joined_by("AND", [*frame.guards, f"(NOT {known})" if known != "false" else "true"]),
        reason=said(message, frame.reading()),
        code="E630" if outcome == "fail" else "W631",
        span=span,
    )
    (frame.outcome.failures if outcome == "fail" else frame.outcome.warnings).append(failure)


# --- setting fields -----------------------------------------------------------------------------------


def assign(statement: model.Assign, frame: Frame) -> None:
    """Read `X.field = value` into the record being written. NotPlanned: that record is not being written here."""
    entry = frame.scope.entry(statement.record.key)
    if not isinstance(entry, Written):
        raise NotPlanned(f"{statement.record.name} is not being written here", statement.span)
    if statement.by_bc:
        entry.by_bc[statement.field.name] = (frame.guard(), statement.span)
        return
    rule = " ".join(statement.span.text.split())
    carry_into(entry, statement.field, statement.value, None, statement.carried, rule, statement.span, frame)


def carry_into(
    entry: Written,
    target: Field,
    given: Value,
    source: model.Column | None,
    carried: Carried,
    rule: str,
    span: Span,
    frame: Frame,
) -> str:
    """Set a field of a record being written; gives SQL of its new value. R4.4 to R4.17."""
    if watch.watcher is not None:
        watch.watcher.carried(given, frame)
    missing: list[Missing] = []
    reading = frame.reading(missing=missing, lenient=carried.keep_if_blank)
    now = current(entry, target, reading)
    text = numbered(given, entry, target, frame) or value(given, reading)
    if target.kind == "record id" and isinstance(given, model.Itself):
        text = new = record_text(given.record, reading)
    else:
        new = converted(text, given.type, type_of(target), now)
    if isinstance(given, model.Constant) and given.value in (None, "") and source is None:
        new = blank.blank(type_of(target))  # `:= blank` clears, also a date
    alike = _begins_alike(entry, target, text, source, now) if source is not None and given is source else []
    new = _unless(alike, now, new)
    keeps = _keeps(entry, target, new, carried, missing)
    looked_up = source is not None and _of_a_record(given, target, source)
    if carried.not_found == "blank" and looked_up and frame.lost is not None:
        keeps.append(("none has the old value", frame.lost(target)))
    new = _unless(keeps, now, new)
    if carried.not_found == "fail":
        for one in missing:
            when = joined_by("AND", [*frame.guards, f"({one.when})"])
            frame.outcome.failures.append(Failure(when=when, reason=one.reason, code="E633", span=span))
    warn_of_cut(text, given.type, target, rule, span, frame)
    result = _guarded(new, now, frame)
    if entry.kept is not None:
        entry.offered.setdefault(target.name, []).append(new)
    if watch.witness is not None:
        filling = watch.Filling(
            entry=entry,
            target=target,
            given=given,
            source=source,
            carried=carried,
            rule=rule,
            span=span,
            before=now,
            text=text,
            result=result,
            keeps=(*alike, *keeps),
        )
        watch.witness.fills(filling, frame)
    entry.values[target.name] = result
    frame.outcome.origins[id(entry), target.name] = Origin(rule=rule, span=span)
    return result


Keeps = list[tuple[watch.Keep, str]]
"""Why a field may stay as it is, each with the SQL truth of it."""


def _unless(keeps: Keeps, now: str, new: str) -> str:
    if not keeps:
        return new
    return f"(CASE WHEN {joined_by('OR', [when for _, when in keeps])} THEN {now} ELSE {new} END)"


def _begins_alike(entry: Written, target: Field, text: str, source: model.Column, now: str) -> Keeps:
    """A record that is there keeps a longer text that begins with all of the source's."""
    if entry.kept is not None:  # as if nothing was there
        return []
    kept = head_kept(text, source.type, type_of(target), now)
    return [] if kept is None else [("begins alike", f"({entry.exists} AND {kept})")]


def _keeps(entry: Written, target: Field, new: str, carried: Carried, missing: list[Missing]) -> Keeps:
    """What the line and the field say of keeping what stands there."""
    keeps: Keeps = []
    if carried.keep_if_blank:
        keeps.append(("blank", blank.is_blank(new, type_of(target))))
    if missing and carried.not_found == "keep":
        keeps.append(("no partner", joined_by("OR", [one.when for one in missing])))
        keeps.append(("blank", blank.is_blank(new, type_of(target))))
    if target.access == "insert":
        keeps.append(("only on insert", entry.exists))
    return keeps


def _of_a_record(given: Value, target: Field, source: model.Column) -> bool:
    """R4.14: is a record looked up by its coupling? An option (R4.25) and a value list are no such look-ups."""
    return asks_partner(given) and "option" not in (target.kind, source.type.kind)


def warn_of_cut(text: str, source: model.Type, target: Field, rule: str, span: Span, frame: Frame) -> None:
    """R4.9: a longer text is cut without an error; the plan does the same and says so."""
    limit = target.length
    if limit is None or source.kind not in blank.TEXTS or (source.length is not None and source.length <= limit):
        return
    reason = f"{literal(f'{target.caption} takes {limit} characters; cut by {rule}: ')} || {text}"
    when = joined_by("AND", [*frame.guards, f"(length({text}) > {limit})"])
    frame.outcome.warnings.append(Failure(when=when, reason=reason, code=TEXT_CUT, span=span))


def current(entry: Written, target: Field, reading: Reading) -> str:
    """SQL of what a field of a record being written holds so far."""
    if target.name in entry.values:
        return entry.values[target.name]
    if entry.kept is not None:
        return f"{entry.kept}.{identifier(target.name)}"
    return before(entry, target, reading)


def numbered(given: Value, entry: Written, target: Field, frame: Frame) -> str | None:
    """`F := next number …` as an expression over all new records at once; None for any other value."""
    if not isinstance(given, model.NextNumber):
        return None
    table = entry.table
    relations = frame.scope.relations
    column = identifier(target.name)
    rows = f"{relations.relation(table)} t"
    order = "".join(f", {sql}{way}" for sql, way in frame.order)
    position = f"row_number() OVER (ORDER BY NOT ({joined_by('AND', list(frame.guards))}){order}, {entry.id})"
    if given.start is None and frame.number is not None:
        return frame.number(given, entry, target, frame)
    if given.start is None:
        step = given.step or 1
        group = {name: entry.values[name] for name in table.key if name != target.name and name in entry.values}
        same = " AND ".join(f"t.{identifier(name)} = {sql}" for name, sql in group.items())
        if group:
            position = position.replace("OVER (", f"OVER (PARTITION BY {', '.join(group.values())} ", 1)
        highest = f"coalesce((SELECT max(t.{column}) FROM {rows} WHERE {same or 'true'}), 0)"
        return f"({highest} + {step} * {position})"
    pattern = given.start.value if isinstance(given.start, model.Constant) else None
    if isinstance(pattern, str):
        stem = pattern.rstrip("0123456789")
        digits = len(pattern) - len(stem)
        tail = f"TRY_CAST(substr(t.{column}, {len(stem) + 1}) AS BIGINT)"
        highest = f"(SELECT max({tail}) FROM {rows} WHERE starts_with(t.{column}, {literal(stem)}))"
        first = int(pattern[len(stem) :] or 1)
        number = f"(coalesce({highest} + 1, {first}) + {position} - 1)"
        return f"({literal(stem)} || lpad(CAST({number} AS VARCHAR), {max(digits, 1)}, '0'))"
    # The lines of a number series are not in the catalog: its code stands before a running number of our own.
    series = value(given.start, frame.reading())
    stem = f"(CASE WHEN {series} = '' THEN 'NEW' ELSE {series} END || '-')"
    tail = f"TRY_CAST(substr(t.{column}, length({stem}) + 1) AS BIGINT)"
    highest = f"coalesce((SELECT max({tail}) FROM {rows} WHERE starts_with(t.{column}, {stem})), 0)"
    return f"({stem} || lpad(CAST({highest} + {position} AS VARCHAR), 5, '0'))"
