"""Listings, class map and term counts of the benchmarks, landed in the lake: of the real shops or generated."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path

import pyarrow as pa

from benchmarks import taxonomy_generator as generator
from lakehouse import arrow, tables

CHARACTERS = 22_000


def land_generated(number: int, from_counts: bool, titles: int) -> None:
    """`number` sub-classes into the lake: their listings, so many each, and class map, or at once their term counts."""
    step = 2_000 if from_counts else max(250, 110_000 // titles)
    for start in range(0, number, step):
        places = generator.categories(number, start, start + step)
        if from_counts:
            full = {name: pa.array([n] * len(places)) for name, n in (("listings", 440), ("titles_used", 440), ("characters_used", CHARACTERS))}
            batch = pa.table({**{name: places[name] for name in places.column_names}, **full,
                              "term_counts": generator.term_counts(number, start, start + step)})
            schema = arrow.schema(tables.NATIVE_SUB_CLASSES)
            arrow.append(tables.NATIVE_SUB_CLASSES, batch.select(schema.names).cast(schema))
            continue
        texts = [title for one in generator.titles(number, start, start + step, count=titles) for title in one]
        category = pa.array([n for n in range(len(places)) for _ in range(titles)])
        rows = {name: places[name].take(category) for name in ("shop", "native_path", "native_class", "native_sub_class")}
        land_listings(rows | {"listing_id": [f"{start}-{n}" for n in range(len(texts))], "title": texts})
    classes = [(f"shop{s}", f"class{c}", c) for s in range(generator.SHOPS) for c in range(1, generator.CLASSES + 1)]
    land_class_map([(shop, name, number, name) for shop, name, number in classes])


def land_listings(columns: dict) -> None:
    schema, number = arrow.schema(tables.LISTINGS), len(columns["title"])
    given = {field.name: columns[field.name] if field.name in columns else
             pa.nulls(number, field.type) if field.name in ("native_subsub_class", "image_sha256") else
             pa.array([0 if pa.types.is_timestamp(field.type) else ""] * number, field.type) for field in schema}
    arrow.append(tables.LISTINGS, pa.table(given).cast(schema))


def land_class_map(rows: list[tuple[str, str, int, str]]) -> None:
    names = tables.CLASS_MAP.column_names
    arrow.append(tables.CLASS_MAP, arrow.batch(tables.CLASS_MAP, [dict(zip(names, (*row, "benchmark"), strict=True)) for row in rows]))


def land_real(shared: Path, listings_min: int = 1) -> None:
    folder = shared / "data" / "shops2014"
    with (folder / "class_map.csv").open(encoding="utf-8") as file:
        answers = list(csv.DictReader(file))
    ids = {name: n for n, name in enumerate(sorted({row["curated_class"] for row in answers}), 15)}
    land_class_map([(row["platform"], row["class_name"], ids[row["curated_class"]], row["curated_class"]) for row in answers])
    with gzip.open(folder / "listings.tsv.gz", "rt", encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines][1:]
    sizes = Counter((r[0], r[4]) for r in rows)
    rows = [r for r in rows if sizes[r[0], r[4]] >= listings_min]
    land_listings({"shop": [r[0] for r in rows], "listing_id": [r[1] for r in rows], "native_class": [r[2] for r in rows],
                   "native_sub_class": [r[3] for r in rows], "native_path": [r[4] for r in rows], "title": [r[5] for r in rows]})
