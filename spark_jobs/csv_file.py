"""Files that people fill in: CSV with a header, in UTF-8; commas, or the semicolons or tabs that a spreadsheet may put in their place."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from lakehouse.errors import LakehouseError


def read(path: Path) -> list[dict[str, str]]:
    """Rows by column name, as many values as the header has names.

    Raises:
        LakehouseError: there is no such file, it is not UTF-8, it has no header or one column twice, or a line has another number of values.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read()
        separator = max(",;\t", key=text.partition("\n")[0].count)
        lines = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        rows = list(lines)
    except FileNotFoundError:
        raise LakehouseError(f"{path} is not there; give the path of a CSV file.") from None
    except IsADirectoryError:
        raise LakehouseError(f"{path} is a folder; give the path of a CSV file.") from None
    except UnicodeDecodeError as error:
        raise LakehouseError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8.") from None
    except csv.Error as error:
        raise LakehouseError(f"{path} is no CSV file: {error}.") from None
    columns = lines.fieldnames or ()
    if not columns:
        raise LakehouseError(f"{path} is empty; it needs a header line with the names of its columns.")
    if twice := sorted({name for name in columns if columns.count(name) > 1}):
        raise LakehouseError(f"{path} has the column {twice[0]!r} twice; leave one of them out.")
    for line, row in enumerate(rows, 2):
        if None in row or None in row.values():
            raise LakehouseError(f"{path}, line {line}: the line has another number of values than the header ({len(columns)}).")
    return rows
