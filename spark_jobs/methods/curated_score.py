"""Strategy `curated` on arrays: which categories of different shops hold the same products, from names and titles alone.

1. Text: cosines of categories' term weights, three weightings of words and of n-grams.
2. Label space: where the titles of each category would go in every shop (`curated_votes`).
3. Names (`curated_names`).
4. Pooling: the surest pairs are put together, all titles classified again into what results, and categories compared by that.

Nothing here has seen an answer key; the constants below that were chosen with one are marked as such, with what they cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from spark_jobs.methods.curated_names import name_similarities, name_vectors
from spark_jobs.methods.curated_votes import (
    best_products,
    grouped,
    label_space,
    row_minima,
    row_products,
    side_by_side,
    unit_rows,
)

LISTINGS_MIN = 5        # a category with fewer says too little: it is no class to vote for, and no pair of it is merged by itself
CANDIDATES = 6          # per category, shop and view; with ten the same pairs of four real shops are equivalent
POOLED = 0.75           # share of the mutual best pairs that are put together, surest first (as in the study that this starts from)
TERMS = 200             # of a category and weighting, the weightiest: the rest moves no cosine and would fill the memory
CONTAINING = 4          # a votes where b does if b gives the class at least a quarter of what a does
CONTAINED_KEPT = 0.4
NAME_WEIGHT, TEXT_WEIGHT, FIRST_WEIGHT, DIRECT_WEIGHT = 0.1, 0.5, 0.6, 0.15      # docs/alignment.md shows what other values give: little


@dataclass(frozen=True)
class Categories:
    """Native categories and their titles, as arrays."""

    shops: np.ndarray               # (categories,) the shop's number
    names: Sequence[str]            # (categories,)
    listings: np.ndarray            # (categories,)
    titles: sparse.csr_array        # (titles, terms) presence
    words: int                      # so many of the columns are words, the others n-grams
    category: np.ndarray            # (titles,) the category of each

    @property
    def count(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class Scored:
    """Candidate pairs i < j with every score; `i_in_j` is the share of i's titles whose votes fall where j's do."""

    i: np.ndarray
    j: np.ndarray
    score: np.ndarray
    i_in_j: np.ndarray
    j_in_i: np.ndarray
    features: dict[str, np.ndarray]

    def only(self, chosen: np.ndarray) -> Scored:
        return Scored(self.i[chosen], self.j[chosen], self.score[chosen], self.i_in_j[chosen], self.j_in_i[chosen],
                      {name: values[chosen] for name, values in self.features.items()})


def telling(titles: sparse.csr_array, group: np.ndarray, groups: int) -> np.ndarray:
    """How much each term tells about the group that a title is filed in: the divergence of its titles' groups from those of all titles.

    A brand that is sold all over the shop tells little, however rare it is. The expected surplus of a term of few titles, half a
    nat per group and title, is taken off. The shops' own filing is the teacher; no answer key is asked.
    """
    counts = sparse.csr_array(grouped(group, groups) @ titles)
    rows = np.repeat(np.arange(groups), np.diff(counts.indptr))
    size = np.bincount(group[group >= 0], minlength=groups)
    usual = size / max(int(size.sum()), 1)
    with_term = np.maximum(np.bincount(counts.indices, counts.data, minlength=titles.shape[1]), 1)
    share = counts.data / with_term[counts.indices]
    divergence = np.bincount(counts.indices, share * np.log(share / usual[rows]), minlength=titles.shape[1])
    surplus = np.bincount(counts.indices, minlength=titles.shape[1]) / (2 * with_term)
    return np.maximum(divergence - surplus, 0).astype(np.float32)


def weighted(titles: sparse.csr_array, weights: np.ndarray) -> sparse.csr_array:
    """Titles as unit vectors of their terms' weights."""
    scaled = titles.copy()
    scaled.data = scaled.data * weights[titles.indices]
    return unit_rows(scaled)


