"""Products from Delta at a pinned version, without a JVM, in one order whatever files they lie in."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakehouse import arrow, tables
from lakehouse.errors import LakehouseError
from training.served.tree import COLUMNS, LabelTree

log = logging.getLogger("mep3m.train")
NO_LABEL = -1  # of a row whose label no training row has


@dataclass(frozen=True)
class Examples:
    """Rows of one split, ordered by product_id."""

    product_ids: pa.ChunkedArray
    titles: pa.ChunkedArray  # kept as Arrow's bytes: a third of the memory of Python strings
    images: pa.ChunkedArray  # paths relative to the lake's root, null where there is none
    truth: np.ndarray  # (n,) int32, the row's place among `labels`
    labels: LabelTree  # every label path of the table, in training or not

    def __len__(self) -> int:
        return len(self.truth)

    def targets(self, tree: LabelTree) -> np.ndarray:
        """(n,) int32 outputs of a model that knows `tree`; NO_LABEL where it knows none."""
        known = np.array([tree.index.get(path, NO_LABEL) for path in self.labels.paths], np.int32)
        return known[self.truth]

    def with_image(self) -> Examples:
        """The rows that have a picture."""
        return self.take(np.flatnonzero(np.asarray(pc.is_valid(self.images))))

    def take(self, rows: np.ndarray) -> Examples:
        chosen = pa.array(rows)
        return Examples(self.product_ids.take(chosen), self.titles.take(chosen), self.images.take(chosen), self.truth[rows], self.labels)


def read(table: tables.Table, version: int) -> dict[str, Examples]:
    """The splits `train` and `test`.

    Raises:
        LakehouseError: a split is empty.
    """
    rows = arrow.read(table, at=version, columns=["product_id", "title", "img_path", "split", *COLUMNS]).sort_by("product_id")
    keys = [f"{level}_id" for level in ("class", "sub_class", "subsub_class")]
    distinct = rows.select(list(COLUMNS)).group_by(list(COLUMNS)).aggregate([]).to_pylist()
    labels = LabelTree.of(distinct)
    ids = [rows[key].to_numpy(zero_copy_only=False) if rows[key].null_count == 0 else pc.fill_null(rows[key], -1).to_numpy() for key in keys]
    codes = {tuple(-1 if part is None else part for part in path): number for path, number in labels.index.items()}
    packed, inverse = np.unique(np.stack(ids, axis=1), axis=0, return_inverse=True) if len(rows) else (np.zeros((0, 3), int), np.zeros(0, int))
    truth = np.array([codes[tuple(path)] for path in packed.tolist()], np.int32)[inverse.ravel()] if len(rows) else np.zeros(0, np.int32)
    splits = {}
    for split in ("train", "test"):
        mine = np.flatnonzero(np.asarray(pc.equal(rows["split"], split)))
        if not len(mine):
            raise LakehouseError(
                f"{table.full_name} has no row in the split {split!r} at version {version}; "
                f"train on a version that has both, or build more products (`mep3m build products`)."
            )
        chosen = rows.take(pa.array(mine))
        splits[split] = Examples(chosen["product_id"], chosen["title"], chosen["img_path"], truth[mine], labels)
    return splits


def tree_of(train: Examples, model: str) -> LabelTree:
    """The labels that occur in training, which are a model's outputs.

    Args:
        train: the rows that the model can read.

    Raises:
        LakehouseError: they have one label.
    """
    found = [train.labels.labels[number] for number in np.unique(train.truth)]
    if len(found) < 2:
        only = found[0]["sub_class_name"]
        raise LakehouseError(f"All {len(train)} training rows that {model} can read have the one label {only!r}; a classifier needs two or more.")
    return LabelTree(found)


def announce(splits: dict[str, Examples], tree: LabelTree) -> None:
    """What a person should know of the data before hours are spent on it."""
    unseen = int((splits["test"].targets(tree) == NO_LABEL).sum())
    if unseen:
        log.warning("%d of %d test products have a label that no training product has; they count as errors.", unseen, len(splits["test"]))
    counts = np.bincount(splits["train"].truth)
    if single := int((counts == 1).sum()):
        log.info("%d labels have one training product; they are trained on all the same.", single)


def read_bytes(root: Path, path: str | None) -> bytes | None:
    """A picture's bytes; None where there is no path or no file."""
    if not path:
        return None
    try:
        return (root / path).read_bytes()
    except OSError:
        return None
