"""Jobs and processes -> which processes a plan carries out, in which order; and which wait for somebody to name them.

A plan of everything follows the job queue: the processes that a job runs again and again, in the order of the jobs.
Where the rules hold no job, every process has its turn. Texts are taken by path and line, so the order in which files
are read makes no difference.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.frozen import dataclass
from engine.model.model import Job, Model, Process


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """processes: in the order of the plan. by_hand: those that no job runs again and again, left out of a plan of
    everything: a job without interval runs once, when somebody or a setting asks for it."""

    processes: tuple[Process, ...]
    by_hand: tuple[Process, ...] = ()


def turns(model: Model, names: Sequence[str] = (), *, queued: bool | None = None) -> Turns:
    """The processes of these names, or (no names) of a plan of everything.

    queued: the rules hold jobs, also if the settings leave all of them out; None when no more is known than the model.
    """
    again = [job for job in model.jobs.values() if job.every is not None]
    scheduled = [name for job in sorted(again, key=_text_order) for name in job.runs]
    turn = {name: at for at, name in reversed(list(enumerate(scheduled)))}
    ordered = sorted(model.processes.values(), key=lambda one: (turn.get(one.name, len(scheduled)), _text_order(one)))
    if names:
        return Turns(processes=tuple(one for one in ordered if one.name in names))
    if not (bool(model.jobs) if queued is None else queued):
        return Turns(processes=tuple(ordered))
    return Turns(
        processes=tuple(one for one in ordered if one.name in turn),
        by_hand=tuple(one for one in ordered if one.name not in turn),
    )


def _text_order(one: Job | Process) -> tuple[str, int, str]:
    return (one.span.path, one.span.start, one.name)
