"""Statements, lines and declarations -> docs of all that stands before their block."""

from __future__ import annotations

from typing import assert_never

from engine.syntax import ast
from engine.syntax.doc import ALL, Doc
from engine.syntax.print_values import clause, filter_, listed, name, names, table, value
from engine.syntax.quoting import ITEM, ROWS, STATEMENT, written_text

# Where parts of a statement's outermost level may be broken, and where values inside begin.
_OUTER, _INNER = 0, 1
_AND = _INNER + 1  # as deep as an `and` of the condition that follows

Line = ast.Statement | ast.MappingItem | ast.JobLine | ast.Declaration


def head(node: Line) -> Doc:
    """The words of a statement up to its block; of `find … else create { }` up to `else create`."""
    match node:
        case (
            ast.Find() | ast.Let() | ast.Do() | ast.Create() | ast.CreateOrChange() | ast.Change() | ast.Delete()
            | ast.Couple() | ast.Uncouple() | ast.Synchronise() | ast.Require() | ast.If() | ast.ForEach()
            | ast.ForPieces() | ast.Assign() | ast.ApplyTemplate() | ast.CountsAsNew()
        ):  # fmt: skip
            return _statement(node)
        case (
            ast.Run()
            | ast.Every()
            | ast.NextRun()
            | ast.Attempts()
            | ast.Category()
            | ast.WakeOn()
            | ast.StartAsleep()
            | ast.Window()
        ):
            return _job_line(node)
        case (
            ast.Mapping() | ast.ChangeMapping() | ast.Process() | ast.Step() | ast.Rule() | ast.Job() | ast.Values()
            | ast.Whenever() | ast.WheneverSetting()
        ):  # fmt: skip
            return _declaration(node)
        case _:
            return _item(node)


def when(node: ast.Expression | None) -> Doc:
    """`when C`, or nothing."""
    return clause("when", node, _OUTER, _INNER)


def _titled(word: str, node: ast.Name, title: str) -> str:
    return f'{word} {name(node)} "{title}"'


def _declaration(
    node: ast.Mapping | ast.ChangeMapping | ast.Process | ast.Step | ast.Rule | ast.Job | ast.Values
    | ast.Whenever | ast.WheneverSetting,
) -> Doc:  # fmt: skip
    match node:
        case ast.Mapping():
            left, right = (f"{table(side.table)} as {name(side.alias)}" for side in (node.left, node.right))
            sides: Doc = [_titled("mapping", node.name, node.title) + ":", _OUTER, f"{left} {node.arrow} {right}"]
            return [*sides, *clause("when", node.when, ALL, _INNER)]
        case ast.ChangeMapping():
            return [f"change mapping {name(node.name)}", *when(node.when)]
        case ast.Process():
            return [_titled("process", node.name, node.title), *when(node.when)]
        case ast.Step():
            made: Doc = [f"step {name(node.name)}"]
            if node.parameters:
                made += [_OUTER, "with ", *listed([[name(one)] for one in node.parameters], _INNER)]
            return [*made, *_gives(node.gives)]
        case ast.Rule():
            return [f'rule "{node.title}"', *when(node.when)]
        case ast.Job():
            return [_titled("job", node.name, node.title), *when(node.when)]
        case ast.Values():
            return [_titled("values", node.name, node.title)]
        case ast.Whenever():
            made = [f"whenever {table(node.table)} as {name(node.alias)} is {node.change}"]
            if node.to is not None:
                made += [" ", *value(node.to, _INNER)]
            return [*made, *clause("where", node.where, _OUTER, _INNER)]
        case ast.WheneverSetting():
            return [f"whenever setting {name(node.setting)} is changed to ", *filter_(node.filter, _INNER)]
        case _:
            assert_never(node)


