"""What the parts, the numbers and the reference of `curated` bring on the four real shops; writes the tables of docs/alignment.md anew.

    python benchmarks/alignment_quality.py                       all of them, some six minutes
    python benchmarks/alignment_quality.py parts                 each score by itself, the surest 875 mutual best pairs
    python benchmarks/alignment_quality.py constants             each number a fifth less and a fifth more
    python benchmarks/alignment_quality.py folds                 the threshold chosen on five shop pairs, tested on the sixth
    python benchmarks/alignment_quality.py fewer                 two or three of the shops, and fewer titles
    python benchmarks/alignment_quality.py letter                Equation 3 to the letter, by how a category's text is made and counted
    python benchmarks/alignment_quality.py references            against a reference that lacks a shop, or 1 % of the titles

No engine: the same arrays that the job's driver holds.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from types import ModuleType

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks import scale
from spark_jobs.evaluate_command import read_gold, read_labels, read_rows
from spark_jobs.methods import curated_reference, curated_score, evaluation, paper, relations, term_counts, titles
from spark_jobs.methods.curated import as_rows
from spark_jobs.methods.curated_reference import Categories
from spark_jobs.methods.curated_score import Scored, kept, mutual_best, score_pairs
from spark_jobs.methods.curated_titles import Titles
from spark_jobs.methods.evaluation import Labels, Pair
from spark_jobs.strategies import Options

PAGE = Path("docs") / "alignment.md"
PAIRS = 875         # as many as the key has
THRESHOLDS = np.round(np.arange(0.50, 0.71, 0.02), 2)
STUDY, OWN, KEY = "the study", "own, without the key", "looked at with the key"
CONSTANTS: tuple[tuple[str, ModuleType, tuple[str, ...]], ...] = (
    (STUDY, curated_score, ("POOLED",)), (OWN, curated_score, ("CANDIDATES", "SOUGHT")), (OWN, curated_reference, ("TERMS",)),
    (KEY, curated_score, ("TEXT_WEIGHT", "NAME_WEIGHT", "FIRST_WEIGHT", "DIRECT_WEIGHT", "CONTAINING")),
    (KEY, relations, ("LEAD", "SINGLE", "NAMES", "EQUIVALENT_MIN", "MERGED_MIN", "DOUBLE_MIN", "CONTAINED_MIN", "CONTAINED_LEAD", "OVERLAPPING_MIN")))


@dataclass(frozen=True)
class Shops:
    given: Categories
    key: set[Pair]
    labels: Labels
    folder: Path

    @classmethod
    def at(cls, shared: Path) -> Shops:
        folder = shared / "data" / "shops2014"
        return cls(scale.real_categories(shared), read_gold(folder / "gold_pairs.tsv"), read_labels(folder / "listings.tsv.gz"), folder)

    def judged(self, found: Scored) -> list[dict]:
        """The rows of alignments, as the job has them but for the paper's similarities, which decide nothing here."""
        given, count = self.given, self.given.count
        terms = pa.list_(pa.struct([("term", pa.string()), ("count", pa.int32())]))
        sub_classes = pa.table({
            "shop": [shop for shop, _ in given.keys], "native_path": [path for _, path in given.keys], "native_sub_class": list(given.names),
            "class_id": pa.nulls(count, pa.int32()), "term_counts": pa.array([[]] * count, terms)})
        return relations.judge(as_rows(sub_classes, kept(found, given.shops()[1]))).to_pylist()

    def large(self, pairs: set[Pair]) -> set[Pair]:
        listings = dict(zip(self.given.keys, self.given.listings.tolist(), strict=True))
        return {pair for pair in pairs if all(listings[one] >= evaluation.LISTINGS_MIN for one in pair)}


@dataclass(frozen=True)
class Figures:
    strict: float
    tolerant: float
    merged_share: float
    merged_precision: float     # tolerant
    doubles: float              # share of the pairs folded inside a shop by themselves whose labels overlap by .6
    narrower: evaluation.Score
    overlapping: evaluation.Score


