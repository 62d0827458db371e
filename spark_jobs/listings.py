"""listings: each listing in its newest version from the crawls that passed their audit, title cleaned, native levels apart."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from lakehouse import job, tables
from spark_jobs.methods import titles

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SEPARATOR, INSIDE_A_LEVEL = ">", "＞"       # a separator in a level's own name becomes its full-width form


def newest(raw_listings: DataFrame, crawl_runs: DataFrame) -> DataFrame:
    """One row a (shop, listing_id): of the crawls that passed, the one started last; ties by crawl_id."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    passed = crawl_runs.where(F.col("audit") == "passed").select("crawl_id", "started_at")
    latest_first = Window.partitionBy("shop", "listing_id").orderBy(F.desc("started_at"), F.desc("crawl_id"))
    return (raw_listings.join(F.broadcast(passed), "crawl_id")
            .withColumn("age", F.row_number().over(latest_first)).where("age = 1").drop("age", "started_at"))


def build(raw_listings: DataFrame, crawl_runs: DataFrame, raw_images: DataFrame) -> tuple[DataFrame, DataFrame]:
    """One row a listing; one without a readable title or a breadcrumb is rejected.

    Only titles are brought to NFKC: names and paths stay the shop's own words, by which people map and decide.

    Args:
        raw_listings: several versions of a listing.
        crawl_runs: (crawl_id, started_at, audit); only `passed` crawls are read.
        raw_images: (image_sha256, verdict); a picture counts where it is `usable`.
    Returns:
        The batch, and rejects as (key, reason, row).
    """
    from pyspark.sql import functions as F

    @F.arrow_udf("string")
    def cleaned(texts: pa.Array) -> pa.Array:
        return titles.clean(texts)

    @F.arrow_udf("array<string>")
    def levels_of(paths: pa.Array) -> pa.Array:
        return titles.visible_levels(paths)

    usable = raw_images.where(F.col("verdict") == "usable").select(F.col("image_sha256").alias("usable_sha256"))
    versions = newest(raw_listings, crawl_runs).withColumn("raw_title", F.col("title"))
    rows = (
        versions.withColumn("title", F.coalesce(cleaned("title"), F.lit("")))
        .withColumn("levels", F.transform(levels_of("breadcrumbs"), lambda level: F.replace(level, F.lit(SEPARATOR), F.lit(INSIDE_A_LEVEL))))
        .withColumn("reason", F.when(F.col("title") == "", "no readable title")
                    .when(F.length("title") > titles.CHARACTERS_MAX, f"title over {titles.CHARACTERS_MAX} characters")
                    .when(F.size("levels") == 0, "no breadcrumb"))
    )
    third_level = F.trim("subsub_class_name")
    batch = rows.where("reason is null").join(usable, F.col("image_sha256") == F.col("usable_sha256"), "left").select(
        "shop", "listing_id", "crawl_id", "url", "title",
        F.element_at("levels", 1).alias("native_class"),
        F.element_at("levels", -1).alias("native_sub_class"),
        F.when(third_level != "", F.replace(third_level, F.lit(SEPARATOR), F.lit(INSIDE_A_LEVEL))).alias("native_subsub_class"),
        F.array_join("levels", SEPARATOR).alias("native_path"),
        F.col("usable_sha256").alias("image_sha256"),
        "fetched_at",
    )
    rejects = rows.where("reason is not null").select(
        F.concat_ws("|", "shop", "listing_id").alias("key"), "reason",
        F.to_json(F.struct("shop", "listing_id", "crawl_id", "url", F.substring("raw_title", 1, 2000).alias("title"), "breadcrumbs"))
        .alias("row"),
    )
    return batch, rejects


def main(argv: Sequence[str] | None = None) -> int:
    args = job.parser(__doc__).parse_args(argv)
    return job.run(tables.LISTINGS, build, args)


if __name__ == "__main__":
    sys.exit(main())
