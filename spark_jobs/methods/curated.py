"""Strategy `curated`: names and titles of all shops together; Spark cuts and counts, the driver compares sparse vectors.

What the driver holds is a category's distinct titles as sets of numbers, `TITLES` of them at most, so its memory grows with the
number of categories and not with the number of listings.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spark_jobs.methods import curated_memory
from spark_jobs.methods.content_similarity import content_similarities, term_vectors
from spark_jobs.methods.curated_reference import Categories, Key
from spark_jobs.methods.curated_score import Scored, kept, score_pairs
from spark_jobs.methods.curated_titles import Titles, folded_titles, hashed
from spark_jobs.methods.label_similarity import label_similarity
from spark_jobs.methods.relations import judge

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from spark_jobs.strategies import Earlier, Options

log = logging.getLogger("mep3m.sub_class_pairs")

TITLES = 1_000          # of a category, chosen by a hash: more say nothing new about what it holds
STALE = 0.5             # of the categories or listings came later: from there on the reference is made anew
PAIRS = ("shop_a string, native_path_a string, shop_b string, native_path_b string, name_a string, name_b string, class_id int, "
         "label_similarity double, content_similarity double, score double, contained_a_in_b double, contained_b_in_a double, "
         "features array<struct<name:string,value:double>>, strategy string")
DECIDED = ("shop_a string, native_path_a string, shop_b string, native_path_b string, relation string, zone string, "
           "confidence double, strategy string, decided_by string, evidence string")


def pairs(native_sub_classes: DataFrame, listings: DataFrame, options: Options, earlier: Earlier | None = None) -> DataFrame:
    """Each category's best candidates in every shop, its own shop's for doubles, with every score.

    All categories are compared, mapped to a curated class or not: shops file the same thing under different classes. With what an
    earlier run remembered, only titles of new or changed categories are read and only pairs with one of them scored.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    @F.arrow_udf("string")
    def folded(titles: pa.Array) -> pa.Array:
        return folded_titles(titles)

    @F.arrow_udf("array<int>")
    def terms(titles: pa.Array) -> pa.Array:
        return hashed(titles)

    spark = native_sub_classes.sparkSession
    contents = listings.groupBy("shop", "native_path").agg(F.bit_xor(F.xxhash64("listing_id", "title")).alias("contents"))
    sub_classes = (
        native_sub_classes.join(contents, ["shop", "native_path"], "left")
        .select("shop", "native_path", "native_sub_class", "class_id", "listings", "term_counts",
                F.xxhash64("native_sub_class", "listings", "contents").alias("digest"))
    ).toArrow().sort_by([("shop", "ascending"), ("native_path", "ascending")])
    known = remembered(earlier, sub_classes)
    fresh = curated_memory.changed(sub_classes, known)
    numbered = spark.createDataFrame(sub_classes.select(["shop", "native_path"]).append_column(
        "category", pa.array(np.arange(sub_classes.num_rows), pa.int32())).filter(pa.array(fresh)), "shop string, native_path string, category int")
    first = Window.partitionBy("category").orderBy(F.xxhash64("title"), "title")
    titles = (
        listings.join(F.broadcast(numbered), ["shop", "native_path"]).select("category", folded("title").alias("title"))
        .dropDuplicates(["category", "title"]).withColumn("place", F.row_number().over(first)).where(F.col("place") <= TITLES)
        .select("category", "place", terms("title").alias("terms"))
    ).toArrow().sort_by([("category", "ascending"), ("place", "ascending")])
    given = categories(sub_classes, titles, fresh)
    del titles      # gigabytes at 100,000 categories, and read into `given`
    found, knows, scored = score_pairs(given, known.known if known else None)
    if earlier and knows:
        earlier.remember(curated_memory.written(knows, np.asarray(sub_classes["digest"])))
    del given, known, knows     # gigabytes again, which the rows need not wait beside
    log.info("curated: %d categories read and %d pairs scored, %d carried over", int(fresh.sum()), scored, len(found.i) - scored)
    return spark.createDataFrame(as_rows(sub_classes, kept(found, shop_numbers(sub_classes))), PAIRS)


