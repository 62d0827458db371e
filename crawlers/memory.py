"""What a crawl knows while it runs: URLs queued and seen, listings and pictures had, what earlier crawls brought.

A disposable SQLite file holds it, so that memory does not grow with the crawl. Nothing is lost with the file: everything in it comes from
Delta (crawl_pages, raw_listings, raw_images) and is read from there when a crawl is resumed. So one transaction lasts as long as the file: a
commit after each row would cost as much again as the row.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

SCHEMA = """
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-8000; PRAGMA temp_store=FILE;
CREATE TABLE queue(number INTEGER PRIMARY KEY, digest BLOB UNIQUE, url TEXT, kind TEXT, rank INTEGER, depth INTEGER, state INTEGER DEFAULT 0);
CREATE INDEX waiting ON queue(rank, number) WHERE state = 0;
CREATE TABLE validators(digest BLOB PRIMARY KEY, etag TEXT, last_modified TEXT, listing_id TEXT, image_sha256 TEXT);
CREATE TABLE listings(name BLOB PRIMARY KEY, url BLOB, title BLOB, folded INTEGER DEFAULT 0);
CREATE TABLE earlier(name BLOB PRIMARY KEY, content BLOB, complete INTEGER, url BLOB, title BLOB);
CREATE TABLE pictures(digest BLOB PRIMARY KEY, image_sha256 TEXT, verdict TEXT);
CREATE TABLE contents(image_sha256 TEXT PRIMARY KEY, verdict TEXT);
CREATE TABLE links(digest BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE bodies(digest BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE failed(digest BLOB PRIMARY KEY);
BEGIN;
"""
WAITING, GIVEN, DONE = 0, 1, 2
RANKS = {"sitemap": 0, "product": 1, "category": 2}


def digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).digest()


def content_digest(*parts: object) -> bytes:
    """Of what a listing says, to tell whether a page changed since the last crawl."""
    return digest("\x1e".join(repr(part) for part in parts))


@dataclass(frozen=True)
class Validator:
    """What to ask a server with, and what its "not modified" stands for."""

    etag: str | None
    last_modified: str | None
    listing_id: str | None
    image_sha256: str | None


class Claim(Enum):
    """What a page's claim to a name met: nobody had it; a page of the same listing has it; a page of another listing has it."""

    FIRST = auto()
    AGAIN = auto()
    DISPUTED = auto()


@dataclass(frozen=True)
class Waiting:
    url: str
    kind: str
    depth: int


class CrawlMemory:
    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.executescript(SCHEMA)
        self._waiting = self._products = 0

    def close(self) -> None:
        self._db.close()

    # URLs ------------------------------------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        return self._waiting

    @property
    def products(self) -> int:
        """How many of those that wait are product pages."""
        return self._products

    def queue(self, url: str, kind: str, depth: int = 0) -> bool:
        """Put a URL in the queue; False where it has been there before."""
        added = self._db.execute("INSERT OR IGNORE INTO queue(digest, url, kind, rank, depth) VALUES (?,?,?,?,?)",
                                 (digest(url), url, kind, RANKS.get(kind, 3), depth)).rowcount
        self._waiting += added
        self._products += added and kind == "product"
        return bool(added)

    def next(self, *, sitemaps: bool = True, categories: bool = True) -> Waiting | None:
        """The next URL: `sitemaps` first, then product pages, then `categories`, unless they are to wait; each in order of discovery."""
        row = self._db.execute("UPDATE queue SET state = 1 WHERE number = (SELECT number FROM queue INDEXED BY waiting WHERE state = 0 "
                               "AND rank BETWEEN ? AND ? ORDER BY rank, number LIMIT 1) RETURNING url, kind, depth",
                               (RANKS["sitemap" if sitemaps else "product"], max(RANKS.values()) + 1 if categories else RANKS["product"])).fetchone()
        if row is None:
            return None
        found = Waiting(*row)
        self._waiting -= 1
        self._products -= found.kind == "product"
        return found

    def settle(self, url: str) -> None:
        """The URL is done with, and was so before this process started."""
        row = self._db.execute("SELECT state, kind FROM queue WHERE digest = ?", (digest(url),)).fetchone()
        if row is None:
            self._db.execute("INSERT INTO queue(digest, url, kind, rank, depth, state) VALUES (?,?,'',9,0,2)", (digest(url), url))
        elif row[0] != DONE:
            self._waiting -= row[0] == WAITING
            self._products -= row == (WAITING, "product")
            self._db.execute("UPDATE queue SET state = 2 WHERE digest = ?", (digest(url),))

    def remember_failure(self, url: str) -> None:
        self._db.execute("INSERT OR IGNORE INTO failed VALUES (?)", (digest(url),))

    def first_failure(self, url: str) -> bool:
        """Whether no failure of the URL has been recorded in this crawl; from now on one has."""
        return self._db.execute("INSERT OR IGNORE INTO failed VALUES (?)", (digest(url),)).rowcount == 1

    def first_link(self, shape: str, url: str) -> bool:
        """Whether no page of this shape has led to the URL before; from now on one has."""
        return self._db.execute("INSERT OR IGNORE INTO links VALUES (?)", (digest(f"{shape}\x1f{url}"),)).rowcount == 1

    def first_body(self, body: bytes) -> bool:
        """Whether no page before had this very body; from now on one has."""
        found = hashlib.blake2b(body, digest_size=12).digest()
        return self._db.execute("INSERT OR IGNORE INTO bodies VALUES (?)", (found,)).rowcount == 1

    # Listings --------------------------------------------------------------------------------------------------------

    def first_time(self, listing_id: str) -> bool:
        """Whether no listing of this crawl has the id; from now on one has, with the address and the title that an earlier crawl knew it by."""
        return self._db.execute("INSERT OR IGNORE INTO listings(name, url, title) SELECT ?1, max(url), max(title) FROM earlier WHERE name = ?1",
                                (digest(listing_id),)).rowcount == 1

    def claim(self, name: str, url: str, title: str | None) -> Claim:
        """A name (an id, a canonical address) for a page of this crawl. It stays with the page that claims it first.

        Pages with one address or one title are pages of one listing.

        Args:
            title: the page's; None where the name alone is proof enough.
        """
        mine = (digest(url), digest(title or ""))
        if self._db.execute("INSERT OR IGNORE INTO listings(name, url, title) VALUES (?,?,?)", (digest(name), *mine)).rowcount:
            return Claim.FIRST
        theirs = self._db.execute("SELECT url, title FROM listings WHERE name = ?", (digest(name),)).fetchone()
        same = title is None or theirs[0] == mine[0] or theirs[1] == mine[1]
        return Claim.AGAIN if same else Claim.DISPUTED

    def fold(self, name: str) -> int:
        """One more page is folded into the listing that has the name. Returns how many are."""
        return self._db.execute("UPDATE listings SET folded = folded + 1 WHERE name = ? RETURNING folded", (digest(name),)).fetchone()[0]

    def earlier_listings(self, rows: Iterable[tuple[str, bytes, bool, str, str]]) -> None:
        """Rows of (listing_id, content, whether it has the picture it should have, url, title), oldest crawl first."""
        self._db.executemany("INSERT OR REPLACE INTO earlier VALUES (?,?,?,?,?)", (
            (digest(name), content, complete, digest(url), digest(title)) for name, content, complete, url, title in rows))

    def was_at(self, listing_id: str, url: str) -> bool:
        """Whether an earlier crawl landed the listing from this address."""
        return self._db.execute("SELECT 1 FROM earlier WHERE name = ? AND url = ?", (digest(listing_id), digest(url))).fetchone() is not None

    def was_complete(self, listing_id: str) -> bool:
        row = self._db.execute("SELECT complete FROM earlier WHERE name = ?", (digest(listing_id),)).fetchone()
        return row is not None and bool(row[0])

    def is_as_before(self, listing_id: str, content: bytes) -> bool:
        """Whether an earlier crawl landed the listing with the very same content."""
        row = self._db.execute("SELECT content FROM earlier WHERE name = ?", (digest(listing_id),)).fetchone()
        return row is not None and row[0] == content

    # What to ask again with ------------------------------------------------------------------------------------------

    def remember_validators(self, rows: Iterable[tuple[str, str | None, str | None, str | None, str | None]]) -> None:
        """Rows of (url, etag, last_modified, listing_id, image_sha256)."""
        self._db.executemany("INSERT OR REPLACE INTO validators VALUES (?,?,?,?,?)", ((digest(url), *rest) for url, *rest in rows))

    def validator(self, url: str) -> Validator | None:
        row = self._db.execute("SELECT etag, last_modified, listing_id, image_sha256 FROM validators WHERE digest = ?", (digest(url),)).fetchone()
        return Validator(*row) if row else None

    # Pictures --------------------------------------------------------------------------------------------------------

    def remember_contents(self, rows: Iterable[tuple[str, str]]) -> None:
        """Pictures that the lake has: rows of (image_sha256, verdict)."""
        self._db.executemany("INSERT OR IGNORE INTO contents VALUES (?,?)", rows)

    def verdict(self, image_sha256: str) -> str | None:
        """What was said of a picture's content; None where the lake does not have it."""
        row = self._db.execute("SELECT verdict FROM contents WHERE image_sha256 = ?", (image_sha256,)).fetchone()
        return row[0] if row else None

    def remember_picture(self, url: str, image_sha256: str | None, verdict: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO pictures VALUES (?,?,?)", (digest(url), image_sha256, verdict))

    def picture(self, url: str) -> tuple[str | None, str] | None:
        """(image_sha256, verdict) of a picture URL that this crawl has fetched; the hash is None where it is broken."""
        return self._db.execute("SELECT image_sha256, verdict FROM pictures WHERE digest = ?", (digest(url),)).fetchone()
