"""Law: what a job wakes on can wake it (R9.11, R9.13), and is read by what it runs."""

from __future__ import annotations

from collections.abc import Iterator

from engine.catalog.catalog import System, Table
from engine.checks.context import Context, finding, walk
from engine.diagnostic import Diagnostic
from engine.model import model as m
from engine.syntax import ast


def check(context: Context) -> Iterator[Diagnostic]:
    nodes = {one.name.text: one for one in context.written(ast.Job)}
    for name, node in nodes.items():
        recurring = any(isinstance(one, ast.Every | ast.NextRun) for one in node.lines)
        job = context.model.jobs.get(name)
        told = [one for one in (_in_vain(line, recurring, job, context) for line in _lines(node)) if one is not None]
        for line, message, hint in told:
            yield finding("W353", "wakes-in-vain", "warning", line.span, message, hint)


def _lines(node: ast.Job) -> list[ast.WakeOn]:
    return [one for one in node.lines if isinstance(one, ast.WakeOn)]


def _in_vain(
    line: ast.WakeOn, recurring: bool, job: m.Job | None, context: Context
) -> tuple[ast.WakeOn, str, str] | None:
    shown = f"{line.table.system} {line.table.name.text}"
    if not recurring:
        return (
            line,
            f"{shown} wakes nothing: a job without `every` or `next run` runs only when it is asked to",
            "add `every … minutes`",
        )
    if line.table.system == "sales":
        hint = "only records of Business Central wake jobs; a change in Sales is found by the next run"
        return line, f"{shown} wakes nothing: Sales does not tell Business Central of its changes", hint
    table = next((one for one in job.wakes if _named(one, line)), None) if job is not None else None
    if job is None or table is None or job.all_others:
        return None
    read = _read(job, context)
    if not read or (table.system, table.name) in read:
        return None
    hint = "wake on a table that the mapping reads from, or leave the line out"
    return line, f"{shown} wakes the job for nothing: {' and '.join(job.runs)} does not read it", hint


def _named(table: Table, line: ast.WakeOn) -> bool:
    return line.table.name.text in (table.caption, table.name)


def _read(job: m.Job, context: Context) -> set[tuple[System, str]]:
    """The tables that a job's runs read from Business Central: their source tables and whatever they look at."""
    found: set[tuple[System, str]] = set()
    for name in job.runs:
        within = [one for one in context.model.mappings.values() if one.name == name or one.only_within == name]
        for mapping in within:
            found.add((mapping.bc.table.system, mapping.bc.table.name))
            found |= {(one.table.system, one.table.name) for one in _looked_at(mapping)}
        process = context.model.processes.get(name)
        if process is None and not within:
            return set()
        if process is not None:
            found |= {(one.table.system, one.table.name) for one in walk(process, m.Record)}
    return found


def _looked_at(mapping: m.Mapping) -> Iterator[m.Record | m.Behind]:
    """The records of rules and filters, without the mapping's own two."""
    for part in (mapping.items, mapping.bc_filter, mapping.sales_filter, mapping.leave_out):
        for one in walk(part, m.Bound):
            if isinstance(one, m.Record | m.Behind) and one not in (mapping.bc, mapping.sales):
                yield one