def remembered(earlier: Earlier | None, sub_classes: pa.Table) -> curated_memory.Memory | None:
    """What an earlier run left; nothing where half of the categories or of the listings came after its reference was made."""
    data = earlier.memory() if earlier else None
    memory = curated_memory.read(data) if data else None
    if memory is None:
        return None
    newer = memory.known.reference.newer(keys_of(sub_classes), np.asarray(sub_classes["listings"], dtype=np.int64))
    log.info("curated: %.0f %% of what there is came after the reference was made", 100 * newer)
    if newer >= STALE:
        return None
    return memory.forgotten() if earlier.anew else memory


def categories(sub_classes: pa.Table, titles: pa.Table, fresh: np.ndarray | None = None) -> Categories:
    """
    Args:
        sub_classes: (shop, native_path, native_sub_class, listings), by shop and path.
        titles: (category: a row of `sub_classes`, terms: from `hashed`), by category.
        fresh: of which sub-classes the titles are given; all by default.
    """
    return Categories(keys_of(sub_classes), sub_classes["native_sub_class"].to_pylist(), np.asarray(sub_classes["listings"], dtype=np.int64),
                      Titles.of(titles["category"], titles["terms"]), fresh)


def keys_of(sub_classes: pa.Table) -> list[Key]:
    return list(zip(sub_classes["shop"].to_pylist(), sub_classes["native_path"].to_pylist(), strict=True))


def shop_numbers(sub_classes: pa.Table) -> np.ndarray:
    return np.unique(np.asarray(sub_classes["shop"].to_pylist(), dtype=str), return_inverse=True)[1]


def scored_pairs(sub_classes: pa.Table, titles: pa.Table, threads: int = 2) -> pa.Table:
    """The rows of sub_class_pairs.

    Args:
        sub_classes: (shop, native_path, native_sub_class, class_id, listings, term_counts), by shop and path.
        titles: as for `categories`.
    """
    found, _, _ = score_pairs(categories(sub_classes, titles), threads=threads)
    return as_rows(sub_classes, kept(found, shop_numbers(sub_classes)))


def as_rows(sub_classes: pa.Table, found: Scored) -> pa.Table:
    """Pairs of positions as the rows of sub_class_pairs; what the paper would say of each pair stands beside."""
    a, b = pa.array(found.i), pa.array(found.j)
    names = sub_classes["native_sub_class"].to_pylist()
    class_a, class_b = sub_classes["class_id"].take(a), sub_classes["class_id"].take(b)
    shared = pc.if_else(pc.fill_null(pc.equal(class_a, class_b), False), class_a, pa.scalar(None, pa.int32()))
    features = sorted(found.features)
    values = np.stack([found.features[name] for name in features], axis=1) if features else np.zeros((len(found.i), 0))
    listed = pa.ListArray.from_arrays(
        np.arange(0, values.size + 1, max(len(features), 1), dtype=np.int32) if values.size else np.zeros(len(found.i) + 1, np.int32),
        pa.StructArray.from_arrays([pa.array(features * len(found.i), pa.string()), pa.array(values.ravel(), pa.float64())], ["name", "value"]))
    columns = {
        "shop_a": sub_classes["shop"].take(a), "native_path_a": sub_classes["native_path"].take(a),
        "shop_b": sub_classes["shop"].take(b), "native_path_b": sub_classes["native_path"].take(b),
        "name_a": sub_classes["native_sub_class"].take(a), "name_b": sub_classes["native_sub_class"].take(b), "class_id": shared,
        "label_similarity": pa.array([label_similarity(names[i], names[j]) for i, j in zip(found.i, found.j, strict=True)], pa.float64()),
        "content_similarity": pa.array(np.clip(content_similarities(term_vectors(sub_classes["term_counts"]), found.i, found.j), 0, 1)),
        "score": pa.array(found.score, pa.float64()),
        "contained_a_in_b": pa.array(found.i_in_j, pa.float64()), "contained_b_in_a": pa.array(found.j_in_i, pa.float64()),
        "features": listed, "strategy": pa.array(["curated"] * len(found.i), pa.string()),
    }
    return pa.table(columns)


def decide(sub_class_pairs: DataFrame, native_sub_classes: DataFrame, options: Options) -> DataFrame:
    """Relation, zone, confidence and evidence of each pair; a pair is judged beside the other candidates of its two ends."""
    spark = sub_class_pairs.sparkSession
    rows = sub_class_pairs.drop("class_id", "strategy").toArrow()
    return spark.createDataFrame(judge(rows), DECIDED)
