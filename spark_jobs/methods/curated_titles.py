"""Titles as sets of hashed terms: words without numbers, and Chinese 2- and 3-grams, which need no dictionary of brands and novelties."""

from __future__ import annotations

import re
import unicodedata
import zlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from spark_jobs.methods.titles import words

BUCKETS = 1 << 21                       # for words, and as many again for n-grams: 5 in 100 of 200,000 terms share one
_HAN = re.compile(r"[㐀-鿿]+")
_WHITE = re.compile(r"\s+")


def folded(text: str) -> str:
    """NFKC, lower case, white space folded: two spellings of one title are one title.

    >>> folded(" ＥＲＫＥ  跑步鞋 ")
    'erke 跑步鞋'
    """
    return _WHITE.sub(" ", unicodedata.normalize("NFKC", text).lower()).strip()


def title_terms(title: str) -> tuple[set[str], set[str]]:
    """The words and the Chinese n-grams of a title. Words with digits are sizes and models, which say little about the kind of product.

    >>> found = title_terms("红富士苹果 5kg")
    >>> sorted(found[0]), "富士苹" in found[1]
    (['红富士', '苹果'], True)
    """
    text = folded(title)
    found = {word for word in words(text) if any(c.isalpha() for c in word) and not any(c.isdigit() for c in word)}
    grams = {run[at:at + size] for run in _HAN.findall(text) for size in (2, 3) for at in range(len(run) - size + 1)}
    return found, grams


def hashed_terms(title: str) -> list[int]:
    """A title's terms as sorted bucket numbers, words below `BUCKETS`, n-grams at or above it; the same in every process."""
    found, grams = title_terms(title)
    return sorted({zlib.crc32(word.encode()) % BUCKETS for word in found} | {BUCKETS + zlib.crc32(gram.encode()) % BUCKETS for gram in grams})


def hashed(titles: pa.Array) -> pa.Array:
    """`hashed_terms` of each title. Null gives an empty list."""
    return pa.array([hashed_terms(title) if title else [] for title in titles.to_pylist()], type=pa.list_(pa.int32()))


def term_matrix(terms: pa.ChunkedArray | pa.Array) -> sparse.csr_array:
    """Presence of terms, a row a title, terms of one title only left out: they tell nothing apart.

    Returns:
        (titles, kept terms) of float32; columns in the order of their bucket, the first `words_among` of them words.
    """
    if isinstance(terms, pa.ChunkedArray):
        terms = terms.combine_chunks()
    lengths = np.asarray(pc.fill_null(pc.list_value_length(terms), 0), dtype=np.int64)
    buckets = np.asarray(terms.flatten(), dtype=np.int64)
    titles_with = np.bincount(buckets, minlength=2 * BUCKETS)
    kept = np.flatnonzero(titles_with >= 2)
    place = np.full(2 * BUCKETS, -1, dtype=np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    row = np.repeat(np.arange(len(lengths)), lengths)
    column = place[buckets]
    stays = column >= 0
    starts = np.concatenate([[0], np.cumsum(np.bincount(row[stays], minlength=len(lengths)))])
    return sparse.csr_array((np.ones(int(stays.sum()), np.float32), column[stays], starts), shape=(len(lengths), max(len(kept), 1)))


def words_among(terms: pa.ChunkedArray | pa.Array) -> int:
    """How many columns of `term_matrix(terms)` are words."""
    if isinstance(terms, pa.ChunkedArray):
        terms = terms.combine_chunks()
    titles_with = np.bincount(np.asarray(terms.flatten(), dtype=np.int64), minlength=2 * BUCKETS)
    return int((titles_with[:BUCKETS] >= 2).sum())


def folded_titles(titles: pa.Array) -> pa.Array:
    """`folded` of each title; null becomes an empty text."""
    return pa.array([folded(title) if title else "" for title in titles.to_pylist()], type=pa.string())
