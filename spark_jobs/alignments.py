"""alignments: what was decided of each pair of native sub-classes, by the strategy that scored them or by a person, and why."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from lakehouse import job, tables
from lakehouse.errors import LakehouseError
from spark_jobs import strategies

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

PAIR = tables.PAIR_KEY


def by_people(naming_decisions: DataFrame, native_sub_classes: DataFrame) -> DataFrame:
    """Merges, separations and third levels as relations of pairs; those about categories that are gone wait for them to come back."""
    from pyspark.sql import functions as F

    present = native_sub_classes.select(F.struct("shop", "native_path").alias("category"))
    one, other = F.struct("shop", "native_path"), F.struct(F.col("other_shop").alias("shop"), F.col("other_native_path").alias("native_path"))
    decided = (
        naming_decisions.where(F.col("kind").isin("merge", "separate", "third_level"))
        .withColumn("one", one).withColumn("other", other)
        .join(present.withColumnRenamed("category", "one"), "one", "left_semi")
        .join(present.withColumnRenamed("category", "other"), "other", "left_semi")
        .withColumn("a", F.least("one", "other")).withColumn("b", F.greatest("one", "other"))
    )
    relation = (F.when(F.col("kind") == "merge", "equivalent").when(F.col("kind") == "separate", "none")
                .when(F.col("a") == F.col("one"), "narrower").otherwise("broader"))
    said = F.concat(F.lit("decided by "), "decided_by", F.lit(": "), F.replace("kind", F.lit("_"), F.lit(" ")),
                    F.coalesce(F.concat(F.lit(" ("), "note", F.lit(")")), F.lit("")))
    return decided.select(
        F.col("a.shop").alias("shop_a"), F.col("a.native_path").alias("native_path_a"),
        F.col("b.shop").alias("shop_b"), F.col("b.native_path").alias("native_path_b"),
        relation.alias("their_relation"), F.when(F.col("kind") == "merge", "merged").otherwise("apart").alias("their_zone"),
        F.col("decided_by").alias("person"), said.alias("said"),
    )


def build(sub_class_pairs: DataFrame, native_sub_classes: DataFrame, naming_decisions: DataFrame, *, strategy: str | None = None,
          options: strategies.Options = strategies.Options()) -> DataFrame:
    """One row a pair that the strategy scored or a person decided; a person's word stands before the strategy's.

    Args:
        strategy: which one is expected to have scored the pairs; whichever did by default.
    Raises:
        LakehouseError: another strategy scored the pairs.
    Source: MEP-3M, section 3.1, Eq. 3.
    """
    from pyspark.sql import functions as F

    scored_by = next((row.strategy for row in sub_class_pairs.select("strategy").limit(1).collect()), None)
    if strategy and scored_by and strategy != scored_by:
        raise LakehouseError(f"sub_class_pairs holds the scores of strategy {scored_by}, not {strategy}; run "
                             f"`mep3m build sub_class_pairs alignments --strategy {strategy}`.")
    judged = strategies.find(scored_by or strategy or strategies.DEFAULT).decide(sub_class_pairs, native_sub_classes, options)
    people = by_people(naming_decisions, native_sub_classes)
    decided = F.col("person").isNotNull()
    return judged.join(people, list(PAIR), "full_outer").select(
        *PAIR,
        F.coalesce("their_relation", "relation").alias("relation"),
        F.coalesce("their_zone", "zone").alias("zone"),
        F.when(decided, 1.0).otherwise(F.col("confidence")).alias("confidence"),
        F.coalesce("strategy", F.lit(scored_by or strategy or strategies.DEFAULT)).alias("strategy"),
        F.coalesce("person", "decided_by").alias("decided_by"),
        F.when(decided, F.concat("said", F.coalesce(F.concat(F.lit("; the strategy said "), "relation", F.lit(", "), "evidence"), F.lit("."))))
        .otherwise(F.col("evidence")).alias("evidence"),
    )


def main(argv: Sequence[str] | None = None) -> int:
    parser = job.parser(__doc__)
    strategies.add_arguments(parser)
    args = parser.parse_args(argv)
    return job.run(tables.ALIGNMENTS, partial(build, strategy=args.strategy, options=strategies.options(args)), args)


if __name__ == "__main__":
    sys.exit(main())
