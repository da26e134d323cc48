"""The manual pages of our findings: what is called wrong brings the finding about, what is called right does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.catalog.load import load_catalog
from engine.checks.manual import PAGES, read
from engine.diagnostic import Diagnostic
from engine.scenario.read import read_files
from engine.scenario.scenario import Known
from engine.workspace import load_workspace

OURS = sorted(path for path in PAGES.glob("*.md") if path.stem[1] == "4")
WITHOUT_A_FILE = {"E408": "a file in another encoding", "E410": "no file at all", "E446": "no scenario at all"}
SCENARIOS = ("E441", "E442", "E443", "E444", "E445")


def findings(folder: Path, example: str) -> tuple[Diagnostic, ...]:
    """What is found in a workspace that holds the files of an example, each under a line with its name."""
    (folder / "tests").mkdir()
    (folder / "coupler.yaml").write_text("company: Contoso Ltd\n")
    for text in example.split("---\n"):
        name = text.partition("\n")[0].removeprefix("# ").split(" ")[0]
        assert name.endswith(".yaml"), "an example says which file it is"
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    workspace, found = load_workspace(folder)
    overlays = workspace.overlays if workspace else ()
    return (*found, *load_catalog(overlays)[1])


def about_scenarios(folder: Path, example: str) -> tuple[Diagnostic, ...]:
    """What is found in scenario files beyond their shape."""
    assert findings(folder, example) == ()
    catalog = load_catalog()[0]
    tables = (catalog.table("bc", "Customer"), catalog.table("sales", "account"))
    known = Known(catalog=catalog, mappings={"CUSTOMER": tables})
    return tuple(one for file in read_files([folder / "tests"], known) for one in file.found)


@pytest.mark.parametrize(
    "path", [path for path in OURS if path.stem[:4] not in WITHOUT_A_FILE], ids=lambda one: one.stem
)
def test_the_page_of_a_finding_is_true(path: Path, tmp_path: Path) -> None:
    page = read(path)
    for name in ("wrong", "right"):
        (tmp_path / name).mkdir()
    found = about_scenarios if page.code in SCENARIOS else findings
    wrong = found(tmp_path / "wrong", page.wrong[1])
    assert [(one.code, one.name, one.severity) for one in wrong] == [(page.code, page.name, page.severity)]
    assert found(tmp_path / "right", page.right[1]) == ()


def test_every_finding_has_a_page() -> None:
    import re

    from engine.shipped import shipped

    package = shipped("schemas").parent / "engine"
    files = [package / name for name in ("textfile.py", "yamlfile.py", "yamlshape.py", "workspace.py")]
    files += sorted((package / "catalog").glob("*.py"))
    emitted = {code for one in files for code in re.findall(r'"([EW]4\d\d)"', one.read_text(encoding="utf-8"))}
    pages = {path.stem[:4] for path in OURS}
    assert emitted == pages & emitted and len(emitted) > 25


def test_a_file_that_is_not_utf_8_and_a_missing_one_are_told(tmp_path: Path) -> None:
    assert [one.code for one in load_workspace(tmp_path)[1]] == ["E410"]
    (tmp_path / "coupler.yaml").write_bytes("company: Café Contoso\n".encode("cp1252"))
    assert [one.code for one in load_workspace(tmp_path)[1]] == ["E408"]
    (tmp_path / "coupler.yaml").write_text("company: Café Contoso\n", encoding="utf-8")
    assert load_workspace(tmp_path)[1] == ()
