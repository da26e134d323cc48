"""A function is seen whole: it fits on a screen, and a module is read in one sitting."""

from __future__ import annotations

import ast
from pathlib import Path

import engine

ENGINE = Path(engine.__file__).parent
FILES = {path.relative_to(ENGINE).as_posix(): path for path in sorted(ENGINE.rglob("*.py"))}

SCREEN = 60
SITTING = 450


def test_every_function_fits_on_a_screen() -> None:
    long = [
        f"{name}:{node.lineno} {node.name}"
        for name, path in FILES.items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= SCREEN
    ]
    assert long == []


def test_every_module_is_read_in_one_sitting() -> None:
    assert [name for name, path in FILES.items() if len(path.read_text(encoding="utf-8").splitlines()) > SITTING] == []
