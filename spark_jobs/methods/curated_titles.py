"""Titles as sets of hashed terms: words without numbers, and Chinese 2- and 3-grams, which need no dictionary of brands and novelties."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from spark_jobs.methods.titles import words

BUCKETS = 1 << 21                       # for words, and as many again for n-grams: 5 in 100 of 200,000 terms share one
_WHITE = re.compile(r"\s+")
_HAN = re.compile(r"[㐀-鿿]+")


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


@dataclass(frozen=True)
class Titles:
    """Titles as sets of buckets, by category."""

    category: np.ndarray        # (titles,) ascending
    starts: np.ndarray          # (titles + 1,) where each title's buckets begin
    buckets: np.ndarray         # ascending within a title

    @classmethod
    def of(cls, category: pa.ChunkedArray | pa.Array, terms: pa.ChunkedArray | pa.Array) -> Titles:
        """
        Args:
            terms: from `hashed`.
        """
        if isinstance(terms, pa.ChunkedArray):
            terms = terms.combine_chunks()
        lengths = np.asarray(pc.fill_null(pc.list_value_length(terms), 0), dtype=np.int64)
        return cls(np.asarray(category, dtype=np.int64), np.concatenate([[0], np.cumsum(lengths)]), np.asarray(terms.flatten(), dtype=np.int32))

    def __len__(self) -> int:
        return len(self.category)

    def shared_terms(self) -> tuple[np.ndarray, int]:
        """The buckets of at least two titles, in order, and how many of them are words. One title's alone tell nothing apart."""
        titles = sum(np.bincount(part.buckets, minlength=2 * BUCKETS) for part in self._parts())
        kept = np.flatnonzero(titles >= 2)
        return kept, int(np.searchsorted(kept, BUCKETS))

    def matrix(self, kept: np.ndarray) -> sparse.csr_array:
        """(titles, kept terms) of int8: presence."""
        place = np.full(2 * BUCKETS, -1, dtype=np.int32)
        place[kept] = np.arange(len(kept), dtype=np.int32)
        rows = []
        for part in self._parts():
            column = place[part.buckets]
            stays = column >= 0
            starts = np.concatenate([[0], np.cumsum(stays)])[part.starts]
            rows.append(sparse.csr_array((np.ones(starts[-1], np.int8), column[stays], starts), shape=(len(part), max(len(kept), 1))))
        return sparse.csr_array(sparse.vstack(rows, format="csr"))

    def identities(self) -> np.ndarray:
        """A 64-bit number for each title that depends on its terms alone."""
        found = []
        for part in self._parts():
            mixed = (part.buckets.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
            mixed *= np.uint64(0xBF58476D1CE4E5B9)
            summed = np.concatenate([np.zeros(1, np.uint64), np.cumsum(mixed, dtype=np.uint64)])
            found.append(summed[part.starts[1:]] - summed[part.starts[:-1]])
        return np.concatenate(found)

    def _parts(self, at_once: int = 100_000) -> Iterator[Titles]:
        """Some titles at a time: numbers of 64 bits for each bucket of all titles would be gigabytes."""
        for first in range(0, max(len(self), 1), at_once):
            starts = self.starts[first:first + at_once + 1]
            yield Titles(self.category[first:first + at_once], starts - starts[0], self.buckets[starts[0]:starts[-1]])


def folded_titles(titles: pa.Array) -> pa.Array:
    """`folded` of each title; null becomes an empty text."""
    return pa.array([folded(title) if title else "" for title in titles.to_pylist()], type=pa.string())
