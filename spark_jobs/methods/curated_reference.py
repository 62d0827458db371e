"""What strategy `curated` measures categories against: term weights and the classes that titles are filed into, in every shop and pooled.

All of it comes from all shops' listings at one time. It is then kept, so that what is known of a category, its profile, depends on its
own titles and this reference alone, and the score of a pair on its two profiles. New listings change the profiles that they belong
to and no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from spark_jobs.methods.curated_names import Rarity
from spark_jobs.methods.curated_titles import Titles
from spark_jobs.methods.curated_votes import ENTRIES, Space, grouped, in_groups, label_spaces, spaces_of
from spark_jobs.methods.sparse_rows import unit_rows, weightiest

LISTINGS_MIN = 5        # a category with fewer says too little: it is no class to vote for, and no pair of it is merged by itself
TERMS = 200             # of a category and weighting, the weightiest: the rest moves no cosine and would fill the memory
Key = tuple[str, str]


@dataclass(frozen=True)
class Categories:
    """Native categories, by shop and path, and titles of those that are to be profiled."""

    keys: Sequence[Key]
    names: Sequence[str]
    listings: np.ndarray            # (categories,)
    titles: Titles                  # by category
    fresh: np.ndarray | None = None # (categories,) whether the category's titles are given; None: all are

    @property
    def count(self) -> int:
        return len(self.keys)

    @property
    def large(self) -> np.ndarray:
        return self.listings >= LISTINGS_MIN

    def shops(self) -> tuple[list[str], np.ndarray]:
        """The shops in order, and each category's among them."""
        names, of = np.unique([shop for shop, _ in self.keys], return_inverse=True)
        return names.tolist(), of


@dataclass(frozen=True)
class Profiles:
    """What is known of each category, a row each."""

    spaces: sparse.csr_array        # votes in every shop's classes side by side, each shop's summing to 1
    texts: sparse.csr_array         # six weightings side by side; a dot product is the mean of their cosines
    pooled: sparse.csr_array | None = None      # votes in the pooled classes

    def taking(self, mine: np.ndarray, others: Profiles, theirs: np.ndarray) -> Profiles:
        """Rows of others where `theirs` is at or above 0, else the next of these rows, which are those of the categories `mine`."""
        place = np.where(theirs >= 0, theirs + self.spaces.shape[0], 0)
        place[mine] = np.arange(len(mine))

        def stacked(ours: sparse.csr_array, known: sparse.csr_array) -> sparse.csr_array:
            return sparse.csr_array(sparse.vstack([ours, known], format="csr"))[place]

        return Profiles(stacked(self.spaces, others.spaces), stacked(self.texts, others.texts), stacked(self.pooled, others.pooled))


