"""What a snapshot holds -> JSON (schemas/json/snapshot.schema.json), the same bytes for the same snapshot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.snapshot.show import Reject, Rows, Summary, TableSummary
from engine.textfile import shown

FORMAT_VERSION = 1


def summary(one: Summary) -> str:
    """The tables of a snapshot, what was refused, what the import remarked."""
    content = {
        "format_version": FORMAT_VERSION,
        "snapshot": shown(Path(one.path)),
        "layout": one.format_version,
        "made_by": one.engine_version,
        "imported_at": f"{one.imported_at.isoformat()}Z" if one.imported_at else None,
        "content": one.content,
        "tables": [_table(each) for each in one.tables],
        "refused": one.rejects_in_all,
        "rejects": [_reject(each) for each in one.rejects],
        "remarks": [{"file": file, "code": code, "text": text} for file, code, text in one.remarks],
    }
    return _written(content)


def rows(one: Rows) -> str:
    """Some rows of a table, by technical names."""
    content = {
        "format_version": FORMAT_VERSION,
        "system": one.system,
        "table": one.table,
        "columns": list(one.columns),
        "rows_in_all": one.rows_in_all,
        "rows": [dict(zip(one.columns, row, strict=True)) for row in one.rows],
    }
    return _written(content)


def _table(one: TableSummary) -> dict[str, Any]:
    return {
        "system": one.system,
        "table": one.name,
        "caption": one.caption,
        "rows": one.rows,
        "columns": list(one.known),
        "unknown": list(one.unknown),
        "missing": list(one.missing),
        "refused": one.refused,
        "made_ids": one.derived_ids,
        "has_modified": one.modified_known,
        "file": one.file or None,
        "encoding": one.encoding or None,
    }


def _reject(one: Reject) -> dict[str, Any]:
    return {
        "system": one.system,
        "table": one.table,
        "file": one.file,
        "line": one.line,
        "column": one.column or None,
        "value": one.value,
        "code": one.code,
        "reason": one.reason,
    }


def _written(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
