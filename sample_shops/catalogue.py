"""The generated catalogue: listing number i is a function of the seed and of i; nothing is kept but where each one belongs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from lakehouse.errors import LakehouseError
from sample_shops import pictures, tree
from sample_shops.draws import Draws, gather, number, scatter
from sample_shops.titles import title

FEWEST, MOST = 500, 3_000_000
GOLDEN = 0x9E3779B97F4A7C15         # 2^64 over the golden ratio: its multiples fall evenly over the range whatever their number
MISFILED_PERCENT, REPEATED_PERCENT, COPIED_TITLES = 2, 12, 6


@dataclass(frozen=True)
class Listing:
    """A listing as its shop shows it, and what it truly is."""

    number: int
    shop: str
    listing_id: str
    path: tuple[str, ...]
    title: str
    label_path: str


def _mixed(values: np.ndarray, salt: int) -> np.ndarray:
    """64 well-mixed bits of each value."""
    mixed = (values + np.uint64(salt)) * np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(31)
    mixed *= np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(29))


class Catalogue:
    """`listings` listings over `shops` shops.

    Args:
        listings: 500 to 3,000,000.
        seed: Another seed, other listings under the same kind of tree.
        shops: Three or more.
        sub_classes: How many curated sub-classes; by the number of listings by default, at most 100,000.
        revision: Another revision has another title for one listing in fifty, as a shop has some days later.

    Raises:
        LakehouseError: a size is out of its bounds.
    """

    def __init__(self, listings: int, seed: int = 7, *, shops: int = 3, sub_classes: int | None = None, revision: int = 0) -> None:
        if not FEWEST <= listings <= MOST:
            raise LakehouseError(f"A catalogue of {listings:,} listings cannot be made; ask for {FEWEST} to {MOST:,}.")
        if not 3 <= shops <= 99:
            raise LakehouseError(f"{shops} shops cannot be made; ask for 3 to 99.")
        if sub_classes is not None and not 30 <= sub_classes <= tree.MOST_SUB_CLASSES:
            raise LakehouseError(f"{sub_classes:,} sub-classes cannot be made; ask for 30 to {tree.MOST_SUB_CLASSES:,}.")
        self.size, self.seed, self.revision = listings, seed, revision
        self.tree = tree.grow(shops, sub_classes or tree.default_sub_classes(listings), seed)
        self.shops: tuple[str, ...] = self.tree.shops
        self.categories: list[tree.Category] = self.tree.categories
        self._key = number("identity", seed)
        self._units, self._filed = self._assign()

    def _assign(self) -> tuple[np.ndarray, np.ndarray]:
        """The unit that each listing truly belongs to, and the category that its shop put it in."""
        bounds = np.cumsum([unit.weight for unit in self.tree.units])
        places = np.arange(self.size, dtype=np.uint64) * np.uint64(GOLDEN) + np.uint64(number("start", self.seed))
        share = places.astype(np.float64) / 2.0 ** 64
        units = np.minimum(np.searchsorted(bounds / bounds[-1], share, side="right"), len(bounds) - 1).astype(np.int32)
        category_of = np.array([unit.category for unit in self.tree.units], dtype=np.int32)
        filed = category_of[units]
        # A seller's mistake: another category of the same shop and class.
        neighbours: dict[tuple[int, int], list[int]] = {}
        for category in self.categories:
            neighbours.setdefault((category.shop, category.class_id), []).append(category.number)
        drawn = _mixed(np.arange(self.size, dtype=np.uint64), number("misfiled", self.seed) >> 1)
        for i in np.flatnonzero(drawn % np.uint64(100) < MISFILED_PERCENT).tolist():
            category = self.categories[filed[i]]
            others = neighbours[category.shop, category.class_id]
            filed[i] = others[int(drawn[i] >> np.uint64(20)) % len(others)]
        return units, filed

    def __len__(self) -> int:
        return self.size

    @property
    def filed(self) -> np.ndarray:
        """The category's number of every listing: int32, one a listing."""
        return self._filed

    def listing_id(self, index: int) -> str:
        return f"{scatter(index, self._key):012x}"

    def find(self, listing_id: str) -> int | None:
        """The listing's number; None where the catalogue has none of that id."""
        if not re.fullmatch("[0-9a-f]{12}", listing_id):
            return None
        index = gather(int(listing_id, 16), self._key)
        return index if index < self.size else None

    def listing(self, index: int) -> Listing:
        unit = self.tree.units[self._units[index]]
        kind, category = self.tree.sub_classes[unit.sub_class], self.categories[self._filed[index]]
        leaf = kind.leaves[unit.leaf]
        return Listing(index, self.shops[category.shop], self.listing_id(index), category.path, self._title(index, kind, leaf), kind.label_path(leaf))

    def changed(self, index: int) -> int:
        """The last revision that changed the listing, 0 where none has."""
        return next((r for r in range(self.revision, 0, -1) if number("changed", self.seed, r, index) % 50 == 0), 0)

    def _title(self, index: int, kind: tree.SubClass, leaf: tree.Leaf) -> str:
        version = self.changed(index) if self.revision else 0
        draws = Draws("title", self.seed, index, *([version] if version else []))
        if draws.chance(REPEATED_PERCENT):      # sellers copy one another's titles
            draws = Draws("copied title", self.seed, leaf.name, draws.below(COPIED_TITLES))
        return title(draws, kind, leaf)

    def titles(self, category: int, count: int) -> Iterator[str]:
        """Titles of one category, as many as wanted whatever the catalogue's size: for measuring methods at scale."""
        units = [unit for unit in self._units_by_category()[category]]
        for k in range(count):
            draws = Draws("more titles", self.seed, category, k)
            unit = draws.choice(units)
            kind = self.tree.sub_classes[unit.sub_class]
            yield title(draws, kind, kind.leaves[unit.leaf])

    def _units_by_category(self) -> dict[int, list[tree.Unit]]:
        if not hasattr(self, "_by_category"):
            self._by_category: dict[int, list[tree.Unit]] = {}
            for unit in self.tree.units:
                self._by_category.setdefault(unit.category, []).append(unit)
        return self._by_category

    def __iter__(self) -> Iterator[Listing]:
        return (self.listing(index) for index in range(self.size))

    def sample(self, count: int) -> list[Listing]:
        return list(islice(self, count))

    def price(self, index: int) -> str:
        cents = 990 + number("price", self.seed, index) % 200_000
        return f"{cents // 100}.{cents % 100:02d}"

    def picture_names(self, index: int) -> Sequence[str]:
        """Candidates of the listing's page, the main picture first: file names with their true extension."""
        count = 2 + number("pictures", self.seed, index) % 4
        return [f"{view}.{pictures.kind_of(self._picture_key(index, view))}" for view in range(count)]

    def _picture_key(self, index: int, view: int) -> pictures.Key:
        unit = self.tree.units[self._units[index]]
        kind = self.tree.sub_classes[unit.sub_class]
        variant = number("variant", self.seed, index) % pictures.VARIANTS
        return pictures.Key(kind.shape, kind.name, kind.leaves[unit.leaf].name, variant, view)

    def picture(self, index: int, name: str) -> tuple[bytes, str] | None:
        """(bytes, media type) of one of the listing's candidates; None where it has none of that name."""
        if name not in self.picture_names(index):
            return None
        key = self._picture_key(index, int(name.partition(".")[0]))
        return pictures.draw(key), f"image/{pictures.kind_of(key)}".replace("jpg", "jpeg")
