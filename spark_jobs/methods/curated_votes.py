"""Where the titles of a category would go if they were filed in another shop: the label space.

Every title is classified, softly, into a set of classes by the nearest centroid, its own class counted without it; a category is
then the mean of its titles' votes, and two categories are alike as far as their votes fall on the same classes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn

SHARPNESS = np.geomspace(8, 100, 18)    # candidates for the softmax's inverse temperature
CLASSES_PER_TITLE = 20                  # votes beyond the twentieth class are noise and would cost memory
ENTRIES = 40_000_000    # of one matrix that compares all categories: far above what four shops need, what a driver of 8 GiB bears
POSTINGS = 500          # a term that more categories have tells little about each; it is looked up in those where it weighs most
TITLES_AT_ONCE = 200_000         # filed together; how sharp votes are is learnt from no more than about as many


def unit_rows(matrix: sparse.csr_array) -> sparse.csr_array:
    """Each row over its Euclidean norm; empty rows stay empty."""
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    norms[norms == 0] = 1
    scaled = matrix.copy()
    scaled.data = (scaled.data / np.repeat(norms, np.diff(scaled.indptr))).astype(np.float32)
    return scaled


def weighted(titles: sparse.csr_array, weights: np.ndarray) -> sparse.csr_array:
    """Titles as unit vectors of their terms' weights."""
    scaled = titles.copy()
    scaled.data = scaled.data * weights[titles.indices]
    scaled.eliminate_zeros()
    return unit_rows(scaled)


def weightiest(vectors: sparse.csr_array, terms: int) -> sparse.csr_array:
    """Each row's `terms` largest values; of equals those of the lower columns.

    Args:
        vectors: with sorted indices.
    """
    stays = np.ones(vectors.nnz, bool)
    for row in np.flatnonzero(np.diff(vectors.indptr) > terms):
        held = slice(vectors.indptr[row], vectors.indptr[row + 1])
        values = vectors.data[held]
        least = np.partition(values, len(values) - terms)[len(values) - terms]
        chosen = values > least
        chosen[np.flatnonzero(values == least)[:terms - int(chosen.sum())]] = True
        stays[held] = chosen
    starts = np.concatenate([[0], np.cumsum(stays)])[vectors.indptr]
    return sparse.csr_array((vectors.data[stays], vectors.indices[stays], starts), shape=vectors.shape)


def row_products(a: sparse.csr_array, i: np.ndarray, b: sparse.csr_array, j: np.ndarray) -> np.ndarray:
    """Dot products of row i[k] of `a` with row j[k] of `b`."""
    return _row_by_row(a, i, b, j, np.multiply)


def row_minima(a: sparse.csr_array, i: np.ndarray, b: sparse.csr_array, j: np.ndarray) -> np.ndarray:
    """Sums over columns of the smaller of row i[k] of `a` and row j[k] of `b`, both without negative values."""
    return _row_by_row(a, i, b, j, np.minimum)


def _row_by_row(a: sparse.csr_array, i: np.ndarray, b: sparse.csr_array, j: np.ndarray, combine: Callable) -> np.ndarray:
    """Sums of `combine` over the columns of two rows. A row of `a` is spread out once for all its pairs; each sum runs over b's row in its order."""
    found = np.zeros(len(i))
    spread = np.zeros(a.shape[1], a.dtype)
    order = np.argsort(i, kind="stable")
    firsts = np.flatnonzero(np.diff(i[order], prepend=-1))
    lengths = np.diff(b.indptr)
    for first, end in zip(firsts.tolist(), np.append(firsts, len(order))[1:].tolist(), strict=True):
        pairs = order[first:end]
        row, others = i[pairs[0]], j[pairs]
        held = slice(a.indptr[row], a.indptr[row + 1])
        spread[a.indices[held]] = a.data[held]
        sizes = lengths[others]
        pair = np.repeat(np.arange(len(pairs)), sizes)
        entries = np.arange(len(pair)) + np.repeat(b.indptr[others] - (np.cumsum(sizes) - sizes), sizes)
        found[pairs] = np.bincount(pair, combine(b.data[entries], spread[b.indices[entries]]), minlength=len(pairs))
        spread[a.indices[held]] = 0
    return found


