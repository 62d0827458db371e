"""MEP-3M's own annotation.json, streamed: a record at a time, whatever the file's size."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import ijson

from crawlers.feeds.records import Record, Refused, given, title_fault
from crawlers.feeds.source import Source
from lakehouse.errors import LakehouseError


def listing_id_of(img_path: str, number: int) -> str:
    """Records carry no id: the picture's path without folder and suffix names one, else its place in the file does.

    >>> listing_id_of("Images/1/20.jpg", 3), listing_id_of("", 3)
    ('1/20', 'record-3')
    """
    path = PurePosixPath(img_path)
    return str(path.with_suffix("")).removeprefix("Images/") if img_path and path.name else f"record-{number}"


def read(source: Source, *, shop: str) -> Iterator[Record | Refused]:
    """Every record of the array, in order; `class_name`, `sub_class_name` are its breadcrumb, `subsub_class_name` stays apart.

    Raises:
        LakehouseError: the file is no JSON array of records, or breaks off; the record is named.
    """
    if not source.tail.rstrip().endswith(b"]"):
        raise LakehouseError(f"{source.path} is torn or no list of records: it does not end with ]; fetch it again. Nothing of it was landed.")
    number = 0
    with source.open() as stream:
        try:
            for number, record in enumerate(ijson.items(stream, "item", use_float=True), start=1):
                yield _read(record, number, shop, f"{source.path.name}:{number}")
        except (ijson.JSONError, UnicodeDecodeError) as error:
            said = " ".join(str(error).split())[:160]
            raise LakehouseError(f"{source.path} is no JSON after record {number:,} ({said}); mend or fetch the file again.") from None
    if not number:
        raise LakehouseError(f"{source.path} holds no record; it must be a JSON list of objects with title, class_name and sub_class_name.")


def _read(record: Any, number: int, shop: str, place: str) -> Record | Refused:
    if not isinstance(record, dict):
        return Refused(shop, "", place, "record is no object", json.dumps(record, ensure_ascii=False, default=str)[:2000])
    picture = given(record.get("img_path"))
    identity = listing_id_of(picture, number)
    title = record.get("title")
    if isinstance(title, (dict, list)):
        return Refused(shop, identity, place, "title is no text", json.dumps(record, ensure_ascii=False, default=str)[:2000])
    title = str(title) if given(title) else ""
    breadcrumbs = [name for name in (given(record.get("class_name")), given(record.get("sub_class_name"))) if name]
    fault = title_fault(title) or (None if breadcrumbs else "category path is empty")
    if fault:
        return Refused(shop, identity, place, fault, json.dumps(record, ensure_ascii=False, default=str)[:2000])
    return Record(shop, identity, title, breadcrumbs, place, subsub_class_name=given(record.get("subsub_class_name")) or None,
                  image_urls=[picture] if picture else [])
