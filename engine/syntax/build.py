"""What the parser has put together -> nodes of the syntax tree, one function per rule or alias of rules.lark."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from typing import Any

from engine.source import Span
from engine.syntax import ast
from engine.syntax.lex import is_pattern

Children = list[Any]
Build = Callable[[Children, Span], Any]


class Slip(Exception):
    """Something that the grammar takes and the language does not; becomes a diagnostic at once (mistakes.py).

    kind: of kinds.py. what: the words concerned.
    """

    def __init__(self, kind: str, span: Span, what: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        self.span = span
        self.what = what


# --- names and values -------------------------------------------------------------------------------


_MOST_DIGITS = 38  # as many as a number of the databases behind can have
FUNCTION = re.compile(r"([a-z]+(?: [a-z]+)*)\(")
# What follows a comma on a line and would otherwise be read as the end of a name.
OPTION = re.compile(r" (keep if blank|unchecked|off|blank means|exact case|to (?:sales|bc) )(?![\w.\-])")


def name(c: Children, at: Span) -> ast.Name:
    written: str = c[0]
    if written[0] == '"':
        if not written[1:-1].strip():
            raise Slip("unexpected", at, written)
        return ast.Name(span=at, text=written[1:-1], quoted=True)
    if "(" in written and (called := FUNCTION.match(written)):
        raise Slip("unknown-function", Span(source=at.source, start=at.start, end=at.start + called.end() - 1), called[1])
    if " " in written and (option := OPTION.search(written)):
        raise Slip("comma-missing", Span(source=at.source, start=at.start + option.start(1), end=at.end), option[1])
    return ast.Name(span=at, text=written)


def path(c: Children, at: Span) -> ast.Path:
    return ast.Path(span=at, names=tuple(c))


def table(c: Children, at: Span) -> ast.TableName:
    return ast.TableName(span=at, system=c[0], name=c[1])


def text(c: Children, at: Span) -> ast.Text:
    return ast.Text(span=at, value=unquoted(c[0]))


def unquoted(written: str) -> str:
    """`'O''Neill'` -> `O'Neill`."""
    return written[1:-1].replace("''", "'")


def number(c: Children, at: Span) -> ast.Number:
    _short(c[0], at)
    return ast.Number(span=at, value=Decimal(c[0]), written=c[0])


def _short(written: str, at: Span) -> None:
    if len(written) > _MOST_DIGITS:
        raise Slip("number-too-long", at, str(_MOST_DIGITS))


def date_(c: Children, at: Span) -> ast.Date:
    try:
        return ast.Date(span=at, value=date.fromisoformat(c[0]))
    except ValueError:
        raise Slip("no-such-date", at, c[0]) from None


def duration(c: Children, at: Span) -> ast.Duration:
    _short(c[0], at)
    return ast.Duration(span=at, count=int(c[0][:-1]), unit=c[0][-1])


def word(c: Children, at: Span) -> ast.Word:
    return ast.Word(span=at, word=c[0])


def setting(c: Children, at: Span) -> ast.Setting:
    return ast.Setting(span=at, name=c[0])


def call(c: Children, at: Span) -> ast.Call:
    return ast.Call(span=at, function=c[0], arguments=c[1])


def function(c: Children, at: Span) -> str:
    return " ".join(c[0][:-1].split())


def choose(c: Children, at: Span) -> ast.Choose:
    return ast.Choose(span=at, condition=c[0], then=c[1], otherwise=c[2])


def arithmetic(c: Children, at: Span) -> ast.Arithmetic:
    _value(c[0])
    _value(c[2])
    return ast.Arithmetic(span=at, left=c[0], operator=c[1], right=c[2])


def minus(c: Children, at: Span) -> ast.Minus:
    _value(c[0])
    return ast.Minus(span=at, operand=c[0])


def group(c: Children, at: Span) -> ast.Group:
    return ast.Group(span=at, inner=c[0])


def via(c: Children, at: Span) -> ast.Via:
    _value(c[0])
    return ast.Via(span=at, value=c[0], mappings=c[1])


def using(c: Children, at: Span) -> ast.Using:
    _value(c[0])
    return ast.Using(span=at, value=c[0], values=c[1])


def pair(c: Children, at: Span) -> ast.Pair:
    return ast.Pair(span=at, left=c[0], right=c[1])


def aggregate(c: Children, at: Span) -> ast.Aggregate:
    return ast.Aggregate(span=at, kind=c[0].split()[0], value=c[1], table=c[2], where=c[3])


def count(c: Children, at: Span) -> ast.Aggregate:
    return ast.Aggregate(span=at, kind="count", value=None, table=c[0], where=c[1])


def next_number(c: Children, at: Span) -> ast.NextNumber:
    return ast.NextNumber(span=at, start=c[0], step=c[1])


# --- conditions and filters -----------------------------------------------------------------------------


def and_(c: Children, at: Span) -> ast.And:
    return ast.And(span=at, left=c[0], right=c[1])


def or_(c: Children, at: Span) -> ast.Or:
    return ast.Or(span=at, left=c[0], right=c[1])


def not_(c: Children, at: Span) -> ast.Not:
    return ast.Not(span=at, operand=c[0])


def equals(c: Children, at: Span) -> ast.Equals:
    return ast.Equals(span=at, left=c[0], filter=_operand(c[1]))


def compare(c: Children, at: Span) -> ast.Compare:
    return ast.Compare(span=at, left=c[0], operator=c[1], right=c[2])


def is_blank(c: Children, at: Span) -> ast.IsBlank:
    return ast.IsBlank(span=at, value=c[0], negated=False)


def is_not_blank(c: Children, at: Span) -> ast.IsBlank:
    return ast.IsBlank(span=at, value=c[0], negated=True)


def is_coupled(c: Children, at: Span) -> ast.IsCoupled:
    return ast.IsCoupled(span=at, value=c[0], by=c[1], negated=False)


def is_not_coupled(c: Children, at: Span) -> ast.IsCoupled:
    return ast.IsCoupled(span=at, value=c[0], by=c[1], negated=True)


def coupled_with(c: Children, at: Span) -> ast.CoupledWith:
    return ast.CoupledWith(span=at, value=c[0])


def there_is(c: Children, at: Span) -> ast.ThereIs:
    return ast.ThereIs(span=at, table=c[0], alias=c[1], where=c[2], negated=False)


def there_is_no(c: Children, at: Span) -> ast.ThereIs:
    return ast.ThereIs(span=at, table=c[0], alias=c[1], where=c[2], negated=True)


def any_of(c: Children, at: Span) -> ast.AnyOf:
    return ast.AnyOf(span=at, parts=tuple(_operand(part) for part in c))


def all_of(c: Children, at: Span) -> ast.AllOf:
    return ast.AllOf(span=at, parts=tuple(_operand(part) for part in c))


def relation_to(c: Children, at: Span) -> ast.Relation:
    return ast.Relation(span=at, operator=c[0], operand=_value(_operand(c[1])))


def range_between(c: Children, at: Span) -> ast.Range:
    return ast.Range(span=at, low=_value(c[0]), high=_value(c[1]))


def range_from(c: Children, at: Span) -> ast.Range:
    return ast.Range(span=at, low=_value(c[0]), high=None)


def range_to(c: Children, at: Span) -> ast.Range:
    return ast.Range(span=at, low=None, high=_value(c[0]))


def pattern(c: Children, at: Span) -> ast.Pattern:
    written: str = c[0]
    if written.startswith("@'"):
        return ast.Pattern(span=at, text="@" + unquoted(written[1:]))
    return ast.Pattern(span=at, text=written)


def filter_group(c: Children, at: Span) -> ast.FilterGroup | ast.Group:
    """Brackets in a filter are plain brackets when a plain value stands in them."""
    inner = _operand(c[0])
    if isinstance(inner, _FILTERS):
        return ast.FilterGroup(span=at, inner=inner)
    return ast.Group(span=at, inner=inner)


_FILTERS = (ast.AnyOf, ast.AllOf, ast.Relation, ast.Range, ast.Pattern, ast.FilterGroup)


def _operand(found: Any) -> Any:
    """A quoted text with `*`, `?` or a leading `@` is a pattern where a filter asks for it."""
    if isinstance(found, ast.Text) and is_pattern(found.value):
        return ast.Pattern(span=found.span, text=found.value)
    return found


def _value(found: Any) -> Any:
    """Refuses to calculate with a bracket that holds a filter: `(A|B) + 1`."""
    if isinstance(found, ast.FilterGroup):
        raise Slip("filter-as-value", found.span)
    return found


# --- statements -----------------------------------------------------------------------------------------


def block(c: Children, at: Span) -> ast.Block:
    return ast.Block(span=at, statements=tuple(c))


def sorting(c: Children, at: Span) -> ast.Sorting:
    return ast.Sorting(span=at, fields=c[0], descending=False)


def sorting_descending(c: Children, at: Span) -> ast.Sorting:
    return ast.Sorting(span=at, fields=c[0], descending=True)


def message(c: Children, at: Span) -> ast.Message:
    return ast.Message(span=at, text=c[0][1:-1])


def find(c: Children, at: Span) -> ast.Find:
    return ast.Find(span=at, table=c[0], alias=c[1], where=c[2] or (), sorting=c[3], otherwise=c[4])


def let(c: Children, at: Span) -> ast.Let:
    return ast.Let(span=at, alias=c[0], value=c[1])


def do(c: Children, at: Span) -> ast.Do:
    return ast.Do(span=at, step=c[0], arguments=c[1] or (), gives=c[2] or ())


def create(c: Children, at: Span) -> ast.Create:
    return ast.Create(span=at, table=c[0], alias=c[1], like=c[2], block=c[3])


def create_or_change(c: Children, at: Span) -> ast.CreateOrChange:
    return ast.CreateOrChange(span=at, table=c[0], alias=c[1], where=c[2], block=c[3])


def rows(c: Children, at: Span) -> ast.Rows:
    return ast.Rows(span=at, of=c[0], where=c[1])


def change_rows(c: Children, at: Span) -> ast.Change:
    return ast.Change(span=at, rows=c[0], block=c[1])


def delete(c: Children, at: Span) -> ast.Delete:
    return ast.Delete(span=at, rows=c[0])


def couple(c: Children, at: Span) -> ast.Couple:
    return ast.Couple(span=at, left=c[0], right=c[1])


def uncouple(c: Children, at: Span) -> ast.Uncouple:
    return ast.Uncouple(span=at, rows=c[0])


def synchronise(c: Children, at: Span) -> ast.Synchronise:
    return ast.Synchronise(span=at, rows=c[0], mappings=c[1], if_it_may_create=False)


def synchronise_if(c: Children, at: Span) -> ast.Synchronise:
    return ast.Synchronise(span=at, rows=c[0], mappings=c[1], if_it_may_create=True)


def require_fail(c: Children, at: Span) -> ast.Require:
    return ast.Require(span=at, condition=c[0], outcome="fail", message=c[1])


def require_warn(c: Children, at: Span) -> ast.Require:
    return ast.Require(span=at, condition=c[0], outcome="warn", message=c[1])


def if_(c: Children, at: Span) -> ast.If:
    return ast.If(span=at, condition=c[0], then=c[1], otherwise=c[2])


def for_each(c: Children, at: Span) -> ast.ForEach:
    return ast.ForEach(span=at, table=c[0], alias=c[1], where=c[2], sorting=c[3], block=c[4])


def for_pieces(c: Children, at: Span) -> ast.ForPieces:
    return ast.ForPieces(span=at, alias=c[0], arguments=c[1], where=c[2], block=c[3])


def assign(c: Children, at: Span) -> ast.Assign:
    return ast.Assign(span=at, target=c[0], to_setting=False, value=c[1], options=c[2])


def assign_setting(c: Children, at: Span) -> ast.Assign:
    return ast.Assign(span=at, target=c[0], to_setting=True, value=c[1], options=c[2])


def apply_template(c: Children, at: Span) -> ast.ApplyTemplate:
    return ast.ApplyTemplate(span=at, code=c[0])


# --- options of a line: (which, value, place) until they are gathered -----------------------------------------


def options(c: Children, at: Span) -> ast.Options:
    found: dict[str, Any] = {}
    for which, value, place in c[:-1]:
        if which in found:
            raise Slip("said-twice", place, which.replace("_", " "))
        found[which] = value
    return ast.Options(span=at, when=c[-1], **found)


def _flag(which: str) -> Build:
    return lambda c, at: (which, True, at)


def _valued(which: str) -> Build:
    return lambda c, at: (which, c[0], at)


# --- mappings -----------------------------------------------------------------------------------------------


def side(c: Children, at: Span) -> ast.Side:
    return ast.Side(span=at, table=c[0], alias=c[1])


def depends_on(c: Children, at: Span) -> ast.DependsOn:
    return ast.DependsOn(span=at, mappings=c[0], when=c[1])


def only_coupled(c: Children, at: Span) -> ast.Creation:
    return ast.Creation(span=at, missing=False, when=c[0])


def create_missing(c: Children, at: Span) -> ast.Creation:
    return ast.Creation(span=at, missing=True, when=c[0])


def only_within(c: Children, at: Span) -> ast.OnlyWithin:
    return ast.OnlyWithin(span=at, mapping=c[0])


def always_compare(c: Children, at: Span) -> ast.AlwaysCompare:
    return ast.AlwaysCompare(span=at)


def update_conflict(c: Children, at: Span) -> ast.OnConflict:
    return ast.OnConflict(span=at, kind="update", strategy=c[0])


def deletion_conflict(c: Children, at: Span) -> ast.OnConflict:
    return ast.OnConflict(span=at, kind="deletion", strategy=c[0])


def record_filter(c: Children, at: Span) -> ast.RecordFilter:
    return ast.RecordFilter(span=at, system=c[0], condition=c[1], when=c[2])


def leave_out(c: Children, at: Span) -> ast.LeaveOut:
    return ast.LeaveOut(span=at, system=c[0], condition=c[1])


def recognise(c: Children, at: Span) -> ast.Recognise:
    return ast.Recognise(span=at, system=c[0], condition=c[1], off=False)


def recognise_off(c: Children, at: Span) -> ast.Recognise:
    return ast.Recognise(span=at, system=c[0], condition=c[1], off=True)


def match(c: Children, at: Span) -> ast.Match:
    return ast.Match(span=at, condition=c[0], exact_case=False)


def match_exact(c: Children, at: Span) -> ast.Match:
    return ast.Match(span=at, condition=c[0], exact_case=True)


def create_unmatched(c: Children, at: Span) -> ast.CreateUnmatched:
    return ast.CreateUnmatched(span=at)


def synchronise_matched(c: Children, at: Span) -> ast.SynchroniseMatched:
    return ast.SynchroniseMatched(span=at)


def in_full_synchronisation(c: Children, at: Span) -> ast.InFullSynchronisation:
    return ast.InFullSynchronisation(span=at, action=c[0], when=c[1])


def drop(c: Children, at: Span) -> ast.Drop:
    return ast.Drop(span=at, field=c[0])


def field_line(c: Children, at: Span) -> ast.FieldLine:
    return ast.FieldLine(span=at, left=c[0], arrow=c[1], right=c[2], options=c[3])


def moment(c: Children, at: Span) -> ast.Moment:
    return _moment(c, at, after=False)


def moment_after(c: Children, at: Span) -> ast.Moment:
    return _moment(c, at, after=True)


def _moment(c: Children, at: Span, *, after: bool) -> ast.Moment:
    return ast.Moment(span=at, after=after, states=c[0], system=c[1], block=c[2])


def after_uncoupling(c: Children, at: Span) -> ast.AfterUncoupling:
    return ast.AfterUncoupling(span=at, block=c[0])


# --- jobs -----------------------------------------------------------------------------------------------------


def run(c: Children, at: Span) -> ast.Run:
    return ast.Run(span=at, names=c[0])


def run_all_others(c: Children, at: Span) -> ast.Run:
    return ast.Run(span=at, names=())


def every(c: Children, at: Span) -> ast.Every:
    sleep = _whole(c[1], at) if len(c) > 1 else None
    return ast.Every(span=at, minutes=_whole(c[0], at), sleep_minutes=sleep)


def attempts(c: Children, at: Span) -> ast.Attempts:
    return ast.Attempts(span=at, count=_whole(c[0], at), seconds=_whole(c[1], at))


def _whole(written: str, at: Span) -> int:
    _short(written, at)
    if not written.isdigit():
        raise Slip("not-whole", at, written)
    return int(written)


def category(c: Children, at: Span) -> ast.Category:
    return ast.Category(span=at, text=c[0])


def wake_on(c: Children, at: Span) -> ast.WakeOn:
    return ast.WakeOn(span=at, table=c[0], when=c[1])


def start_asleep(c: Children, at: Span) -> ast.StartAsleep:
    return ast.StartAsleep(span=at)


def window(c: Children, at: Span) -> ast.Window:
    start, end = (None if one is None else _time(one, at) for one in c[1:])
    return ast.Window(span=at, days=c[0], start=start, end=end)


def _time(written: str, at: Span) -> time:
    try:
        return time.fromisoformat(written)
    except ValueError:
        raise Slip("no-such-time", at, written) from None


# --- declarations ---------------------------------------------------------------------------------------------


def title(c: Children, at: Span) -> tuple[str, Span]:
    return c[0][1:-1], at


def mapping(c: Children, at: Span) -> ast.Mapping:
    head, (heading, _), left, arrow, right, when, items = c
    return ast.Mapping(span=at, name=head, title=heading, left=left, arrow=arrow, right=right, when=when, items=items)


def change_mapping(c: Children, at: Span) -> ast.ChangeMapping:
    return ast.ChangeMapping(span=at, name=c[0], when=c[1], items=c[2])


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
    return c[0].removeprefix("is "), c[1] if len(c) > 1 else None


def whenever(c: Children, at: Span) -> ast.Whenever:
    of, alias, (how, to), where, body = c
    return ast.Whenever(span=at, table=of, alias=alias, change=how, to=to, where=where, block=body)


def whenever_setting(c: Children, at: Span) -> ast.WheneverSetting:
    return ast.WheneverSetting(span=at, setting=c[0], filter=_operand(c[1]), block=c[2])


def _several(c: Children, at: Span) -> tuple[Any, ...]:
    return tuple(c)


def _as_written(c: Children, at: Span) -> Any:
    return c[0]


BUILDERS: dict[str, Build] = {
    **{
        made.__name__.removesuffix("_") if made in (date_,) else made.__name__: made
        for made in (
            name, path, table, text, number, date_, duration, word, setting, call, function, choose, arithmetic,
            minus, group, via, using, pair, aggregate, count, next_number, and_, or_, not_, equals, compare,
            is_blank, is_not_blank, is_coupled, is_not_coupled, coupled_with, there_is, there_is_no, any_of, all_of,
            relation_to, range_between, range_from, range_to, pattern, filter_group, block, sorting,
            sorting_descending, message, find, let, do, create, create_or_change, rows, change_rows, delete, couple,
            uncouple, synchronise, synchronise_if, require_fail, require_warn, if_, for_each, for_pieces, assign,
            assign_setting, apply_template, options, side, depends_on, only_coupled, create_missing, only_within,
            always_compare, update_conflict, deletion_conflict, record_filter, leave_out, recognise, recognise_off,
            match, match_exact, create_unmatched, synchronise_matched, in_full_synchronisation, drop, field_line,
            moment, moment_after, after_uncoupling, run, run_all_others, every, attempts, category, wake_on,
            start_asleep, window, title, mapping, change_mapping, process, step, rule, job, values, change,
            whenever, whenever_setting,
        )
    },
    **dict.fromkeys(("names", "mappings", "items", "joblines", "states", "wheres", "arguments", "pairs"), _several),
    **dict.fromkeys(
        ("system", "arrow", "on_update", "on_deletion", "full", "state", "days", "compared", "relation", "plus_minus"),
        _as_written,
    ),
    **dict.fromkeys(("times_by", "aggregated"), _as_written),
    **{which: _flag(which) for which in ("else_blank", "else_keep", "keep_if_blank", "unchecked", "off")},
    **{which: _valued(which) for which in ("blank_means", "to_sales", "to_bc")},
}
