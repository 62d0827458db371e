"""What a shop's pages are made of, whether the listings were generated or read from a file."""

from __future__ import annotations

import csv
import gzip
import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

import numpy as np

from lakehouse.errors import LakehouseError
from sample_shops.catalogue import Catalogue
from sample_shops.draws import number

DIALECTS = ("json-ld", "microdata", "open-graph")
COLUMNS = ("platform", "listing_id", "class_name", "sub_class_name", "native_path", "title", "human_label_path")
SHOP_NAME = re.compile(r"[\w.\-]{1,64}")        # what crawls and imports take as a shop's name
MEDIA_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".gif": "image/gif"}
PICTURES_PER_PAGE = 3
KEPT_PER_IMAGE_CLASS = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """A listing as its page shows it. The true label is not here: no page could show it."""

    listing_id: str
    title: str
    category: int       # position in the shop's categories
    price: str
    pictures: Sequence[str]     # file names, the main picture first
    revision: int       # 0, or the last revision that changed it


class Source(Protocol):
    """One shop's listings."""

    name: str
    paths: list[tuple[str, ...]]                    # of its categories, those without a listing left out

    def __len__(self) -> int: ...
    def entry(self, position: int) -> Entry: ...    # position: 0 to len - 1
    def find(self, listing_id: str) -> int | None: ...
    def members(self, category: int) -> Sequence[int]: ...
    def picture(self, position: int, name: str) -> tuple[bytes, str] | None: ...
    def ids(self, start: int, stop: int) -> Iterator[str]: ...


class _ByCategory:
    """Positions of listings, those of one category together."""

    def __init__(self, categories: np.ndarray, count: int) -> None:
        self._order = np.argsort(categories, kind="stable").astype(np.int32)
        self._bounds = np.searchsorted(categories[self._order], np.arange(count + 1))

    def members(self, category: int) -> np.ndarray:
        return self._order[self._bounds[category]:self._bounds[category + 1]]


class GeneratedShop:
    """One shop of a generated catalogue. Memory: 16 bytes a listing; titles and pictures are made when a page is asked for."""

    def __init__(self, catalogue: Catalogue, shop: int) -> None:
        self.name = catalogue.shops[shop]
        self._catalogue = catalogue
        of_shop = np.array([category.shop == shop for category in catalogue.categories])
        self._indexes = np.flatnonzero(of_shop[catalogue.filed]).astype(np.int32)
        used, categories = np.unique(catalogue.filed[self._indexes], return_inverse=True)
        self.paths = [catalogue.categories[k].path for k in used]
        self._categories = categories.astype(np.int32)
        self._by_category = _ByCategory(self._categories, len(self.paths))

    def __len__(self) -> int:
        return len(self._indexes)

    def entry(self, position: int) -> Entry:
        index = int(self._indexes[position])
        listing = self._catalogue.listing(index)
        return Entry(listing.listing_id, listing.title, int(self._categories[position]), self._catalogue.price(index),
                     self._catalogue.picture_names(index), self._catalogue.changed(index))

    def find(self, listing_id: str) -> int | None:
        index = self._catalogue.find(listing_id)
        if index is None:
            return None
        position = int(np.searchsorted(self._indexes, index))
        return position if position < len(self) and self._indexes[position] == index else None

    def members(self, category: int) -> Sequence[int]:
        return self._by_category.members(category)

    def picture(self, position: int, name: str) -> tuple[bytes, str] | None:
        return self._catalogue.picture(int(self._indexes[position]), name)

    def ids(self, start: int, stop: int) -> Iterator[str]:
        return (self._catalogue.listing_id(int(index)) for index in self._indexes[start:stop])


def from_catalogue(catalogue: Catalogue) -> list[GeneratedShop]:
    return [GeneratedShop(catalogue, shop) for shop in range(len(catalogue.shops))]