@dataclass(frozen=True)
class Reference:
    keys: Sequence[Key]             # the categories that it was made of
    listings: int                   # and of how many listings
    shops: Sequence[str]
    buckets: np.ndarray             # the terms that count, in order; columns of every matrix here
    words: int                      # so many of them are words, the others n-grams
    rare: np.ndarray                # (terms,) logarithm of how few categories have a term
    shop_means: np.ndarray          # (shops, terms) mean share of a category's titles
    weights: np.ndarray             # (terms,) what a term tells about the category
    place: np.ndarray               # (categories,) its class in its own shop's space, -1 where it has none
    spaces: Sequence[Space]         # a shop each
    members: np.ndarray             # which titles are part of which class's sum, as numbers in order
    rarity: Rarity                  # of pieces of names
    pooled_weights: np.ndarray | None = None
    class_of: np.ndarray | None = None      # (categories,) its pooled class, -1 where it has none
    pooled: Space | None = None

    @property
    def entries_each(self) -> int:
        """Of a category in one matrix at most; on 20,000 categories 1,000, which cuts nothing that matters."""
        return max(ENTRIES // max(len(self.keys), 1), 60)

    def positions(self, keys: Sequence[Key]) -> np.ndarray:
        """Where each category stands among this reference's, -1 where it is new."""
        known = {key: n for n, key in enumerate(self.keys)}
        return np.array([known.get(key, -1) for key in keys], dtype=np.int64)

    def newer(self, keys: Sequence[Key], listings: np.ndarray) -> float:
        """The share of the categories, or of the listings where that is more, that it knows nothing of.

        A category that was too small for a class when this was made, and no longer is, counts as unknown.

        Args:
            listings: of each category, as they are now.
        """
        position = self.positions(keys)
        unknown = (position < 0) | ((listings >= LISTINGS_MIN) & (self.place[position] < 0))
        return max(float(unknown.mean()), 1 - self.listings / max(int(listings.sum()), 1)) if len(keys) else 1.0

    def width(self) -> list[int]:
        """Where each shop's classes begin in `Profiles.spaces`, and where the last one's end."""
        return np.cumsum([0, *(space.classes for space in self.spaces)]).tolist()


def made_of(given: Categories) -> tuple[Reference, sparse.csr_array]:
    """The reference that these categories give, not yet pooled, and their titles as rows of terms."""
    shops, shop = given.shops()
    buckets, words = given.titles.shared_terms()
    rows = given.titles.matrix(buckets)
    category = given.titles.category
    terms = rows.shape[1]
    holders, shop_means = np.zeros(terms, np.int64), np.zeros(len(shops) * terms)
    sizes = np.maximum(np.bincount(category, minlength=given.count), 1)
    for holder, term, number in counted(rows, category):
        holders += np.bincount(term, minlength=terms)
        shop_means += np.bincount(shop[holder] * terms + term, number / sizes[holder], minlength=len(shop_means))
    shop_means = shop_means.reshape(len(shops), terms) / np.maximum(np.bincount(shop, minlength=len(shops)), 1)[:, None]
    rare, shop_means = np.log((given.count + 1) / np.maximum(holders, 1)), shop_means.astype(np.float32)
    weights = telling(rows, np.where(given.large[category], category, -1), given.count)
    place, own, classes = np.full(given.count, -1), [], []
    for number in range(len(shops)):
        members = np.flatnonzero((shop == number) & given.large)
        if len(members) == 1:       # where all titles go, whatever they are
            members = members[:0]
        place[members] = np.arange(len(members))
        own.append(np.where(shop[category] == number, place[category], -1))
        classes.append(max(len(members), 1))
    spaces = spaces_of(rows, weights, np.stack(own), classes)
    return Reference(given.keys, int(given.listings.sum()), shops, buckets, words, rare, shop_means, weights, place, spaces,
                     np.unique(numbered(category, given.titles.identities())), Rarity.among(given.names)), rows


def numbered(category: np.ndarray, title: np.ndarray) -> np.ndarray:
    """A title of a category as one number."""
    return title ^ (category.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))


def members_among(reference: Reference, given: Categories) -> np.ndarray:
    """Of each title, the position in the reference of the category whose class's sum it is part of; -1 where it is part of none."""
    position = reference.positions(given.keys)[given.titles.category]
    there = np.isin(numbered(position, given.titles.identities()), reference.members) & (position >= 0)
    return np.where(there, position, -1)


def of(classes: np.ndarray, position: np.ndarray) -> np.ndarray:
    """The class of each position, -1 where there is no position."""
    return np.where(position >= 0, classes[position], -1) if len(classes) else np.full(len(position), -1)


