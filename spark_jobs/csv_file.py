"""Files that people fill in: CSV with a header, in UTF-8."""

from __future__ import annotations

import csv
from pathlib import Path

from lakehouse.errors import LakehouseError


def read(path: Path) -> list[dict[str, str]]:
    """Rows by column name, as many values as the header has names.

    Raises:
        LakehouseError: there is no such file, it is not UTF-8, or a line has another number of values than the header.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.DictReader(file, strict=True)
            rows = list(lines)
    except FileNotFoundError:
        raise LakehouseError(f"{path} is not there; give the path of a CSV file.") from None
    except IsADirectoryError:
        raise LakehouseError(f"{path} is a folder; give the path of a CSV file.") from None
    except UnicodeDecodeError as error:
        raise LakehouseError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8.") from None
    except csv.Error as error:
        raise LakehouseError(f"{path} is no CSV file: {error}.") from None
    for line, row in enumerate(rows, 2):
        if None in row or None in row.values():
            raise LakehouseError(f"{path}, line {line}: the line has another number of values than the header ({len(lines.fieldnames or ())}).")
    return rows
