"""How alike the words of two sub-classes' titles are (MEP-3M, Eq. 2)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from lakehouse.errors import LakehouseError
from spark_jobs.methods.sparse_rows import row_products

WEIGHTS = ("counts", "presence")


class UnknownWeight(LakehouseError):
    """Neither counts nor presence."""


def term_vectors(term_counts: pa.ChunkedArray | pa.Array, weight: str = "counts") -> sparse.csr_array:
    """Term-frequency vectors of sub-classes, one a row, as whole numbers.

    Args:
        term_counts: list<struct<term, count>>.
        weight: `counts`, as the paper says; `presence` as simtext does from version 1.2 on.
    Raises:
        UnknownWeight: `weight` is neither.
    """
    if isinstance(term_counts, pa.ChunkedArray):
        term_counts = term_counts.combine_chunks()
    entries = term_counts.flatten()
    return vectors(_lengths(term_counts), entries.field("term"), entries.field("count"), weight)


def hashed_term_vectors(terms: pa.ChunkedArray, counts: pa.ChunkedArray, weight: str = "counts") -> sparse.csr_array:
    """The same from lists of 64-bit hashes of the terms and lists of their counts, which are a quarter as large to move.

    Two of a million words share a hash once in forty million such vocabularies.
    """
    terms, counts = terms.combine_chunks(), counts.combine_chunks()
    return vectors(_lengths(terms), terms.flatten(), counts.flatten(), weight)


def _lengths(lists: pa.Array) -> np.ndarray:
    return np.asarray(pc.fill_null(pc.list_value_length(lists), 0), dtype=np.int64)


def vectors(lengths: np.ndarray, terms: pa.Array, counts: pa.Array, weight: str) -> sparse.csr_array:
    """A row of so many entries for each length; columns are the distinct terms.

    Raises:
        UnknownWeight: `weight` is neither `counts` nor `presence`.
    """
    if weight not in WEIGHTS:
        raise UnknownWeight(f"{weight!r} weighs no term; choose one of {', '.join(WEIGHTS)}.")
    encoded = pc.dictionary_encode(terms)
    numbers = np.asarray(counts, dtype=np.int64)
    data = numbers if weight == "counts" else np.minimum(numbers, 1)
    return sparse.csr_array((data, np.asarray(encoded.indices), np.concatenate([[0], np.cumsum(lengths)])),
                            shape=(len(lengths), max(len(encoded.dictionary), 1)))


def content_similarities(vectors: sparse.csr_array, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """S_content of pairs of rows: the cosine of their vectors, 0 where one has no word.

    Products and norms are exact whole numbers while counts are below 2^24, so a score depends neither on the order of a pair nor on what
    else is compared.

    Source: MEP-3M, section 3.1, Eq. 2.

    >>> vectors = sparse.csr_array(np.array([[1, 2, 0], [1, 2, 0], [0, 0, 3], [2, 0, 0]]))
    >>> [round(float(s), 3) for s in content_similarities(vectors, np.array([0, 0, 0]), np.array([1, 2, 3]))]
    [1.0, 0.0, 0.447]
    """
    exact = vectors.astype(np.float32).sorted_indices()
    products = row_products(exact, i, exact, j)
    squares = np.asarray((vectors * vectors).sum(axis=1), dtype=np.float64)
    norms = np.sqrt(squares[i] * squares[j])
    return np.divide(products, norms, out=np.zeros(len(i)), where=norms > 0)
