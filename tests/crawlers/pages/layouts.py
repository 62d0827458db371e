"""Every layout, by its name."""

from __future__ import annotations

from tests.crawlers.pages import (  # noqa: F401
    asian_pages,
    awkward_pages,
    further_shops,
    hand_made_pages,
    large_chinese_shops,
    large_western_shops,
    later_pages,
    mixed_pages,
    software_pages,
    special_shops,
    unlabelled_pages,
    western_pages,
)
from tests.crawlers.pages.shop_pages import PAGES

__all__ = ["PAGES"]
