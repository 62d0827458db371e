"""Strategy `curated` on arrays: which categories of different shops hold the same products, from names and titles alone.

1. Text: cosines of categories' term weights, three weightings of words and of n-grams.
2. Label space: where the titles of each category would go in every shop (`curated_votes`).
3. Names (`curated_names`).
4. Pooling: the surest pairs are put together, all titles classified again into what results, and categories compared by that.

Nothing here has seen an answer key; the constants below that were chosen with one are marked as such, with what they cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn

from spark_jobs.methods.curated_names import name_similarities, name_vectors
from spark_jobs.methods.curated_votes import grouped, label_space, row_products, side_by_side, unit_rows

CANDIDATES = 10         # per category, shop and view; recall against all pairs is printed by benchmarks/alignment.py
POOLED = 0.75           # share of the mutual best pairs that are put together, surest first
NAME_WEIGHT, TEXT_WEIGHT, FIRST_WEIGHT = 0.15, 0.5, 0.5


@dataclass(frozen=True)
class Categories:
    """Native categories and their titles, as arrays."""

    shops: np.ndarray               # (categories,) the shop's number
    names: Sequence[str]            # (categories,)
    titles: sparse.csr_array        # (titles, terms) presence
    words: int                      # so many of the columns are words, the others n-grams
    category: np.ndarray            # (titles,) the category of each

    @property
    def count(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class Scored:
    """Candidate pairs i < j with every score."""

    i: np.ndarray
    j: np.ndarray
    features: dict[str, np.ndarray] = field(default_factory=dict)
    score: np.ndarray = field(default_factory=lambda: np.zeros(0))


def rarity(titles: sparse.csr_array) -> np.ndarray:
    """The logarithm of titles per title with the term."""
    return np.log(titles.shape[0] / np.maximum(np.bincount(titles.indices, minlength=titles.shape[1]), 1)).astype(np.float32)


def weighted(titles: sparse.csr_array) -> sparse.csr_array:
    """Titles as unit vectors, rare terms weighing more."""
    scaled = titles.copy()
    scaled.data = scaled.data * rarity(titles)[titles.indices]
    return unit_rows(scaled)


def text_vectors(given: Categories) -> list[sparse.csr_array]:
    """Categories as unit vectors: for words, then n-grams, three weightings of the share of titles that hold a term."""
    found = []
    sizes = np.maximum(np.bincount(given.category, minlength=given.count), 1)
    for columns in (slice(0, given.words), slice(given.words, None)):
        counts = sparse.csr_array(grouped(given.category, given.count) @ given.titles[:, columns])
        if counts.nnz == 0:
            continue
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
            found.append(unit_rows(vectors))
    return found


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
        transposed = sparse.csr_array(vectors[there].T)
        best = sp_matmul_topn(vectors, transposed, top_n=top + 1, n_threads=threads).tocoo()
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
    titles = weighted(given.titles)
    texts = mean_vectors(text_vectors(given))
    spaces = []
    for shop in np.unique(given.shops):
        class_of = np.full(given.count, -1)
        class_of[given.shops == shop] = np.arange(int((given.shops == shop).sum()))
        spaces.append(label_space(titles, given.category, given.count, class_of, threads))
    votes = side_by_side(spaces)
    names = mean_vectors(name_vectors(given.names))
    pairs = np.unique(np.concatenate([nearest(view, given.shops, threads=threads) for view in (votes, texts, names)]), axis=0)
    i, j = pairs[:, 0], pairs[:, 1]
    features = {"votes": row_products(votes, i, votes, j), "texts": row_products(texts, i, texts, j),
                "names": name_similarities(given.names, i, j)}
    first = (features["votes"] + TEXT_WEIGHT * features["texts"] + NAME_WEIGHT * features["names"]) / (1 + TEXT_WEIGHT + NAME_WEIGHT)
    surest = mutual_best(i, j, first, given.shops)
    surest = surest[:round(POOLED * len(surest))]
    class_of = pool(given.count, given.shops, i[surest], j[surest])
    pooled = side_by_side([label_space(titles, given.category, given.count, class_of, threads)])
    features |= {"first": first, "pooled": row_products(pooled, i, pooled, j)}
    score = (features["pooled"] + FIRST_WEIGHT * first) / (1 + FIRST_WEIGHT)
    return Scored(i, j, features, np.clip(score, 0, 1))
