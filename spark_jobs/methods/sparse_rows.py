"""Rows of sparse matrices scaled, cut and compared: loops that numba compiles, over blocks of rows in threads.

What comes of a row depends on that row alone, so no result depends on the number of threads or on which rows are computed together.
Matrices are in CSR form, each row's columns in order. The loops are compiled when this module is first imported, and kept beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from numba import boolean, float32, float64, int32, int64, njit, uint32, void
from scipy import sparse

BLOCK = 1_000       # rows that a thread takes at a time
STARTS, COLUMNS, VALUES, SUMS = int64[::1], int32[::1], float32[::1], float64[::1]


def compiled(*arguments):
    """A loop over rows from a first up to a last one."""
    return njit(void(int64, int64, *arguments), nogil=True, cache=True)


def unit_rows(matrix: sparse.csr_array, threads: int = 2) -> sparse.csr_array:
    """Each row over its Euclidean norm, as float32; empty rows stay empty."""
    starts, columns, values = _parts(matrix)
    scaled = np.empty(len(values), np.float32)
    _in_blocks(matrix.shape[0], threads, _scale, starts, values, scaled)
    return sparse.csr_array((scaled, columns, starts), shape=matrix.shape)


def weighted(titles: sparse.csr_array, weights: np.ndarray, threads: int = 2) -> sparse.csr_array:
    """Rows as unit vectors of their columns' weights; columns that weigh nothing are left out.

    Args:
        titles: presence of terms.
        weights: (terms,) not negative.
    """
    starts, columns, _ = _parts(titles)
    weights = weights.astype(np.float32, copy=False)
    lengths = np.zeros(titles.shape[0] + 1, np.int64)
    _in_blocks(titles.shape[0], threads, _count, starts, columns, weights, lengths)
    kept = np.cumsum(lengths)
    columns_kept, values = np.empty(kept[-1], np.int32), np.empty(kept[-1], np.float32)
    _in_blocks(titles.shape[0], threads, _weigh, starts, columns, weights, kept, columns_kept, values)
    return sparse.csr_array((values, columns_kept, kept), shape=titles.shape)


def weightiest(vectors: sparse.csr_array, terms: int, threads: int = 2) -> sparse.csr_array:
    """Each row's `terms` largest values; of equals those of the lower columns."""
    starts, columns, values = _parts(vectors)
    if (np.diff(starts) <= terms).all():
        return vectors
    kept = np.concatenate([[0], np.cumsum(np.minimum(np.diff(starts), terms))])
    columns_kept, values_kept = np.empty(kept[-1], columns.dtype), np.empty(kept[-1], values.dtype)
    _in_blocks(vectors.shape[0], threads, _cut, starts, columns, values, terms, kept, columns_kept, values_kept)
    return sparse.csr_array((values_kept, columns_kept, kept), shape=vectors.shape)


def row_products(a: sparse.csr_array, i: np.ndarray, b: sparse.csr_array, j: np.ndarray, threads: int = 2) -> np.ndarray:
    """Dot products of row i[k] of `a` with row j[k] of `b`."""
    return _of_pairs(a, i, b, j, False, threads)


def row_minima(a: sparse.csr_array, i: np.ndarray, b: sparse.csr_array, j: np.ndarray, threads: int = 2) -> np.ndarray:
    """Sums over columns of the smaller of row i[k] of `a` and row j[k] of `b`, both without negative values."""
    return _of_pairs(a, i, b, j, True, threads)


def held_by(vectors: sparse.csr_array, bounds: np.ndarray, postings: int, threads: int = 2) -> sparse.csr_array:
    """(columns, rows): which rows hold each column; of a group of rows that more hold, the `postings` with the largest values.

    Args:
        bounds: (groups + 1,) where each group of rows begins, and where the last one ends.
    """
    turned = []
    for first, last in pairwise(bounds):
        one = sparse.csr_array(vectors[first:last].T.tocsr())
        one.eliminate_zeros()
        turned.append(weightiest(one, postings, threads))
    return turned[0] if len(turned) == 1 else sparse.csr_array(sparse.hstack(turned, format="csr"))


def best_products(a: sparse.csr_array, b: sparse.csr_array, bounds: np.ndarray, top: int, threads: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Of each row of a b and each group of its columns the `top` largest positive entries, both without negative values, without the full product.

    Groups are gone through together, since to find the holders of a column of `a` in memory takes longer than to add them up.

    Args:
        b: from `held_by`, which bounds the work for each entry of `a` however many columns `b` has.
        bounds: (groups + 1,) where each group of columns begins, and where the last one ends.

    Returns:
        columns: (rows of a, groups, top) as numbers in their group, largest value first, of equals the lower column; -1 where there are fewer.
        values: (rows of a, groups, top) float32, 0 where there are fewer.
    """
    shape = (a.shape[0], len(bounds) - 1, top)
    columns, values = np.full(shape, -1, np.int32), np.zeros(shape, np.float32)
    group = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    held_starts, holders, held_values = _parts(b)
    _in_blocks(a.shape[0], threads, _search, *_parts(a), held_starts, holders.view(np.uint32), held_values, group, np.asarray(bounds, np.int64),
               columns, values)
    return columns, values


def _parts(matrix: sparse.csr_array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Starts, columns and values, as the types that the loops are compiled for."""
    return matrix.indptr.astype(np.int64, copy=False), matrix.indices.astype(np.int32, copy=False), matrix.data.astype(np.float32, copy=False)


def _in_blocks(rows: int, threads: int, loop: Callable, *arguments) -> None:
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(loop, first, min(first + BLOCK, rows), *arguments) for first in range(0, rows, BLOCK)]:
            done.result()


