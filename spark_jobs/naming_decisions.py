"""naming_decisions: what people chose: a name, a merge, a separation, a third level; anchored on native categories."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lakehouse import job, tables
from lakehouse.errors import LakehouseError
from spark_jobs import csv_file
from spark_jobs.methods.decisions import BadDecision, Decision, check, resolve

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

COLUMNS = ("kind", "shop", "native_path", "other_shop", "other_native_path", "value", "decided_by", "note")
NEEDED = ("kind", "shop", "native_path")


def read_file(path: Path, decided_by: str = "") -> list[Decision]:
    """Decisions from a CSV file with the columns that `mep3m names export` writes; all but kind, shop and native_path may lack.

    Raises:
        LakehouseError: the file is missing, is no CSV file in UTF-8, lacks a column or has an unknown one, or a line says too little.
    """
    rows = csv_file.read(path)
    given = set(rows[0]) if rows else set(NEEDED)
    if wrong := sorted(({*NEEDED} - given) | (given - {*COLUMNS, "decision_id"})):
        raise LakehouseError(f"{path}: decisions have the columns {', '.join(COLUMNS)}; missing or unknown: {', '.join(wrong)}.")
    found = []
    for line, row in enumerate(rows, 2):
        said = {name: (row.get(name) or "").strip() for name in COLUMNS}
        said["decided_by"] = said["decided_by"] or decided_by or path.name
        one = Decision(**{name: value if name in (*NEEDED, "decided_by") else value or None for name, value in said.items()})
        try:
            check(one)
        except BadDecision as error:
            raise BadDecision(f"{path}, line {line}: {error}") from None
        found.append(one)
    return found


def build(naming_decisions: DataFrame, *, decisions: Sequence[Decision] = (), replace: bool = False) -> DataFrame:
    """The decisions as they stand with the new ones.

    Raises:
        BadDecision: one says too little.
        Contradiction: two cannot both hold.
    """
    current = [Decision(**{name: row[name] for name in COLUMNS}) for row in naming_decisions.collect()]
    rows = [(one.decision_id, *(getattr(one, name) for name in COLUMNS)) for one in resolve(current, decisions, replace=replace)]
    return naming_decisions.sparkSession.createDataFrame(rows, naming_decisions.schema)


def main(argv: Sequence[str] | None = None) -> int:
    parser = job.parser(__doc__)
    parser.add_argument("--file", type=Path, help="a CSV file of decisions to add; without it they stay as they are")
    parser.add_argument("--decided-by", default="", help="who decided, where the file does not say; the file's name by default")
    parser.add_argument("--replace", action="store_true", help="decide the same things anew where they were decided otherwise")
    args = parser.parse_args(argv)
    decisions = read_file(args.file, args.decided_by) if args.file else ()
    return job.run(tables.NAMING_DECISIONS, partial(build, decisions=decisions, replace=args.replace), args)


if __name__ == "__main__":
    sys.exit(main())
