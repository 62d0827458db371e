"""Strategy `curated`: names and titles of all shops together; Spark cuts and counts, the driver compares sparse vectors.

What the driver holds is a category's distinct titles as sets of numbers, `TITLES` of them at most, so its memory grows with the
number of categories and not with the number of listings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spark_jobs.methods.content_similarity import content_similarities, term_vectors
from spark_jobs.methods.curated_score import Categories, Scored, kept, score_pairs
from spark_jobs.methods.curated_titles import folded_titles, hashed, term_matrix, words_among
from spark_jobs.methods.label_similarity import label_similarity
from spark_jobs.methods.relations import judge

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from spark_jobs.strategies import Options

TITLES = 1_000          # of a category, chosen by a hash: more say nothing new about what it holds
PAIRS = ("shop_a string, native_path_a string, shop_b string, native_path_b string, name_a string, name_b string, class_id int, "
         "label_similarity double, content_similarity double, score double, contained_a_in_b double, contained_b_in_a double, "
         "features array<struct<name:string,value:double>>, strategy string")
DECIDED = ("shop_a string, native_path_a string, shop_b string, native_path_b string, relation string, zone string, "
           "confidence double, strategy string, decided_by string, evidence string")


def pairs(native_sub_classes: DataFrame, listings: DataFrame, options: Options) -> DataFrame:
    """Each category's best candidates in every shop, its own shop's for doubles, with every score.

    All categories are compared, mapped to a curated class or not: shops file the same thing under different classes.
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
    sub_classes = native_sub_classes.select("shop", "native_path", "native_sub_class", "class_id", "listings", "term_counts").toArrow()
    sub_classes = sub_classes.sort_by([("shop", "ascending"), ("native_path", "ascending")])
    numbered = spark.createDataFrame(sub_classes.select(["shop", "native_path"]).append_column(
        "category", pa.array(np.arange(sub_classes.num_rows), pa.int32())))
    first = Window.partitionBy("category").orderBy(F.xxhash64("title"), "title")
    titles = (
        listings.join(F.broadcast(numbered), ["shop", "native_path"]).select("category", folded("title").alias("title"))
        .dropDuplicates(["category", "title"]).withColumn("place", F.row_number().over(first)).where(F.col("place") <= TITLES)
        .select("category", "place", terms("title").alias("terms"))
    ).toArrow().sort_by([("category", "ascending"), ("place", "ascending")])
    return spark.createDataFrame(scored_pairs(sub_classes, titles), PAIRS)


def scored_pairs(sub_classes: pa.Table, titles: pa.Table, threads: int = 2) -> pa.Table:
    """The rows of sub_class_pairs.

    Args:
        sub_classes: (shop, native_path, native_sub_class, class_id, listings, term_counts), by shop and path.
        titles: (category: a row of `sub_classes`, terms: from `hashed`), by category.
    """
    names = sub_classes["native_sub_class"].to_pylist()
    given = Categories(
        shops=np.unique(sub_classes["shop"].to_pylist(), return_inverse=True)[1] if names else np.zeros(0, np.int64),
        names=names, listings=np.asarray(sub_classes["listings"], dtype=np.int64),
        titles=term_matrix(titles["terms"]), words=words_among(titles["terms"]), category=np.asarray(titles["category"], dtype=np.int64),
    )
    found = kept(score_pairs(given, threads), given.shops)
    return as_rows(sub_classes, found)


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
