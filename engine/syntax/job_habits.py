"""What people write in a job (several parts on one line, days and hours in other words) -> what a job says instead.

Detectives of `mistakes.py`, asked before those that know nothing of jobs.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.diagnostic import Diagnostic
from engine.syntax.case import Case
from engine.syntax.kinds import slip
from engine.syntax.weekdays import DAY_WORDS, weekday

_JOINT = r"(?:(?:,|;|&|\+|and\b|then\b)[ \t]*)*"
_PART = re.compile(
    rf"({_JOINT})((?:next run|every|on|at most|category|wake on|start asleep|run)(?![\w.\-])(?![ \t]+(?:day|hour)))"
)
_TIME = r"\d\d?(?:[:.]\d\d)?(?:[ ]?[ap]m)?"
_HOURS = re.compile(rf"(?:between[ ]+|from[ ]+)?({_TIME})[ ]*(?:to|until|till|and|-|–)[ ]*({_TIME})(?!\w)", re.I)
_MORE_HOURS = re.compile(rf"(?:,|and\b)[ \t]*(?:from[ ]+)?{_TIME}[ ]*(?:to\b|-)", re.I)
_BETWEEN_DAYS = re.compile(r"(or|&|/|\+|-|–|until|till|through|thru)[ \t]*([^\W\d_]+)")
_DAY_AGAIN = re.compile(r"on[ \t]+([^\W\d_]+(?:[ ]day)?)")
_NTH = re.compile(r"(?:the[ ]+|day[ ]+)?(\d\d?)(?:st|nd|rd|th)?(?![\w:.])")
_OTHER_UNIT = re.compile(r"(hours?|days?|weeks?|h|d|seconds?)(?![\w.\-])")
_LENGTH = re.compile(r"\d+[DWMQY](?![\w.\-])", re.I)
_HOW_LONG = {"h": 60, "hour": 60, "d": 1440, "day": 1440, "week": 10080}
_RARE = re.compile(r"(?:every[ ]+)?(hour|day|night|morning|week|month|quarter|year)(?![\w.\-])")
_ADVERB = re.compile(r"(hourly|daily|nightly|weekly|monthly|quarterly|yearly)(?![\w.\-])", re.I)
_MEANT = ", with the time that is meant"
_SAID = {
    **dict.fromkeys(("hour", "hourly"), "every 60 minutes"),
    **dict.fromkeys(("day", "daily", "morning"), "next run 1D at 06:00"),
    **dict.fromkeys(("night", "nightly"), "next run 1D at 22:00"),
    **dict.fromkeys(("week", "weekly"), "next run 1W at 06:00"),
    **dict.fromkeys(("month", "monthly"), "next run 1M at 06:00"),
    **dict.fromkeys(("quarter", "quarterly"), "next run 1Q at 06:00"),
    **dict.fromkeys(("year", "yearly"), "next run 1Y at 06:00"),
}


def _in_job(case: Case) -> bool:
    return bool(case.failed.tokens) and case.failed.tokens[0].terminal == "job" and "_NL" not in case.found.terminal


def part_on_the_same_line(case: Case) -> Diagnostic | None:
    """`every 5 minutes, on weekdays`, `at most 3 attempts, 30 seconds apart and start asleep`."""
    here = case.failed.here
    if not _in_job(case) or not here or here[0].terminal == "job":
        return None
    before = case.before
    joined = before is not None and before.terminal in (",", "and") and len(here) > 1
    at = before.start if joined and before is not None else case.found.start
    found = _PART.match(case.text, at)
    if found is None or not (found[1] or "_NL" in case.failed.expected):
        return None
    part = found[2]
    if part == "on" and here[0].terminal == "on" and "TIME" not in {one.terminal for one in here}:
        return None  # another day of the same line
    joint = " ".join(found[1].split())
    message = f"`{part}` begins another part of the job, and every part has a line of its own"
    away = f"take the `{joint}` away and " if joint else ""
    return slip("line-not-ended", case.span(found.start(2), found.end()), message, f"{away}begin a new line here")


def days_joined(case: Case) -> Diagnostic | None:
    """`on Monday or Friday`, `on Monday - Friday`, `on weekdays and on Sunday`."""
    if not _in_job(case) or not case.failed.here or case.failed.here[0].terminal != "on":
        return None
    at, before = case.found.start, case.before
    if before is not None and before.terminal in (",", "and") and case.text.startswith("from ", at):
        sign = case.of(before)
        message = f"behind `{sign}` another day follows"
        return slip("unexpected", case.span(before.start, before.end), message, f"take the `{sign}` away")
    nth = _NTH.match(case.text, at) if len(case.failed.here) == 1 else None
    if nth is not None and 1 <= int(nth[1]) <= 31:
        message = f"`{nth[0]}` is no day of the week"
        return slip("unexpected", case.span(at, nth.end()), message, f"write `next run D{nth[1]} at 06:00`{_MEANT}")
    again = _DAY_AGAIN.match(case.text, at)
    if again is not None and "DAY" in case.failed.expected and _is_day(again[1]):
        message = "`on` stands once, before all days of the job"
        return slip("unexpected", case.span(at, at + 2), message, f"write only `{again[1]}` here")
    between = _BETWEEN_DAYS.match(case.text, at)
    if between is not None and "DAY" not in case.failed.expected and _is_day(between[2]):
        sign = between[1]
        word = "to" if sign in ("-", "–", "until", "till", "through", "thru") else "and"
        message = f"`{sign}` does not stand between days"
        return slip("unexpected", case.span(at, at + len(sign)), message, f"write `{word} {between[2]}`")
    return None


def _is_day(word: str) -> bool:
    return word.lower() in DAY_WORDS or weekday(word) is not None


def hours_of_a_day(case: Case) -> Diagnostic | None:
    """`on weekdays 06:00 to 22:00`, `between 6 and 22`, `from 06:00 to 12:00 and 13:00 to 18:00`."""
    here = case.failed.here
    if not _in_job(case) or not here or here[0].terminal != "on":
        return None
    terminals = [one.terminal for one in here]
    at = case.found.start
    if terminals.count("TIME") == 2:
        more = _MORE_HOURS.match(case.text, at)
        if more is None:
            return None
        hint = "declare a second job for the other hours, or write one stretch from the first to the last"
        return slip("unexpected", case.span(at, more.end()), "a job has one stretch of hours a day", hint)
    if "TIME" in terminals:
        return None
    if terminals[-1] == "from":
        at = here[-1].start
    found = _HOURS.match(case.text, at)
    if found is None:
        return None
    first, last = _clock(found[1]), _clock(found[2])
    if not first or not last or found[0] == f"from {first} to {last}":
        return None
    kind = "no-such-time" if terminals[-1] == "from" else "unexpected"
    message = f"`{found[0]}` is no stretch of hours"
    hint = f"a time is written from 00:00 to 23:59: `from {first} to {last}`"
    return slip(kind, case.span(at, found.end()), message, hint)


def _clock(written: str) -> str:
    """The time as the language writes it; blank for none of a day."""
    digits = re.match(r"(\d\d?)(?:[:.](\d\d))?[ ]?([ap]m)?", written.lower())
    assert digits is not None
    hour, minute = int(digits[1]), int(digits[2] or 0)
    if digits[3] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if digits[3] == "pm" else 0)
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else ""


def other_intervals(case: Case) -> Diagnostic | None:
    """`every 2 hours`, `every day`, `monthly`."""
    if not _in_job(case):
        return None
    here, at = case.failed.here, case.found.start
    if here and here[0].terminal == "every" and here[-1].terminal == "NUMBER":
        unit = _OTHER_UNIT.match(case.text, at)
        count = case.of(here[-1])
        if unit is None or len(here) != 2 or not count.isdigit():
            return None
        long = _HOW_LONG.get(unit[1].rstrip("s"))
        hint = f"write `every {int(count) * long} minutes`" if long else "write how many minutes lie between two runs"
        return slip("unexpected", case.span(at, unit.end()), f"`{unit[1]}` does not fit here", hint)
    length = _LENGTH.match(case.text, at)
    if here and here[0].terminal == "every" and len(here) == 1 and length is not None:
        span = case.span(here[0].start, length.end())
        hint = f"write `next run {length[0].upper()} at 06:00`{_MEANT}"
        return slip("unexpected", span, "`every` says how many minutes lie between two runs", hint)
    if here and here[0].terminal == "every" and len(here) == 1:
        rare = _RARE.match(case.text, at)
        at = here[0].start
    else:
        rare = None if here else _ADVERB.match(case.text, at) or _RARE.match(case.text, at)
    if rare is None:
        return None
    word = rare[1].lower()
    hint = f"write `{_SAID[word]}`{_MEANT if ' at ' in _SAID[word] else ''}"
    return slip("unexpected", case.span(at, rare.end()), f"`{case.text[at : rare.end()]}` does not fit here", hint)


def several_tables(case: Case) -> Diagnostic | None:
    """`wake on bc Customer, bc Vendor`"""
    here, found = case.failed.here, case.found
    if not _in_job(case) or not here or here[0].terminal != "wake on" or found.terminal not in (",", "and", "&"):
        return None
    if len(here) != 3 or not re.match(r"[,&and]+\s+(?:bc|sales)\s", case.text[found.start : found.end + 9]):
        return None
    span = case.span(found.start, found.end)
    return slip("unexpected", span, "a line names one table", "write a line `wake on …` for each")


def names_joined(case: Case) -> Diagnostic | None:
    """`run CUSTOMER and VENDOR`"""
    here, found = case.failed.here, case.found
    if not _in_job(case) or not here or here[0].terminal != "run" or found.terminal not in ("and", "&", "+"):
        return None
    span = case.span(found.start, found.end)
    return slip("unexpected", span, f"`{case.of(found)}` does not stand between what a job runs", "write `,`")


JOB_HABITS: tuple[Callable[[Case], Diagnostic | None], ...] = (
    part_on_the_same_line,
    days_joined,
    hours_of_a_day,
    other_intervals,
    several_tables,
    names_joined,
)
