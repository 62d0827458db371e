"""Where the titles of a category would go if they were filed in another shop: the label space.

Every title is classified, softly, into a set of classes by the nearest centroid, its own class counted without it; a category is
then the mean of its titles' votes, and two categories are alike as far as their votes fall on the same classes.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn

SHARPNESS = np.geomspace(8, 100, 18)    # candidates for the softmax's inverse temperature
CLASSES_PER_TITLE = 20                  # votes beyond the twentieth class are noise and would cost memory
CHUNK = 20_000


def unit_rows(matrix: sparse.csr_array) -> sparse.csr_array:
    """Each row over its Euclidean norm; empty rows stay empty."""
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    norms[norms == 0] = 1
    scaled = matrix.copy()
    scaled.data = (scaled.data / np.repeat(norms, np.diff(scaled.indptr))).astype(np.float32)
    return scaled


def row_products(a: sparse.csr_array, i: np.ndarray, b: sparse.csr_array, j: np.ndarray) -> np.ndarray:
    """Dot products of row i[k] of `a` with row j[k] of `b`, in bounded memory."""
    parts = [np.asarray(a[i[at:at + CHUNK]].multiply(b[j[at:at + CHUNK]]).sum(axis=1)).ravel() for at in range(0, len(i), CHUNK)]
    return np.concatenate(parts) if parts else np.zeros(0)


def row_minima(a: sparse.csr_array, i: np.ndarray, b: sparse.csr_array, j: np.ndarray) -> np.ndarray:
    """Sums over columns of the smaller of row i[k] of `a` and row j[k] of `b`, in bounded memory."""
    parts = [np.asarray(a[i[at:at + CHUNK]].minimum(b[j[at:at + CHUNK]]).sum(axis=1)).ravel() for at in range(0, len(i), CHUNK)]
    return np.concatenate(parts) if parts else np.zeros(0)


def products_with_own(titles: sparse.csr_array, sums: sparse.csr_array, own: np.ndarray) -> np.ndarray:
    """Of each title, its product with the sum of its own class; 0 where it has none. Looks up only the title's terms."""
    sums = sparse.csr_array(sums)
    sums.sort_indices()
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
    """The `top` largest positive entries of each row of a b^T, exact, without the full product."""
    if 0 in (*a.shape, *b.shape):
        return sparse.coo_array((a.shape[0], b.shape[0]))
    return sp_matmul_topn(sparse.csr_matrix(a), sparse.csr_matrix(b).T.tocsr(), top_n=top, n_threads=threads).tocoo()


def grouped(groups: np.ndarray, count: int, weights: np.ndarray | None = None) -> sparse.csr_array:
    """(count, members): which member is in which group; a member whose group is -1 is in none."""
    members = np.flatnonzero(groups >= 0)
    values = np.ones(len(members), np.float32) if weights is None else weights[members].astype(np.float32)
    return sparse.csr_array((values, (groups[members], members)), shape=(count, len(groups)))


def posteriors(titles: sparse.csr_array, own: np.ndarray, classes: int, threads: int = 2) -> sparse.csr_array:
    """The share of each title's vote that each class gets, rows summing to 1.

    Cosines with the classes' centroids through a softmax. A title's own class is compared without the title, so it learns nothing
    from having been there. The softmax's sharpness is the one under which the shops' own filing is likeliest: no answer key is asked.

    Args:
        titles: unit rows.
        own: each title's class, -1 where it belongs to none of these.
    Returns:
        (titles, classes), at most `CLASSES_PER_TITLE` + 1 a row; a title that shares no term with any class votes for none.
    """
    members = np.flatnonzero(own >= 0)
    sums = grouped(own, classes) @ titles
    squares = np.asarray(sums.multiply(sums).sum(axis=1)).ravel()
    best = best_products(titles, unit_rows(sums), CLASSES_PER_TITLE, threads)
    other = best.col != own[best.row]
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
    below = cosine - highest[row]

    def votes(sharpness: float) -> np.ndarray:
        powers = np.exp(sharpness * below)
        return powers / np.bincount(row, powers, minlength=titles.shape[0])[row]

    likelihood = [np.log(np.maximum(votes(sharpness)[is_own], 1e-4)).sum() for sharpness in SHARPNESS]
    shares = votes(SHARPNESS[int(np.argmax(likelihood))])
    return sparse.csr_array((shares.astype(np.float32), column, starts), shape=(titles.shape[0], classes))


def label_space(titles: sparse.csr_array, category: np.ndarray, categories: int, class_of: np.ndarray, threads: int = 2) -> sparse.csr_array:
    """(categories, classes): the mean vote of each category's titles, rows summing to 1 (0 without titles).

    Args:
        titles: unit rows.
        category: each title's category.
        class_of: each category's class in this space, -1 where it has none.
    """
    classes = int(class_of.max()) + 1
    votes = posteriors(titles, class_of[category], classes, threads)
    total = grouped(category, categories) @ votes
    weight = np.asarray(total.sum(axis=1)).ravel()
    weight[weight == 0] = 1
    total.data = (total.data / np.repeat(weight, np.diff(total.indptr))).astype(np.float32)
    return total


def side_by_side(spaces: list[sparse.csr_array]) -> sparse.csr_array:
    """Square roots of several label spaces, scaled so that the dot product of two rows is their mean Bhattacharyya overlap, 0 to 1."""
    roots = [space.sqrt() for space in spaces]
    joined = sparse.csr_array(sparse.hstack(roots, format="csr"))
    joined.data = (joined.data / np.sqrt(len(spaces))).astype(np.float32)
    return joined
