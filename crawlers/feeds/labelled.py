"""A listings file that already carries people's labels, as a data set of its own beside the lake's taxonomy."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import pyarrow as pa

from crawlers.feeds import listings
from crawlers.feeds.landing import BATCH_ROWS, Seen
from crawlers.feeds.pictures import Album
from crawlers.feeds.records import Record, Refused
from crawlers.feeds.source import Source
from lakehouse import arrow, tables
from lakehouse.errors import LakehouseError

TRAIN_TENTHS = 8


@dataclass(frozen=True)
class Node:
    """A label's ids and names on all three levels, None where it has no third."""

    class_id: int
    class_name: str
    sub_class_id: int
    sub_class_name: str
    subsub_class_id: int | None
    subsub_class_name: str | None


@dataclass(frozen=True)
class Taken:
    products: int
    labels: int
    rejects: int
    too_rare: int
    changed: bool


def product_id(shop: str, listing_id: str) -> str:
    """As in `products`, so that the two tables join."""
    return hashlib.sha256(f"{shop}\x1f{listing_id}".encode()).hexdigest()[:20]


def split_of(product: str) -> str:
    """`train` or `test`, 8:2 by the hash."""
    return "train" if int(product[:8], 16) % 10 < TRAIN_TENTHS else "test"


def three_levels(label: str) -> tuple[str, ...]:
    """First level, second, and the rest as one third; a label of one level is its own sub-class.

    >>> three_levels("食品"), three_levels("食品>饮料>茶>红茶")
    (('食品', '食品'), ('食品', '饮料', '茶>红茶'))
    """
    parts = label.split(">")
    if len(parts) == 1:
        return parts[0], parts[0]
    return (*parts[:2], ">".join(parts[2:])) if len(parts) > 2 else tuple(parts)


def numbered(labels: Iterator[str] | list[str]) -> dict[str, Node]:
    """Ids from 1 without gaps, by sorted path; levels 2 and 3 share one sequence, as in the released data set.

    >>> numbered(["食品>饮料>茶", "食品>糖"])["食品>饮料>茶"].subsub_class_id
    3
    """
    paths = {label: three_levels(label) for label in labels}
    classes = {name: number for number, name in enumerate(sorted({path[0] for path in paths.values()}), start=1)}
    seconds = {path: number for number, path in enumerate(sorted({path[:2] for path in paths.values()}), start=1)}
    thirds = {path: number for number, path in enumerate(sorted({path for path in paths.values() if len(path) == 3}), start=len(seconds) + 1)}
    return {label: Node(classes[path[0]], path[0], seconds[path[:2]], path[1], thirds.get(path), path[2] if len(path) == 3 else None)
            for label, path in paths.items()}


def take(source: Source, *, label_column: str, at_least: int = 1, limit_per_shop: int = 0, album: Album | None = None, import_id: str,
         command: str = "") -> Taken:
    """`labelled_products` becomes this file's rows, in one commit; the same file again changes nothing.

    Args:
        at_least: labels with fewer listings are left out, and counted.
        command: what a person gave, kept with the table's version so that its rows can be had again.
    Raises:
        LakehouseError: the file lacks the label's column, or no label has enough listings.
    """
    def rows() -> Iterator[Record | Refused]:
        return listings.read(source, limit_per_shop=limit_per_shop, label_column=label_column, label_needed=True)

    sizes, refused = Counter(), []
    for row in rows():
        if isinstance(row, Record):
            sizes[row.label] += 1
        else:
            refused.append(row)
    kept = sorted(label for label, size in sizes.items() if size >= at_least)
    if not kept:
        raise LakehouseError(f"{source.path}: no label has {at_least} listings; give a smaller --at-least.")
    nodes, seen = numbered(kept), Seen()
    repeated: list[Refused] = []
    count = Counter()

    def batches() -> Iterator[pa.RecordBatch]:
        waiting: list[Record] = []
        for row in rows():
            if isinstance(row, Record) and row.label in nodes:
                waiting.append(row)
            if len(waiting) >= BATCH_ROWS:
                yield from made(waiting)
                waiting = []
        yield from made(waiting)

    def made(records: list[Record]) -> list[pa.RecordBatch]:
        fresh = seen.first_times([f"{record.shop}|{record.listing_id}" for record in records])
        repeated.extend(Refused(record.shop, record.listing_id, record.place, "listing id is repeated", record.title)
                        for record, first in zip(records, fresh, strict=True) if not first)
        good = [record for record, first in zip(records, fresh, strict=True) if first]
        count["products"] += len(good)
        return arrow.batch(tables.LABELLED_PRODUCTS, [_product(record, nodes[record.label], album) for record in good]).to_batches()

    changed = arrow.replace(tables.LABELLED_PRODUCTS, batches(), content=import_id, command=command)
    if changed and (refused or repeated):
        arrow.append(tables.REJECTS, arrow.batch(tables.REJECTS, [_reject(row, import_id) for row in (*refused, *repeated)]),
                     writer=f"labelled-{import_id}", number=0)
    too_rare = sum(size for label, size in sizes.items() if label not in nodes)
    return Taken(count["products"] if changed else sizes.total() - too_rare, len(kept), len(refused) + len(repeated), too_rare, changed)


def _product(record: Record, node: Node, album: Album | None) -> dict:
    key = product_id(record.shop, record.listing_id)
    split = split_of(key)
    found = album.picture(record, split) if album else None
    path, resolution = None, None
    if found:
        path, resolution = found.path, [found.height, found.width, found.channels]
    return {"product_id": key, "shop": record.shop, "listing_id": record.listing_id, **asdict(node), "img_path": path,
            "img_resolution": resolution, "title": record.title.strip(), "split": split}


def _reject(row: Refused, import_id: str) -> dict[str, str]:
    key = "|".join((row.shop, row.listing_id or row.place, row.place, import_id))
    return {"table": tables.LABELLED_PRODUCTS.name, "key": key, "reason": row.reason,
            "row": json.dumps(asdict(row), ensure_ascii=False)[:10_000], "run_id": import_id}
