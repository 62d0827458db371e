"""native_sub_classes: each shop's own sub-classes with the term counts of their first 22,000 title characters."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from lakehouse import job, tables
from spark_jobs.methods import term_counts

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def build(listings: DataFrame, listing_tokens: DataFrame, class_map: DataFrame) -> DataFrame:
    """One row a (shop, native_path).

    "First" means in the order of a hash of the listing's id: the same on every run and engine, and, unlike the ids themselves, no
    preference for old listings. Titles are taken whole while they fit, since half a word is a term that nobody wrote. Terms are in
    lower case: NIKE and Nike are one.

    Args:
        listings: (shop, listing_id, title, native levels).
        listing_tokens: (shop, listing_id, tokens).
        class_map: (shop, native_class, class_id, class_name); an unmapped class gives null ids and waits.
    Source: MEP-3M, section 3.1.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    @F.arrow_udf("array<struct<term:string,count:int>>")
    def counted(texts: pa.Array) -> pa.Array:
        return term_counts.count_terms(term_counts.lower(texts))

    key = ("shop", "native_path")
    so_far = Window.partitionBy(*key).orderBy(F.xxhash64("listing_id"), "listing_id").rowsBetween(Window.unboundedPreceding, Window.currentRow)
    characters = F.char_length("title")
    fits = F.col("characters_so_far") <= term_counts.CHARACTERS
    sub_classes = (
        listings.select("shop", "listing_id", "title", "native_path", "native_class", "native_sub_class")
        .join(listing_tokens, ["shop", "listing_id"])
        .withColumn("characters_so_far", F.sum(characters).over(so_far))
        .groupBy(*key).agg(
            F.min("native_class").alias("native_class"), F.min("native_sub_class").alias("native_sub_class"),
            F.count(F.lit(1)).alias("listings"), F.count_if(fits).alias("titles_used"),
            F.coalesce(F.max(F.when(fits, F.col("characters_so_far"))), F.lit(0)).cast("bigint").alias("characters_used"),
            F.flatten(F.collect_list(F.when(fits, F.col("tokens")))).alias("words"),
        )
    )
    mapped = sub_classes.join(F.broadcast(class_map.select("shop", "native_class", "class_id", "class_name")), ["shop", "native_class"], "left")
    return mapped.select("shop", "native_path", "native_class", "native_sub_class", "class_id", "class_name", "listings",
                         "titles_used", "characters_used", counted("words").alias("term_counts"))


def main(argv: Sequence[str] | None = None) -> int:
    args = job.parser(__doc__).parse_args(argv)
    return job.run(tables.NATIVE_SUB_CLASSES, build, args)


if __name__ == "__main__":
    sys.exit(main())
