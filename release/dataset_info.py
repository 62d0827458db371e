"""dataset_info.xlsx: every class, sub-class and subsub-class with its id and name, in the form of MEP-3M's."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

HEADER = ("class_id", "class_name", "sub_class_id", "sub_class_name", "subsub_class_id", "subsub_class_name")
NEVER = datetime(1980, 1, 1)        # noqa: DTZ001  the earliest time that a zip can hold: the same taxonomy gives the same bytes


def rows(nodes: list[dict[str, Any]]) -> list[tuple]:
    """A row for each sub-class, then one for each of its subsub-classes; False where there is no third level.

    Args:
        nodes: (level, node_id, name, parent_id, retired) of the taxonomy.
    """
    alive = [node for node in nodes if not node["retired"]]
    classes = {node["node_id"]: node["name"] for node in alive if node["level"] == 1}
    below: dict[int, list[dict]] = {}
    for node in alive:
        if node["level"] == 3:
            below.setdefault(node["parent_id"], []).append(node)
    made = []
    for node in sorted((node for node in alive if node["level"] == 2), key=lambda node: node["node_id"]):
        head = (node["parent_id"], classes.get(node["parent_id"]), node["node_id"], node["name"])
        made.append((*head, False, False))
        made.extend((*head, child["node_id"], child["name"]) for child in sorted(below.get(node["node_id"], []), key=lambda child: child["node_id"]))
    return made


def write(nodes: list[dict[str, Any]], path: Path) -> int:
    """The sheet; returns its rows without the header."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "DATASET_INFO"
    sheet.append(HEADER)
    made = rows(nodes)
    for row in made:
        sheet.append(row)
    for column, width in zip("ABCDEF", (10, 28, 14, 24, 16, 24), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A2"
    book.properties.created = book.properties.modified = NEVER
    saved = io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            body = old.read(name)
            if name == "docProps/core.xml":       # openpyxl notes the time of saving here whatever it is told
                body = _without_modified(body)
            new.writestr(zipfile.ZipInfo(name, NEVER.timetuple()[:6]), body, zipfile.ZIP_DEFLATED)
    return len(made)


def _without_modified(core: bytes) -> bytes:
    start, end = core.find(b"<dcterms:modified"), core.find(b"</dcterms:modified>")
    return core if start < 0 else core[:start] + core[end + len(b"</dcterms:modified>"):]
