"""Files that no person writes: as deep, as long, as many as can be. Every one gets an answer, and soon."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from engine import cli

HEAD = 'mapping CUSTOMER "Customers": bc Customer as customer -> sales Account as account {\n'
LINE = "  Name -> Account Name\n}\n"
FILES = {
    "brackets": HEAD + "  " + "(" * 3000 + "Name" + ")" * 3000 + " -> Account Name\n}\n",
    "blocks": HEAD + "every sales record {\n" + "if customer.Priority = 1 {\n" * 2000 + "}\n" * 2002,
    "else ifs": HEAD + "every sales record {\n" + "if Yes { }\n" + "else if Yes { }\n" * 2000 + "}\n}\n",
    "alternatives of a condition": HEAD + "  filter bc " + " or ".join(["Priority = 1"] * 5000) + "\n" + LINE,
    "alternatives of a filter": HEAD + "  filter bc Priority = " + "|".join(map(str, range(10_000))) + "\n" + LINE,
    "sums": HEAD + "  " + " + ".join(["Name"] * 5000) + " -> Account Name\n}\n",
    "nots": HEAD + "  filter bc " + "not " * 1000 + "Tax Liable\n" + LINE,
    "minuses": HEAD + "  " + "-" * 3000 + "Priority -> Description\n}\n",
    "a path": HEAD + "  customer" + ".Bill-to Customer No." * 2000 + " -> Description\n}\n",
    "a name": HEAD + "  " + "Name " * 50_000 + " -> Description\n}\n",
    "nothing but zeros": "\0" * 1000,
    "empty": "",
    "steps in steps": "".join(f"step s{one} {{\n do s{one + 1}\n do s{one + 1}\n}}\n" for one in range(40))
    + "step s40 { setting archive orders := Yes }\nwhenever setting archive orders is changed to Yes { do s0 }\n",
    "a chain of steps": "".join(f"step s{one} {{\n do s{one + 1}\n}}\n" for one in range(1000))
    + "step s1000 { setting archive orders := Yes }\nwhenever setting archive orders is changed to Yes { do s0 }\n",
    "a chain of mappings": "".join(
        (HEAD + f"  depends on M{one + 1}\n" + LINE).replace("CUSTOMER", f"M{one}") for one in range(500)
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_it_gets_an_answer(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "extreme.rules"
    file.write_text(FILES[name], encoding="utf-8")
    for words in (["lint"], ["fmt", "--diff"]):
        began = time.perf_counter()
        assert cli.main([*words, str(file)]) in (0, 1)
        assert time.perf_counter() - began < 20
        assert "should not" not in capsys.readouterr().err
