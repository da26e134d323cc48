"""Rule files of any length, to lint: the mapping of bench.rules under many names, spread over many files."""

from __future__ import annotations

from pathlib import Path

SETTINGS = """\
company: Brackenford Cycles Ltd
rules: [rules/]
settings:
  sales_connection_enabled: true
"""


def write(workspace: Path, *, lines: int, files: int) -> None:
    """A workspace whose `files` rule files have about `lines` lines together."""
    base, mapping = parts()
    each = mapping.count("\n") + 1
    copies = max(1, (lines - base.count("\n")) // each)
    texts: list[list[str]] = [[] for _ in range(files)]
    texts[0].append(base)
    for number in range(copies):
        named = mapping.replace("mapping BENCH ", f"mapping BENCH {number:05d} ", 1)
        texts[number % files].append(named)
    (workspace / "rules").mkdir(parents=True)
    (workspace / "coupler.yaml").write_text(SETTINGS, encoding="utf-8")
    for number, one in enumerate(texts):
        text = f"# File {number}.\n\n" + "\n".join(one)
        (workspace / "rules" / f"part_{number:04d}.rules").write_text(text, encoding="utf-8")


def parts() -> tuple[str, str]:
    """What all mappings of bench.rules share, and the mapping of the race itself."""
    text = (Path(__file__).parent / "bench.rules").read_text(encoding="utf-8")
    at = text.index('mapping BENCH "')
    return text[:at], text[at:]
