"""Strategy `paper`: pairs of one curated class from different shops, judged by Equation 3 (MEP-3M, section 3.1)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from spark_jobs.methods.content_similarity import content_similarities, hashed_term_vectors
from spark_jobs.methods.label_similarity import NAMED, THRESHOLD, block_by_shared_character, label_similarity

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from spark_jobs.strategies import Earlier, Options

log = logging.getLogger("mep3m.sub_class_pairs")

BLOCK = 10_000      # sub-classes of one class that one task compares with one another, or with as many others
SCORED = ("shop_a string, native_path_a string, shop_b string, native_path_b string, name_a string, name_b string, class_id int, "
          "label_similarity double, content_similarity double")


def score(sub_classes: pa.Table, weight: str = "counts", left: int = 0, right: int = 0) -> pa.Table:
    """All pairs of sub-classes from different shops with S_label at or above 0.50, with both similarities.

    Args:
        sub_classes: (shop, native_path, native_sub_class, class_id, block, fresh, terms, counts) of one class; terms as 64-bit hashes.
            A pair of which neither side is fresh is left out.
        left, right: a pair has one side in block `left` and the other in block `right`.
    Returns:
        (shop_a, native_path_a, shop_b, native_path_b, name_a, name_b, class_id, label_similarity, content_similarity),
        each pair once, a before b.
    """
    sub_classes = sub_classes.sort_by([("shop", "ascending"), ("native_path", "ascending")])
    shops = np.asarray(sub_classes["shop"].combine_chunks().dictionary_encode().indices)
    blocks = np.asarray(sub_classes["block"])
    names, name_of = np.unique(np.asarray(sub_classes["native_sub_class"].to_pylist(), dtype=object).astype(str), return_inverse=True)
    names = names.tolist()
    a, b, labels = _similar_labels(names, name_of, shops, blocks, np.asarray(sub_classes["fresh"]), left, right)
    compared, position = np.unique(np.concatenate([a, b]), return_inverse=True)
    rows = pa.array(compared)
    vectors = hashed_term_vectors(sub_classes["terms"].take(rows), sub_classes["counts"].take(rows), weight)
    contents = content_similarities(vectors, position[:len(a)], position[len(a):])
    columns = [sub_classes[column].take(pa.array(side)) for column, side in
               (("shop", a), ("native_path", a), ("shop", b), ("native_path", b), ("native_sub_class", a), ("native_sub_class", b), ("class_id", a))]
    return pa.table([*columns, pa.array(labels), pa.array(contents)], names=[field.split()[0] for field in SCORED.split(", ")])


def _similar_labels(names: list[str], name_of: np.ndarray, shops: np.ndarray, blocks: np.ndarray, fresh: np.ndarray, left: int, right: int):
    """Rows a < b of different shops and of the two blocks, one of them fresh, whose names are similar enough, and S_label of each."""
    rows_by_name = np.argsort(name_of, kind="stable")
    first = np.searchsorted(name_of[rows_by_name], np.arange(len(names) + 1))
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    some = np.unique(name_of[fresh])        # names of which at least one bearer is fresh
    is_some = np.isin(np.arange(len(names)), some)
    for one, other in block_by_shared_character([names[n] for n in some], names):
        one = some[one]
        once = ~is_some[other] | (one <= other)
        a, b = _rows(one[once], other[once], first, rows_by_name)
        once = (name_of[a] != name_of[b]) | (a < b)     # a name against itself gives each pair of its bearers in both directions
        a, b = np.minimum(a, b)[once], np.maximum(a, b)[once]
        wanted = (shops[a] != shops[b]) & (fresh[a] | fresh[b])
        wanted &= (np.minimum(blocks[a], blocks[b]) == left) & (np.maximum(blocks[a], blocks[b]) == right)
        a, b = a[wanted], b[wanted]
        codes, back = np.unique(name_of[a] * len(names) + name_of[b], return_inverse=True)
        scores = [label_similarity(names[code // len(names)], names[code % len(names)]) for code in codes.tolist()]
        labels = np.asarray(scores, dtype=float)[back]
        keep = (labels >= THRESHOLD) | (name_of[a] == name_of[b])
        found.append((a[keep], b[keep], labels[keep]))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    return tuple(np.concatenate(part) for part in zip(*found, strict=True))


def _rows(one: np.ndarray, other: np.ndarray, first: np.ndarray, rows_by_name: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of names as pairs of the rows that bear them."""
    bearers, other_bearers = first[one + 1] - first[one], first[other + 1] - first[other]
    sizes = bearers * other_bearers
    pair = np.repeat(np.arange(len(one)), sizes)
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return (rows_by_name[first[one][pair] + within // other_bearers[pair]],
            rows_by_name[first[other][pair] + within % other_bearers[pair]])


def pairs(native_sub_classes: DataFrame, listings: DataFrame, options: Options, earlier: Earlier | None = None) -> DataFrame:
    """Pairs whose names pass Eq. 3, with both similarities; a class at a time, large classes in pairs of blocks.

    Blocks change which task looks at a pair, never its score. Sub-classes without a curated class wait. A pair depends on the names,
    terms and class of its two sides alone, so of an earlier run those whose sides are what they were are carried over.
    """
    from pyspark.sql import functions as F

    weight = options.weight
    counted = F.filter("term_counts", lambda one: F.char_length(one["term"]) >= options.shortest_term)

    def scored(key: tuple[pa.Scalar, ...], sub_classes: pa.Table) -> pa.Table:
        return score(sub_classes, weight, key[1].as_py(), key[2].as_py())

    content = F.xxhash64("native_sub_class", "class_id", "term_counts")
    mapped = native_sub_classes.where("class_id is not null").select(
        "shop", "native_path", "native_sub_class", "class_id", content.alias("content"),
        F.transform(counted, lambda one: F.xxhash64(one["term"])).alias("terms"), counted["count"].alias("counts"))
    features = ("label_similarity", f"content_similarity_by_{weight}_from_{options.shortest_term}")
    if usable(earlier, features):
        before = earlier.native_sub_classes.where("class_id is not null").select("shop", "native_path", content.alias("before"))
        mapped = mapped.join(before, ["shop", "native_path"], "left").withColumn("fresh", ~F.col("content").eqNullSafe(F.col("before")))
        touched = mapped.where("fresh").select("class_id").distinct()
        looked_at = mapped.join(F.broadcast(touched), "class_id", "left_semi")
    else:
        earlier, looked_at = None, mapped.withColumn("fresh", F.lit(True))
    blocks = looked_at.groupBy("class_id").agg(F.ceil(F.count(F.lit(1)) / BLOCK).cast("int").alias("blocks"))
    placed = (
        looked_at.drop("content", "before").join(F.broadcast(blocks), "class_id")
        .withColumn("block", F.pmod(F.xxhash64("shop", "native_path"), F.col("blocks")).cast("int"))
        .withColumn("other", F.explode(F.sequence(F.lit(0), F.col("blocks") - 1)))
        .withColumn("left", F.least("block", "other")).withColumn("right", F.greatest("block", "other"))
    )
    anew = placed.groupBy("class_id", "left", "right").applyInArrow(scored, SCORED).select(
        "shop_a", "native_path_a", "shop_b", "native_path_b", "name_a", "name_b", "class_id", "label_similarity", "content_similarity",
        F.col("content_similarity").alias("score"),
        F.lit(None).cast("double").alias("contained_a_in_b"), F.lit(None).cast("double").alias("contained_b_in_a"),
        F.array(F.struct(F.lit(features[0]).alias("name"), F.col("label_similarity").alias("value")),
                F.struct(F.lit(features[1]).alias("name"), F.col("content_similarity").alias("value"))).alias("features"),
        F.lit("paper").alias("strategy"),
    )
    if earlier is None:
        return anew
    same = mapped.where("not fresh")
    carried = earlier.pairs.select(anew.columns)
    for side in ("a", "b"):
        carried = carried.join(same.select(F.col("shop").alias(f"shop_{side}"), F.col("native_path").alias(f"native_path_{side}")),
                               [f"shop_{side}", f"native_path_{side}"], "left_semi")
    anew = anew.localCheckpoint()
    log.info("paper: %d pairs scored, %d carried over", anew.count(), carried.count())
    return anew.unionByName(carried)


def usable(earlier: Earlier | None, features: tuple[str, ...]) -> bool:
    """Whether the earlier pairs were scored by this strategy with this weight; an empty table does not say."""
    if earlier is None or earlier.pairs is None or earlier.native_sub_classes is None:
        return False
    one = earlier.pairs.select("strategy", "features.name").first()
    return one is not None and one.strategy == "paper" and tuple(one.name) == features


def decide(sub_class_pairs: DataFrame, native_sub_classes: DataFrame, options: Options) -> DataFrame:
    """Equation 3: S_label >= 0.50 and S_content > the threshold; identical names are merged below it too, as in Table 3.

    The threshold is 0.75, which in the paper is the mean S_content of the pairs with identical names; without one in the options
    that mean is taken of the pairs given.
    """
    from pyspark.sql import functions as F

    identical = F.col("name_a") == F.col("name_b")
    if options.threshold is None:
        mean = sub_class_pairs.where(identical).agg(F.coalesce(F.avg("content_similarity"), F.lit(0.75)).alias("threshold"))
        judged = sub_class_pairs.crossJoin(F.broadcast(mean))
    else:
        judged = sub_class_pairs.withColumn("threshold", F.lit(float(options.threshold)))
    passes = (F.col("label_similarity") >= THRESHOLD) & (F.col("content_similarity") > F.col("threshold"))
    by_name = identical & F.lit(options.identical_names_merge) & F.col("name_a").rlike(NAMED)
    merged = passes | by_name
    similarities = F.format_string("S_label %.2f, S_content %.3f", "label_similarity", "content_similarity")
    why = (F.when(by_name & passes, F.lit("identical names"))
           .when(by_name, F.format_string("identical names, merged although S_content is not above %.3f", "threshold"))
           .when(passes, F.format_string("S_label is at least 0.50 and S_content above %.3f (Eq. 3)", "threshold"))
           .otherwise(F.format_string("S_content is not above %.3f (Eq. 3)", "threshold")))
    return judged.select(
        "shop_a", "native_path_a", "shop_b", "native_path_b",
        F.when(merged, "equivalent").otherwise("none").alias("relation"),
        F.when(merged, "merged").otherwise("apart").alias("zone"),
        F.when(merged, F.col("content_similarity")).otherwise(1 - F.col("content_similarity")).alias("confidence"),
        F.col("strategy"), F.col("strategy").alias("decided_by"),
        F.concat(F.format_string("%s / %s: ", "name_a", "name_b"), similarities, F.lit("; "), why, F.lit(".")).alias("evidence"),
    )