def _item(
    node: ast.DependsOn | ast.Creation | ast.OnlyWithin | ast.AlwaysCompare | ast.OnConflict | ast.RecordFilter
    | ast.LeaveOut | ast.Recognise | ast.Match | ast.CreateUnmatched | ast.SynchroniseMatched
    | ast.InFullSynchronisation | ast.Drop | ast.FieldLine | ast.Moment | ast.AfterUncoupling,
) -> Doc:  # fmt: skip
    match node:
        case ast.DependsOn():
            return ["depends on ", *listed([[name(one)] for one in node.mappings], _INNER), *when(node.when)]
        case ast.Creation():
            return ["create missing records" if node.missing else "only coupled records", *when(node.when)]
        case ast.OnlyWithin():
            return [f"only within {name(node.mapping)}"]
        case ast.AlwaysCompare():
            return ["always compare"]
        case ast.OnConflict():
            return [f"on {node.kind} conflict {node.strategy}"]
        case ast.RecordFilter():
            return [f"filter {node.system} ", *value(node.condition, _INNER), *when(node.when)]
        case ast.LeaveOut():
            return [f"leave out {node.system}", *clause("where", node.condition, _AND, _INNER)]
        case ast.Recognise():
            off = [", off"] if node.off else []
            return [f"recognise {node.system}", *clause("where", node.condition, _AND, _INNER), *off]
        case ast.Match():
            return ["match ", *value(node.condition, _INNER), *([", exact case"] if node.exact_case else [])]
        case ast.CreateUnmatched():
            return ["create when nothing matches"]
        case ast.SynchroniseMatched():
            return ["synchronise after matching"]
        case ast.InFullSynchronisation():
            return [f"in full synchronisation {node.action}", *when(node.when)]
        case ast.Drop():
            return [f"drop {name(node.field)}"]
        case ast.FieldLine():
            return [*left_of(node), f" {node.arrow} ", *right_of(node)]
        case ast.Moment():
            return [("after " if node.after else "") + " or ".join(node.states) + f" {node.system} record"]
        case ast.AfterUncoupling():
            return ["after uncoupling"]
        case _:
            assert_never(node)


def left_of(node: ast.FieldLine | ast.Assign) -> Doc:
    """What stands left of the arrow or the `:=`."""
    if isinstance(node, ast.FieldLine):
        return value(node.left, _INNER, ITEM)
    if node.to_setting:
        return ["setting " + name(node.target)]
    return [name(node.target, STATEMENT)]


def right_of(node: ast.FieldLine | ast.Assign) -> Doc:
    """What stands right of the arrow or the `:=`, with its options."""
    right = node.right if isinstance(node, ast.FieldLine) else node.value
    return [*value(right, _INNER), *_options(node.options)]


def _options(node: ast.Options) -> Doc:
    made: Doc = []
    for said, words in (
        (node.else_blank, "else blank"),
        (node.else_keep, "else keep"),
        (node.keep_if_blank, "keep if blank"),
    ):
        if said:
            made += [",", _OUTER, words]
    for meant, words in ((node.blank_means, "blank means"), (node.to_sales, "to sales"), (node.to_bc, "to bc")):
        if meant is not None:
            made += [",", _OUTER, words + " ", *value(meant, _INNER)]
    for said, words in ((node.unchecked, "unchecked"), (node.off, "off")):
        if said:
            made += [",", _OUTER, words]
    return [*made, *when(node.when)]


def _statement(node: ast.Statement) -> Doc:
    match node:
        case ast.Find():
            return _find(node)
        case ast.Let():
            return [f"let {name(node.alias)} = ", *value(node.value, _INNER)]
        case ast.Do():
            made: Doc = [f"do {name(node.step)}"]
            if node.arguments:
                made += [_OUTER, "with ", *listed([value(one, _INNER + 1) for one in node.arguments], _INNER)]
            return [*made, *_gives(node.gives)]
        case ast.Create():
            return [f"create {table(node.table)}{_alias(node.alias)}", *clause("like", node.like, _OUTER, _INNER)]
        case ast.CreateOrChange():
            made = [f"create or change {table(node.table)}{_alias(node.alias)}"]
            return [*made, *clause("where", node.where, _AND, _INNER)]
        case ast.Change():
            return ["change ", *_rows(node.rows)]
        case ast.Delete():
            return ["delete ", *_rows(node.rows)]
        case ast.Couple():
            return ["couple ", *value(node.left, _INNER), _OUTER, "with ", *value(node.right, _INNER)]
        case ast.Uncouple():
            return ["uncouple ", *_rows(node.rows)]
        case ast.Synchronise():
            made = ["synchronise ", *_rows(node.rows), _OUTER, f"with {names(node.mappings, '|')}"]
            if node.unfiltered:
                return [*made, ", whatever its filters"]
            return [*made, ", if it may create"] if node.if_it_may_create else made
        case ast.Require():
            told = f'else {node.outcome} "{node.message.text}"'
            return ["require ", *value(node.condition, _INNER), _OUTER, told]
        case ast.If():
            return ["if ", *value(node.condition, _INNER)]
        case ast.ForEach():
            made = [f"for each {table(node.table)} as {name(node.alias)}"]
            return [*made, *clause("where", node.where, _AND, _INNER), *_sorting(node.sorting, _OUTER)]
        case ast.ForPieces():
            of = listed([value(one, _INNER + 1) for one in node.arguments], _INNER)
            made = [f"for each {name(node.alias)} in pieces(", *of, ")"]
            return [*made, *clause("where", node.where, _AND, _INNER)]
        case ast.Assign():
            return [*left_of(node), " := ", *right_of(node)]
        case ast.ApplyTemplate():
            return [f"apply template {written_text(node.code)}"]
        case ast.CountsAsNew():
            return ["counts as new"]
        case _:
            assert_never(node)