class Album:
    """Pictures in a zip or folder, one folder an image class, and the labels that show each class.

    Raises:
        LakehouseError: the map or the pictures are missing, or the map has other columns.
    """

    def __init__(self, images: Path, image_map: Path) -> None:
        try:
            with image_map.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file)
                found = list(reader.fieldnames or ())
                if not {"human_label_path", "image_class"} <= set(found):
                    raise LakehouseError(f"{image_map} has the columns {', '.join(found) or 'none'}; it needs human_label_path and image_class.")
                self.class_of = {row["human_label_path"]: row["image_class"] for row in reader}
        except FileNotFoundError:
            raise LakehouseError(f"The image map {image_map} does not exist; name a CSV file with human_label_path and image_class.") from None
        self._zip: zipfile.ZipFile | None = None
        if images.is_dir():
            self._folder = images
            names = sorted(path.relative_to(images).as_posix() for path in images.rglob("*") if path.is_file())
        else:
            try:
                self._zip = zipfile.ZipFile(images)
            except FileNotFoundError:
                raise LakehouseError(f"The pictures {images} do not exist; name a zip or a folder with one folder an image class.") from None
            except zipfile.BadZipFile:
                raise LakehouseError(f"{images} is not a whole zip file; fetch it again, or name a folder.") from None
            names = sorted(self._zip.namelist())
        self.pictures_of: dict[str, list[str]] = {}
        for name in names:
            if PurePosixPath(name).suffix.lower() in MEDIA_TYPES:
                self.pictures_of.setdefault(PurePosixPath(name).parent.name, []).append(name)
        if not self.pictures_of:
            raise LakehouseError(f"{images} holds no jpg, png, webp or gif picture; it needs one folder of them an image class.")

    def candidates(self, listing_id: str, label_path: str) -> list[str]:
        """Names of the pictures that stand for the listing; none where its label maps to no image class."""
        pictures = self.pictures_of.get(self.class_of.get(label_path, ""), [])
        if not pictures:
            return []
        first = number("picture", listing_id)
        return [pictures[(first + k * 7919) % len(pictures)] for k in range(min(PICTURES_PER_PAGE, len(pictures)))]

    def read(self, name: str) -> bytes:
        return self._zip.read(name) if self._zip else (self._folder / name).read_bytes()


class FileShop:
    """One platform of a listings file. Memory: its titles and ids."""

    def __init__(self, name: str, rows: list[tuple[str, str, str, str]], album: Album | None) -> None:
        """
        Args:
            rows: (listing_id, native_path, title, human_label_path).
        """
        self.name, self._rows, self._album = name, rows, album
        numbers: dict[str, int] = {}
        self._categories = np.array([numbers.setdefault(row[1], len(numbers)) for row in rows], dtype=np.int32)
        self.paths = [tuple(path.split(">")) for path in numbers]
        self._by_category = _ByCategory(self._categories, len(self.paths))
        self._positions = {row[0]: position for position, row in enumerate(rows)}

    def __len__(self) -> int:
        return len(self._rows)

    def entry(self, position: int) -> Entry:
        listing_id, _, title, _ = self._rows[position]
        cents = 990 + number("price", listing_id) % 200_000
        pictures = [f"{k}{PurePosixPath(name).suffix.lower()}" for k, name in enumerate(self._pictures(position))]
        return Entry(listing_id, title, int(self._categories[position]), f"{cents // 100}.{cents % 100:02d}", pictures, 0)

    def find(self, listing_id: str) -> int | None:
        return self._positions.get(listing_id)

    def members(self, category: int) -> Sequence[int]:
        return self._by_category.members(category)

    def _pictures(self, position: int) -> list[str]:
        return self._album.candidates(self._rows[position][0], self._rows[position][3]) if self._album else []

    def picture(self, position: int, name: str) -> tuple[bytes, str] | None:
        view = name.partition(".")[0]
        pictures = self._pictures(position)
        if not view.isdecimal() or int(view) >= len(pictures):
            return None
        chosen = pictures[int(view)]
        return self._album.read(chosen), MEDIA_TYPES[PurePosixPath(chosen).suffix.lower()]

    def ids(self, start: int, stop: int) -> Iterator[str]:
        return (row[0] for row in self._rows[start:stop])


@dataclass(frozen=True, slots=True)
class Fault:
    """A line of a listings file that is no listing."""

    line: int
    platform: str       # empty where the line does not say it, as is listing_id
    listing_id: str
    reason: str
    row: str


