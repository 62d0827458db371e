"""What tests of the Delta exporter and of its sink share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from deltalake import DeltaTable

REPOSITORY = Path(__file__).resolve().parents[2]
SCHEMA = {"number": "int64!", "title": "string", "shelf": "string"}


def rows(table: Path | str) -> list[dict[str, Any]]:
    return DeltaTable(str(table)).to_pyarrow_table().to_pylist()


def numbers(table: Path | str) -> list[int]:
    return sorted(row["number"] for row in rows(table))
