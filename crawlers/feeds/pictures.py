"""Pictures that come with a file: chosen by a seed of the listing, landed once a content."""

from __future__ import annotations

import csv
import hashlib
import zipfile
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath

from crawlers.feeds.records import Record
from crawlers.pictures import BrokenPicture, Picture, look, store
from lakehouse import arrow, settings, tables
from lakehouse.errors import LakehouseError, MissingTable

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp"}
MAX_BYTES = 20_000_000


class Store:
    """The lake's pictures: a file a content, a row in `raw_images`."""

    def __init__(self) -> None:
        self._waiting: dict[str, dict] = {}
        try:
            self._known = set(arrow.read(tables.RAW_IMAGES, columns=["image_sha256"])["image_sha256"].to_pylist())
        except MissingTable:
            self._known = set()

    def keep(self, body: bytes, url: str) -> Picture | None:
        """What the picture is, its bytes written; None where they are no picture."""
        if len(body) > MAX_BYTES:
            return None
        try:
            picture = look(body, url)
        except BrokenPicture:
            return None
        store(settings.load().path, picture, body)
        if picture.image_sha256 not in self._known:
            self._waiting[picture.image_sha256] = asdict(picture) | {"url": url, "path": picture.path}
        return picture

    def land(self, crawl_id: str, number: int) -> int:
        """The pictures kept since the last call as rows; how many are new."""
        if not self._waiting:
            return 0
        now = datetime.now(UTC)
        rows = [row | {"crawl_id": crawl_id, "fetched_at": now} for row in self._waiting.values()]
        arrow.upsert(tables.RAW_IMAGES, arrow.batch(tables.RAW_IMAGES, rows))
        self._known.update(self._waiting)
        self._waiting.clear()
        return len(rows)


class Folder:
    """Pictures at the paths that records name, below one folder."""

    def __init__(self, place: Path) -> None:
        """
        Raises:
            LakehouseError: it is no folder.
        """
        if not place.is_dir():
            raise LakehouseError(f"{place} is not a folder; name the folder that the records' picture paths lie in.")
        self.place = place.resolve()
        self._store = Store()
        self.land = self._store.land

    def choose(self, record: Record) -> str | None:
        """The hash of the record's first picture; None where it is missing, no picture, or its path leads out of the folder."""
        for name in record.image_urls[:1]:
            target = (self.place / name).resolve()
            if not target.is_relative_to(self.place) or not target.is_file() or target.stat().st_size > MAX_BYTES:
                return None
            found = self._store.keep(target.read_bytes(), name)
            return found.image_sha256 if found else None
        return None


class Album:
    """A ZIP or folder of pictures, one folder a picture class, and which label shows which class."""

    def __init__(self, place: Path, classes: dict[str, str]) -> None:
        self.place = place
        self._classes = classes
        self._zip = zipfile.ZipFile(place) if place.is_file() else None
        names = self._zip.namelist() if self._zip else [str(path.relative_to(place)) for path in sorted(place.rglob("*")) if path.is_file()]
        self._members: dict[str, list[str]] = {}
        for name in sorted(names):
            pure = PurePosixPath(name)
            if pure.suffix.lower() in SUFFIXES and len(pure.parts) > 1:
                self._members.setdefault(pure.parts[-2], []).append(name)
        if missing := sorted(set(classes.values()) - self._members.keys()):
            raise LakehouseError(f"{place} has no pictures for {', '.join(missing[:5])}; it needs a folder of that name for each image_class.")
        self._store = Store()                   # here, not at first use: a Delta table cannot be read while another is being written
        self._read = lru_cache(maxsize=4096)(self._keep)

    @classmethod
    def of(cls, images: Path | None, image_map: Path | None) -> Album:
        """
        Raises:
            LakehouseError: one of the two is not given, missing, no ZIP, or the map has other columns.
        """
        if images is None or image_map is None:
            raise LakehouseError("--images and --image-map belong together; give both or neither.")
        for file in (images, image_map):
            if not file.exists():
                raise LakehouseError(f"{file} is not there; name a file that is.")
        with image_map.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            if missing := {"human_label_path", "image_class"} - set(reader.fieldnames or ()):
                raise LakehouseError(f"{image_map}, line 1: the header lacks {', '.join(sorted(missing))}.")
            classes = {row["human_label_path"]: row["image_class"] for row in reader if row["image_class"]}
        try:
            return cls(images, classes)
        except zipfile.BadZipFile:
            raise LakehouseError(f"{images} is neither a folder nor a whole ZIP file; fetch it again.") from None

    @property
    def fingerprint(self) -> str:
        told = "|".join(f"{label}={name}" for label, name in sorted(self._classes.items()))
        return hashlib.sha256(f"{told}|{sorted((name, len(found)) for name, found in self._members.items())}".encode()).hexdigest()[:16]

    def picture(self, record: Record, split: str | None = None) -> Picture | None:
        """The picture of a record's label. The same for the same shop and listing_id, whatever else the file holds.

        Args:
            split: take one of this split's own pictures, so that no test picture occurs in training too; by default any.
        """
        members = self._members.get(self._classes.get(record.label, ""), [])
        if split:
            members = [name for name in members if _split_of(name) == split]
        if not members:
            return None
        seed = int.from_bytes(hashlib.blake2b(f"{record.shop}|{record.listing_id}".encode(), digest_size=8).digest())
        return self._read(members[seed % len(members)])

    def choose(self, record: Record) -> str | None:
        found = self.picture(record)
        return found.image_sha256 if found else None

    def land(self, crawl_id: str, number: int) -> int:
        return self._store.land(crawl_id, number)

    def _keep(self, member: str) -> Picture | None:
        try:
            body = self._zip.read(member) if self._zip else (self.place / member).read_bytes()
        except (OSError, zipfile.BadZipFile):
            return None
        return self._store.keep(body, f"{self.place.name}#{member}")


@lru_cache(maxsize=100_000)
def _split_of(name: str) -> str:
    """`train` or `test`, 8:2 by the hash of a picture's name."""
    return "train" if hashlib.blake2b(name.encode(), digest_size=1).digest()[0] % 10 < 8 else "test"
