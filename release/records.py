"""Products as MEP-3M's records: in order, as JSON to the byte, with their pictures beside them, in bounded memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from lakehouse import arrow
from lakehouse.errors import LakehouseError
from lakehouse.tables import PRODUCTS

NONE = "FALSE"          # MEP-3M's word for what is not there
MEMORY, BATCH = "1GB", 20_000
COLUMNS = ("product_id", "class_id", "class_name", "sub_class_id", "sub_class_name", "subsub_class_id", "subsub_class_name",
           "img_path", "img_resolution", "title", "split")


@dataclass(frozen=True, slots=True)
class Record:
    """A product with its number in its sub-class, from 1."""

    product: dict[str, Any]
    number: int

    @property
    def key(self) -> str:
        return f"{self.product['sub_class_id']}/{self.number}"

    @property
    def img_path(self) -> str | None:
        """Where its picture lies in the release; None where it has none."""
        source = self.product["img_path"]
        if source is None:
            return None
        suffix = PurePosixPath(source).suffix.lower().replace(".jpeg", ".jpg") or ".jpg"
        return f"Images/{self.key}{suffix}"

    def fields(self) -> dict[str, Any]:
        """The record as MEP-3M has it: strings, but for the resolution: [height, width, channels]."""
        product = self.product
        third = product["subsub_class_id"]
        return {
            "class_id": str(product["class_id"]), "class_name": product["class_name"],
            "sub_class_id": str(product["sub_class_id"]), "sub_class_name": product["sub_class_name"],
            "subsub_class_id": NONE if third is None else str(third),
            "subsub_class_name": NONE if third is None else product["subsub_class_name"],
            "img_path": self.img_path or NONE,
            "img_resolution": NONE if self.img_path is None or product["img_resolution"] is None else list(product["img_resolution"]),
            "title": product["title"],
        }


def stream(version: int, scratch: Path) -> Iterator[Record]:
    """Every product as of `version`, by sub-class, then by id. Memory: a batch, and what the sort keeps before it spills to `scratch`."""
    import duckdb

    connection = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(scratch), "threads": 2})
    try:
        connection.register("products", arrow.dataset(PRODUCTS, at=version))
        found = connection.sql(f"select {', '.join(COLUMNS)} from products order by sub_class_id, product_id")
        sub_class_id, number = None, 0
        for batch in found.to_arrow_reader(BATCH):
            for product in batch.to_pylist():
                number = number + 1 if product["sub_class_id"] == sub_class_id else 1
                sub_class_id = product["sub_class_id"]
                yield Record(product, number)
    finally:
        connection.close()


def to_json(fields: dict[str, Any]) -> str:
    """One record as `json.dump(..., indent=4, ensure_ascii=False)` writes it inside a list; several times as fast.

    >>> print(to_json({"title": "苹果", "img_resolution": [220, 3]}))
        {
            "title": "苹果",
            "img_resolution": [
                220,
                3
            ]
        }
    """
    quote = json.encoder.encode_basestring
    lines = []
    for name, value in fields.items():
        if isinstance(value, list):
            inner = ",\n".join(f"            {part}" for part in value)
            lines.append(f'        "{name}": [\n{inner}\n        ]')
        else:
            lines.append(f'        "{name}": {quote(value)}')
    return "    {\n" + ",\n".join(lines) + "\n    }"


class Checksums:
    """checksums.sha256 while it is being written, in the form that `sha256sum -c` reads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._out = (folder / "checksums.sha256").open("w", encoding="utf-8")

    def add(self, name: str, digest: str | None = None) -> str:
        """The file's digest, which is noted too; counted here unless it is given."""
        if digest is None:
            with (self._folder / name).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        self._out.write(f"{digest}  {name}\n")
        return digest

    def close(self) -> None:
        self._out.close()


class Pictures:
    """Copies pictures from the lake into a release.

    Args:
        lake: The lake's root, which img_path of a product is relative to.
    """

    def __init__(self, lake: Path, folder: Path, checksums: Checksums) -> None:
        self._lake, self._folder, self._checksums = lake, folder, checksums
        self._made: str | None = None

    def copy(self, record: Record) -> None:
        """
        Raises:
            LakehouseError: the lake has lost the picture.
        """
        name = record.img_path
        if name is None:
            return
        try:
            body = (self._lake / record.product["img_path"]).read_bytes()
        except OSError as error:
            if isinstance(error, FileNotFoundError):
                raise LakehouseError(
                    f"The lake has lost the picture {record.product['img_path']} of product {record.product['product_id']}; "
                    "crawl its shop again and build products, then release.") from None
            raise
        place = self._folder / name
        if self._made != record.product["sub_class_id"]:
            place.parent.mkdir(parents=True, exist_ok=True)
            self._made = record.product["sub_class_id"]
        place.write_bytes(body)
        self._checksums.add(name, hashlib.sha256(body).hexdigest())


class AnnotationWriter:
    """annotation.json, one record after another."""

    def __init__(self, out: BinaryIO) -> None:
        self._out, self._first = out, True
        out.write(b"[")

    def add(self, record: Record) -> None:
        self._out.write(("\n" if self._first else ",\n").encode() + to_json(record.fields()).encode("utf-8", "surrogatepass"))
        self._first = False

    def close(self) -> None:
        self._out.write(b"\n]")
