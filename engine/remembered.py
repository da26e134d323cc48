"""Work on texts -> its findings and what they mean, kept between runs while nothing that they come from changes.

They lie in a folder of the user's cache, one small file per state of the rules. It may be deleted at any time; a
file that is damaged, or of another version, is as good as none. Several runs at once do not disturb each other: a file
is written whole and then put into place.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from engine import VERSION
from engine.diagnostic import Diagnostic
from engine.source import Source

KEPT = 64
"""How many states are kept; the oldest go first."""
FEW = 8
"""The same for what is large."""

Findings = tuple[Diagnostic, ...]

T = TypeVar("T")


def remembered(
    sources: Sequence[Source], overlays: Sequence[Path], settings: Mapping[str, object], work: Callable[[], Findings]
) -> Findings:
    """The findings of `work`, which must depend on nothing but the sources, the table files, the settings and
    what is shipped."""
    folder = cache_folder()
    if folder is None:
        return work()
    path = folder / f"{fingerprint(sources, overlays, settings)}.json"
    by_path = {source.path: source for source in sources}
    known = _read(path, by_path)
    if known is not None:
        return known
    found = work()
    if all(one.span is None or one.span.path in by_path for one in found):
        _write(path, found)
    return found


def kept(
    sources: Sequence[Source],
    overlays: Sequence[Path],
    settings: Mapping[str, object],
    work: Callable[[], T | None],
    what: str = "rules",
) -> T | None:
    """What `work` gives, kept whole as Python keeps its compiled files, for this user and this very engine alone.

    what: a word for what it is. None is not kept. Like those, a file is read back only if it is what was once written.
    """
    import gc
    import pickle

    folder = cache_folder(what)
    if folder is None:
        return work()
    path = folder / f"{fingerprint(sources, overlays, settings)}.pickle"
    with contextlib.suppress(OSError, ValueError, EOFError, AttributeError, ImportError, pickle.PickleError):
        body = path.read_bytes()
        if body[:32] == hashlib.sha256(body[32:]).digest():
            gc.disable()  # tens of thousands of small objects come, and all stay
            try:
                known: T = pickle.loads(body[32:])
            finally:
                gc.enable()
            return known
    made = work()
    if made is not None:
        with contextlib.suppress(RecursionError, pickle.PickleError):
            content = pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL)
            _put(path, hashlib.sha256(content).digest() + content, FEW)
    return made


def cache_folder(what: str = "lint") -> Path | None:
    """Where things are kept: COUPLER_CACHE if set (empty: nothing is kept), else the user's cache folder."""
    given = os.environ.get("COUPLER_CACHE")
    if given is not None:
        return Path(given) / what if given else None
    base = os.environ.get("LOCALAPPDATA") if os.name == "nt" else os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".cache") / "coupler" / what
    except RuntimeError:  # nobody knows where home is
        return None


def fingerprint(sources: Sequence[Source], overlays: Sequence[Path], settings: Mapping[str, object]) -> str:
    """A name for the state of everything that findings come from."""
    digest = hashlib.sha256()
    for part in _parts(sources, overlays, settings):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def _parts(sources: Sequence[Source], overlays: Sequence[Path], settings: Mapping[str, object]) -> Iterator[bytes]:
    yield f"{VERSION} {sys.version_info}".encode()
    yield _shipped()
    for name in sorted(settings):
        yield f"{name}={settings[name]!r}".encode("utf-8", "surrogatepass")
    for source in sources:
        yield source.path.encode("utf-8", "surrogatepass")
        yield source.text.encode("utf-8", "surrogatepass")
    for overlay in overlays:
        yield os.fsencode(overlay)
        with contextlib.suppress(OSError):
            yield overlay.read_bytes()


@cache
def _shipped() -> bytes:
    """The state of the engine and its table schemas, by name, size and time of every file, as one number."""
    from engine.shipped import shipped

    digest = hashlib.sha256()
    package = Path(__file__).parent
    for top in (package, shipped("schemas")):
        for folder, inner, files in os.walk(top):
            inner[:] = sorted(one for one in inner if one != "__pycache__")
            for name in sorted(files):
                state = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118 (a few hundred files)
                digest.update(f"{name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.digest()


def _read(path: Path, sources: Mapping[str, Source]) -> Findings | None:
    """The findings in a file; None when there is no such file, or it is not what was once written."""
    try:
        body = path.read_text(encoding="utf-8")
        check, _, content = body.partition("\n")
        if check != hashlib.sha256(content.encode()).hexdigest():
            return None
        return tuple(_finding(one, sources) for one in json.loads(content))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _finding(said: dict[str, Any], sources: Mapping[str, Source]) -> Diagnostic:
    place = said.pop("place")
    span = sources[place[0]].span(place[1], place[2]) if place else None
    return Diagnostic(**said, span=span)


def _write(path: Path, found: Findings) -> None:
    content = json.dumps([_said(one) for one in found], ensure_ascii=True)
    _put(path, f"{hashlib.sha256(content.encode()).hexdigest()}\n{content}".encode(), KEPT)


def _put(path: Path, content: bytes, most: int) -> None:
    """Keeps something beside at most so many others. A full or read-only disk is no reason to fail."""
    part = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
        _forget(path.parent, most)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _said(one: Diagnostic) -> dict[str, Any]:
    place = None if one.span is None else [one.span.path, one.span.start, one.span.end]
    words = {"code": one.code, "name": one.name, "severity": one.severity, "message": one.message, "hint": one.hint}
    return {**words, "place": place}


def _forget(folder: Path, most: int) -> None:
    """Removes the oldest states beyond those that are kept."""
    states = sorted(folder.iterdir(), key=lambda one: one.stat().st_mtime, reverse=True)
    for one in states[most:]:
        one.unlink(missing_ok=True)
