"""sub_class_pairs: pairs of native sub-classes worth comparing, with every score of the chosen strategy."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from lakehouse import job, tables
from spark_jobs import strategies

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def build(native_sub_classes: DataFrame, listings: DataFrame, *, strategy: str = strategies.DEFAULT,
          options: strategies.Options = strategies.Options()) -> DataFrame:
    """One row a pair, (shop_a, native_path_a) before (shop_b, native_path_b).

    Raises:
        UnknownStrategy: `strategy` names none.
    Source: MEP-3M, section 3.1, Eq. 1 and 2.
    """
    return strategies.find(strategy).pairs(native_sub_classes, listings, options).select(*tables.SUB_CLASS_PAIRS.column_names)


def main(argv: Sequence[str] | None = None) -> int:
    parser = job.parser(__doc__)
    strategies.add_arguments(parser)
    args = parser.parse_args(argv)
    chosen = partial(build, strategy=args.strategy or strategies.DEFAULT, options=strategies.options(args))
    return job.run(tables.SUB_CLASS_PAIRS, chosen, args)


if __name__ == "__main__":
    sys.exit(main())
