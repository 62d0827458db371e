"""The answer key of a generated catalogue, in the form that the real listings have."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter, defaultdict
from pathlib import Path

from rich.progress import Progress

from lakehouse.errors import LakehouseError
from sample_shops.catalogue import Catalogue

LISTINGS_HEADER = ("platform", "listing_id", "class_name", "sub_class_name", "native_path", "title", "human_label_path")
CLASS_MAP_HEADER = ("platform", "class_name", "curated_class", "listings", "share")
GOLD_PAIRS_HEADER = ("platform_a", "path_a", "n_a", "platform_b", "path_b", "n_b", "label_overlap", "shared_canon", "leaf_identical")
FEWEST_LISTINGS, LEAST_OVERLAP = 5, 0.60
FIXED_TIME = 0      # in the gzip header, so that the same catalogue gives the same bytes


def write(catalogue: Catalogue, folder: Path, progress: Progress | None = None) -> dict[str, int]:
    """listings.tsv.gz, class_map.csv and gold_pairs.tsv, each written beside its place and then put there.

    Returns:
        Rows of each file, by file name.
    Raises:
        LakehouseError: the folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LakehouseError(f"The folder {folder} cannot be made: {error.strerror}; choose another place.") from None
    shares: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)      # of a shop's category: listings by true label
    task = progress.add_task("listings.tsv.gz", total=len(catalogue)) if progress else None
    partial = folder / "listings.tsv.gz.part"
    with partial.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, FIXED_TIME) as packed, io.TextIOWrapper(packed, "utf-8", newline="\n") as out:
        out.write("\t".join(LISTINGS_HEADER) + "\n")
        for count, listing in enumerate(catalogue, 1):
            native_path = ">".join(listing.path)
            row = (listing.shop, listing.listing_id, listing.path[0], listing.path[-1], native_path, listing.title, listing.label_path)
            out.write("\t".join(row) + "\n")
            shares[listing.shop, native_path][listing.label_path] += 1
            if progress and count % 1000 == 0:
                progress.update(task, completed=count)
    partial.rename(folder / "listings.tsv.gz")
    if progress:
        progress.update(task, completed=len(catalogue))
    return {
        "listings.tsv.gz": len(catalogue),
        "class_map.csv": _write_rows(folder / "class_map.csv", ",", CLASS_MAP_HEADER, class_map(shares)),
        "gold_pairs.tsv": _write_rows(folder / "gold_pairs.tsv", "\t", GOLD_PAIRS_HEADER, gold_pairs(shares)),
    }


def _write_rows(path: Path, delimiter: str, header: tuple[str, ...], rows: list[tuple]) -> int:
    partial = path.with_name(path.name + ".part")
    with partial.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        writer.writerow(header)
        writer.writerows(rows)
    partial.rename(path)
    return len(rows)


def class_map(shares: dict[tuple[str, str], Counter[str]]) -> list[tuple]:
    """(shop, its first-level class, the curated class of most of its listings, listings, share that agree)."""
    by_class: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (shop, path), labels in shares.items():
        for label, listings in labels.items():
            by_class[shop, path.partition(">")[0]][label.partition(">")[0]] += listings
    rows = []
    for (shop, native), curated in sorted(by_class.items()):
        name, agreeing = min(curated.items(), key=lambda entry: (-entry[1], entry[0]))
        rows.append((shop, native, name, curated.total(), f"{agreeing / curated.total():.3f}"))
    return rows


def label_overlap(a: Counter[str], b: Counter[str]) -> float:
    """Sum over labels of the smaller share, 0 to 1.

    >>> label_overlap(Counter(apple=1, pear=1), Counter(apple=3))
    0.5
    """
    return sum(min(count / a.total(), b[label] / b.total()) for label, count in a.items() if label in b)


def gold_pairs(shares: dict[tuple[str, str], Counter[str]]) -> list[tuple]:
    """Categories of two shops that are each other's best match by the true labels, overlap .60 or more, five listings or more each."""
    large = {key: labels for key, labels in shares.items() if labels.total() >= FEWEST_LISTINGS}
    holders: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for key, labels in large.items():
        for label in labels:
            holders[label].append(key)
    best: dict[tuple[tuple[str, str], str], tuple[float, tuple[str, str]]] = {}      # of a category in another shop
    for key, labels in large.items():
        common = [label for label, count in labels.items() if count >= 0.1 * labels.total()]
        for other in {other for label in common for other in holders[label] if other[0] != key[0]}:
            found = (label_overlap(labels, large[other]), other)
            held = best.get((key, other[0]))
            if held is None or (-found[0], found[1]) < (-held[0], held[1]):
                best[key, other[0]] = found
    rows = []
    for (key, _), (overlap, other) in sorted(best.items()):
        back = best.get((other, key[0]))
        if key < other and overlap >= LEAST_OVERLAP and back is not None and back[1] == key:
            a, b = large[key], large[other]
            shared = min(a.keys() & b.keys(), key=lambda label: (-min(a[label] / a.total(), b[label] / b.total()), label))
            same_leaf = int(key[1].rpartition(">")[2] == other[1].rpartition(">")[2])
            rows.append((*key, a.total(), *other, b.total(), f"{overlap:.3f}", shared.replace(">", "|"), same_leaf))
    return rows