def products_with_own(titles: sparse.csr_array, sums: sparse.csr_array, own: np.ndarray) -> np.ndarray:
    """Of each title, its product with the sum of its own class; 0 where it has none. Looks up only the title's terms.

    Args:
        sums: with sorted indices.
    """
    row = np.repeat(np.arange(titles.shape[0]), np.diff(titles.indptr))
    inside = own[row] >= 0
    row, term, value = row[inside], titles.indices[inside], titles.data[inside]
    width = np.int64(sums.shape[1])
    keys = np.repeat(np.arange(sums.shape[0], dtype=np.int64), np.diff(sums.indptr)) * width + sums.indices
    wanted = own[row].astype(np.int64) * width + term
    place = np.searchsorted(keys, wanted)
    there = np.flatnonzero(place < len(keys))
    there = there[keys[place[there]] == wanted[there]]
    return np.bincount(row[there], value[there] * sums.data[place[there]], minlength=titles.shape[0])


def best_products(a: sparse.csr_array, b: sparse.csr_array, top: int, threads: int = 2) -> sparse.coo_array:
    """The `top` largest positive entries of each row of a b^T, without the full product.

    Exact for what `POSTINGS` rows of `b` or fewer have in common; of a column that more have, the `POSTINGS` largest values are looked at.
    That bounds the work for each entry of `a` however many rows `b` has.
    """
    if 0 in (*a.shape, *b.shape):
        return sparse.coo_array((a.shape[0], b.shape[0]))
    columns = weightiest(sparse.csr_array(b.T.tocsr()), POSTINGS)
    return sp_matmul_topn(sparse.csr_matrix(a), sparse.csr_matrix(columns), top_n=top, n_threads=threads).tocoo()


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

    @classmethod
    def of(cls, titles: sparse.csr_array, weights: np.ndarray, category: np.ndarray, own: np.ndarray, classes: int) -> Space:
        """
        Args:
            titles: presence of terms, by category.
            own: each title's class, -1 where it belongs to none.
        """
        sums = sparse.csr_array((classes, titles.shape[1]), dtype=np.float32)
        for part in chunks(category):
            sums = sums + grouped(own[part], classes) @ weighted(titles[part], weights)
        sums = sparse.csr_array(sums)
        sums.sort_indices()         # sums of floats depend on their order, and this one lasts
        return cls(sums if sums.nnz <= ENTRIES // 4 else weightiest(sums, max(ENTRIES // 4 // classes, 60)))

    @property
    def classes(self) -> int:
        return self.sums.shape[0]


@dataclass(frozen=True)
class Nearest:
    """Of each title its nearest classes: entries by title, then class."""

    row: np.ndarray
    column: np.ndarray
    below: np.ndarray       # how far the cosine lies below the title's highest
    is_own: np.ndarray
    titles: int

    def votes(self, sharpness: float) -> np.ndarray:
        powers = np.exp(sharpness * self.below)
        return powers / np.bincount(self.row, powers, minlength=self.titles)[self.row]

    def sharpness(self) -> float:
        """Under which the shops' own filing is likeliest: no answer key is asked."""
        likelihood = [np.log(np.maximum(self.votes(one)[self.is_own], 1e-4)).sum() for one in SHARPNESS]
        return float(SHARPNESS[int(np.argmax(likelihood))])


def nearest_classes(titles: sparse.csr_array, own: np.ndarray, sums: sparse.csr_array, centroids: sparse.csr_array, threads: int = 2) -> Nearest:
    """The `CLASSES_PER_TITLE` classes with the nearest centroids, and the title's own.

    A title's own class is compared without the title, so it learns nothing from having been there.

    Args:
        titles: unit rows.
        own: the class whose sum each title is part of, -1 where there is none.
        centroids: `sums` as unit rows.
    """
    members = np.flatnonzero(own >= 0)
    best = best_products(titles, centroids, CLASSES_PER_TITLE, threads)
    other = best.col != own[best.row]
    squares = np.asarray(sums.multiply(sums).sum(axis=1)).ravel()
    with_class = products_with_own(titles, sums, own)[members]
    with_itself = np.asarray(titles.multiply(titles).sum(axis=1)).ravel()[members]
    rest = squares[own[members]] - 2 * with_class + with_itself
    alone = rest < 1e-6
    cosines = np.where(alone, 0, (with_class - with_itself) / np.sqrt(np.where(alone, 1, rest)))
    row = np.concatenate([best.row[other], members])
    column = np.concatenate([best.col[other], own[members]])
    cosine = np.concatenate([best.data[other], cosines])
    is_own = np.concatenate([np.zeros(int(other.sum()), bool), np.ones(len(members), bool)])
    order = np.lexsort((column, row))
    row, column, cosine, is_own = row[order], column[order], cosine[order], is_own[order]
    starts = np.searchsorted(row, np.arange(titles.shape[0] + 1))
    filled = np.flatnonzero(np.diff(starts))
    highest = np.zeros(titles.shape[0])
    if len(filled):
        highest[filled] = np.maximum.reduceat(cosine, starts[filled])
    return Nearest(row, column, cosine - highest[row], is_own, titles.shape[0])


def label_space(titles: sparse.csr_array, weights: np.ndarray, category: np.ndarray, categories: int, own: np.ndarray, space: Space,
                kept: int, threads: int = 2) -> tuple[sparse.csr_array, float]:
    """(categories, classes): the mean vote of each category's titles, rows summing to 1 (0 without titles), and how sharp the votes are.

    Titles are filed some at a time, whole categories together, so that a category's row depends on its own titles and the space alone.

    Args:
        titles: presence of terms, by category.
        weights: of the terms.
        category: each title's category.
        own: the class whose sum each title is part of, -1 where there is none.
        kept: classes of a category at most, those with most votes.
    """
    centroids = unit_rows(space.sums)
    parts = chunks(category)
    sharpness, near = space.sharpness, None
    if sharpness is None:
        sample = np.arange(0, titles.shape[0], max(len(parts), 1))
        near = nearest_classes(weighted(titles[sample], weights), own[sample], space.sums, centroids, threads)
        sharpness = near.sharpness()
    filed, place, so_far = [], np.full(categories, -1), 0
    for part in parts:
        if near is None or len(parts) > 1:
            near = nearest_classes(weighted(titles[part], weights), own[part], space.sums, centroids, threads)
        starts = np.searchsorted(near.row, np.arange(near.titles + 1))
        votes = sparse.csr_array((near.votes(sharpness).astype(np.float32), near.column, starts), shape=(near.titles, space.classes))
        here, local = np.unique(category[part], return_inverse=True)
        summed = sparse.csr_array(grouped(local, len(here)) @ votes)
        weight = np.asarray(summed.sum(axis=1)).ravel()
        weight[weight == 0] = 1
        summed.data = (summed.data / np.repeat(weight, np.diff(summed.indptr))).astype(np.float32)
        summed.sort_indices()
        filed.append(weightiest(summed, kept))
        place[here] = so_far + np.arange(len(here))
        so_far += len(here)
    filed.append(sparse.csr_array((1, space.classes), dtype=np.float32))        # of the categories without titles
    return sparse.csr_array(sparse.vstack(filed, format="csr"))[place], sharpness


def chunks(category: np.ndarray) -> list[slice]:
    """Slices of some `TITLES_AT_ONCE` titles that cut no category in two."""
    if not len(category):
        return []
    firsts = np.flatnonzero(np.diff(category, prepend=-1))
    cuts = np.unique(firsts[np.searchsorted(firsts, np.arange(0, len(category), TITLES_AT_ONCE), side="right") - 1])
    return [slice(int(start), int(stop)) for start, stop in zip(cuts, [*cuts[1:], len(category)], strict=True)]
