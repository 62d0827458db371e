"""Categories of strategy `curated` as arrays, without an engine: of the real shops or generated."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks import taxonomy_generator as generator
from spark_jobs.methods.curated_reference import Categories
from spark_jobs.methods.curated_titles import Titles, folded, hashed


def real_categories(shared: Path) -> Categories:
    titles: dict[tuple[str, str], list[str]] = defaultdict(list)
    with gzip.open(shared / "data" / "shops2014" / "listings.tsv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            titles[row["platform"], row["native_path"]].append(row["title"])
    return _of({key: (key[1].split(">")[-1], len(own), sorted({folded(title) for title in own})) for key, own in titles.items()})


def generated_categories(number: int, titles: int) -> Categories:
    places = generator.categories(number, 0, number)
    keys = list(zip(places["shop"].to_pylist(), places["native_path"].to_pylist(), strict=True))
    named = places["native_sub_class"].to_pylist()
    return _of({key: (name, titles, own) for key, name, own in zip(keys, named, generator.titles(number, 0, number, count=titles), strict=True)})


def _of(known: dict[tuple[str, str], tuple[str, int, list[str]]]) -> Categories:
    keys = sorted(known)
    category = np.repeat(np.arange(len(keys)), [len(known[key][2]) for key in keys])
    terms = hashed(pa.array([title for key in keys for title in known[key][2]], pa.string()))
    return Categories(keys, [known[key][0] for key in keys], np.array([known[key][1] for key in keys]), Titles.of(pa.array(category), terms))
