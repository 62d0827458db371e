"""A listings file: tab-separated, with a header, no quoting; `platform, listing_id, native_path, title` are needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from crawlers.feeds.records import SHOP_NAME, Record, Refused, given, levels, title_fault
from crawlers.feeds.source import Source
from lakehouse.errors import LakehouseError

NEEDED = ("platform", "listing_id", "native_path", "title")
ROW_KEPT = 2000


def header(source: Source, needed: tuple[str, ...] = NEEDED) -> list[str]:
    """The file's column names.

    Raises:
        LakehouseError: the first line is no header with the columns needed, or the last line is torn off.
    """
    with source.open() as stream:
        first = stream.readline()
    try:
        names = first.decode("utf-8-sig").rstrip("\r\n").split("\t")
    except UnicodeDecodeError:
        raise LakehouseError(f"{source.path}, line 1: the header is not UTF-8; save the file as UTF-8.") from None
    if missing := [name for name in needed if name not in names]:
        raise LakehouseError(f"{source.path}, line 1: the header lacks {', '.join(missing)}; it must name {', '.join(needed)}, separated by tabs.")
    if not source.tail.endswith(b"\n"):
        last = source.tail.rsplit(b"\n", 1)[-1]
        present = last.count(b"\t") + 1
        if present < len(names):
            with source.open() as stream:
                number = sum(1 for _ in stream)
            raise LakehouseError(f"{source.path} is torn: line {number:,}, its last, has {present} of {len(names)} columns and no end; "
                                 "fetch the file again. Nothing of it was landed.")
    return names


def read(source: Source, *, limit_per_shop: int = 0, label_column: str = "", label_needed: bool = False) -> Iterator[Record | Refused]:
    """Every row, in the file's order; the first `limit_per_shop` usable ones of each platform where that is not 0.

    Raises:
        LakehouseError: there is no header with the columns needed.
    """
    names = header(source, (*NEEDED, label_column) if label_column else NEEDED)
    platform, listing_id, native_path, title = (names.index(name) for name in NEEDED)
    label = names.index(label_column) if label_column else None
    taken: Counter[str] = Counter()
    with source.open() as stream:
        stream.readline()
        for number, line in enumerate(stream, start=2):
            place = f"{source.path.name}:{number}"
            line = line.rstrip(b"\r\n")
            if not line:
                continue
            try:
                fields = line.decode("utf-8").split("\t")
            except UnicodeDecodeError:
                yield Refused("", "", place, "not UTF-8", line.decode("utf-8", "backslashreplace")[:ROW_KEPT])
                continue
            if len(fields) != len(names):
                yield Refused("", "", place, "wrong number of columns", "\t".join(fields)[:ROW_KEPT])
                continue
            shop, identity = given(fields[platform]), given(fields[listing_id])
            if limit_per_shop and taken[shop] >= limit_per_shop:
                continue
            crumbs = levels(fields[native_path])
            fault = title_fault(fields[title] if given(fields[title]) else "")
            if not shop or not identity:
                fault = "platform or listing_id is empty"
            elif not SHOP_NAME.fullmatch(shop):
                fault = "platform cannot name a shop"
            elif not fault and not crumbs:
                fault = "category path is empty"
            elif not fault and label_needed and label is not None and not levels(fields[label]):
                fault = "label is empty"
            if fault:
                yield Refused(shop, identity, place, fault, "\t".join(fields)[:ROW_KEPT])
                continue
            taken[shop] += 1
            yield Record(shop, identity, fields[title], crumbs, place, label="" if label is None else ">".join(levels(fields[label])))
