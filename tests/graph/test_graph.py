"""coupler graph: which mapping needs which, circles by their names, pictures that nothing can break out of."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, strategies as some

from engine.cli import main
from engine.graph.graph import Graph, Node, connected, fewer, neighbourhood, told_circle
from engine.graph.layout import HEIGHT, PROCESS, WIDTH, lay_out
from engine.graph.mermaid import to_mermaid
from engine.graph.svg import STYLE, to_svg


def kind_of(name: str) -> Literal["mapping", "process"]:
    return "process" if name in "WXYZ" else "mapping"


def graph(*pairs: str, alone: tuple[str, ...] = ()) -> Graph:
    """`A>B`: A runs before B. W to Z are processes."""
    links = [one.split(">") for one in pairs]
    names = list(dict.fromkeys([name for link in links for name in link] + list(alone)))
    nodes = tuple(
        Node(name=name, title=name.lower(), place=at, about="Customer → Account", kind=kind_of(name))
        for at, name in enumerate(names, start=1)
    )
    return connected(nodes, {(one[0], one[1]): False for one in links})


def test_a_circle_is_told_by_the_names_on_it_and_its_arrows_are_marked() -> None:
    made = graph("A>B", "B>C", "C>A", "C>D")
    assert [told_circle(one) for one in made.circles] == ["A needs C needs B needs A"]
    assert {(one.before, one.after) for one in made.edges if one.circle} == {("A", "B"), ("B", "C"), ("C", "A")}


def test_two_circles_are_two() -> None:
    assert len(graph("A>B", "B>A", "C>D", "D>C", "B>C").circles) == 2


def test_a_mapping_that_needs_itself_is_a_circle_of_one() -> None:
    assert graph("A>A").circles == (("A", "A"),)


def test_every_mapping_that_stands_in_a_circle_is_named() -> None:
    made = graph("A>B", "B>C", "C>A", "A>D", "D>C")
    assert {name for one in made.circles for name in one} == {"A", "B", "C", "D"}


def test_an_arrow_into_a_circle_is_implied_by_no_road_through_it() -> None:
    assert not any(one.implied for one in graph("S>A", "S>B", "A>B", "B>A").edges)


def test_an_arrow_that_others_say_already_is_light() -> None:
    assert [(one.before, one.after) for one in graph("A>B", "B>C", "A>C").edges if one.implied] == [("A", "C")]


def test_the_neighbours_of_a_mapping_are_what_it_needs_and_what_needs_it() -> None:
    made = neighbourhood(graph("A>B", "B>C", "C>D", "D>E"), ["C"])
    assert [one.name for one in made.nodes] == ["B", "C", "D"]


NAMES = some.sampled_from("ABCDEFGHIJ")
NEEDS = some.lists(some.builds(lambda one, two: f"{one}>{two}", NAMES, some.sampled_from("WXYZ")), max_size=8)
PAIRS = some.lists(some.builds(lambda one, two: f"{one}>{two}", NAMES, NAMES), max_size=25)


@given(PAIRS, NEEDS, some.sets(some.sampled_from("KLMNOPYZ")))
def test_no_two_boxes_lie_on_each_other_and_all_is_on_the_paper(
    pairs: list[str], needs: list[str], alone: set[str]
) -> None:
    made = graph(*pairs, *needs, alone=tuple(sorted(alone)))
    laid = lay_out(made)
    boxes = list(laid.boxes.values())
    assert set(laid.boxes) == {one.name for one in made.nodes}
    for at, (name, (x, y)) in enumerate(laid.boxes.items()):
        assert -0.01 <= x <= laid.wide - (PROCESS if kind_of(name) == "process" else WIDTH) + 0.01
        assert -0.01 <= y <= laid.high - HEIGHT + 0.01
        assert all(abs(x - other_x) >= WIDTH or abs(y - other_y) >= HEIGHT - 0.01 for other_x, other_y in boxes[:at])
    for edge, road in zip(made.edges, laid.roads, strict=True):
        assert len(road) >= 2
        if not edge.circle:
            assert road[0][0] < road[-1][0], "what runs first stands left"


@given(some.text(min_size=1, max_size=30))
def test_no_name_or_title_breaks_out_of_its_picture(text: str) -> None:
    node = Node(name=text, title=f"<script>{text}", place=1, about=f'{text}"]; click m1', needs=(text,))
    made = Graph(nodes=(node,), edges=(), circles=((text, text),))
    drawn = fromstring(to_svg(made))
    assert {one.tag.rpartition("}")[2] for one in drawn.iter()} <= {
        *("svg", "title", "style", "marker", "path", "rect", "text", "g")
    }
    lines = to_mermaid(made).splitlines()
    assert [line[:4] for line in lines[:3]] == ["flow", "  %%", "  m1"]
    assert re.fullmatch(r'  m1\["[^"\[\]<>]*<br/>[^"\[\]<>]*"\]', lines[2])


def test_the_processes_stand_in_one_column_behind_all_mappings() -> None:
    laid = lay_out(graph("A>B", "B>C", "A>X", "C>Y", alone=("Z",)))
    columns = {name: laid.boxes[name][0] for name in "ABCXYZ"}
    assert columns["A"] < columns["B"] < columns["C"] < columns["X"] == columns["Y"] == columns["Z"]


def test_to_a_process_only_the_nearest_are_drawn_in_a_picture_of_all() -> None:
    made = graph("A>B", "B>C", "A>C", "A>X", "B>X")
    assert {(one.before, one.after) for one in made.edges} - {(one.before, one.after) for one in fewer(made).edges} == {
        ("A", "X")
    }


# --- on a workspace -------------------------------------------------------------------------------------

RULES = """\
mapping CURRENCY "Currencies": bc Currency as currency -> sales Transaction Currency as money {
  Code -> isocurrencycode
}
mapping CUSTOMER "Customers": bc Customer as customer -> sales Account as account {
  depends on CURRENCY
  Name -> Account Name
}
mapping CONTACT "People": bc Contact as person -> sales Contact as contact {
  depends on CUSTOMER
  Name -> Last Name
}
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "coupler.yaml").write_text("company: Adatum\nrules: [rules/]\n", encoding="utf-8")
    (tmp_path / "rules" / "base.rules").write_text(RULES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_drawing_of_a_workspace(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph"]) == 0
    assert capsys.readouterr().out == (
        "flowchart LR\n"
        '  m1["1. CURRENCY<br/>Currency → Transaction Currency"]\n'
        '  m2["2. CUSTOMER<br/>Customer → Account"]\n'
        '  m3["3. CONTACT<br/>Contact → Contact"]\n'
        "  m1 --> m2\n"
        "  m2 --> m3\n"
    )


def test_a_file_that_ends_in_svg_is_one_and_the_names_choose(workspace: Path) -> None:
    assert main(["graph", "CURRENCY", "--out", "order.svg"]) == 0
    drawn = (workspace / "order.svg").read_text(encoding="utf-8")
    assert "CUSTOMER" in drawn
    assert "CONTACT" not in drawn
    fromstring(drawn)


def test_a_circle_is_drawn_and_told_all_the_same(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "rules" / "ours.rules").write_text("change mapping CURRENCY {\n  depends on CONTACT\n}\n")
    assert main(["graph", "--out", "order.svg"]) == 1
    assert "E218" in capsys.readouterr().err
    assert "Circle: CONTACT needs CUSTOMER needs CURRENCY needs CONTACT" in (workspace / "order.svg").read_text("utf-8")


def test_an_unknown_name_and_a_file_that_cannot_be_written(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", "CUSTOMERS"]) == 1
    assert "did you mean CUSTOMER?" in capsys.readouterr().err
    assert main(["graph", "--out", "nowhere/order.svg"]) == 1
    assert "E681" in capsys.readouterr().err


PROCESSES = """\
process bring-orders "Orders <in>" {
  for each sales Order as order {
    require order.Customer is coupled by CUSTOMER else fail "No customer."
    create bc Sales Header as header {
      Bill-to Contact No. := order.Contact via CONTACT
    }
  }
}
process tell-stock "Stock" {
  for each bc Currency as currency where currency is coupled { synchronise currency with CURRENCY }
}
process apart "Nothing looked up" {
  for each bc Item as item { change item { Description := 'x' } }
}
job stock "Stock" {
  run tell-stock
  every 10 minutes
}
job orders "Orders" {
  run bring-orders
  every 10 minutes
}
"""


def drawn_processes(workspace: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    (workspace / "rules" / "ours.rules").write_text(PROCESSES, encoding="utf-8")
    assert main(["graph", *words]) == 0, capsys.readouterr().err
    return capsys.readouterr().out.splitlines()


def test_processes_follow_as_the_jobs_run_them_each_with_the_mappings_it_looks_up_through(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = drawn_processes(workspace, capsys)
    assert drawn[4:] == [
        '  m4(["4. tell-stock<br/>Stock"])',
        '  m5(["5. bring-orders<br/>Orders #60;in#62;"])',
        '  m6(["by hand apart<br/>Nothing looked up"])',
        "  m1 --> m2",
        "  m2 --> m3",
        "  m1 --> m4",
        "  m3 --> m5",  # CONTACT needs CUSTOMER already
    ]


def test_named_a_process_shows_all_that_it_looks_up_through(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = drawn_processes(workspace, capsys, "bring-orders")
    assert [line for line in drawn if ">" in line.replace("<br/>", "")] == [
        "  m1 --> m2",
        "  m1 -.-> m3",
        "  m2 --> m3",
    ]


def test_the_picture_tells_processes_from_mappings(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drawn_processes(workspace, capsys, "--out", "all.svg")
    drawn = (workspace / "all.svg").read_text(encoding="utf-8")
    assert drawn.count('class="box process"') == 3
    assert "3 mappings, 3 processes (round)" in drawn
    assert "bring-orders: Orders &lt;in&gt;; looks up through CUSTOMER, CONTACT" in drawn


def test_without_processes_there_are_none_and_the_message_says_why(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not [line for line in drawn_processes(workspace, capsys, "--mappings-only") if "([" in line]
    assert main(["graph", "tell-stock", "--mappings-only"]) == 1
    assert "tell-stock is a process: leave out --mappings-only" in capsys.readouterr().err


def test_on_a_dark_page_the_drawing_is_dark() -> None:
    """Every colour of the light drawing that carries meaning has one of its own on a dark page."""
    _, _, dark = STYLE.partition("@media (prefers-color-scheme: dark)")
    for name in (
        "text",
        ".key",
        ".warn",
        ".box",
        ".process",
        ".chosen",
        ".circle",
        ".road",
        ".implied",
        ".back",
        ".paper",
    ):
        assert re.search(rf"(?m)(^|[ ,]){re.escape(name)}( |,)", dark), name
    assert to_svg(Graph(nodes=(), edges=(), circles=())).count('class="paper"') == 1
