"""A run that a script lets fail as a whole: it is tried again; a missing privilege turns the connection off."""

from __future__ import annotations

from engine.jobs.edits import Edit
from tests.jobs.queues import edit, running
from tests.jobs.test_simulate import RESTLESS, one_item
from tests.plan.stories import bc_id, moment


def test_a_run_that_a_script_lets_fail_is_tried_again() -> None:
    """R9.15, R9.16: it fails as a whole; the edit is carried over by the next try."""
    fails = Edit(at=moment("2026-06-15T12:20"), fails="ITEMS", because="The server is busy.")
    change = edit("12:25", "Item", bc_id("1"), Description="Red bike")
    ran = running(one_item(jobs=RESTLESS), "1h", fails, change)
    assert ran.runs("ITEMS") == ["12:00:00 idle", "12:25:30 The server is busy.", "12:26:10 changed 1", "12:56:20 idle"]


def test_an_error_that_shows_a_missing_privilege_to_create_turns_the_connection_off() -> None:
    """R9.17."""
    fails = Edit(at=moment("2026-06-15T12:20"), fails="ITEMS", because="The user is missing prvCreateProduct.")
    ran = running(one_item(jobs=RESTLESS), "8h", fails)
    assert ran.runs("ITEMS") == ["12:00:00 idle", "12:30:10 The user is missing prvCreateProduct."]
    entry = ran.timeline.queue.entry("ITEMS")
    assert entry is not None and entry.status == "On Hold"
    assert [(f"{one.at:%H:%M:%S}", one.what, one.text) for one in ran.timeline.happened] == [
        ("12:30:20", "note", "the connection is turned off: The user is missing prvCreateProduct."),
        ("12:30:20", "settings", "enable_cds_connection = False, sales_connection_enabled = False"),
        ("12:30:20", "note", "its connection is off"),
    ]
