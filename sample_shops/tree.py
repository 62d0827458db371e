"""What the sample shops sell: sub-classes from the vocabulary or invented, and the native tree that each shop puts them in."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from statistics import NormalDist

from sample_shops.draws import Draws, number

SHOPS = ("bailing", "qingteng", "xinghe", "mulan", "songtao")     # invented, as are the brands
WHOLE, ABSENT = "", None
MOST_SUB_CLASSES = 100_000


@dataclass(frozen=True)
class Leaf:
    """The finest kind of thing: what the answer key says a listing is."""

    name: str
    nouns: tuple[str, ...]


@dataclass(frozen=True)
class SubClass:
    """A curated sub-class with what the titles and pictures of its listings are made of."""

    class_id: int
    class_name: str
    group: str
    name: str
    native_names: tuple[str | None, ...]     # by shop; "*": the shop has its leaves instead; None: the shop has none of it
    leaves: tuple[Leaf, ...]
    attributes: tuple[str, ...]
    quantity: str
    shape: str

    @property
    def split(self) -> bool:
        """Whether it is one that has a third level."""
        return len(self.leaves) > 1

    def label_path(self, leaf: Leaf) -> str:
        """The true label: three levels, the finest last."""
        return ">".join((self.class_name, self.name, leaf.name) if self.split else (self.class_name, self.group, self.name))


@dataclass
class Category:
    """A category as one shop has it."""

    number: int
    shop: int
    path: tuple[str, ...]
    class_id: int


@dataclass(frozen=True)
class Unit:
    """Listings of one leaf in one category of one shop, and the share of the catalogue that they make up."""

    category: int
    sub_class: int
    leaf: int
    weight: float


@dataclass
class Tree:
    shops: tuple[str, ...]
    sub_classes: tuple[SubClass, ...]
    categories: list[Category] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)


def shop_names(count: int) -> tuple[str, ...]:
    """
    >>> shop_names(6)[-2:]
    ('songtao', 'shop06')
    """
    return tuple(SHOPS[k] if k < len(SHOPS) else f"shop{k + 1:02d}" for k in range(count))


def _read(name: str) -> str:
    return (files("sample_shops") / "vocabulary" / name).read_text("utf-8")


@cache
def classes() -> dict[int, tuple[str, tuple[str, ...]]]:
    """class_id: (the paper's name of it, Table 2; the shops' names of it)."""
    rows = csv.DictReader(_read("classes.csv").splitlines())
    return {int(row["class_id"]): (row["class_name"], tuple(row["native_names"].split("|"))) for row in rows}


@cache
def vocabulary() -> tuple[SubClass, ...]:
    """The sub-classes written by hand, those with the telling names first."""
    found = []
    for row in csv.DictReader(_read("sub_classes.csv").splitlines()):
        leaves = tuple(Leaf(name, tuple(nouns.split("|"))) for name, _, nouns in (leaf.partition(":") for leaf in row["leaves"].split(";") if leaf))
        attributes = tuple(row["attributes"].split("|")) if not leaves else tuple(row["nouns"].split("|"))
        found.append(SubClass(
            int(row["class_id"]), classes()[int(row["class_id"])][0], row["group"], row["name"], tuple(row["native_names"].split("|")),
            leaves or (Leaf(row["name"], tuple(row["nouns"].split("|"))),), attributes, row["quantity"], row["shape"],
        ))
    return tuple(found)


@cache
def _invented() -> dict:
    return json.loads(_read("invented.json"))


@cache
def _nouns() -> list[tuple[int, str]]:
    """(class_id, a noun and another word for it), the classes mixed."""
    nouns = [(int(class_id), pair) for class_id, pairs in _invented()["nouns"].items() for pair in pairs]
    return sorted(nouns, key=lambda entry: number("noun", entry[1]))


def invent(position: int, shops: int) -> SubClass:
    """The sub-class number `position` of those that are made up of a scene, a material and a noun; no two share a name."""
    words, nouns = _invented(), _nouns()
    turn, which = divmod(position, len(nouns))
    class_id, pair = nouns[which]
    noun, other_noun = pair.split("|")
    materials = words["materials"][words["materials_of_class"].get(str(class_id), "general")]
    combinations = len(words["scenes"]) * len(materials)
    scene_at, material_at = divmod((turn * 1009 + number("start", noun)) % combinations, len(materials))
    scene, material = words["scenes"][scene_at], materials[material_at]
    name = scene + material + noun
    natives: list[str | None] = []
    for shop in range(shops):
        draws = Draws("native name", name, shop)
        fate = draws.below(100)
        if fate < 66:
            natives.append(name)
        elif fate < 74:
            natives.append(material + scene + noun)
        elif fate < 83:
            natives.append(name + draws.choice(words["series"]))
        elif fate < 91:
            natives.append(scene + material + other_noun)
        elif fate < 95:
            natives.append(f"{noun}/{scene}{material}")
        else:
            natives.append(ABSENT)
    if all(native is ABSENT for native in natives):
        natives[0] = name
    draws = Draws("own words", name)
    kinds = ("款", "型", "系列", "版")
    own = (scene + draws.choice(("款", "专用", "必备", "风")), material, *(coined(draws) + draws.choice(kinds) for _ in range(5)))
    return SubClass(class_id, classes()[class_id][0], noun, name, tuple(natives), (Leaf(name, (noun, other_noun, material + noun)),), own,
                    draws.choice(("pieces", "model", "weight", "size", "volume")), draws.choice(words["shapes"]))


@cache
def syllables() -> tuple[tuple[str, str], ...]:
    return tuple(tuple(pair.split()) for pair in json.loads(_read("titles.json"))["syllables"])


def coined(draws: Draws, length: int = 2) -> str:
    """A word that means nothing."""
    return "".join(draws.choice(syllables())[0] for _ in range(length))


def default_sub_classes(listings: int) -> int:
    """As many as leave about fifty listings to each, invented ones only where there are 250; never more than the paper's 599."""
    written = len(vocabulary())
    return max(30, min(written, listings // 50)) if listings < 250 * written else min(599, listings // 250)


def _weights(count: int, seed: int) -> list[float]:
    """Log-normal sizes: a few sub-classes hold most listings (paper, Fig. 5). The first dozen, with the telling names, are never rare."""
    spread = min(1.3, 0.7 + 0.45 * math.log10(count / 28))
    normal = NormalDist()
    ranks = sorted(range(count), key=lambda k: number("rank", seed, k))
    sizes = [0.0] * count
    for rank, k in enumerate(ranks):
        sizes[k] = math.exp(spread * normal.inv_cdf((rank + 0.5) / count))
    return [max(size, 1.0) if k < 12 else size for k, size in enumerate(sizes)]


def grow(shops: int, sub_classes: int, seed: int) -> Tree:
    """Every shop's own tree over the same things."""
    written = vocabulary()
    kinds = written[:sub_classes] + tuple(invent(k, shops) for k in range(max(0, sub_classes - len(written))))
    tree = Tree(shop_names(shops), kinds)
    known: dict[tuple[int, tuple[str, ...]], int] = {}

    def category(shop: int, path: tuple[str, ...], class_id: int) -> int:
        position = known.setdefault((shop, path), len(tree.categories))
        if position == len(tree.categories):
            tree.categories.append(Category(position, shop, path, class_id))
        return position

    sizes = _weights(len(kinds), seed)
    for k, kind in enumerate(kinds):
        class_names = classes()[kind.class_id][1]
        leaf_shares = [0.7 ** leaf for leaf in range(len(kind.leaves))]
        for shop in range(shops):
            native = kind.native_names[shop % len(kind.native_names)]
            if native is ABSENT:
                continue
            first = class_names[shop % len(class_names)]
            for leaf, share in enumerate(leaf_shares):
                if native == "*":
                    path = (first, kind.name, kind.leaves[leaf].name)
                else:
                    path = (first, kind.group, native) if shop % 3 == 1 and kind.group != native else (first, native)
                weight = sizes[k] * 0.75 ** shop * share / sum(leaf_shares)
                tree.units.append(Unit(category(shop, path, kind.class_id), k, leaf, weight))
    return tree
