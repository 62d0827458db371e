"""products: the data set, an image-title pair a row with its three levels of labels and its split."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lakehouse import job, tables

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

TRAIN_OF_TEN = 8        # MEP-3M, section 4: "at a ratio of 8:2"


def build(listings: DataFrame, label_mapping: DataFrame, raw_images: DataFrame) -> DataFrame:
    """One row a listing whose category has a label; the others wait for their class to be mapped.

    The split hangs on the product's id alone, so a product never changes sides, whatever else comes or goes.

    Args:
        raw_images: (image_sha256, path, height, width, channels).
    Source: MEP-3M, section 3.1 (the fields) and section 4 (the split).
    """
    from pyspark.sql import functions as F

    by_category = F.broadcast(label_mapping.select("shop", "native_path", *(column.name for column in tables.LABELS)))
    third = F.concat_ws(">", "native_path", "native_subsub_class")
    apart = label_mapping.select("shop", F.col("native_path").alias("category"))
    placed = listings.join(F.broadcast(apart.withColumn("known", F.lit(True))),
                           (listings["shop"] == apart["shop"]) & (third == F.col("category")), "left").select(
        listings["shop"], "listing_id", "title", "image_sha256",
        F.when(F.col("known"), F.col("category")).otherwise(F.col("native_path")).alias("native_path"))
    pictures = raw_images.select("image_sha256", "path", "height", "width", "channels")
    product_id = F.substring(F.sha2(F.concat_ws("\x1f", "shop", "listing_id"), 256), 1, 20)
    return placed.join(by_category, ["shop", "native_path"]).join(pictures, "image_sha256", "left").select(
        product_id.alias("product_id"), "shop", "listing_id", *(column.name for column in tables.LABELS),
        F.col("path").alias("img_path"),
        F.when(F.col("path").isNotNull(), F.array("height", "width", "channels")).alias("img_resolution"),
        "title",
        F.when(F.pmod(F.xxhash64(product_id), F.lit(10)) < TRAIN_OF_TEN, "train").otherwise("test").alias("split"),
    )


def main(argv: Sequence[str] | None = None) -> int:
    args = job.parser(__doc__).parse_args(argv)
    return job.run(tables.PRODUCTS, build, args)


if __name__ == "__main__":
    sys.exit(main())