def read_listings(path: Path, on_fault: Callable[[Fault], object] = lambda _: None) -> Iterator[tuple[str, ...]]:
    """Rows of a listings file, gzip or not, as tuples in the order of COLUMNS. A line that is no listing goes to `on_fault`.

    Raises:
        LakehouseError: the file is missing or torn, has another header, or holds no listing.
    """
    if not path.is_file():
        raise LakehouseError(f"The listings file {path} does not exist; name a TSV file, gzip or not, with the columns {', '.join(COLUMNS)}.")
    with path.open("rb") as probe:
        packed = probe.read(2) == b"\x1f\x8b"
    number, listings, first_fault = 0, 0, None
    seen: dict[str, set[str]] = {}
    try:
        with (gzip.open if packed else open)(path, "rb") as lines:
            for number, line in enumerate(lines, 1):
                if number == 1:
                    header = line.decode("utf-8-sig", "backslashreplace").rstrip("\r\n")
                    if header.split("\t") != list(COLUMNS):
                        raise LakehouseError(f"{path}, line 1: the header is {header[:200]!r}; "
                                             f"it must name, separated by tabs, {', '.join(COLUMNS)}.")
                    continue
                if not line.endswith(b"\n"):
                    raise LakehouseError(f"{path}, line {number}: the line has no end; the file is torn, fetch it again.")
                fields, reason = _fields(line.rstrip(b"\r\n"), seen)
                if reason is None:
                    listings += 1
                    yield fields
                    continue
                whole = len(fields) == len(COLUMNS)
                fault = Fault(number, fields[0] if whole else "", fields[1] if whole else "", reason, "\t".join(fields))
                first_fault = first_fault or fault
                on_fault(fault)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise LakehouseError(f"{path}, after line {number}: the gzip data ends early or is damaged; fetch the file again.") from None
    if not listings:
        why = f"the first fault is in line {first_fault.line}: {first_fault.reason}" if first_fault else \
            "it needs a header line and at least one line more"
        raise LakehouseError(f"{path} has no listing; {why}.")


def _fields(line: bytes, seen: dict[str, set[str]]) -> tuple[tuple[str, ...], str | None]:
    """A line's fields, and why it is no listing; None where it is one, which is then `seen`."""
    try:
        fields = tuple(line.decode("utf-8").split("\t"))
    except UnicodeDecodeError:
        return (line.decode("utf-8", "backslashreplace"),), "not UTF-8"
    if len(fields) != len(COLUMNS):
        return fields, "wrong number of columns"
    platform, listing_id, native_path = fields[0], fields[1], fields[4]
    if not platform or not listing_id:
        return fields, "platform or listing_id is empty"
    if not SHOP_NAME.fullmatch(platform):
        return fields, "platform cannot name a shop"
    if not native_path:
        return fields, "category path is empty"
    ids = seen.setdefault(platform, set())
    if listing_id in ids:
        return fields, "listing id is repeated"
    ids.add(listing_id)
    return fields, None


def _sample(rows: list[tuple[str, str, str, str]], limit: int, album: Album | None) -> list[tuple[str, str, str, str]]:
    """`limit` rows in their old order: by the hash of the id, but each image class keeps up to KEPT_PER_IMAGE_CLASS before all others."""
    floor = min(KEPT_PER_IMAGE_CLASS, limit // 20)
    kept: dict[str, int] = {}
    first, later = [], []
    for position in sorted(range(len(rows)), key=lambda k: number("sample", rows[k][0])):
        image_class = album.class_of.get(rows[position][3]) if album else None
        if image_class is not None and kept.get(image_class, 0) < floor:
            kept[image_class] = kept.get(image_class, 0) + 1
            first.append(position)
        else:
            later.append(position)
    return [rows[position] for position in sorted((first + later)[:limit])]


def from_listings_file(
    path: Path, *, images: Path | None = None, image_map: Path | None = None, limit_per_shop: int | None = None,
    on_fault: Callable[[Fault], object] = lambda _: None,
) -> list[FileShop]:
    """Each platform of the file as a shop, in the order of their names.

    Args:
        limit_per_shop: At most so many of each platform's listings: those whose ids have the smallest hashes, so a sample is spread
            over categories as the whole is. With pictures, the rarer image classes keep some listings first.
        on_fault: given each line that is no listing.

    Raises:
        LakehouseError: a file is missing, torn or of another form.
    """
    if (images is None) != (image_map is None):
        raise LakehouseError("Pictures need both --images and --image-map; one of them is missing.")
    album = Album(images, image_map) if images and image_map else None
    rows: dict[str, list[tuple[str, str, str, str]]] = {}
    for platform, listing_id, _, _, native_path, title, label_path in read_listings(path, on_fault):
        rows.setdefault(platform, []).append((listing_id, sys.intern(native_path), title, sys.intern(label_path)))
    if limit_per_shop is not None:
        rows = {platform: _sample(its_rows, limit_per_shop, album) for platform, its_rows in rows.items()}
    return [FileShop(platform, its_rows, album) for platform, its_rows in sorted(rows.items())]
