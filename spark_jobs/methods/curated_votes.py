"""Where the titles of a category would go if they were filed in another shop: the label space.

Every title is classified, softly, into a set of classes by the nearest centroid, its own class counted without it; a category is
then the mean of its titles' votes, and two categories are alike as far as their votes fall on the same classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from spark_jobs.methods.sparse_rows import best_products, held_by, row_products, unit_rows, weighted, weightiest

SHARPNESS = np.geomspace(8, 100, 18)    # candidates for the softmax's inverse temperature
CLASSES_PER_TITLE = 20                  # votes beyond the twentieth class are noise and would cost memory
ENTRIES = 40_000_000    # of one matrix that compares all categories: far above what four shops need, what a driver of 8 GiB bears
POSTINGS = 500          # a term that more categories have tells little about each; it is looked up in those where it weighs most
TITLES_AT_ONCE = 200_000         # filed together; how sharp votes are is learnt from no more than about as many, of more from a quarter as many


def grouped(groups: np.ndarray, count: int, weights: np.ndarray | None = None) -> sparse.csr_array:
    """(count, members): which member is in which group; a member whose group is -1 is in none."""
    members = np.flatnonzero(groups >= 0)
    values = np.ones(len(members), np.float32) if weights is None else weights[members].astype(np.float32)
    return sparse.csr_array((values, (groups[members], members)), shape=(count, len(groups)))


@dataclass(frozen=True)
class Space:
    """Classes that titles are filed into."""

    sums: sparse.csr_array          # (classes, terms) of the unit rows of each class's titles
    sharpness: float | None = None  # of the votes; None: not chosen yet

    @property
    def classes(self) -> int:
        return self.sums.shape[0]


def spaces_of(titles: sparse.csr_array, weights: np.ndarray, own: np.ndarray, classes: Sequence[int]) -> list[Space]:
    """
    Args:
        titles: presence of terms.
        own: (spaces, titles) each title's class in each space, -1 where it belongs to none.
        classes: how many each space has.
    """
    found = []
    for members, number in zip(own, classes, strict=True):
        sums, stop, most = [], 0, max(ENTRIES // 4 // number, 60)
        for part in in_groups(members):
            first, stop = stop, int(members[part[-1]]) + 1      # and classes without titles, which lie between
            local = sparse.csr_array(grouped(members[part] - first, stop - first) @ weighted(titles[part], weights))
            local.sort_indices()
            sums.append(local)
            if sum(one.nnz for one in sums) > ENTRIES // 4:
                sums = [weightiest(one, most) for one in sums]
        sums.append(sparse.csr_array((number - stop, titles.shape[1]), dtype=np.float32))
        found.append(Space(sparse.csr_array(sparse.vstack(sums, format="csr"))))
    return found


@dataclass(frozen=True)
class Nearest:
    """Of each title its nearest classes, of which the last is its own."""

    column: np.ndarray      # (titles, CLASSES_PER_TITLE + 1), -1 where there is none
    below: np.ndarray       # (titles, CLASSES_PER_TITLE + 1) how far the cosine lies below the title's highest; infinitely where there is none

    def votes(self, sharpness: float) -> np.ndarray:
        """(titles, CLASSES_PER_TITLE + 1), each row summing to 1, or to 0 without a class."""
        powers = np.exp(sharpness * self.below)
        return powers / np.maximum(powers.sum(axis=1, keepdims=True), 1)

    def sharpness(self) -> float:
        """Under which the shops' own filing is likeliest: no answer key is asked."""
        members = Nearest(*(of[self.column[:, -1] >= 0] for of in (self.column, self.below)))
        likelihood = [np.log(np.maximum(members.votes(one)[:, -1], 1e-4)).sum() for one in SHARPNESS]
        return float(SHARPNESS[int(np.argmax(likelihood))])


@dataclass(frozen=True)
class Sought:
    """Spaces as titles are compared with them."""

    sums: Sequence[sparse.csr_array]        # of each space
    terms: Sequence[sparse.csr_array]       # 1 where the sums have a term: of a large space they are cut
    squares: Sequence[np.ndarray]           # (classes,) of the lengths of the sums
    bounds: np.ndarray                      # where each space's classes begin among all, and where the last one's end
    held_by: sparse.csr_array               # (terms, classes of all spaces) of the centroids, which are the sums as unit rows

    @classmethod
    def of(cls, spaces: Sequence[Space], threads: int) -> Sought:
        sums = [space.sums for space in spaces]
        terms = [sparse.csr_array((np.ones(one.nnz, np.float32), one.indices, one.indptr), shape=one.shape) for one in sums]
        bounds = np.cumsum([0, *(space.classes for space in spaces)])
        centroids = sparse.csr_array(sparse.vstack([unit_rows(one, threads) for one in sums], format="csr"))
        return cls(sums, terms, [np.asarray(one.multiply(one).sum(axis=1)).ravel() for one in sums], bounds,
                   held_by(centroids, bounds, POSTINGS, threads))


