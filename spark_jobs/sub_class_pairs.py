"""sub_class_pairs: pairs of native sub-classes worth comparing, with every score of the chosen strategy."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lakehouse import job, tables
from spark_jobs import strategies

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


MEMORY = "alignment_memory"     # a folder of the lake: what a strategy asked to be remembered, a file each


def build(native_sub_classes: DataFrame, listings: DataFrame, *, strategy: str = strategies.DEFAULT,
          options: strategies.Options = strategies.Options(), earlier: strategies.Earlier | None = None) -> DataFrame:
    """One row a pair, (shop_a, native_path_a) before (shop_b, native_path_b).

    Args:
        earlier: what the run before left; everything is scored anew without it.
    Raises:
        UnknownStrategy: `strategy` names none.
    Source: MEP-3M, section 3.1, Eq. 1 and 2.
    """
    return strategies.find(strategy).pairs(native_sub_classes, listings, options, earlier).select(*tables.SUB_CLASS_PAIRS.column_names)


def earlier_run(strategy: str, anew: bool, new_reference: bool) -> strategies.Earlier:
    """What the run before left in the lake.

    Args:
        anew: carry nothing over.
        new_reference: nor use the reference.
    """
    from pyarrow import fs

    from lakehouse import arrow, settings, spark

    place = settings.load().location(MEMORY, f"{strategy}.npz")
    files, path = fs.FileSystem.from_uri(place.replace("s3a://", "s3://")) if "://" in place else (fs.LocalFileSystem(), place)

    def memory() -> bytes | None:
        if new_reference or files.get_file_info(path).type == fs.FileType.NotFound:
            return None
        with files.open_input_file(path) as file:
            return file.read()

    def remember(data: bytes) -> None:
        files.create_dir(path.rpartition("/")[0], recursive=True)
        with files.open_output_stream(f"{path}.new") as file:
            file.write(data)
        files.move(f"{path}.new", path)

    if anew or arrow.version(tables.SUB_CLASS_PAIRS) is None:
        return strategies.Earlier(memory=memory, remember=remember, anew=anew)
    commit = arrow.last_commit(arrow.location(tables.SUB_CLASS_PAIRS))
    version = commit.get("inputs", {}).get(tables.NATIVE_SUB_CLASSES.full_name)
    if version is None or commit.get("code") != strategies.code() or not arrow.is_readable(tables.NATIVE_SUB_CLASSES, version):
        return strategies.Earlier(memory=memory, remember=remember)
    return strategies.Earlier(spark.read(tables.SUB_CLASS_PAIRS), spark.read(tables.NATIVE_SUB_CLASSES, version), memory, remember)


def main(argv: Sequence[str] | None = None) -> int:
    parser = job.parser(__doc__)
    strategies.add_arguments(parser)
    args = parser.parse_args(argv)
    strategy, options = args.strategy or strategies.DEFAULT, strategies.options(args)
    strategies.find(strategy)

    def built(native_sub_classes: DataFrame, listings: DataFrame) -> DataFrame:
        return build(native_sub_classes, listings, strategy=strategy, options=options, earlier=earlier_run(strategy, args.anew, args.new_reference))

    return job.run(tables.SUB_CLASS_PAIRS, built, args, {"code": strategies.code()})


if __name__ == "__main__":
    sys.exit(main())
