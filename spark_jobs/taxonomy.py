"""taxonomy: the curated tree of three levels, grown from the alignments and from what people decided; its ids last."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lakehouse import job, tables
from spark_jobs.methods.decisions import Decision
from spark_jobs.methods.taxonomy import Merge, NativeSubClass, Node, grow

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

DECISION = ("kind", "shop", "native_path", "other_shop", "other_native_path", "value", "decided_by", "note")


def set_apart(listings: DataFrame, native_sub_classes: DataFrame) -> DataFrame:
    """(shop, native_path, name, parent_path, listings): third levels that a source sets apart, as paths below their sub-class.

    One that is also a path of its own is left to that path.
    """
    from pyspark.sql import functions as F

    below = (listings.where("native_subsub_class is not null")
             .groupBy("shop", F.col("native_path").alias("parent_path"), F.col("native_subsub_class").alias("name")).count()
             .withColumnRenamed("count", "listings").withColumn("native_path", F.concat_ws(">", "parent_path", "name")))
    return below.join(native_sub_classes.select("shop", "native_path"), ["shop", "native_path"], "left_anti")


def folds_names(alignments: DataFrame) -> bool:
    """Whether one name under two paths of a shop is enough to fold them: where the strategy compared no two categories of a shop by their titles.

    On four real shops hardly half of such pairs hold the same products: 男装>T恤 and 女装>T恤 do not.
    """
    from pyspark.sql import functions as F

    return not alignments.where((F.col("strategy") != "paper") & (F.col("shop_a") == F.col("shop_b"))).head(1)


def build(alignments: DataFrame, native_sub_classes: DataFrame, naming_decisions: DataFrame, listings: DataFrame, taxonomy: DataFrame) -> DataFrame:
    """One row a node, retired ones included. The tree is small beside its listings and is grown in the driver.

    Args:
        alignments: what is `equivalent` and in the zone `merged` is put together.
        native_sub_classes: those whose class is mapped; the others wait.
        taxonomy: the tree as it stands.
    Source: MEP-3M, section 3.1.
    """
    from pyspark.sql import functions as F

    mapped = native_sub_classes.where("class_id is not null")
    own = [NativeSubClass((r.shop, r.native_path), r.native_sub_class, r.class_id, r.class_name, r.listings)
           for r in mapped.select("shop", "native_path", "native_sub_class", "class_id", "class_name", "listings").collect()]
    class_of = {one.category: (one.class_id, one.class_name) for one in own}
    below = [NativeSubClass((r.shop, r.native_path), r.name, *class_of[r.shop, r.parent_path], r.listings, (r.shop, r.parent_path))
             for r in set_apart(listings, native_sub_classes).collect() if (r.shop, r.parent_path) in class_of]
    merges = [Merge((r.shop_a, r.native_path_a), (r.shop_b, r.native_path_b), r.confidence, r.decided_by != r.strategy)
              for r in alignments.where((F.col("relation") == "equivalent") & (F.col("zone") == "merged"))
              .drop("evidence", "relation", "zone").collect()]
    decisions = [Decision(**{name: row[name] for name in DECISION}) for row in naming_decisions.collect()]
    previous = [Node(r.level, r.node_id, r.name, r.parent_id, r.provisional, r.retired,
                     tuple((m.shop, m.native_path) for m in r.members), tuple(r.predecessors)) for r in taxonomy.collect()]
    nodes = grow([*own, *below], merges, decisions, previous, fold_names=folds_names(alignments))
    rows = [(n.level, n.node_id, n.name, n.parent_id, n.provisional, n.retired, list(n.members), list(n.predecessors)) for n in nodes]
    return taxonomy.sparkSession.createDataFrame(rows, taxonomy.schema)


def main(argv: Sequence[str] | None = None) -> int:
    args = job.parser(__doc__).parse_args(argv)
    return job.run(tables.TAXONOMY, build, args)


if __name__ == "__main__":
    sys.exit(main())