def first_profiles(reference: Reference, given: Categories, rows: sparse.csr_array, member: np.ndarray, threads: int) -> tuple[Profiles, Reference]:
    """What the shops' own classes tell of the given categories; and the reference with the sharpness of votes, where it had none."""
    known_shop = {shop: n for n, shop in enumerate(reference.shops)}
    shop_of_member = np.array([known_shop[shop] for shop, _ in reference.keys], dtype=np.int64)
    category = given.titles.category
    own, its_shop = of(reference.place, member), of(shop_of_member, member)
    owns = np.stack([np.where(its_shop == number, own, -1) for number in range(len(reference.spaces))])
    votes, spaces = label_spaces(rows, reference.weights, category, given.count, owns, reference.spaces,
                                 max(reference.entries_each // len(reference.spaces), 20), threads)
    shop = np.array([known_shop.get(shop, -1) for shop, _ in given.keys], dtype=np.int64)
    texts = [mean_vectors(text_vectors(reference, rows[part], category[part] - first, shop[first:last]))
             for part, first, last in by_category(category, given.count)]
    return (Profiles(sparse.csr_array(sparse.hstack(votes, format="csr")), sparse.csr_array(sparse.vstack(texts, format="csr"))),
            replace(reference, spaces=spaces))


def pooled_into(reference: Reference, given: Categories, rows: sparse.csr_array, class_of: np.ndarray) -> Reference:
    """The reference with the pooled classes of its own categories."""
    category = given.titles.category
    weights = telling(rows, class_of[category], int(class_of.max()) + 1)
    space = spaces_of(rows, weights, class_of[category][None], [int(class_of.max()) + 1])
    return replace(reference, pooled_weights=weights, class_of=class_of, pooled=space[0])


def pooled_profiles(reference: Reference, given: Categories, rows: sparse.csr_array, member: np.ndarray,
                    threads: int) -> tuple[sparse.csr_array, Reference]:
    """The categories' votes in the pooled classes; and the reference with the sharpness of votes, where it had none."""
    shares, spaces = label_spaces(rows, reference.pooled_weights, given.titles.category, given.count, of(reference.class_of, member)[None],
                                  [reference.pooled], reference.entries_each, threads)
    return shares[0], replace(reference, pooled=spaces[0])


def telling(titles: sparse.csr_array, group: np.ndarray, groups: int) -> np.ndarray:
    """How much each term tells about the group that a title is filed in: the divergence of its titles' groups from those of all titles.

    A brand that is sold all over the shop tells little, however rare it is. The expected surplus of a term of few titles, half a
    nat per group and title, is taken off. The shops' own filing is the teacher; no answer key is asked.
    """
    terms, size = titles.shape[1], np.bincount(group[group >= 0], minlength=groups)
    usual = size / max(int(size.sum()), 1)
    with_term, holders, surprise = np.zeros(terms), np.zeros(terms), np.zeros(terms)
    for row, term, number in counted(titles, group):
        with_term += np.bincount(term, number, minlength=terms)
        holders += np.bincount(term, minlength=terms)
        surprise += np.bincount(term, number * np.log(number / usual[row]), minlength=terms)
    with_term = np.maximum(with_term, 1)
    divergence = surprise / with_term - np.log(with_term)       # the sum over groups of share * log(share / usual), read once
    return np.maximum(divergence - holders / (2 * with_term), 0).astype(np.float32)


def by_category(category: np.ndarray, count: int, at_once: int = 5_000) -> Iterator[tuple[slice, int, int]]:
    """The titles of some categories at a time, with the first of these categories and the end of them."""
    for first in range(0, max(count, 1), at_once):
        last = min(first + at_once, count)
        start, stop = np.searchsorted(category, (first, last))
        yield slice(int(start), int(stop)), first, last


def counted(titles: sparse.csr_array, group: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Group, term and how many titles of the group have it, some groups at a time: all at once would be as large as the titles."""
    for part in in_groups(group):
        first = group[part[0]]
        counts = sparse.csr_array(grouped(group[part] - first, int(group[part[-1]] - first) + 1) @ titles[part]).tocoo()
        yield counts.row + first, counts.col, counts.data


def text_vectors(reference: Reference, titles: sparse.csr_array, category: np.ndarray, shop: np.ndarray) -> list[sparse.csr_array]:
    """Categories as unit vectors: for words, then n-grams, three weightings of the share of titles that hold a term.

    Args:
        shop: each category's in the reference; one that it does not know is measured against the mean of the others.
    """
    found = []
    count = len(shop)
    means = np.vstack([reference.shop_means, reference.shop_means.mean(axis=0, keepdims=True)])
    sizes = np.maximum(np.bincount(category, minlength=count), 1)
    for columns in (slice(0, reference.words), slice(reference.words, len(reference.buckets))):
        if columns.start == columns.stop:
            continue
        counts = sparse.csr_array(grouped(category, count) @ titles[:, columns])
        counts.sort_indices()
        rows = np.repeat(np.arange(count), np.diff(counts.indptr))
        term = counts.indices + columns.start
        rare, share = reference.rare[term], counts.data / sizes[rows]
        beyond = np.maximum(np.log(share / np.maximum(means[shop[rows], term], 1e-12)), 0)
        for weights in ((1 + np.log(counts.data)) * rare, share * rare**2, np.sqrt(share) * beyond):
            vectors = counts.copy()
            vectors.data = weights.astype(np.float32)
            found.append(unit_rows(weightiest(vectors, min(TERMS, reference.entries_each // 6))))
    return found or [sparse.csr_array((count, 1), dtype=np.float32)]


def mean_vectors(views: Sequence[sparse.csr_array]) -> sparse.csr_array:
    """Views side by side, scaled so that a dot product of rows is the mean of their cosines."""
    joined = sparse.csr_array(sparse.hstack(views, format="csr"))
    joined.data = (joined.data / np.sqrt(len(views))).astype(np.float32)
    return joined
