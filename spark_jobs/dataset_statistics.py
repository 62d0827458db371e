"""dataset_statistics: the numbers behind the paper's tables and figures, with the paper's own beside the whole set's."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING

from lakehouse import job, tables

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

ALL = "all"
BIN = 10                # characters of title a bar of the histogram stands for (Fig. 5)
PAPER = "MEP-3M"        # the group of the published numbers (abstract, sections 1 and 3.2)
PUBLISHED = (
    ("products", 3_012_959.0, "products"), ("classes", 14.0, "classes"), ("sub_classes", 599.0, "sub-classes"),
    ("subsub_classes", 89.0, "subsub-classes"), ("sub_classes_with_third_level", 13.0, "sub-classes"),
    ("title_characters", 156_069_329.0, "characters"), ("title_length_mean", 49.0, "characters"), ("title_length_min", 2.0, "characters"),
    ("pictures", 3_012_959.0, "products"),
)


def build(products: DataFrame, taxonomy: DataFrame, raw_images: DataFrame) -> DataFrame:
    """One row a number.

    Args:
        products: (sub_class_id, class_name, title, img_path, img_resolution, split, ...).
        taxonomy: nodes that are not retired are counted.
        raw_images: (path, format).
    Source: MEP-3M, Table 2 (`*_by_class`), Fig. 5 (`products_by_sub_class`, `pictures_by_resolution`, `title_length_histogram`), section 3.2.
    """
    from pyspark.sql import functions as F

    def rows(frame: DataFrame, statistic: str, group: str | Column, value: str | Column, unit: str) -> DataFrame:
        group = F.lit(group) if isinstance(group, str) else group
        value = F.col(value) if isinstance(value, str) else value
        return frame.select(F.lit(statistic).alias("statistic"), group.alias("group"), value.cast("double").alias("value"), F.lit(unit).alias("unit"))

    def spread(frame: DataFrame, *numbers: tuple[str, Column, str]) -> DataFrame:
        """One row of several numbers, a row each."""
        one = F.array(*(F.struct(F.lit(name).alias("statistic"), F.lit(ALL).alias("group"), value.cast("double").alias("value"),
                                 F.lit(unit).alias("unit")) for name, value, unit in numbers))
        return frame.select(F.explode(one).alias("row")).select("row.*")

    formats = raw_images.select(F.col("path").alias("img_path"), "format")
    characters = F.char_length("title")
    cells = products.join(formats, "img_path", "left").groupBy(
        "class_name", "sub_class_id", "sub_class_name", "split", "format",
        F.concat_ws("x", *(F.element_at("img_resolution", n) for n in (2, 1))).alias("resolution"),
        (F.floor(characters / BIN) * BIN).alias("bin"),
    ).agg(F.count(F.lit(1)).alias("products"), F.sum(characters).alias("characters"), F.count("img_path").alias("pictures"),
          F.min(characters).alias("shortest"), F.max(characters).alias("longest")).cache()

    def counted(statistic: str, group: Column, unit: str = "products", count: str = "products") -> DataFrame:
        return rows(cells.where(group.isNotNull()).groupBy(group.alias("name")).agg(F.sum(count).alias("n")).where("n > 0"),
                    statistic, F.col("name").cast("string"), "n", unit)

    whole = cells.agg(F.sum("products").alias("products"), F.sum("characters").alias("characters"), F.sum("pictures").alias("pictures"),
                      F.min("shortest").alias("shortest"), F.max("longest").alias("longest"))
    totals = spread(
        whole, ("products", F.coalesce("products", F.lit(0)), "products"), ("title_characters", F.coalesce("characters", F.lit(0)), "characters"),
        ("pictures", F.coalesce("pictures", F.lit(0)), "products"), ("title_length_mean", F.col("characters") / F.col("products"), "characters"),
        ("title_length_min", F.col("shortest"), "characters"), ("title_length_max", F.col("longest"), "characters"),
    ).where("value is not null")
    sizes = cells.groupBy("sub_class_id").agg(F.sum("products").alias("size"))
    tail = spread(
        sizes.agg(F.min("size").alias("least"), F.max("size").alias("most"), F.percentile("size", F.lit(0.5)).alias("median"),
                  F.count_if(F.col("size") < 30).alias("rare")),
        ("sub_class_size_min", F.col("least"), "products"), ("sub_class_size_max", F.col("most"), "products"),
        ("sub_class_size_median", F.col("median"), "products"), ("imbalance", F.col("most") / F.col("least"), "largest sub-class to smallest"),
        ("sub_classes_under_30_products", F.col("rare"), "sub-classes"),
    ).where("value is not null")
    alive = taxonomy.where("not retired")
    parents = alive.where("level = 2").select("node_id", F.col("parent_id").alias("class_id"))
    tree = spread(
        alive.agg(*(F.count_if(F.col("level") == n).alias(f"level_{n}") for n in (1, 2, 3)),
                  F.count_distinct(F.when(F.col("level") == 3, F.col("parent_id"))).alias("divided"), F.count_if("provisional").alias("provisional")),
        ("classes", F.col("level_1"), "classes"), ("sub_classes", F.col("level_2"), "sub-classes"),
        ("subsub_classes", F.col("level_3"), "subsub-classes"),
        ("sub_classes_with_third_level", F.col("divided"), "sub-classes"), ("provisional_names", F.col("provisional"), "nodes"),
    )
    by_class = (parents.groupBy("class_id").count()
                .join(alive.where("level = 1").select(F.col("node_id").alias("class_id"), "name"), "class_id"))
    session = products.sparkSession
    published = session.createDataFrame([(name, PAPER, value, unit) for name, value, unit in PUBLISHED], ddl())
    return reduce(lambda a, b: a.unionByName(b), [
        totals, tail, tree, published,
        rows(by_class, "sub_classes_by_class", F.col("name"), "count", "sub-classes"),
        counted("products_by_class", F.col("class_name")),
        counted("products_by_sub_class", F.concat_ws(" ", "sub_class_id", "sub_class_name")),
        counted("products_by_split", F.col("split")),
        counted("pictures_by_format", F.col("format"), count="pictures"),
        counted("pictures_by_resolution", F.when(F.col("resolution") != "", F.col("resolution")), count="pictures"),
        counted("title_length_histogram", F.format_string("%d-%d", "bin", F.col("bin") + BIN - 1)),
    ]).select(*tables.DATASET_STATISTICS.column_names)


def ddl() -> str:
    return ", ".join(f"`{column.name}` {column.type}" for column in tables.DATASET_STATISTICS.columns)


def main(argv: Sequence[str] | None = None) -> int:
    args = job.parser(__doc__).parse_args(argv)
    return job.run(tables.DATASET_STATISTICS, build, args)


if __name__ == "__main__":
    sys.exit(main())
