"""listing_tokens: a listing's title cut into words."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa

from lakehouse import job, tables
from spark_jobs.methods import titles

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def build(listings: DataFrame, *, segmenter: str = "rjieba") -> DataFrame:
    """Same rows in, same rows out.

    Args:
        listings: (shop, listing_id, title); one row a listing, titles clean.
        segmenter: `rjieba`, or `jieba`, which cuts alike and 25 times slower.
    Raises:
        UnknownSegmenter: `segmenter` names none.
    Source: MEP-3M, section 3.2 (titles are cut with jieba).
    """
    from pyspark.sql import functions as F

    titles.check_segmenter(segmenter)

    @F.arrow_udf("array<string>")
    def words_of(texts: pa.Array) -> pa.Array:
        return titles.words_of(texts, segmenter)

    return listings.select("shop", "listing_id", words_of("title").alias("tokens"))


def main(argv: Sequence[str] | None = None) -> int:
    parser = job.parser(__doc__)
    parser.add_argument("--segmenter", default="rjieba", help="rjieba (default) or jieba")
    args = parser.parse_args(argv)
    return job.run(tables.LISTING_TOKENS, partial(build, segmenter=args.segmenter), args)


if __name__ == "__main__":
    sys.exit(main())
