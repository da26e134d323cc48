"""What is installed is whole: the wheel carries rules, schemas, templates and the sample, and needs no checkout."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without the network by what the development environment holds."""
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = out.glob("*.whl")
    return made


def shipped(folder: str) -> set[str]:
    """The files of a folder of the checkout that belong to the product."""
    inside = subprocess.run(["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(inside.stdout.split("\n")) - {""}


def test_the_wheel_carries_every_file_of_the_product(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert shipped("engine") <= names
    for folder in ("rules", "schemas", "samples/contoso"):
        assert {f"engine/_data/{name}" for name in shipped(folder)} <= names
    assert not [name for name in names if not name.startswith(("engine/", "coupler-"))]
    assert not [name for name in names if name.endswith((".duckdb", ".plan", ".pyc"))]


def test_the_wheel_asks_for_what_the_engine_imports(wheel: Path) -> None:
    meta = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = {one.split(">")[0].split("<")[0].split("=")[0] for one in meta["project"]["dependencies"]}
    known = {"yaml": "pyyaml"} | {
        name: name for name in ("duckdb", "jinja2", "jsonschema", "lark", "markupsafe", "rich")
    }
    imported = set()
    for path in (ROOT / "engine").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Import(names=names):
                    imported |= {one.name.split(".")[0] for one in names}
                case ast.ImportFrom(module=str(module)):
                    imported.add(module.split(".")[0])
    outside = {one for one in imported if one not in sys.stdlib_module_names and one not in ("engine", "__future__")}
    assert outside <= set(known), "a package is imported that the wheel does not ask for"
    assert {known[one] for one in outside} <= asked


def demo(environment: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """`coupler demo` as the person does who has just installed it, far from any checkout."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    clean |= {"NO_COLOR": "1", "COUPLER_CACHE": str(folder / "cache")}
    command = [str(environment / "bin" / "coupler"), "demo"]
    return subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, check=False)


def holds_a_demo(done: subprocess.CompletedProcess[str], folder: Path) -> None:
    assert done.returncode == 0, done.stdout + done.stderr
    assert "$ coupler report" in done.stdout
    (page,) = (folder / "demo").glob("**/*.html")
    assert "<html" in page.read_text(encoding="utf-8")


def test_the_demo_runs_where_only_the_wheel_is_installed(wheel: Path, tmp_path: Path) -> None:
    """Without the network: the packages it needs are lent by the development environment, the engine is the wheel's."""
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=False)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(environment), "platbase": str(environment)}))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(environment / "bin" / "python")]
    done = subprocess.run(
        [*pip, "install", "--quiet", "--no-index", "--no-deps", str(wheel)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    where = [str(environment / "bin" / "python"), "-c", "import engine; print(engine.__file__)"]
    assert str(site) in subprocess.run(where, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    holds_a_demo(demo(environment, tmp_path), tmp_path)


@pytest.mark.slow
def test_the_demo_runs_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    """With the network, as on a fresh machine: pip fetches what the wheel asks for."""
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=True)
    install = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", str(wheel)]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    holds_a_demo(demo(environment, tmp_path), tmp_path)
