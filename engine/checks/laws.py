"""Model -> findings: every law in turn. A new law is a module with `check` (context -> findings) and a line here."""

from __future__ import annotations

from engine.checks import (
    blank_date,
    capitals,
    computed_filter,
    filled_twice,
    insert_only,
    inside_where,
    job_days,
    job_mapping,
    job_runs_twice,
    job_timing,
    job_wake,
    job_window,
    keep_if_blank,
    key_filter,
    lower_case_code,
    match_words,
    missing_dependency,
    narrower_number,
    never_equal,
    never_true,
    nothing_to_carry,
    option_as_text,
    option_values,
    overwritten,
    own_changes,
    repeated_alternative,
    rule_changes,
    standard_changed,
    swapped_range,
    text_cut,
    unused,
    unwritable,
    value_lists,
)
from engine.checks.context import Context
from engine.diagnostic import Diagnostic

LAWS = (
    unwritable,
    insert_only,
    filled_twice,
    overwritten,
    nothing_to_carry,
    text_cut,
    narrower_number,
    option_values,
    option_as_text,
    capitals,
    blank_date,
    keep_if_blank,
    value_lists,
    missing_dependency,
    never_true,
    never_equal,
    lower_case_code,
    swapped_range,
    repeated_alternative,
    inside_where,
    rule_changes,
    computed_filter,
    key_filter,
    own_changes,
    match_words,
    unused,
    standard_changed,
    job_days,
    job_mapping,
    job_runs_twice,
    job_timing,
    job_wake,
    job_window,
)


def check(context: Context) -> tuple[Diagnostic, ...]:
    """The findings of all laws, law by law."""
    return tuple(one for law in LAWS for one in law.check(context))
