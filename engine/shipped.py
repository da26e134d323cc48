"""The name of something that is shipped with the engine -> the folder it lies in.

A wheel carries the schemas and the standard rules inside the package; in a checkout they lie beside it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def shipped(name: str) -> Path:
    """The folder `schemas` or `rules` that came with this engine; OSError when the installation lacks it."""
    for place in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if place.exists():
            return place
    raise FileNotFoundError(f"the installation of coupler has no {name}; install it anew")
