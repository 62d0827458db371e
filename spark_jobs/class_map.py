"""class_map: which curated class each shop's first-level class belongs to, as people decided it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from lakehouse import job, tables
from lakehouse.errors import LakehouseError
from spark_jobs import csv_file
from spark_jobs.methods import titles
from spark_jobs.methods.first_level import Mapped, resolve

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def read_file(path: Path, decided_by: str) -> list[Mapped]:
    """Answers from a CSV file: `shop` (or `platform`), `native_class`, `class_name` and, if wanted, `class_id`, `decided_by`.

    A file with a column `curated_class` calls the shop's own class `class_name`.

    Raises:
        LakehouseError: the file is missing, is no CSV file in UTF-8, or lacks a column or a value.
    """
    rows = csv_file.read(path)
    columns = set(rows[0]) if rows else set()
    shop = "shop" if "shop" in columns else "platform"
    native, curated = ("class_name", "curated_class") if "curated_class" in columns else ("native_class", "class_name")
    if "native_class" in columns:
        native = "native_class"
    if missing := sorted({shop, native, curated} - columns):
        raise LakehouseError(f"{path} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}; a class map has "
                             "shop, native_class, class_name and, if wanted, class_id.")
    texts = {column: titles.visible(pa.array([row[column] for row in rows], pa.string())).to_pylist() for column in (shop, native, curated)}
    answers = []
    for line, row in enumerate(rows, 2):
        given = [texts[column][line - 2] for column in (shop, native, curated)]
        number = (row.get("class_id") or "").strip()
        if not all(given) or (number and not number.isdecimal()):
            raise LakehouseError(
                f"{path}, line {line}: it takes a shop, its class, the curated class and a whole number as id, if any; found {row}.")
        answers.append(Mapped(*given, int(number) if number else None, row.get("decided_by") or decided_by))
    return answers


def build(class_map: DataFrame, *, answers: Sequence[Mapped] = (), replace: bool = False, first_free: int = 0) -> DataFrame:
    """The map as it stands with the new answers in it.

    Raises:
        TwoAnswers: answers contradict one another, or older ones without `replace`.
    """
    current = [Mapped(row.shop, row.native_class, row.class_name, row.class_id, row.decided_by) for row in class_map.collect()]
    rows = [(one.shop, one.native_class, one.class_id, one.class_name, one.decided_by)
            for one in resolve(current, answers, replace=replace, first_free=first_free)]
    return class_map.sparkSession.createDataFrame(rows, class_map.schema)


def main(argv: Sequence[str] | None = None) -> int:
    parser = job.parser(__doc__)
    parser.add_argument("--file", type=Path, help="a CSV file of answers to add; without it the map stays as it is")
    parser.add_argument("--decided-by", default="", help="who decided, where the file does not say; the file's name by default")
    parser.add_argument("--replace", action="store_true", help="put the file's answers in place of older ones")
    parser.add_argument("--first-free-id", type=int, default=0, help="ids below it were given before")
    args = parser.parse_args(argv)
    answers = read_file(args.file, args.decided_by or args.file.name) if args.file else ()
    return job.run(tables.CLASS_MAP, partial(build, answers=answers, replace=args.replace, first_free=args.first_free_id), args)


if __name__ == "__main__":
    sys.exit(main())
