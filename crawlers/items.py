"""What spiders hand to the pipelines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Page:
    """What became of one request; a row of crawl_pages but for the crawl and the time."""

    url: str
    kind: str
    status: str
    http_status: int | None = None
    reason: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    listing_id: str | None = None
    image_sha256: str | None = None


@dataclass
class Listing:
    """A product page as the crawl saw it; a row of raw_listings but for shop and crawl.

    Attributes:
        page: the request that gave it, recorded as fetched once the listing has landed; None where none was made.
    """

    listing_id: str
    url: str
    fetched_at: datetime
    title: str
    breadcrumbs: list[str]
    image_urls: list[str]
    page: Page | None
    image_url: str | None = None
    image_sha256: str | None = None
    subsub_class_name: str | None = None
    rules: dict[str, str] = field(default_factory=dict)


@dataclass
class Rejected:
    """A page that should have given a listing and gave none that can be used."""

    key: str
    reason: str
    row: dict
    page: Page
