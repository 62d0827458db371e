"""How good the alignment of four real shops is: what docs/alignment.md says of it stays true."""

from __future__ import annotations

import csv
from collections import defaultdict

import pyarrow as pa
import pytest

from benchmarks import alignment_quality as quality
from spark_jobs.evaluate_command import read_rows
from spark_jobs.methods import evaluation, paper, term_counts, titles
from spark_jobs.methods.curated_score import score_pairs
from spark_jobs.strategies import Options


@pytest.fixture(scope="module")
def shops(shared_data) -> quality.Shops:
    return quality.Shops.at(shared_data.parent)


@pytest.mark.medium
def test_curated_on_four_real_shops(shops):
    got = quality.figures(shops, shops.judged(score_pairs(shops.given)[0]))
    assert got.strict >= 0.69 and got.tolerant >= 0.81
    assert got.merged_share >= 0.5 and got.merged_precision >= 0.94
    assert got.narrower.precision >= 0.45 and got.narrower.recall >= 0.15


@pytest.mark.medium
def test_equation_3_on_four_real_shops(shops, shared_data):
    """With identical names merged F1 .52, to the letter .33, both measured through the engine too (docs/alignment.md)."""
    folder = shared_data / "shops2014"
    with (folder / "class_map.csv").open(encoding="utf-8") as file:
        class_of = {(row["platform"], row["class_name"]): row["curated_class"] for row in csv.DictReader(file)}
    numbers = {name: n for n, name in enumerate(sorted(set(class_of.values())))}
    by_category: dict[tuple, list[str]] = defaultdict(list)
    for row in read_rows(folder / "listings.tsv.gz", ("platform", "class_name", "native_path", "title"), "listings file"):
        by_category[row["platform"], row["native_path"], numbers[class_of[row["platform"], row["class_name"]]]].append(row["title"])
    keys = sorted(by_category)
    shortest = Options().shortest_term
    texts = [[word for title in whole_titles(by_category[key]) for word in titles.words(title) if len(word) >= shortest] for key in keys]
    counts = term_counts.count_terms(term_counts.lower(pa.array(texts, pa.list_(pa.string()))))
    terms = [[hash(one["term"]) for one in of] for of in counts.to_pylist()]
    table = pa.table({"shop": [key[0] for key in keys], "native_path": [key[1] for key in keys], "native_sub_class": [key[1].split(">")[-1] for key in keys],
                      "class_id": pa.array([key[2] for key in keys], pa.int32()), "block": [0] * len(keys), "fresh": [True] * len(keys),
                      "terms": pa.array(terms, pa.list_(pa.int64())), "counts": pa.array([[one["count"] for one in of] for of in counts.to_pylist()])})
    merged, letter = set(), set()
    for number in numbers.values():
        for row in paper.score(table.filter(pa.compute.equal(table["class_id"], number))).to_pylist():
            pair = frozenset(((row["shop_a"], row["native_path_a"]), (row["shop_b"], row["native_path_b"])))
            if row["label_similarity"] >= 0.5 and row["content_similarity"] > 0.75:
                letter.add(pair)
            if row["name_a"] == row["name_b"] or pair in letter:
                merged.add(pair)
    assert evaluation.strict(shops.large(merged), shops.key).f1 == pytest.approx(0.52, abs=0.01)
    assert evaluation.strict(shops.large(letter), shops.key).f1 == pytest.approx(0.325, abs=0.01)


def whole_titles(given: list[str]) -> list[str]:
    """The first titles that fit into the paper's 22,000 characters."""
    kept, length = [], 0
    for title in titles.clean(pa.array(given)).to_pylist():
        length += len(title)
        if length > term_counts.CHARACTERS:
            break
        kept.append(title)
    return kept
