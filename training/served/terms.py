"""A title as hashed terms: its words, pairs of words and character n-grams, hashed for thousands of titles at once."""

from __future__ import annotations

import zlib
from functools import cache

import numpy as np

from .titles import PADDING, Cut, places

REVERSED_POLYNOMIAL, ALL_ONES = 0xEDB88320, np.uint32(0xFFFFFFFF)
HALF, NONE = np.uint64(32), np.uint64(0xFFFFFFFFFFFFFFFF)
SORTED_AT_ONCE = 256  # titles


def hashed(cut: Cut, buckets: int, length: int, longest: int = 3) -> np.ndarray:
    """(n, length) int32: buckets of each title's distinct terms, 0 where it has fewer, without the last ones where it has more.

    The terms are, in this order and each marked by its kind, so that no two kinds meet: words (`w红茶`), pairs of words (`p红茶 5g`), and
    the cleaned title's character n-grams of length 1 to `longest` (`c红`). A bucket is the CRC-32 of the term's UTF-8, the same in every
    process; terms of one title with the same CRC-32 count as one.
    """
    kinds = [_words(cut), _pairs(cut), *_ngrams(cut, longest)]
    each = np.stack([counts for _, counts in kinds])  # (kinds, titles)
    totals = each.sum(axis=0)
    found = np.empty(totals.sum(), np.uint32)  # title by title
    starts = np.cumsum(totals) - totals + np.cumsum(each, axis=0) - each
    for (terms, counts), start in zip(kinds, starts, strict=True):
        row, place = places(counts)
        found[start[row] + place] = terms
    first = _first(found, totals)
    row, _ = places(totals)
    row, found = row[first], found[first]
    _, place = places(np.bincount(row, minlength=len(totals)))
    kept = place < length
    numbers = np.full((len(totals), length), PADDING, np.int32)
    numbers[row[kept], place[kept]] = found[kept] % np.uint32(buckets - 1) + np.uint32(1)
    return numbers


def _first(found: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(terms,) bool: whether the title has no such term before it.

    Each title's terms are sorted, their places with them in the low bits. Short rows sort many times as fast as one long one; titles of
    like length go together, so that a very long one does not make room for as many terms in all others.
    """
    first, starts = np.ones(len(found), bool), np.cumsum(counts) - counts
    for some in np.array_split(np.argsort(counts), -(-len(counts) // SORTED_AT_ONCE) or 1):
        row, place = places(counts[some])
        lies = starts[some][row] + place
        ranked = np.full((len(some), counts[some].max(initial=0)), NONE)
        ranked[row, place] = found[lies].astype(np.uint64) << HALF | lies.astype(np.uint64)
        ranked.sort(axis=1)
        left, right = ranked[:, :-1], ranked[:, 1:]
        again = right[(left >> HALF == right >> HALF) & (right != NONE)]
        first[(again & np.uint64(ALL_ONES)).astype(np.int64)] = False
    return first


def _words(cut: Cut) -> tuple[np.ndarray, np.ndarray]:
    """CRC-32 of each title's words, and how many it has."""
    known = np.array([zlib.crc32(b"w" + word.encode()) for word in cut.distinct], np.uint32)
    return known[cut.words], cut.counts


def _pairs(cut: Cut) -> tuple[np.ndarray, np.ndarray]:
    """The same of pairs of words; a left word's part of the CRC is reckoned once, and goes on with the right word."""
    encoded = [word.encode() for word in cut.distinct]
    begun = [zlib.crc32(b"p" + word + b" ") for word in encoded]
    row, _ = places(cut.counts)
    left = np.flatnonzero(row[1:] == row[:-1])
    crc = map(zlib.crc32, map(encoded.__getitem__, cut.words[left + 1].tolist()), map(begun.__getitem__, cut.words[left].tolist()))
    return np.fromiter(crc, np.uint32, len(left)), np.maximum(cut.counts - 1, 0)


def _ngrams(cut: Cut, longest: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """The same of the n-grams of each length: those of n characters are those of n - 1, each with its next character."""
    lengths = np.fromiter(map(len, cut.text), np.int64, len(cut.text))
    characters = np.frombuffer("".join(cut.text).encode("utf-32-le"), np.uint32)
    row, place = places(lengths)
    left = lengths[row] - place  # characters from here to the title's end
    state = np.full(len(characters), zlib.crc32(b"c") ^ int(ALL_ONES), np.uint32)
    found = []
    for size in range(1, longest + 1):
        begins = max(0, len(characters) - size + 1)
        state = _continued(state[:begins], characters[size - 1 :])
        found.append(((state ^ ALL_ONES)[left[:begins] >= size], np.maximum(lengths - size + 1, 0)))
    return found


def _continued(state: np.ndarray, characters: np.ndarray) -> np.ndarray:
    """CRC-32's state after one more character: a cleaned title's are one byte of UTF-8 or three."""
    table = _table()

    def after(state, byte):
        return table[(state ^ byte) & np.uint32(0xFF)] ^ (state >> np.uint32(8))

    result = np.empty_like(state)
    wide = characters > 0x7F
    narrow = ~wide
    result[narrow] = after(state[narrow], characters[narrow])
    some, low = characters[wide], np.uint32(0x3F)
    first, second, third = some >> np.uint32(12) | np.uint32(0xE0), some >> np.uint32(6) & low | np.uint32(0x80), some & low | np.uint32(0x80)
    result[wide] = after(after(after(state[wide], first), second), third)
    return result


@cache
def _table() -> np.ndarray:
    """(256,) CRC-32's remainders of one byte."""
    remainders = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        remainders = np.where(remainders & 1, remainders >> 1 ^ np.uint32(REVERSED_POLYNOMIAL), remainders >> 1).astype(np.uint32)
    return remainders