def text_vectors(given: Categories) -> list[sparse.csr_array]:
    """Categories as unit vectors: for words, then n-grams, three weightings of the share of titles that hold a term."""
    found = []
    sizes = np.maximum(np.bincount(given.category, minlength=given.count), 1)
    for columns in (slice(0, given.words), slice(given.words, None)):
        if given.titles[:, columns].shape[1] == 0:
            continue
        counts = sparse.csr_array(grouped(given.category, given.count) @ given.titles[:, columns])
        rows = np.repeat(np.arange(given.count), np.diff(counts.indptr))
        rare = np.log((given.count + 1) / np.maximum(np.bincount(counts.indices, minlength=counts.shape[1]), 1))[counts.indices]
        share = counts.data / sizes[rows]
        shop_means = np.zeros((int(given.shops.max()) + 1, counts.shape[1]), np.float32)
        np.add.at(shop_means, (given.shops[rows], counts.indices), share)
        shop_means /= np.maximum(np.bincount(given.shops, minlength=len(shop_means)), 1)[:, None]
        beyond = np.maximum(np.log(share / np.maximum(shop_means[given.shops[rows], counts.indices], 1e-12)), 0)
        for weights in ((1 + np.log(counts.data)) * rare, share * rare**2, np.sqrt(share) * beyond):
            vectors = counts.copy()
            vectors.data = weights.astype(np.float32)
            found.append(unit_rows(weightiest(vectors, TERMS)))
    return found


def weightiest(vectors: sparse.csr_array, terms: int) -> sparse.csr_array:
    """Each row's `terms` largest values; of equals those of the lower columns."""
    rows = np.repeat(np.arange(vectors.shape[0]), np.diff(vectors.indptr))
    order = np.lexsort((vectors.indices, -vectors.data, rows))
    place = np.arange(len(order)) - np.repeat(vectors.indptr[:-1], np.diff(vectors.indptr))
    stays = np.sort(order[place < terms])
    counts = np.bincount(rows[stays], minlength=vectors.shape[0])
    return sparse.csr_array((vectors.data[stays], vectors.indices[stays], np.concatenate([[0], np.cumsum(counts)])), shape=vectors.shape)


def mean_vectors(views: Sequence[sparse.csr_array]) -> sparse.csr_array:
    """Views side by side, scaled so that a dot product of rows is the mean of their cosines."""
    joined = sparse.csr_array(sparse.hstack(views, format="csr"))
    joined.data = (joined.data / np.sqrt(len(views))).astype(np.float32)
    return joined


def nearest(vectors: sparse.csr_array, shops: np.ndarray, top: int = CANDIDATES, threads: int = 2) -> np.ndarray:
    """Pairs (i, j), i < j, where one is among the `top` nearest of the other in the other's shop; the own shop counts as one too."""
    found = []
    members = [np.flatnonzero(shops == shop) for shop in np.unique(shops)]
    for there in members:
        best = best_products(vectors, vectors[there], top + 1, threads)
        row, column = best.row, there[best.col]
        found.append(np.stack([np.minimum(row, column), np.maximum(row, column)], 1)[row != column])
    return np.unique(np.concatenate(found), axis=0) if found else np.zeros((0, 2), np.int64)


def mutual_best(i: np.ndarray, j: np.ndarray, score: np.ndarray, shops: np.ndarray) -> np.ndarray:
    """Positions of the pairs of different shops in which each is the other's best of its shop, best first; of equals the earlier."""
    across = np.flatnonzero((shops[i] != shops[j]) & (score > 0))
    order = across[np.lexsort((j[across], i[across], -score[across]))]
    shop_count = int(shops.max(initial=0)) + 1
    chosen = np.ones(len(order), bool)
    for one, other in ((i, j), (j, i)):
        place = one[order] * shop_count + shops[other[order]]
        first = np.zeros(len(order), bool)
        first[np.unique(place, return_index=True)[1]] = True
        chosen &= first
    return order[chosen]