def figures(shops: Shops, rows: list[dict]) -> Figures:
    ends = {((row["shop_a"], row["native_path_a"]), (row["shop_b"], row["native_path_b"])): row for row in rows}
    across = {pair: row for pair, row in ends.items() if pair[0][0] != pair[1][0]}

    def of(chosen: Callable[[dict], bool]) -> set[Pair]:
        return shops.large({frozenset(pair) for pair, row in across.items() if chosen(row)})

    found = of(lambda row: row["relation"] == "equivalent")
    merged = of(lambda row: row["relation"] == "equivalent" and row["zone"] == "merged")
    inside = [pair for pair, row in ends.items() if pair[0][0] == pair[1][0] and row["relation"] == "equivalent" and row["zone"] == "merged"]
    labels = shops.labels
    judged = {pair: row["relation"] for pair, row in across.items() if all(labels.sizes.get(end, 0) >= labels.listings_min for end in pair)}
    per = evaluation.by_relation(judged, evaluation.relations_by_labels(labels))
    return Figures(evaluation.strict(found, shops.key).f1, evaluation.tolerant(found, shops.key, labels).f1, len(merged) / max(len(found), 1),
                   evaluation.tolerant(merged, shops.key, labels).precision,
                   float(np.mean([labels.overlap(*pair) >= evaluation.OVERLAP_MIN for pair in inside])) if inside else 0.0,
                   *(evaluation.Score(per[name]["precision"], per[name]["recall"], per[name]["found"], per[name]["in_key"])
                     for name in ("narrower", "overlapping")))


def table(header: str, rows: list[list[str]]) -> list[str]:
    names = header.split(" | ")
    return [f"| {header} |", "|" + " --- |" * len(names), *(f"| {' | '.join(row)} |" for row in rows)]


def short(number: float) -> str:
    return f"{number:.3f}".removeprefix("0")


@contextmanager
def setting(module: ModuleType, name: str, value: object) -> Iterator[None]:
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)


def by_rarity(rows, category: np.ndarray, categories: int) -> np.ndarray:
    """What a term weighs by plain rarity: the logarithm of how few titles have it."""
    return np.log((rows.shape[0] + 1) / np.maximum(np.asarray(rows.sum(axis=0)).ravel(), 1)).astype(np.float32)


def parts(shops: Shops) -> list[str]:
    found, _, _ = score_pairs(shops.given)
    with setting(curated_reference, "telling", by_rarity):
        rare, _, _ = score_pairs(shops.given)
    of_shop = shops.given.shops()[1]

    def row(name: str, scored: Scored, score: np.ndarray) -> list[str]:
        large = np.flatnonzero(shops.given.large[scored.i] & shops.given.large[scored.j])
        surest = large[mutual_best(scored.i[large], scored.j[large], score[large], of_shop)][:PAIRS]
        pairs = {frozenset((shops.given.keys[scored.i[n]], shops.given.keys[scored.j[n]])) for n in surest}
        return [name, short(evaluation.strict(pairs, shops.key).f1), short(evaluation.tolerant(pairs, shops.key, shops.labels).f1)]

    return table(f"part | strict F1 at {PAIRS} pairs | tolerant F1", [
        row("names alone", found, found.features["names"]), row("six text cosines", found, found.features["texts"]),
        row("votes, terms weighed by rarity", rare, rare.features["votes"]),
        row("votes, terms weighed by what they tell", found, found.features["votes"]), row("first score", found, found.features["first"]),
        row("pooled votes", found, found.features["pooled"]), row("the score", found, found.score)])


def constants(shops: Shops) -> list[str]:
    found, _, _ = score_pairs(shops.given)
    rows = [["(as they are)", "", "", *cells(figures(shops, shops.judged(found)))]]
    for origin, module, name in ((origin, module, name) for origin, module, names in CONSTANTS for name in names):
        value = getattr(module, name)
        for factor in (0.8, 1.2):
            other = round(value * factor) if isinstance(value, int) else round(value * factor, 3)
            with setting(module, name, other):
                scored = found if module is relations else score_pairs(shops.given)[0]
                rows.append([f"`{name}` {value:g}" if factor < 1 else "", origin if factor < 1 else "", f"{other:g}",
                             *cells(figures(shops, shops.judged(scored)))])
    return table("constant | from | instead | strict F1 | tolerant F1 | merged by itself: share, tolerant P | doubles right | narrower P / R "
                 "| overlapping P / R", rows)


def cells(got: Figures) -> list[str]:
    return [short(got.strict), short(got.tolerant), f"{got.merged_share:.2f}, {short(got.merged_precision)}", short(got.doubles),
            *(f"{one.precision:.2f} / {one.recall:.2f}" for one in (got.narrower, got.overlapping))]


