"""mep3m extract: the listing that a saved page gives."""

from __future__ import annotations

import csv
import json
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import typer

from lakehouse.errors import LakehouseError

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
SUFFIXES = (".html", ".htm", ".html.gz", ".htm.gz")
MAX_BYTES = 100_000_000


def body_of(path: Path) -> bytes:
    """The page's bytes, unpacked; of a gzip stream that breaks off, what there is before the break. At most 100 MB.

    Raises:
        LakehouseError: it cannot be read.
    """
    return unpacked(path)[0]


def unpacked(path: Path) -> tuple[bytes, bool]:
    """What `body_of` returns, and whether it is all of the page.

    Raises:
        LakehouseError: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES)
    except OSError as error:
        raise LakehouseError(f"{path} cannot be read: {error.strerror}; name a saved page or a folder of them.") from None
    if not raw.startswith(b"\x1f\x8b"):
        return raw, len(raw) < MAX_BYTES
    unpack = zlib.decompressobj(wbits=31)
    parts, position, size = [], 0, 0
    while position < len(raw) and size < MAX_BYTES and not unpack.eof:
        try:
            part = unpack.decompress(raw[position : position + 65536], MAX_BYTES - size)
        except zlib.error:
            break
        parts.append(part)
        size += len(part)
        position += 65536
    return b"".join(parts), unpack.eof


def page_id(path: Path) -> str:
    """
    >>> page_id(Path("pages/06-shop.example.html.gz"))
    '06-shop.example'
    """
    return path.name.removesuffix(".gz").removesuffix(".html").removesuffix(".htm")


def addresses(folder: Path) -> dict[str, str]:
    """Page id or file name -> URL, from `expected.jsonl` (id, url) or `urls.tsv` (file, url) in the folder; both may be missing."""
    found: dict[str, str] = {}
    if (expected := folder / "expected.jsonl").is_file():
        for line in expected.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                row = json.loads(line)
                found[str(row.get("id") or row["file"])] = str(row["url"])
            except (ValueError, KeyError, AttributeError, TypeError):
                continue
    if (listed := folder / "urls.tsv").is_file():
        with listed.open(encoding="utf-8", errors="replace", newline="") as stream:
            found |= {row[0].strip(): row[1].strip() for row in csv.reader(stream, delimiter="\t") if len(row) > 1 and "://" in row[1]}
    return found


def is_address(url: str) -> bool:
    """
    >>> is_address("https://shop.example/p/1"), is_address("not-a-url"), is_address("http://[")
    (True, False, False)
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def pages(place: Path, url: str) -> Iterator[tuple[Path, str]]:
    """
    Raises:
        LakehouseError: there is no such place, or no page in it.
    """
    if place.is_file():
        known = addresses(place.parent)
        yield place, url or known.get(page_id(place)) or known.get(place.name, "")
        return
    if not place.is_dir():
        raise LakehouseError(f"{place} is not there; name a saved page or a folder of them.")
    files = sorted(path for path in place.iterdir() if path.name.lower().endswith(SUFFIXES) and path.is_file())
    if not files:
        raise LakehouseError(f"{place} holds no page; saved pages end in {', '.join(SUFFIXES)}.")
    known = addresses(place)
    for path in files:
        yield path, known.get(page_id(path)) or known.get(path.name) or url


@app.command()
def extract(
    place: Path = typer.Argument(metavar="PAGE|FOLDER", help="A saved page (.html, .html.gz), or a folder of them."),
    url: str = typer.Option(
        "", help="The page's address; for a folder, expected.jsonl or urls.tsv in it say it, else each page's canonical link."
    ),
) -> None:
    """Print, as JSON lines, the listing that a crawl would read from each saved page, and the rule behind each field. Reads no network."""
    from crawlers.pages.document import Document
    from crawlers.pages.listing_page import read_listing

    if url and not is_address(url):
        raise LakehouseError(f"--url {url} is no address; it begins with https:// and a host, as in https://www.shop.example/p/1.")
    for path, address in pages(place, url):
        try:
            body, whole = unpacked(path)
        except LakehouseError as error:
            print(f"mep3m: {error}", file=sys.stderr)
            body, whole = b"", True
        if not whole:
            print(f"mep3m: {path} breaks off or is too large; what there is of it was read. Save the page again.", file=sys.stderr)
        address = address or Document(body, "").canonical_url or ""
        if not address:
            print(f"mep3m: {path} does not say its address; pictures and links relative to it are left out. Give it with --url.", file=sys.stderr)
        found = read_listing(body, address)
        print(json.dumps({"file": path.name, "url": address, **found.as_dict()}, ensure_ascii=False), flush=True)
