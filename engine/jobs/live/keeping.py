"""The folder of plans and a run that has ended -> the plans that are kept: of every job the last ones."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

KEPT_PLANS: Final = 20
"""How many plans of a job are kept, unless somebody says otherwise: applied or not, the newest ones."""


def plan_name(at: datetime, number: int, job: str) -> str:
    """The name of a plan: when, which run, which job."""
    return f"{at:%Y-%m-%dT%H-%M-%SZ}-{number:06d}-{_word(job)}.plan"


def outdated(names: list[str], job: str, kept: int) -> list[str]:
    """Of the files in a folder, the plans of this job that are older than the last so many. Files of other names are
    nobody's."""
    ours = re.compile(rf"\d{{4}}-\d\d-\d\dT\d\d-\d\d-\d\dZ-\d{{6,}}-{re.escape(_word(job))}\.plan")
    plans = sorted(one for one in names if ours.fullmatch(one))
    return plans[: max(0, len(plans) - kept)]


def prune(folder: Path, job: str, kept: int) -> None:
    """Take the outdated plans of a job away; one that cannot be taken stays until the next run."""
    with suppress(OSError):
        for name in outdated([one.name for one in folder.iterdir()], job, kept):
            drop(folder / name)


def drop(path: Path) -> None:
    """Take a file away if it is there and lets itself be taken; a file that stays does no harm."""
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _word(job: str) -> str:
    return re.sub(r"[^\w.-]+", "-", job).strip("-") or "job"