def folds(shops: Shops) -> list[str]:
    found, _, _ = score_pairs(shops.given)
    by_threshold: dict[float, set[Pair]] = {}
    for threshold in THRESHOLDS.tolist():
        with setting(relations, "EQUIVALENT_MIN", threshold):
            equivalent = (row for row in shops.judged(found) if row["relation"] == "equivalent" and row["shop_a"] != row["shop_b"])
            by_threshold[threshold] = shops.large({frozenset(((row["shop_a"], row["native_path_a"]), (row["shop_b"], row["native_path_b"])))
                                                   for row in equivalent})

    def within(pairs: set[Pair], two: set[str], inside: bool = True) -> set[Pair]:
        return {pair for pair in pairs if ({shop for shop, _ in pair} == two) is inside}

    rows = []
    for two in combinations(sorted({shop for shop, _ in shops.given.keys}), 2):
        rest = within(shops.key, set(two), inside=False)
        chosen = max(by_threshold, key=lambda threshold: evaluation.strict(within(by_threshold[threshold], set(two), inside=False), rest).f1)
        ours, theirs = within(by_threshold[chosen], set(two)), within(shops.key, set(two))
        rows.append([" / ".join(two), f"{chosen:.2f}".removeprefix("0"), short(evaluation.strict(ours, theirs).f1),
                     short(evaluation.tolerant(ours, theirs, shops.labels).f1)])
    return table("shop pair | chosen | strict F1 | tolerant F1", rows)


def references(shops: Shops) -> list[str]:
    given = shops.given

    def row(name: str, kept_categories: np.ndarray, kept_titles: np.ndarray) -> list[str]:
        _, known, _ = score_pairs(only(given, kept_categories, kept_titles))
        found, _, _ = score_pairs(given, known.forgotten())
        got = figures(shops, shops.judged(found))
        return [name, short(got.strict), short(got.tolerant), short(got.merged_precision)]

    names, of_shop = given.shops()
    everything, every_title = np.ones(given.count, bool), np.ones(len(given.titles), bool)
    rows = [row("(nothing)", everything, every_title)]
    rows += [row(name, of_shop != n, every_title) for n, name in enumerate(names)]
    rows.append(row("1 % of the titles", everything, np.random.default_rng(1).random(len(given.titles)) >= 0.01))
    return table("reference without | strict F1, all shop pairs | tolerant F1 | merged by itself: tolerant P", rows)


def fewer(shops: Shops) -> list[str]:
    """Two or three of the shops by themselves, and all of them with fewer titles; the numbers stay as they are."""
    given = shops.given
    names, of_shop = given.shops()
    everything, every_title = np.ones(given.count, bool), np.ones(len(given.titles), bool)

    def row(name: str, categories: np.ndarray, titles: np.ndarray) -> list[str]:
        some = only(given, categories, titles)
        there = set(some.keys)
        part = replace(shops, given=some, key={pair for pair in shops.key if pair <= there})
        got = figures(part, part.judged(score_pairs(some)[0]))
        return [name, str(len(part.key)), short(got.strict), short(got.tolerant), f"{got.merged_share:.2f}, {short(got.merged_precision)}"]

    groups = [group for size in (2, 3) for group in combinations(range(len(names)), size)]
    rows = [row(", ".join(names[n] for n in group), np.isin(of_shop, group), every_title) for group in groups]
    rows += [row(f"all, {share:.0%} of the titles".replace("%", " %"), everything, np.random.default_rng(1).random(len(given.titles)) < share)
             for share in (0.5, 0.25)]
    return table("shops | pairs in the key | strict F1 | tolerant F1 | merged by itself: share, tolerant P", rows)


def only(given: Categories, categories: np.ndarray, titles: np.ndarray) -> Categories:
    """Some of the categories, with some of the titles."""
    place = np.cumsum(categories) - 1
    stays = titles & categories[given.titles.category]
    lengths = np.diff(given.titles.starts)
    starts = np.concatenate([[0], np.cumsum(lengths[stays])])
    buckets = given.titles.buckets[np.repeat(stays, lengths)]
    chosen = np.flatnonzero(categories)
    return replace(given, keys=[given.keys[n] for n in chosen], names=[given.names[n] for n in chosen], listings=given.listings[chosen],
                   titles=Titles(place[given.titles.category[stays]], starts, buckets))


def whole_titles(given: list[str]) -> list[str]:
    """The words of the first titles that fit into the paper's 22,000 characters, as the jobs cut them but in the file's order."""
    clean = titles.clean(pa.array(given)).to_pylist()
    fits = np.cumsum([len(title) for title in clean]) <= term_counts.CHARACTERS
    return [word for title, taken in zip(clean, fits, strict=True) if taken for word in titles.words(title)]


