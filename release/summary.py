"""What a release holds, counted while its records pass."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from release.records import Record

TITLES_CUT, MOST_WORDS = 200_000, 60


@dataclass
class Summary:
    """Numbers of the records that were added. Memory grows with sub-classes and words, not with records.

    Args:
        expected: Records to come, so that an even sample of the titles can be cut into words.
    """

    expected: int = 0
    products: int = 0
    pictures: int = 0
    characters: int = 0
    by_class: Counter = field(default_factory=Counter)              # (class_id, class_name): products
    by_sub_class: Counter = field(default_factory=Counter)          # (class_id, sub_class_id, sub_class_name): products
    by_subsub_class: Counter = field(default_factory=Counter)       # (sub_class_id, subsub_class_id, subsub_class_name): products
    by_split: Counter = field(default_factory=Counter)
    by_resolution: Counter = field(default_factory=Counter)         # (width, height): pictures
    by_format: Counter = field(default_factory=Counter)
    by_title_length: Counter = field(default_factory=Counter)       # characters: products
    words: Counter = field(default_factory=Counter)

    def add(self, record: Record) -> None:
        import rjieba

        product = record.product
        if self.products % max(1, self.expected // TITLES_CUT) == 0:
            self.words.update(word for word in rjieba.cut(product["title"]) if len(word) > 1 and word.isalpha())
        self.products += 1
        self.by_class[product["class_id"], product["class_name"]] += 1
        self.by_sub_class[product["class_id"], product["sub_class_id"], product["sub_class_name"]] += 1
        if product["subsub_class_id"] is not None:
            self.by_subsub_class[product["sub_class_id"], product["subsub_class_id"], product["subsub_class_name"]] += 1
        self.by_split[product["split"]] += 1
        self.by_title_length[len(product["title"])] += 1
        self.characters += len(product["title"])
        if record.img_path is not None:
            self.pictures += 1
            self.by_format[PurePosixPath(record.img_path).suffix.lstrip(".")] += 1
            if product["img_resolution"]:
                height, width = product["img_resolution"][:2]
                self.by_resolution[width, height] += 1

    @property
    def sub_classes_of(self) -> Counter:
        """class_id: sub-classes that hold a product."""
        return Counter(class_id for class_id, _, _ in self.by_sub_class)

    @property
    def divided(self) -> int:
        """Sub-classes with a third level."""
        return len({sub_class_id for sub_class_id, _, _ in self.by_subsub_class})

    @property
    def mean_title_length(self) -> float:
        return self.characters / self.products if self.products else 0.0

    def median_title_length(self) -> int:
        middle = (self.products + 1) // 2
        passed = itertools.accumulate(count for _, count in sorted(self.by_title_length.items()))
        return next((length for (length, _), total in zip(sorted(self.by_title_length.items()), passed, strict=True) if total >= middle), 0)

    def frequent_words(self) -> list[tuple[str, int]]:
        return sorted(self.words.items(), key=lambda entry: (-entry[1], entry[0]))[:MOST_WORDS]
