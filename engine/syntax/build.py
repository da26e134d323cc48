"""What the parser has put together -> nodes of the syntax tree, one function per rule or alias of rules.lark.

Most rules give the values of a node's fields in their order, so the table at the end says which node and which fields.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any

from engine.source import Span
from engine.syntax import ast
from engine.syntax.build_values import (
    Children,
    aggregate,
    all_of,
    any_of,
    arithmetic,
    call,
    date_,
    duration,
    equals,
    filter_group,
    function,
    minus,
    name,
    number,
    operand,
    path,
    pattern,
    range_between,
    range_from,
    range_to,
    relation_to,
    short,
    text,
    using,
    via,
)
from engine.syntax.kinds import SlipError
from engine.syntax.weekdays import DAY_WORDS, weekday

Build = Callable[[Children, Span], Any]


def _node(kind: type[ast.Node], fields: str = "", /, **fixed: Any) -> Build:
    """A node whose fields are the values in their order, and what is fixed."""
    names = fields.split()

    def build(c: Children, at: Span) -> ast.Node:
        return kind(span=at, **fixed, **dict(zip(names, c, strict=True)))

    return build


# --- statements and lines -------------------------------------------------------------------------------


def block(c: Children, at: Span) -> ast.Block:
    return ast.Block(span=at, statements=tuple(c))


def message(c: Children, at: Span) -> ast.Message:
    return ast.Message(span=at, text=c[0][1:-1])


def find(c: Children, at: Span) -> ast.Find:
    return ast.Find(span=at, table=c[0], alias=c[1], where=c[2] or (), sorting=c[3], otherwise=c[4])


def do(c: Children, at: Span) -> ast.Do:
    return ast.Do(span=at, step=c[0], arguments=c[1] or (), gives=c[2] or ())


def options(c: Children, at: Span) -> ast.Options:
    """What follows a line behind commas. SlipError: something was said twice."""
    found: dict[str, Any] = {}
    for which, value, place in c[:-1]:
        if which in found:
            raise SlipError("said-twice", place, which.replace("_", " "))
        found[which] = value
    return ast.Options(span=at, when=c[-1], **found)


def _flag(which: str) -> Build:
    return lambda c, at: (which, True, _behind_comma(at))


def _valued(which: str) -> Build:
    return lambda c, at: (which, c[0], _behind_comma(at))


def _behind_comma(at: Span) -> Span:
    words = at.text.lstrip(", \t\r\n")
    return Span(source=at.source, start=at.end - len(words), end=at.end)


def every(c: Children, at: Span) -> ast.Every:
    """`every N minutes[, sleep M minutes when idle]`. SlipError: a number that is none of those allowed."""
    sleep = _whole(c[1], at) if len(c) > 1 else None
    return ast.Every(span=at, minutes=_whole(c[0], at), sleep_minutes=sleep)


def next_run(c: Children, at: Span) -> ast.NextRun:
    """`next run F [at T] [in time zone '…'][, sleep M minutes when idle]`. SlipError: a time or number of no use."""
    formula, clock, zone, sleep = c
    return ast.NextRun(
        span=at,
        formula="".join(formula.split()),
        at=None if clock is None else _time(clock, at),
        zone=zone,
        sleep_minutes=None if sleep is None else _whole(sleep, at),
    )


def attempts(c: Children, at: Span) -> ast.Attempts:
    """`at most N attempts, S seconds apart`. SlipError: a number that is none of those allowed."""
    return ast.Attempts(span=at, count=_whole(c[0], at), seconds=_whole(c[1], at))


def _whole(written: str, at: Span) -> int:
    short(written, at)
    if not written.isdigit():
        raise SlipError("not-whole", at, written)
    return int(written)


def category(c: Children, at: Span) -> ast.Category:
    """`category '…'[, P priority]`."""
    return ast.Category(span=at, text=c[0], priority=None if c[1] is None else c[1].split()[0])


def day(c: Children, at: Span) -> ast.Days:
    """`Monday`, `mon`, `Mondays`, `Monday to Friday`, `Mon-Fri`, `weekdays`. SlipError: a day that does not exist."""
    if c[0] in DAY_WORDS:
        return ast.Days(span=at, first=c[0])
    words = [one for part in c[::2] for one in part.split("-")]
    if len(words) > 2:
        raise SlipError("no-such-weekday", at, at.text)
    days = []
    for word in words:
        known = weekday(word)
        if known is None:
            raise SlipError("no-such-weekday", at, word)
        days.append(known)
    return ast.Days(span=at, first=days[0], last=days[1] if len(days) > 1 else None)


def window(c: Children, at: Span) -> ast.Window:
    """`on D [from T to T] [in time zone '…']`. SlipError: a time of the day that does not exist."""
    start, end = (None if one is None else _time(one, at) for one in c[1:3])
    return ast.Window(span=at, days=c[0], start=start, end=end, zone=c[3])


def _time(written: str, at: Span) -> time:
    try:
        return time.fromisoformat(written)
    except ValueError:
        raise SlipError("no-such-time", at, written) from None


# --- declarations ---------------------------------------------------------------------------------------------


def title(c: Children, at: Span) -> tuple[str, Span]:
    """A heading without its quotes, and its place."""
    return c[0][1:-1], at


def mapping(c: Children, at: Span) -> ast.Mapping:
    head, (heading, _), left, arrow, right, when, items = c
    return ast.Mapping(span=at, name=head, title=heading, left=left, arrow=arrow, right=right, when=when, items=items)


def process(c: Children, at: Span) -> ast.Process:
    return ast.Process(span=at, name=c[0], title=c[1][0], when=c[2], block=c[3])


def step(c: Children, at: Span) -> ast.Step:
    return ast.Step(span=at, name=c[0], parameters=c[1] or (), gives=c[2] or (), block=c[3])


def rule(c: Children, at: Span) -> ast.Rule:
    return ast.Rule(span=at, title=c[0][0], title_span=c[0][1], when=c[1], block=c[2])


def job(c: Children, at: Span) -> ast.Job:
    return ast.Job(span=at, name=c[0], title=c[1][0], when=c[2], lines=c[3])


def values(c: Children, at: Span) -> ast.Values:
    return ast.Values(span=at, name=c[0], title=c[1][0], pairs=c[2])


def change(c: Children, at: Span) -> tuple[str, Any]:
    """What happens to a record without the `is`, and for `changed to` the filter."""
    return c[0].removeprefix("is "), c[1] if len(c) > 1 else None


def whenever(c: Children, at: Span) -> ast.Whenever:
    of, alias, (how, to), where, body = c
    return ast.Whenever(span=at, table=of, alias=alias, change=how, to=to, where=where, block=body)


def whenever_setting(c: Children, at: Span) -> ast.WheneverSetting:
    """`whenever setting S is changed to F { }`."""
    return ast.WheneverSetting(span=at, setting=c[0], filter=operand(c[1]), block=c[2])


def _several(c: Children, at: Span) -> tuple[Any, ...]:
    return tuple(c)


def _as_written(c: Children, at: Span) -> Any:
    return c[0]


BUILDERS: dict[str, Build] = {
    "name": name,
    "path": path,
    "table": _node(ast.TableName, "system name"),
    "text": text,
    "number": number,
    "date": date_,
    "duration": duration,
    "word": _node(ast.Word, "word"),
    "setting": _node(ast.Setting, "name"),
    "call": call,
    "function": function,
    "choose": _node(ast.Choose, "condition then otherwise"),
    "arithmetic": arithmetic,
    "minus": minus,
    "group": _node(ast.Group, "inner"),
    "via": via,
    "using": using,
    "pair": _node(ast.Pair, "left right"),
    "aggregate": aggregate,
    "count": _node(ast.Aggregate, "table where", kind="count", value=None),
    "next_number": _node(ast.NextNumber, "start step"),
    "and_": _node(ast.And, "left right"),
    "or_": _node(ast.Or, "left right"),
    "not_": _node(ast.Not, "operand"),
    "equals": equals,
    "compare": _node(ast.Compare, "left operator right"),
    "is_blank": _node(ast.IsBlank, "value", negated=False),
    "is_not_blank": _node(ast.IsBlank, "value", negated=True),
    "is_coupled": _node(ast.IsCoupled, "value by", negated=False),
    "is_not_coupled": _node(ast.IsCoupled, "value by", negated=True),
    "coupled_with": _node(ast.CoupledWith, "value"),
    "there_is": _node(ast.ThereIs, "table alias where", negated=False),
    "there_is_no": _node(ast.ThereIs, "table alias where", negated=True),
    "any_of": any_of,
    "all_of": all_of,
    "relation_to": relation_to,
    "range_between": range_between,
    "range_from": range_from,
    "range_to": range_to,
    "pattern": pattern,
    "filter_group": filter_group,
    "block": block,
    "sorting": _node(ast.Sorting, "fields", descending=False),
    "sorting_descending": _node(ast.Sorting, "fields", descending=True),
    "message": message,
    "find": find,
    "let": _node(ast.Let, "alias value"),
    "do": do,
    "create": _node(ast.Create, "table alias like block"),
    "create_or_change": _node(ast.CreateOrChange, "table alias where block"),
    "rows": _node(ast.Rows, "of where"),
    "change_rows": _node(ast.Change, "rows block"),
    "delete": _node(ast.Delete, "rows"),
    "couple": _node(ast.Couple, "left right"),
    "uncouple": _node(ast.Uncouple, "rows"),
    "synchronise": _node(ast.Synchronise, "rows mappings", if_it_may_create=False, unfiltered=False),
    "synchronise_if": _node(ast.Synchronise, "rows mappings", if_it_may_create=True, unfiltered=False),
    "synchronise_any": _node(ast.Synchronise, "rows mappings", if_it_may_create=False, unfiltered=True),
    "require_fail": _node(ast.Require, "condition message", outcome="fail"),
    "require_warn": _node(ast.Require, "condition message", outcome="warn"),
    "if_": _node(ast.If, "condition then otherwise"),
    "for_each": _node(ast.ForEach, "table alias where sorting block"),
    "for_pieces": _node(ast.ForPieces, "alias arguments where block"),
    "assign": _node(ast.Assign, "target value options", to_setting=False),
    "assign_setting": _node(ast.Assign, "target value options", to_setting=True),
    "apply_template": _node(ast.ApplyTemplate, "code"),
    "counts_as_new": _node(ast.CountsAsNew),
    "options": options,
    "side": _node(ast.Side, "table alias"),
    "depends_on": _node(ast.DependsOn, "mappings when"),
    "only_coupled": _node(ast.Creation, "when", missing=False),
    "create_missing": _node(ast.Creation, "when", missing=True),
    "only_within": _node(ast.OnlyWithin, "mapping"),
    "always_compare": _node(ast.AlwaysCompare),
    "update_conflict": _node(ast.OnConflict, "strategy", kind="update"),
    "deletion_conflict": _node(ast.OnConflict, "strategy", kind="deletion"),
    "record_filter": _node(ast.RecordFilter, "system condition when"),
    "leave_out": _node(ast.LeaveOut, "system condition"),
    "recognise": _node(ast.Recognise, "system condition", off=False),
    "recognise_off": _node(ast.Recognise, "system condition", off=True),
    "match": _node(ast.Match, "condition", exact_case=False),
    "match_exact": _node(ast.Match, "condition", exact_case=True),
    "create_unmatched": _node(ast.CreateUnmatched),
    "synchronise_matched": _node(ast.SynchroniseMatched),
    "in_full_synchronisation": _node(ast.InFullSynchronisation, "action when"),
    "drop": _node(ast.Drop, "field"),
    "field_line": _node(ast.FieldLine, "left arrow right options"),
    "moment": _node(ast.Moment, "states system block", after=False),
    "moment_after": _node(ast.Moment, "states system block", after=True),
    "after_uncoupling": _node(ast.AfterUncoupling, "block"),
    "run": _node(ast.Run, "names"),
    "run_all_others": _node(ast.Run, names=()),
    "run_asked": _node(ast.Run, names=(), asked=True),
    "every": every,
    "next_run": next_run,
    "attempts": attempts,
    "category": category,
    "day": day,
    "days": _several,
    "wake_on": _node(ast.WakeOn, "table when"),
    "start_asleep": _node(ast.StartAsleep),
    "window": window,
    "title": title,
    "mapping": mapping,
    "change_mapping": _node(ast.ChangeMapping, "name when items"),
    "process": process,
    "step": step,
    "rule": rule,
    "job": job,
    "values": values,
    "change": change,
    "whenever": whenever,
    "whenever_setting": whenever_setting,
    **dict.fromkeys(("names", "mappings", "items", "joblines", "states", "wheres", "arguments", "pairs"), _several),
    **dict.fromkeys(
        ("system", "arrow", "on_update", "on_deletion", "full", "state", "priority", "aggregated"), _as_written
    ),
    **dict.fromkeys(("compared", "relation", "plus_minus", "times_by"), _as_written),
    **{which: _flag(which) for which in ("else_blank", "else_keep", "keep_if_blank", "unchecked", "off")},
    **{which: _valued(which) for which in ("blank_means", "to_sales", "to_bc")},
}