def one_text(given: list[str]) -> list[str]:
    """The words of the first 22,000 characters of all titles as one text."""
    return titles.words(titles.clean(pa.array(["".join(given)[:term_counts.CHARACTERS]]))[0].as_py())


def equation_3(shops: Shops, words_of: Callable[[list[str]], list[str]] = whole_titles,
               shortest: int = Options().shortest_term) -> tuple[set[Pair], set[Pair]]:
    """Pairs that pass Equation 3, and those with one name in one curated class; scored by strategy `paper`, without an engine."""
    with (shops.folder / "class_map.csv").open(encoding="utf-8") as file:
        class_of = {(row["platform"], row["class_name"]): row["curated_class"] for row in csv.DictReader(file)}
    numbers = {name: n for n, name in enumerate(sorted(set(class_of.values())))}
    texts: dict[tuple[str, str, int], list[str]] = defaultdict(list)
    for row in read_rows(shops.folder / "listings.tsv.gz", ("platform", "class_name", "native_path", "title"), "listings file"):
        texts[row["platform"], row["native_path"], numbers[class_of[row["platform"], row["class_name"]]]].append(row["title"])
    keys = sorted(texts)
    words = pa.array([[word for word in words_of(texts[key]) if len(word) >= shortest] for key in keys], pa.list_(pa.string()))
    counts = term_counts.count_terms(term_counts.lower(words)).to_pylist()
    place = {term: n for n, term in enumerate(sorted({one["term"] for of in counts for one in of}))}
    rows = pa.table({"shop": [key[0] for key in keys], "native_path": [key[1] for key in keys],
                     "native_sub_class": [key[1].split(">")[-1] for key in keys], "class_id": pa.array([key[2] for key in keys], pa.int32()),
                     "block": [0] * len(keys), "fresh": [True] * len(keys),
                     "terms": pa.array([[place[one["term"]] for one in of] for of in counts], pa.list_(pa.int64())),
                     "counts": pa.array([[one["count"] for one in of] for of in counts], pa.list_(pa.int32()))})
    passing, named_alike = set(), set()
    for number in numbers.values():
        for row in paper.score(rows.filter(pc.equal(rows["class_id"], number))).to_pylist():
            pair = frozenset(((row["shop_a"], row["native_path_a"]), (row["shop_b"], row["native_path_b"])))
            if row["label_similarity"] >= 0.5 and row["content_similarity"] > 0.75:
                passing.add(pair)
            if row["name_a"] == row["name_b"]:
                named_alike.add(pair)
    return passing, named_alike


def raw_text(given: list[str]) -> list[str]:
    """All that jieba makes of the first 22,000 characters of all titles as one text: as a plain script would."""
    import rjieba

    return rjieba.cut("".join(given)[:term_counts.CHARACTERS])


def letter(shops: Shops) -> list[str]:
    rows = []
    for words_of, shortest, name in (
            (whole_titles, 2, "whole titles, words of two characters or more"), (whole_titles, 1, "whole titles, every word"),
            (one_text, 2, "titles joined and cut at 22,000, two or more"), (one_text, 1, "titles joined, every word"),
            (raw_text, 2, "titles joined, as they are, two or more"), (raw_text, 1, "titles joined, as they are, punctuation too")):
        got = evaluation.strict(shops.large(equation_3(shops, words_of, shortest)[0]), shops.key)
        rows.append([name, short(got.precision), short(got.recall), short(got.f1)])
    return table("text and terms | P | R | F1", rows)


TABLES = {one.__name__: one for one in (letter, parts, constants, folds, fewer, references)}


def written(page: str, name: str, lines: list[str]) -> str:
    """The page with the table of that name in place of the one before."""
    begin, end = f"<!-- table: benchmarks/alignment_quality.py {name} -->", f"<!-- end of {name} -->"
    if begin not in page or end not in page:
        raise SystemExit(f"{PAGE} has no place for the table; it needs the lines {begin} and {end}.")
    return page.split(begin)[0] + "\n".join([begin, *lines, end]) + page.split(end, 1)[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="*", choices=[[], *TABLES], help="all by default")
    parser.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[2] / "shared", help="where the real data lies")
    args = parser.parse_args()
    shops = Shops.at(args.shared)
    for name in args.tables or TABLES:
        lines = TABLES[name](shops)
        print("\n".join([*lines, ""]), flush=True)
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), name, lines), encoding="utf-8")


if __name__ == "__main__":
    main()