def nearest_classes(titles: sparse.csr_array, own: np.ndarray, sought: Sought, threads: int = 2) -> Iterator[Nearest]:
    """In each space the `CLASSES_PER_TITLE` classes with the nearest centroids, and the title's own.

    A title's own class is compared without the title, so it learns nothing from having been there.

    Args:
        titles: unit rows.
        own: (spaces, titles) the class whose sum each title is part of, -1 where there is none.
    """
    columns, cosines = best_products(titles, sought.held_by, sought.bounds, CLASSES_PER_TITLE, threads)
    squared = sparse.csr_array((titles.data**2, titles.indices, titles.indptr), shape=titles.shape)
    for n, (sums, terms, squares, its) in enumerate(zip(sought.sums, sought.terms, sought.squares, own, strict=True)):
        members = np.flatnonzero(its >= 0)
        with_class = row_products(titles, members, sums, its[members], threads)
        with_itself = row_products(squared, members, terms, its[members], threads)      # what the sum, which may be cut, has of it
        rest = squares[its[members]] - 2 * with_class + with_itself
        alone = rest < 1e-6
        cosine_of_own = np.zeros(len(its))
        cosine_of_own[members] = np.where(alone, 0, (with_class - with_itself) / np.sqrt(np.where(alone, 1, rest)))
        column = np.where(columns[:, n] == its[:, None], -1, columns[:, n])
        column = np.column_stack([column, its])
        cosine = np.where(column >= 0, np.column_stack([cosines[:, n], cosine_of_own]), -np.inf)
        highest = cosine.max(axis=1, keepdims=True)
        yield Nearest(column, cosine - np.where(np.isfinite(highest), highest, 0))


def label_spaces(titles: sparse.csr_array, weights: np.ndarray, category: np.ndarray, categories: int, own: np.ndarray, spaces: Sequence[Space],
                 kept: int, threads: int = 2) -> tuple[list[sparse.csr_array], list[Space]]:
    """(categories, classes) for each space: the mean vote of each category's titles, rows summing to 1 (0 without titles).

    And the spaces with how sharp votes are in each. Titles are filed some at a time, whole categories together, so that a category's
    row depends on its own titles and the space alone.

    Args:
        titles: presence of terms, by category.
        weights: of the terms.
        category: each title's category.
        own: (spaces, titles) the class whose sum each title is part of, -1 where there is none.
        kept: classes of a category at most, those with most votes.
    """
    sought = Sought.of(spaces, threads)
    parts = chunks(category)
    sample = slice(None, None, 4 * len(parts) if len(parts) > 1 else 1)     # of many titles some, since these are filed once more below
    sampled: list[Nearest] = []
    if any(space.sharpness is None for space in spaces):
        units = weighted(titles[sample], weights, threads)
        sampled = list(nearest_classes(units, own[:, sample], sought, threads))
        spaces = [Space(space.sums, space.sharpness or near.sharpness()) for space, near in zip(spaces, sampled, strict=True)]
    filed: list[list[sparse.csr_array]] = [[] for _ in spaces]
    place, so_far = np.full(categories, -1), 0
    for part in parts:
        here, local = np.unique(category[part], return_inverse=True)
        units = weighted(titles[part], weights, threads)
        nearest = sampled if sampled and len(parts) == 1 else nearest_classes(units, own[:, part], sought, threads)
        for n, (space, near) in enumerate(zip(spaces, nearest, strict=True)):
            filed[n].append(weightiest(mean_votes(near, space, local, len(here)), kept, threads))
        place[here] = so_far + np.arange(len(here))
        so_far += len(here)
    for found, space in zip(filed, spaces, strict=True):
        found.append(sparse.csr_array((1, space.classes), dtype=np.float32))        # of the categories without titles
    return [sparse.csr_array(sparse.vstack(found, format="csr"))[place] for found in filed], list(spaces)


def mean_votes(near: Nearest, space: Space, category: np.ndarray, categories: int) -> sparse.csr_array:
    """(categories, classes): rows sum to 1, or to 0 without votes."""
    there = near.column >= 0
    starts = np.concatenate([[0], np.cumsum(there.sum(axis=1))])
    votes = sparse.csr_array((near.votes(space.sharpness)[there].astype(np.float32), near.column[there], starts), shape=(len(there), space.classes))
    summed = sparse.csr_array(grouped(category, categories) @ votes)
    weight = np.asarray(summed.sum(axis=1)).ravel()
    weight[weight == 0] = 1
    summed.data = (summed.data / np.repeat(weight, np.diff(summed.indptr))).astype(np.float32)
    summed.sort_indices()
    return summed


def chunks(group: np.ndarray) -> list[slice]:
    """Slices of some `TITLES_AT_ONCE` titles that cut no group in two.

    Args:
        group: each title's, groups together.
    """
    if not len(group):
        return []
    firsts = np.flatnonzero(np.diff(group, prepend=-1))
    cuts = np.unique(firsts[np.searchsorted(firsts, np.arange(0, len(group), TITLES_AT_ONCE), side="right") - 1])
    return [slice(int(start), int(stop)) for start, stop in zip(cuts, [*cuts[1:], len(group)], strict=True)]


def in_groups(group: np.ndarray) -> Iterator[np.ndarray]:
    """Positions of titles some at a time, by group, none of which is cut in two; titles of no group, -1, are left out."""
    order = np.argsort(group, kind="stable")
    order = order[np.searchsorted(group[order], 0):]
    for part in chunks(group[order]):
        yield order[part]
