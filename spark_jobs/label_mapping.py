"""label_mapping: which node each native category went to, and on what evidence."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lakehouse import job, tables
from spark_jobs.methods.label_similarity import NAMED
from spark_jobs.taxonomy import folds_names

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SHOWN = 3       # pieces of evidence that are spelt out


def labels(taxonomy: DataFrame) -> DataFrame:
    """(shop, native_path, class to subsub-class, each with id and name): a row a member."""
    from pyspark.sql import functions as F

    alive = taxonomy.where("not retired")

    def level(number: int, prefix: str) -> DataFrame:
        return alive.where(F.col("level") == number).select(
            F.col("node_id").alias(f"{prefix}_id"), F.col("name").alias(f"{prefix}_name"),
            F.col("parent_id").alias(f"{prefix}_parent"), F.col("members").alias(f"{prefix}_members"))

    second = level(2, "sub_class").join(F.broadcast(level(1, "class")), F.col("sub_class_parent") == F.col("class_id"))
    third = level(3, "subsub_class").join(F.broadcast(second), F.col("subsub_class_parent") == F.col("sub_class_id"))
    second = second.select("*", *(F.lit(None).cast(kind).alias(name) for name, kind in
                                  (("subsub_class_id", "int"), ("subsub_class_name", "string"))))
    columns = [column.name for column in tables.LABELS]
    both = second.select(F.explode("sub_class_members").alias("member"), *columns).unionByName(
        third.select(F.explode("subsub_class_members").alias("member"), *columns))
    return both.select("member.shop", "member.native_path", *columns)


def reasons(mapped: DataFrame, alignments: DataFrame, native_sub_classes: DataFrame) -> DataFrame:
    """(shop, native_path, confidence, reason, decided_by): every merge, or doubled name, that ties a category to another of its node,
    and every decision of a person that puts it under another node.
    """
    from pyspark.sql import functions as F

    node = mapped.select("shop", "native_path", F.coalesce("subsub_class_id", "sub_class_id").alias("node"))
    a = F.struct(F.col("shop_a").alias("shop"), F.col("native_path_a").alias("native_path"))
    b = F.struct(F.col("shop_b").alias("shop"), F.col("native_path_b").alias("native_path"))
    both_ways = F.array(F.struct(a.alias("one"), b.alias("other")), F.struct(b.alias("one"), a.alias("other")))
    edges = (alignments.where("relation = 'equivalent' and zone = 'merged'")
             .select(F.explode(both_ways).alias("edge"), "decided_by", "evidence", "confidence")
             .select("edge.one.*", F.col("edge.other.shop").alias("other_shop"), F.col("edge.other.native_path").alias("other_path"),
                     "decided_by", "evidence", "confidence"))
    other = node.select(F.col("shop").alias("other_shop"), F.col("native_path").alias("other_path"), "node")
    by_alignment = (edges.join(F.broadcast(node), ["shop", "native_path"]).join(F.broadcast(other), ["other_shop", "other_path", "node"])
                    .select("shop", "native_path", "confidence", "decided_by",
                            F.format_string("with %s:%s, %s", "other_shop", "other_path", "evidence").alias("reason")))
    by_alignment = by_alignment.unionByName(put_under(mapped, alignments))
    if not folds_names(alignments):
        return by_alignment
    named = (native_sub_classes.select("shop", "native_path", "class_id", F.col("native_sub_class").alias("name")).where(F.col("name").rlike(NAMED))
             .join(F.broadcast(node), ["shop", "native_path"]))
    bearers = (named.groupBy("shop", "class_id", "name", "node").agg(F.array_sort(F.collect_list("native_path")).alias("bearers"))
               .where(F.size("bearers") > 1))
    by_name = (bearers.select("shop", "bearers", F.explode("bearers").alias("native_path"))
               .select("shop", "native_path", F.explode(F.array_except("bearers", F.array("native_path"))).alias("other_path"))
               .select("shop", "native_path", F.lit(1.0).alias("confidence"), F.lit("same name in one shop").alias("decided_by"),
                       F.format_string("with %s:%s, which bears the same name in the same class of the shop.", "shop", "other_path").alias("reason")))
    return by_alignment.unionByName(by_name)


def put_under(mapped: DataFrame, alignments: DataFrame) -> DataFrame:
    """Of a third level: the person's decision that put it under a category of its parent."""
    from pyspark.sql import functions as F

    a = F.struct(F.col("shop_a").alias("shop"), F.col("native_path_a").alias("native_path"))
    b = F.struct(F.col("shop_b").alias("shop"), F.col("native_path_b").alias("native_path"))
    is_a = F.col("relation") == "narrower"
    placed = (alignments.where("relation in ('narrower', 'broader') and decided_by <> strategy")
              .select(F.when(is_a, a).otherwise(b).alias("one"), F.when(is_a, b).otherwise(a).alias("other"), "decided_by", "evidence", "confidence")
              .select("one.*", F.col("other.shop").alias("other_shop"), F.col("other.native_path").alias("other_path"),
                      "decided_by", "evidence", "confidence"))
    child = mapped.where("subsub_class_id is not null").select("shop", "native_path", "sub_class_id")
    parent = mapped.where("subsub_class_id is null").select(
        F.col("shop").alias("other_shop"), F.col("native_path").alias("other_path"), "sub_class_id")
    return (placed.join(child, ["shop", "native_path"]).join(parent, ["other_shop", "other_path", "sub_class_id"])
            .select("shop", "native_path", "confidence", "decided_by",
                    F.format_string("under %s:%s, %s", "other_shop", "other_path", "evidence").alias("reason")))


def build(taxonomy: DataFrame, alignments: DataFrame, native_sub_classes: DataFrame) -> DataFrame:
    """One row a native category whose class is mapped, and one a third level that a source sets apart."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    mapped = labels(taxonomy).cache()
    alone = F.count(F.lit(1)).over(Window.partitionBy(F.coalesce("subsub_class_id", "sub_class_id"))) == 1
    told = F.transform("reasons", lambda one: one["reason"])
    more = F.size("reasons") - SHOWN
    gathered = reasons(mapped, alignments, native_sub_classes).groupBy("shop", "native_path").agg(
        F.array_sort(F.collect_list(F.struct((-F.col("confidence")).alias("doubt"), "reason"))).alias("reasons"),
        F.array_join(F.array_sort(F.collect_set("decided_by")), ", ").alias("decided_by"))
    return mapped.join(gathered, ["shop", "native_path"], "left").select(
        "shop", "native_path", *(column.name for column in tables.LABELS),
        F.when(F.col("reasons").isNull() & alone, "stands alone: no other category was merged with it")
        .when(F.col("reasons").isNull(), "with others of its node by its name, or by what people merged both with and no shop has now")
        .otherwise(F.concat(F.array_join(F.slice(told, 1, SHOWN), " "), F.when(more > 0, F.format_string(" And %d more.", more)).otherwise("")))
        .alias("evidence"),
        F.coalesce("decided_by", F.lit("nobody")).alias("decided_by"),
    )


def main(argv: Sequence[str] | None = None) -> int:
    args = job.parser(__doc__).parse_args(argv)
    return job.run(tables.LABEL_MAPPING, build, args)


if __name__ == "__main__":
    sys.exit(main())
