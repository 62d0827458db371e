"""The paper's alignment as a plain script and as this project runs it, side by side on the same listings.

    python benchmarks/alignment.py --real                        the four real shops, from titles to alignments
    python benchmarks/alignment.py --sub-classes 10000           generated ones of 22,000 characters each, from titles to alignments
    python benchmarks/alignment.py --from-counts --sub-classes 1000 10000 100000
                                                                 growth of the alignment alone, time and peak memory (the script is inferred)
    python benchmarks/alignment.py --no-script --titles 25 --strategy curated --sub-classes 1000 10000 100000
                                                                 the same of `curated`, which needs titles; 25 each, as in real shops
    python benchmarks/alignment.py --scoring --titles 10 --sub-classes 1000 10000 100000
                                                                 growth of what `curated` computes in the driver, without an engine
    python benchmarks/alignment.py --cluster --sub-classes 1000  the same job on a Spark standalone master and two workers: equal results?
    python benchmarks/alignment.py --recall --real               how many of the best pairs the candidates of `curated` hold
    python benchmarks/alignment.py --incremental --real          a new shop, and 1 % new listings: pairs scored again, and the ratio of time

The script compares the names of all pairs of one class from different shops with difflib; for a pair that passes it cuts both texts with
jieba, counts with a count vectoriser and takes the cosine. Above --script-pairs passing pairs, a sample is timed and the rest inferred.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from difflib import SequenceMatcher
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.landing import CHARACTERS, land_generated, land_real


def paper_as_a_script(categories: list[tuple[str, str, int, str]], sample: int) -> dict:
    """
    Args:
        categories: (shop, name, class, text of at most 22,000 characters).
        sample: pairs of each kind that are timed at most.
    """
    import jieba
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.metrics.pairwise import cosine_similarity

    jieba.initialize()
    by_class = defaultdict(list)
    for one in categories:
        by_class[one[2]].append(one)
    pairs = [pair for members in by_class.values() for pair in combinations(members, 2) if pair[0][0] != pair[1][0]]
    draw = random.Random(1)
    names = pairs if len(pairs) <= 50 * sample else draw.sample(pairs, 50 * sample)
    started = time.perf_counter()
    passing = [pair for pair in names if SequenceMatcher(None, pair[0][1], pair[1][1]).ratio() >= 0.5]
    seconds_names = (time.perf_counter() - started) * len(pairs) / max(len(names), 1)
    expected = len(passing) * len(pairs) / max(len(names), 1)
    texts = passing if len(passing) <= sample else draw.sample(passing, sample)
    started = time.perf_counter()
    for one, other in texts:
        counts = CountVectorizer().fit_transform([" ".join(jieba.cut(one[3])), " ".join(jieba.cut(other[3]))])
        cosine_similarity(counts[0], counts[1])
    seconds_texts = (time.perf_counter() - started) * expected / max(len(texts), 1)
    return {"pairs": len(pairs), "pairs_passing_names": round(expected), "seconds_names": round(seconds_names, 1),
            "seconds_texts": round(seconds_texts, 1), "seconds": round(seconds_names + seconds_texts, 1),
            "inferred_from": None if texts is passing and names is pairs else f"{len(names)} names, {len(texts)} texts"}


class PeakMemory:
    """The most resident memory, in GiB, that this process and all below it had together, looked at five times a second."""

    def __enter__(self) -> PeakMemory:
        self.gib, self._done = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def _watch(self) -> None:
        import psutil

        me = psutil.Process()
        while not self._done.wait(0.2):
            total = 0
            for process in (me, *me.children(recursive=True)):
                try:
                    total += process.memory_full_info().pss if process is not me else process.memory_info().rss
                except psutil.Error:
                    continue
            self.gib = max(self.gib, total / 2**30)

    def __exit__(self, *_) -> None:
        self._done.set()
        self._thread.join()


def texts_of_the_lake() -> list[tuple[str, str, int, str]]:
    """What the script reads: (shop, name, class, the first 22,000 characters of its titles)."""
    from lakehouse import arrow, tables

    classes = {(r["shop"], r["native_class"]): r["class_id"] for r in arrow.read(tables.CLASS_MAP).to_pylist()}
    places, length = {}, defaultdict(int)
    texts = defaultdict(list)
    columns = ("shop", "native_path", "native_sub_class", "native_class", "title")
    for batch in arrow.dataset(tables.LISTINGS).to_batches(columns=list(columns)):
        for shop, path, name, top, title in zip(*(batch[column].to_pylist() for column in columns), strict=True):
            places[shop, path] = name, classes[shop, top]
            if length[shop, path] < CHARACTERS:
                texts[shop, path].append(title)
                length[shop, path] += len(title)
    return [(key[0], *places[key], "".join(texts[key])[:CHARACTERS]) for key in places]


def align(strategy: str, from_counts: bool, listings=None, earlier=None) -> dict:
    """Every job from titles, or from term counts, to alignments, each written as the jobs do; seconds by step, and a digest of every column of it.

    Args:
        listings: the lake's by default.
        earlier: what an earlier run left, to be carried over.
    """
    from pyspark.sql import functions as F

    from lakehouse import spark, tables
    from spark_jobs import alignments, listing_tokens, native_sub_classes, strategies, sub_class_pairs

    seconds, options = {}, strategies.Options()

    def step(table, build):
        started = time.perf_counter()
        spark.stage(table, build(), {})
        seconds[table.name] = round(time.perf_counter() - started, 1)
        return spark.staged(table)

    if from_counts:
        listings, counts = spark.empty(tables.LISTINGS), spark.read(tables.NATIVE_SUB_CLASSES)
    else:
        listings = spark.read(tables.LISTINGS) if listings is None else listings
        tokens = step(tables.LISTING_TOKENS, lambda: listing_tokens.build(listings))
        counts = step(tables.NATIVE_SUB_CLASSES, lambda: native_sub_classes.build(listings, tokens, spark.read(tables.CLASS_MAP)))
    pairs = step(tables.SUB_CLASS_PAIRS, lambda: sub_class_pairs.build(counts, listings, strategy=strategy, options=options, earlier=earlier))
    decided = step(tables.ALIGNMENTS, lambda: alignments.build(pairs, counts, spark.empty(tables.NAMING_DECISIONS), options=options))
    every_column = F.bit_xor(F.xxhash64(*(F.round(name, 9) if kind == "double" else F.col(name) for name, kind in decided.dtypes)))
    said = decided.agg(every_column.alias("digest"), F.count_if(F.expr("relation = 'equivalent' and zone = 'merged'")).alias("merged")).first()
    return {"seconds": round(sum(seconds.values()), 1), "by_step": seconds, "pairs": pairs.count(), "merged": said.merged, "digest": said.digest}


def right_of_generated(number: int) -> dict:
    """Of generated sub-classes, whose kinds are known: how many pairs of two shops merged without a person are right, and found of all there are."""
    from benchmarks import taxonomy_generator as generator
    from lakehouse import spark, tables

    merged = spark.staged(tables.ALIGNMENTS).where("relation = 'equivalent' and zone = 'merged' and shop_a != shop_b").collect()
    right = sum(generator.kind(row.native_path_a) == generator.kind(row.native_path_b) for row in merged)
    sizes = [min(generator.SHOPS, number - first) for first in range(0, number, generator.SHOPS)]
    there = sum(n * (n - 1) // 2 for n in sizes)
    return {"merged_precision": round(right / max(len(merged), 1), 4), "merged_recall": round(right / max(there, 1), 4)}


def apart(function, arguments: tuple) -> None:
    """A call in a process of its own."""
    process = get_context("spawn").Process(target=function, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"{function.__name__} ended with {process.exitcode}.")


def measured(args: argparse.Namespace, number: int | None) -> dict:
    """One size, in a lake of its own, on an engine that a small run has warmed."""
    with tempfile.TemporaryDirectory(prefix="align-") as root:
        os.environ["LAKEHOUSE_ROOT"] = f"{root}/warm"
        land_generated(60, args.from_counts, args.titles)
        with PeakMemory() as memory:
            align(args.strategy, args.from_counts)
            os.environ["LAKEHOUSE_ROOT"] = f"{root}/lake"
            landing = (land_real, (args.shared, args.listings_min)) if number is None else (land_generated, (number, args.from_counts, args.titles))
            apart(*landing)     # whose memory is no part of what is measured
            memory.gib = 0.0
            ours = align(args.strategy, args.from_counts)
        said = {} if args.from_counts or number is None else {"titles_each": args.titles}
        result = {"sub_classes": number or "four real shops", **said, "strategy": args.strategy, "ours": ours,
                  "peak_memory_gib": round(memory.gib, 2)}
        if number is not None:
            result |= right_of_generated(number)
        if not args.from_counts and not args.no_script:
            result["script"] = paper_as_a_script(texts_of_the_lake(), args.script_pairs)
            result["times_faster"] = round(result["script"]["seconds"] / ours["seconds"], 1)
        return result


def recall(args: argparse.Namespace, number: int | None) -> dict:
    """Of sampled categories the best partner in every other shop by the exact score, and the best three: how many are among the candidates."""
    import numpy as np

    from benchmarks import scale
    from spark_jobs.methods import curated_score

    given = scale.real_categories(args.shared) if number is None else scale.generated_categories(number, args.titles)
    found, known, _ = curated_score.score_pairs(given)
    shops = given.shops()[1]
    sampled = np.random.default_rng(1).choice(given.count, min(args.recall_sample, given.count), replace=False)
    one, other = (part.ravel() for part in np.meshgrid(sampled, np.arange(given.count), indexing="ij"))
    one, other = one[shops[one] != shops[other]], other[shops[one] != shops[other]]
    i, j = np.minimum(one, other), np.maximum(one, other)
    first = curated_score.first_scores(given, known.profiles, known.reference, i, j)
    exact = curated_score.whole_scores(given, known.profiles, known.reference, shops, i, j, first).score
    there = np.isin(i * given.count + j, found.i * given.count + found.j)
    order = np.lexsort((-exact, shops[other], one))
    starts = np.flatnonzero(np.diff(one[order] * (int(shops.max()) + 1) + shops[other][order], prepend=-1))
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))

    def share(wanted: np.ndarray) -> float:
        return round(float(there[wanted].mean()), 4) if wanted.any() else 1.0

    best = np.zeros((2, len(order)), bool)
    best[0, order[rank < 1]] = best[1, order[rank < 3]] = True
    best &= exact > 0
    return {"sub_classes": number or "four real shops", "strategy": "curated", "candidates": len(found.i), "sampled": len(sampled),
            "recall_of_the_best": share(best[0]), "recall_of_the_best_three": share(best[1]),
            "recall_of_the_best_scoring_at_least_half": share(best[0] & (exact >= 0.5)),
            "strategy_paper": "lossless: every pair that can reach S_label 0.50 is compared"}


def scoring(args: argparse.Namespace, number: int | None) -> dict:
    """Seconds and peak memory of every score of `curated`, from hashed titles to pairs; the loops are compiled before."""
    import psutil

    from benchmarks import scale
    from spark_jobs.methods import curated_score

    curated_score.score_pairs(scale.generated_categories(60, args.titles))
    given = scale.real_categories(args.shared) if number is None else scale.generated_categories(number, args.titles)
    held = psutil.Process().memory_info().rss / 2**30      # what making the titles left behind is no part of the scoring
    with PeakMemory() as memory:
        started = time.perf_counter()
        found = curated_score.score_pairs(given)[0]
        seconds = time.perf_counter() - started
    return {"sub_classes": number or "four real shops", "strategy": "curated", "titles": len(given.titles), "pairs": len(found.i),
            "seconds": round(seconds, 1), "peak_memory_gib": round(memory.gib, 2), "memory_before_gib": round(held, 2)}


def incremental(args: argparse.Namespace, number: int | None) -> dict:
    """Seconds of the pairs' step for a new shop and for 1 % new listings: with what an earlier run left, with its reference alone, from nothing.

    And whether the first two give the same pairs to the last bit, and how many merges or proposals the third would decide otherwise.
    """
    from pyspark.sql import functions as F

    from lakehouse import spark, tables
    from spark_jobs import native_sub_classes, strategies, sub_class_pairs

    result: dict = {"sub_classes": number or "four real shops", "strategy": args.strategy}
    said: list[str] = []
    logging.getLogger("mep3m.sub_class_pairs").addHandler(handler := logging.Handler())
    logging.getLogger("mep3m.sub_class_pairs").setLevel(logging.INFO)
    handler.emit = lambda record: said.append(record.getMessage())
    with tempfile.TemporaryDirectory(prefix="align-") as root:
        os.environ["LAKEHOUSE_ROOT"] = f"{root}/lake"
        land_real(args.shared) if number is None else land_generated(number, False, args.titles)
        everything = spark.read(tables.LISTINGS)
        last = everything.agg(F.max("shop")).first()[0]
        align(args.strategy, False, everything)       # warms the engine; tokens and counts of all listings are staged now
        tokens = spark.staged(tables.LISTING_TOKENS).localCheckpoint()
        counts = spark.staged(tables.NATIVE_SUB_CLASSES).localCheckpoint()

        def pairs(native, listings, earlier=None):
            started = time.perf_counter()
            found = sub_class_pairs.build(native, listings, strategy=args.strategy, earlier=earlier).localCheckpoint()
            return found, time.perf_counter() - started

        def equivalent(scored) -> set[tuple]:
            decided = strategies.find(args.strategy).decide(scored, counts, strategies.Options()).where("relation = 'equivalent'")
            return {tuple(row) for row in decided.select(*tables.PAIR_KEY).collect()}

        changes = {"a new shop": F.col("shop") != last, "1 % new listings": F.pmod(F.xxhash64("listing_id"), F.lit(100)) != 0,
                   "1 % new listings, of few sub-classes": (F.pmod(F.xxhash64("native_path"), F.lit(100)) != 0)
                   | (F.pmod(F.xxhash64("listing_id"), F.lit(2)) != 0)}
        for change, before in changes.items():
            earlier_listings = everything.where(before)
            native = native_sub_classes.build(earlier_listings, tokens, spark.read(tables.CLASS_MAP)).localCheckpoint()
            left: list[bytes] = []
            first, _ = pairs(native, earlier_listings, strategies.Earlier(remember=left.append))
            carried, seconds = pairs(counts, everything, strategies.Earlier(first, native, lambda left=left: left[0] if left else None))
            line = said[-1]
            whole, all_seconds = pairs(counts, everything, strategies.Earlier(memory=lambda left=left: left[0] if left else None, anew=True))
            same = carried.exceptAll(whole).count() == 0 == whole.exceptAll(carried).count()
            anew, anew_seconds = pairs(counts, everything)
            here, there = equivalent(carried), equivalent(anew)
            result[change] = {"said": line, "pairs_kept": carried.count(), "seconds": round(seconds, 1), "seconds_all_scored": round(all_seconds, 1),
                              "seconds_from_nothing": round(anew_seconds, 1), "times_faster": round(anew_seconds / seconds, 1),
                              "same_as_all_scored": same, "equivalent": len(here), "not_so_from_nothing": len(here - there),
                              "so_from_nothing_alone": len(there - here)}
    return result


def on_a_cluster(args: argparse.Namespace, number: int | None) -> dict:
    """The same run in this process's mode and on a standalone master with two workers on loopback."""
    size = ["--real", "--shared", str(args.shared)] if number is None else ["--sub-classes", str(number), "--titles", str(args.titles)]
    command = [sys.executable, __file__, "--no-script", "--strategy", args.strategy, *size, *(["--from-counts"] if args.from_counts else [])]

    def run(**environment: str) -> dict:
        done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr[-2000:])
        return json.loads(done.stdout.splitlines()[-1])["ours"]

    alone = run()
    import pyspark

    spark_class = Path(pyspark.__file__).parent / "bin" / "spark-class"
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable, "SPARK_NO_DAEMONIZE": "1"}
    deploy = "org.apache.spark.deploy"
    with tempfile.TemporaryDirectory(prefix="cluster-") as folder:
        master = "spark://127.0.0.1:17077"
        started = [[f"{deploy}.master.Master", "--host", "127.0.0.1", "--port", "17077", "--webui-port", "0"],
                   *([f"{deploy}.worker.Worker", "--host", "127.0.0.1", "--webui-port", "0", "--cores", "1", "--memory", "2g",
                      "--work-dir", f"{folder}/{n}", master] for n in (1, 2))]
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        processes = [subprocess.Popen([str(spark_class), *one], env=environment, **silent) for one in started]
        try:
            time.sleep(15)
            together = run(LAKEHOUSE_SPARK_MASTER=master, SPARK_LOCAL_IP="127.0.0.1", LAKEHOUSE_SPARK_OPTIONS="spark.executor.memory=1500m")
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait()
    return {"sub_classes": number or "four real shops", "strategy": args.strategy, "alone": alone, "cluster_of_two_workers": together,
            "same_result": alone["digest"] == together["digest"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", action="store_true", help="the four real shops")
    parser.add_argument("--sub-classes", type=int, nargs="*", default=[], help="numbers of generated sub-classes")
    parser.add_argument("--strategy", default="paper")
    parser.add_argument("--from-counts", action="store_true", help="generate term counts and measure the alignment alone")
    parser.add_argument("--script-pairs", type=int, default=5_000, help="texts that the script is timed on, and a fiftieth of the names")
    parser.add_argument("--titles", type=int, default=440, help="of a generated sub-class; 440 are some 22,000 characters")
    parser.add_argument("--recall", action="store_true", help="measure what the search for candidates of `curated` loses")
    parser.add_argument("--scoring", action="store_true", help="measure the scores of `curated` alone, without an engine")
    parser.add_argument("--recall-sample", type=int, default=300, help="categories that are compared with all others")
    parser.add_argument("--incremental", action="store_true", help="measure what carrying scores over saves")
    parser.add_argument("--no-script", action="store_true", help="leave the script out")
    parser.add_argument("--cluster", action="store_true", help="compare with a standalone cluster of a master and two workers")
    parser.add_argument("--listings-min", type=int, default=1, help="of the real shops' categories: those with fewer are left out")
    parser.add_argument("--shared", type=Path, default=Path(__file__).resolve().parent.parent.parent / "shared", help="where the real data lies")
    args = parser.parse_args()
    timed: list[tuple[int, float]] = []
    for number in ([None] if args.real else []) + args.sub_classes:
        how = on_a_cluster if args.cluster else recall if args.recall else scoring if args.scoring else incremental if args.incremental else measured
        result = how(args, number)
        seconds = result.get("ours", result).get("seconds")
        if number and seconds:
            timed.append((number, seconds))
            result |= {f"growth_exponent_from_{size}": round(math.log(seconds / before) / math.log(number / size), 2) for size, before in timed[:-1]}
        print(json.dumps(result, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