def _find(node: ast.Find) -> Doc:
    made: Doc = [f"find {table(node.table)} as {name(node.alias)}"]
    for at, condition in enumerate(node.where):
        made += clause("else where", condition, ALL, _INNER) if at else clause("where", condition, _AND, _INNER)
    made += _sorting(node.sorting, ALL)
    match node.otherwise:
        case ast.Message():
            made += [ALL, f'else fail "{node.otherwise.text}"']
        case ast.Block():
            made += [ALL, "else create"]
        case None:
            pass
    return made


def _alias(node: ast.Name | None) -> str:
    return f" as {name(node)}" if node else ""


def _gives(nodes: tuple[ast.Name, ...]) -> Doc:
    return [_OUTER, f"gives {names(nodes)}"] if nodes else []


def _sorting(node: ast.Sorting | None, level: int) -> Doc:
    if node is None:
        return []
    return [level, f"sorted by {names(node.fields)}" + (" descending" if node.descending else "")]


def _rows(node: ast.Rows) -> Doc:
    of: Doc = [table(node.of)] if isinstance(node.of, ast.TableName) else value(node.of, _INNER, ROWS)
    return [*of, *clause("where", node.where, _AND, _INNER)]


def _job_line(node: ast.JobLine) -> Doc:
    match node:
        case ast.Run(asked=True):
            return ["run what is asked for"]
        case ast.Run():
            return ["run ", *listed([[name(one)] for one in node.names], _INNER)] if node.names else ["run all others"]
        case ast.Every():
            sleep = "" if node.sleep_minutes is None else f", sleep {node.sleep_minutes} minutes when idle"
            return [f"every {node.minutes} minutes{sleep}"]
        case ast.NextRun():
            clock = "" if node.at is None else f" at {node.at:%H:%M}"
            zone = "" if node.zone is None else f" in time zone {written_text(node.zone)}"
            sleep = "" if node.sleep_minutes is None else f", sleep {node.sleep_minutes} minutes when idle"
            return [f"next run {node.formula}{clock}{zone}{sleep}"]
        case ast.Attempts():
            return [f"at most {node.count} attempts, {node.seconds} seconds apart"]
        case ast.Category():
            priority = "" if node.priority is None else f", {node.priority} priority"
            return [f"category {written_text(node.text)}{priority}"]
        case ast.WakeOn():
            return [f"wake on {table(node.table)}", *when(node.when)]
        case ast.StartAsleep():
            return ["start asleep"]
        case ast.Window():
            hours = "" if node.start is None or node.end is None else f" from {node.start:%H:%M} to {node.end:%H:%M}"
            zone = "" if node.zone is None else f" in time zone {written_text(node.zone)}"
            return [f"on {_days(node.days)}{hours}{zone}"]
        case _:
            assert_never(node)


def _days(days: tuple[ast.Days, ...]) -> str:
    """`Monday, Wednesday and Friday to Sunday`."""
    words = [one.first if one.last is None else f"{one.first} to {one.last}" for one in days]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