def _of_pairs(a: sparse.csr_array, i: np.ndarray, b: sparse.csr_array, j: np.ndarray, smaller: bool, threads: int) -> np.ndarray:
    found = np.zeros(len(i))
    _in_blocks(len(i), threads, _meet, *_parts(a), np.ascontiguousarray(i, np.int64), *_parts(b), np.ascontiguousarray(j, np.int64), smaller, found)
    return found


@compiled(STARTS, VALUES, VALUES)
def _scale(first, last, starts, values, scaled):
    for row in range(first, last):
        square = 0.0
        for at in range(starts[row], starts[row + 1]):
            square += float(values[at]) ** 2
        norm = np.sqrt(square)
        for at in range(starts[row], starts[row + 1]):
            scaled[at] = values[at] / norm if norm > 0 else 0


@compiled(STARTS, COLUMNS, VALUES, STARTS)
def _count(first, last, starts, columns, weights, lengths):
    for row in range(first, last):
        for at in range(starts[row], starts[row + 1]):
            lengths[row + 1] += weights[columns[at]] > 0


@compiled(STARTS, COLUMNS, VALUES, STARTS, COLUMNS, VALUES)
def _weigh(first, last, starts, columns, weights, kept, columns_kept, values):
    for row in range(first, last):
        square, to = 0.0, kept[row]
        for at in range(starts[row], starts[row + 1]):
            weight = weights[columns[at]]
            if weight > 0:
                columns_kept[to], values[to] = columns[at], weight
                square += float(weight) ** 2
                to += 1
        norm = np.sqrt(square)
        for at in range(kept[row], to):
            values[at] /= norm


@compiled(STARTS, COLUMNS, VALUES, int64, STARTS, COLUMNS, VALUES)
def _cut(first, last, starts, columns, values, terms, kept, columns_kept, values_kept):
    for row in range(first, last):
        start, stop, to = starts[row], starts[row + 1], kept[row]
        least, equals = values.dtype.type(0), stop - start
        if stop - start > terms:
            parted = np.partition(values[start:stop], stop - start - terms)[stop - start - terms:]
            least = parted[0]
            equals = 0
            for value in parted:
                equals += value == least
        for at in range(start, stop):
            if stop - start > terms:
                if values[at] < least or (values[at] == least and equals == 0):
                    continue
                equals -= values[at] == least
            columns_kept[to], values_kept[to] = columns[at], values[at]
            to += 1


@compiled(STARTS, COLUMNS, VALUES, int64[::1], STARTS, COLUMNS, VALUES, int64[::1], boolean, SUMS)
def _meet(first, last, starts, columns, values, i, other_starts, other_columns, other_values, j, smaller, found):
    """Sums, over the columns that two rows share, of the smaller of both values or of their product."""
    for pair in range(first, last):
        at, end = starts[i[pair]], starts[i[pair] + 1]
        other, other_end = other_starts[j[pair]], other_starts[j[pair] + 1]
        total = 0.0
        while at < end and other < other_end:
            here, there = columns[at], other_columns[other]
            if here == there:
                total += min(values[at], other_values[other]) if smaller else float(values[at]) * other_values[other]
            at += here <= there
            other += there <= here
        found[pair] = total


@compiled(STARTS, COLUMNS, VALUES, STARTS, uint32[::1], VALUES, int64[::1], int64[::1], int32[:, :, ::1], float32[:, :, ::1])
def _search(first, last, starts, columns, values, held_starts, holders, held_values, group, bounds, best, best_values):
    """Each row's products with all others are summed up in one array of their number; only those it met are looked at and cleared."""
    width, top = len(group), best.shape[2]
    sums, met = np.zeros(width, np.float32), np.empty(width + 1, np.uint32)
    found, least = np.empty(best.shape[1], np.int64), np.empty(best.shape[1], np.float32)
    longest = 0
    for row in range(first, last):
        longest = max(longest, starts[row + 1] - starts[row])
    start, end, fetched = np.empty(longest, np.int64), np.empty(longest, np.int64), np.zeros(1, np.float32)
    for row in range(first, last):
        entries, many = starts[row + 1] - starts[row], 0
        # Where the holders of each column lie, then the first of each, in loops of their own: the processor fetches many of them at
        # once from memory, where the loop below would wait for each.
        for n in range(entries):
            column = columns[starts[row] + n]
            start[n], end[n] = held_starts[column], held_starts[column + 1]
        for n in range(entries):
            if start[n] < end[n]:
                fetched[0] += held_values[start[n]] + holders[start[n]]
        for n in range(entries):
            value = values[starts[row] + n]
            if value == 0:
                continue
            others, theirs = holders[start[n]:end[n]], held_values[start[n]:end[n]]
            for place in range(len(others)):
                before = sums[others[place]]
                met[many] = others[place]
                many += before == 0 and many < width     # what is met again after a sum too small for a float is not met twice
                sums[others[place]] = before + value * theirs[place]
        found[:], least[:] = 0, 0
        for n in range(many):
            value, of = sums[met[n]], group[met[n]]
            other = met[n] - bounds[of]
            sums[met[n]] = 0
            if value < least[of] or value == 0 or (found[of] == top and value == least[of] and other > best[row, of, top - 1]):
                continue
            found[of] = min(found[of] + 1, top)
            place = found[of] - 1
            ours, our_values = best[row, of], best_values[row, of]
            while place > 0 and (our_values[place - 1] < value or (our_values[place - 1] == value and ours[place - 1] > other)):
                ours[place], our_values[place] = ours[place - 1], our_values[place - 1]
                place -= 1
            ours[place], our_values[place] = other, value
            if found[of] == top:
                least[of] = our_values[top - 1]
