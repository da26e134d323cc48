"""A page of a web API (`{"value": [...]}`) -> its records as a JSON list, without the annotations."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

_PAGE = re.compile(r'\s*\{\s*"(?:@odata\.[^"]*|value)"\s*:')


def is_page(start: str) -> bool:
    """Does a text that begins so look like a page?"""
    return _PAGE.match(start) is not None


def records(path: Path) -> tuple[list[dict[str, Any]], bool] | None:
    """The records of a page, and whether more pages follow it; None when the file is no page."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError:
        return None
    found = content.get("value") if isinstance(content, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        return None
    plain = [{name: value for name, value in one.items() if "@" not in name} for one in found]
    return plain, any(name.endswith("nextLink") for name in content)
