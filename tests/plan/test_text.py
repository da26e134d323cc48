"""What the terminal shows of a plan: whole when it is piped, fitted between words when the terminal is narrow."""

from __future__ import annotations

import re

import duckdb
import pytest

from engine.plan.tables import TABLES
from engine.plan.text import summary

LONG = "Both the Customer and the Account were changed since the last run; they differ in Address <-> Street and Name"


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    made.execute("CREATE SCHEMA plan")
    for name, columns in TABLES.items():
        made.execute(f"CREATE TABLE plan.{name} ({columns})")
    made.execute(
        """INSERT INTO plan.pass (pass, mapping, leg, left_out, created, changed, unchanged, skipped, failed, conflicts,
           warnings) VALUES (1, 'SALESPRC-PRODPRICE', 'to_sales', 9, 1, 2, 3, 4, 5, 6, 7)"""
    )
    made.execute(
        """INSERT INTO plan.record (pass, record, action, source_label, code, reason, path, line)
           VALUES (1, 1, 'conflict', 'C10070 The Spoke Room', 'E625', $1, 'standard/prices.rules', 12)""",
        [LONG],
    )
    return made


def test_what_is_piped_is_whole(connection: duckdb.DuckDBPyConnection) -> None:
    lines = list(summary(connection, colour=False))
    assert lines[1].split() == ["SALESPRC-PRODPRICE", "->", "Sales", *"123456", "7", "9"]
    assert f"    {LONG}" in lines


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("width", [60, 80, 100])
def test_nothing_is_wider_than_the_terminal(width: int, colour: bool, connection: duckdb.DuckDBPyConnection) -> None:
    lines = [re.sub("\x1b[^m]*m", "", line) for line in summary(connection, colour=colour, width=width)]
    assert max(map(len, lines)) <= width
    assert " ".join(" ".join(lines).split()).count(LONG) == 1
    assert lines[0].split()[:4] == ["Mapping", "created", "changed", "unchanged"]


def test_a_column_that_is_shown_keeps_its_counts(connection: duckdb.DuckDBPyConnection) -> None:
    head, row = list(summary(connection, colour=False, width=80))[:2]
    assert head.split()[1:] == ["created", "changed", "unchanged", "skipped", "failed", "conflicts"]
    assert row.split()[3:] == list("123456")
    assert [found.end() for found in re.finditer(r"\S+", head)][1:] == [
        found.end() for found in re.finditer(r"\d\b", row)
    ]