def pool(categories: int, shops: np.ndarray, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Each category's class after the pairs, in their order, are put together, at most one category of a shop in a class."""
    above = np.arange(categories)
    holds = [{int(shop)} for shop in shops]

    def root(one: int) -> int:
        while above[one] != one:
            above[one] = above[above[one]]
            one = int(above[one])
        return one

    for one, other in zip(i.tolist(), j.tolist(), strict=True):
        low, high = sorted((root(one), root(other)))
        if low != high and not holds[low] & holds[high]:
            above[high] = low
            holds[low] |= holds[high]
    return np.unique([root(one) for one in range(categories)], return_inverse=True)[1]


def score_pairs(given: Categories, threads: int = 2) -> Scored:
    """Every candidate pair with its scores. The order of categories or titles changes nothing but which of two equals comes first."""
    nothing = np.zeros(0)
    if given.count < 2 or not given.titles.shape[0]:
        return Scored(np.zeros(0, np.int64), np.zeros(0, np.int64), nothing, nothing, nothing, {})
    large = given.listings >= LISTINGS_MIN
    titles = weighted(given.titles, telling(given.titles, np.where(large[given.category], given.category, -1), given.count))
    texts = mean_vectors(text_vectors(given) or [sparse.csr_array((given.count, 1), dtype=np.float32)])
    spaces, place = [], np.full(given.count, -1)
    for shop in np.unique(given.shops):
        members = np.flatnonzero((given.shops == shop) & large)
        if len(members):
            class_of = np.full(given.count, -1)
            place[members] = class_of[members] = np.arange(len(members))
            spaces.append(label_space(titles, given.category, given.count, class_of, threads))
        else:
            spaces.append(sparse.csr_array((given.count, 1), dtype=np.float32))
    votes = side_by_side(spaces)
    names = mean_vectors(name_vectors(given.names))
    pairs = np.unique(np.concatenate([nearest(view, given.shops, threads=threads) for view in (votes, texts, names)]), axis=0)
    i, j = pairs[:, 0], pairs[:, 1]
    features = {"votes": row_products(votes, i, votes, j), "texts": row_products(texts, i, texts, j),
                "names": name_similarities(given.names, i, j),
                "a_to_b": votes_for(spaces, given.shops, place, i, j), "b_to_a": votes_for(spaces, given.shops, place, j, i)}
    first = (features["votes"] + TEXT_WEIGHT * features["texts"] + NAME_WEIGHT * features["names"]) / (1 + TEXT_WEIGHT + NAME_WEIGHT)
    both_large = np.flatnonzero(large[i] & large[j])
    surest = both_large[mutual_best(i[both_large], j[both_large], first[both_large], given.shops)]
    surest = surest[:round(POOLED * len(surest))]
    class_of = np.where(large, pool(given.count, given.shops, i[surest], j[surest]), -1)
    class_of[large] = np.unique(class_of[large], return_inverse=True)[1]
    if not large.any():
        class_of = np.arange(given.count)
    titles = weighted(given.titles, telling(given.titles, class_of[given.category], int(class_of.max()) + 1))
    pooled = label_space(titles, given.category, given.count, class_of, threads)
    root = pooled.sqrt()
    features["pooled"] = row_products(root, i, root, j)
    features["alike"] = row_minima(pooled, i, pooled, j)
    single = np.asarray(pooled.multiply(pooled).sum(axis=1)).ravel()
    features |= {"first": first, "enough": (large[i] & large[j]).astype(float)}
    features["single"] = np.sqrt(single[i] * single[j])
    direct = np.where(given.shops[i] != given.shops[j], DIRECT_WEIGHT, 0)       # inside a shop a title's votes for the twin are the twin's loss
    score = ((features["pooled"] + FIRST_WEIGHT * first + direct * (features["a_to_b"] + features["b_to_a"]) / 2)
             / (1 + FIRST_WEIGHT + direct))
    return Scored(i, j, np.clip(score, 0, 1), np.clip(row_minima(pooled, i, CONTAINING * pooled, j), 0, 1),
                  np.clip(row_minima(pooled, j, CONTAINING * pooled, i), 0, 1), {name: np.clip(of, 0, 1) for name, of in features.items()})


def votes_for(spaces: Sequence[sparse.csr_array], shops: np.ndarray, place: np.ndarray, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """The share of i's titles that would be filed under j in j's shop, 0 where j is too small to be voted for."""
    found = np.zeros(len(i))
    for shop, space in enumerate(spaces):
        here = np.flatnonzero((shops[j] == shop) & (place[j] >= 0))
        if len(here):
            found[here] = np.asarray(space[i[here], place[j[here]]]).ravel()
    return found


def kept(found: Scored, shops: np.ndarray, top: int = 3) -> Scored:
    """The pairs that are among the `top` of either end in the other's shop: enough to see what the best was preferred to.

    Pairs of which one lies in the other stay too.
    """
    stays = np.zeros(len(found.i), bool)
    for one, other in ((found.i, found.j), (found.j, found.i)):
        order = np.lexsort((other, -found.score, shops[other], one))
        place = one[order] * (int(shops.max(initial=0)) + 1) + shops[other[order]]
        starts = np.flatnonzero(np.diff(place, prepend=-1))
        rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
        stays[order[rank < top]] = True
    across = shops[found.i] != shops[found.j]
    stays |= across & (np.maximum(found.i_in_j, found.j_in_i) >= CONTAINED_KEPT)
    return found.only(stays)
