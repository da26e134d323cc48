"""A name that does not exist, and those that do -> what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from difflib import SequenceMatcher

_CLOSE = 0.62
_NOISE = str.maketrans("", "", " _-./&()%'\"")


def suggest(written: str, candidates: Iterable[str], at_most: int = 3) -> tuple[str, ...]:
    """The candidates most like what was written, best first; empty when none is near.

    Case, blanks, underscores and punctuation count little (`Big_size` means `Big Size`); a word left out
    or put first counts less than wrong letters (`Colour` means `Colour Code`).
    """
    return _suggest(written, tuple(dict.fromkeys(candidates)), at_most)


@lru_cache(maxsize=256)
def _suggest(written: str, candidates: tuple[str, ...], at_most: int) -> tuple[str, ...]:
    bare = _bare(written)
    if not bare:
        return ()
    from difflib import SequenceMatcher

    scored: list[tuple[float, int, str]] = []
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(bare)
    for at, candidate in enumerate(candidates):
        score = _score(bare, _bare(candidate), matcher)
        if score >= _CLOSE:
            scored.append((-score, at, candidate))
    scored.sort()
    best: dict[str, str] = {}
    for minus, _, name in scored:
        if minus <= scored[0][0] + 0.2 and name != written:
            best.setdefault(_bare(name), name)
    return tuple(best.values())[:at_most]


def _score(bare: str, candidate: str, matcher: SequenceMatcher[str]) -> float:
    if bare == candidate:
        return 2.0
    if not candidate:
        return 0.0
    shorter, longer = sorted((len(bare), len(candidate)))
    part = 0.0
    if shorter >= 4 and (candidate.startswith(bare) or bare.startswith(candidate)):
        part = 0.75 + 0.25 * shorter / longer
    elif shorter >= 4 and (bare in candidate or candidate in bare):
        part = 0.5 + 0.45 * shorter / longer
    matcher.set_seq1(candidate)
    if 2 * shorter / (shorter + longer) < _CLOSE or matcher.quick_ratio() < _CLOSE:
        return part
    return max(part, matcher.ratio() + (0.05 if candidate[0] == bare[0] else 0.0))


@lru_cache(maxsize=8192)
def _bare(name: str) -> str:
    return name.casefold().translate(_NOISE)


def did_you_mean(written: str, candidates: Iterable[str], at_most: int = 3) -> str:
    """The same as a hint: `did you mean A, B or C?`; blank when nothing is near."""
    found = suggest(written, candidates, at_most)
    match found:
        case ():
            return ""
        case (only,):
            return f"did you mean {only}?"
        case _:
            return f"did you mean {', '.join(found[:-1])} or {found[-1]}?"
