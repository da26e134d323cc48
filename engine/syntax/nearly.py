"""A word that is no keyword here -> the keyword that was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterable

_FIRST_WORDS = re.compile(r"[^\W\d_]+(?:[ ]+[^\W\d_]+){0,4}")


def meant(text: str, phrases: Iterable[str]) -> tuple[str, str] | None:
    """What was written at the beginning of the text, and the phrase it nearly is; None when none is near.

    `fliter bc` -> ("fliter", "filter"); `Depends On` -> ("Depends On", "depends on").
    """
    match = _FIRST_WORDS.match(text)
    if match is None:
        return None
    words = match[0].split()
    best: tuple[int, int, str, str] | None = None
    for phrase in phrases:
        if not phrase[0].isalpha() or phrase[-1] == "(" or phrase.isupper():
            continue
        wanted = phrase.split()
        for length in {len(wanted), len(wanted) - 1, len(wanted) + 1} - {0}:
            if length > len(words):
                continue
            written = " ".join(words[:length])
            away = distance(written.lower(), phrase, most=2)
            if wanted[:length] == words[:length] and length < len(wanted):
                away = 1  # a word is missing: `wake bc Item`
            elif length == len(wanted) - 1 and any(
                written.lower().split() == wanted[:gone] + wanted[gone + 1 :] for gone in range(1, len(wanted))
            ):
                away = 1  # in the middle: `keep blank`
            elif away > allowed(phrase) or (length != len(wanted) and away > 1):
                continue
            rank = (away, -length, phrase, written)
            if best is None or rank < best:
                best = rank
    if best is None or best[3] == best[2]:
        return None
    return best[3], best[2]


def allowed(phrase: str) -> int:
    """How many slips of the fingers a word of this length may have."""
    return 0 if len(phrase) < 3 else 1 if len(phrase) < 6 else 2


def distance(one: str, other: str, most: int) -> int:
    """Letters left out, put in, changed or swapped; more than `most` when it is more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
