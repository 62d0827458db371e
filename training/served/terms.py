"""A title as hashed terms: its words, pairs of words and character n-grams, hashed for thousands of titles at once."""

from __future__ import annotations

import zlib
from functools import cache

import numpy as np

from .titles import PADDING, Cut, places

REVERSED_POLYNOMIAL = 0xEDB88320
HALF, LOW, NONE = np.uint64(32), np.uint64(0xFFFFFFFF), np.uint64(0xFFFFFFFFFFFFFFFF)
SORTED_AT_ONCE = 256  # titles
CHARACTERS, ONE_BYTE, WIDEST = 0xA000, 0x80, 3  # a cleaned title's are below the first; below the second they have one byte of UTF-8, else three


def hashed(cut: Cut, buckets: int, length: int, longest: int = 3) -> np.ndarray:
    """(n, length) int32: buckets of each title's distinct terms, 0 where it has fewer, without the last ones where it has more.

    The terms are, in this order and each marked by its kind, so that no two kinds meet: words (`w红茶`), pairs of words (`p红茶 5g`), and
    the cleaned title's character n-grams of length 1 to `longest` (`c红`). A bucket is the CRC-32 of the term's UTF-8, the same in every
    process; terms of one title with the same CRC-32 count as one.
    """
    kinds = [*_words_and_pairs(cut), *_ngrams(cut, longest)]
    each = np.stack([counts for _, counts in kinds])  # (kinds, titles)
    totals = each.sum(axis=0)
    found = np.empty(totals.sum(), np.uint32)  # title by title
    starts = np.cumsum(totals) - totals + np.cumsum(each, axis=0) - each
    for (terms, counts), start in zip(kinds, starts, strict=True):
        found[np.arange(len(terms)) + np.repeat(start - np.cumsum(counts) + counts, counts)] = terms
    first = _first(found, totals)
    before, ends = np.cumsum(np.append(False, first)), np.cumsum(totals)  # how many stay before each term
    row, place = places(before[ends] - before[ends - totals])
    kept = place < length
    numbers = np.full((len(totals), length), PADDING, np.int32)
    numbers[row[kept], place[kept]] = found[first][kept] % np.uint32(buckets - 1) + np.uint32(1)
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
        first[(again & LOW).astype(np.int64)] = False
    return first


def _words_and_pairs(cut: Cut) -> list[tuple[np.ndarray, np.ndarray]]:
    """CRC-32 of each title's words, and how many it has; then of its pairs of words."""
    encoded = [word.encode() for word in cut.distinct]
    word, size_bytes = (np.fromiter(map(of, encoded), kind, len(encoded)) for of, kind in ((zlib.crc32, np.uint32), (len, np.int64)))
    begun = _followed(_marked(b"p", size_bytes) ^ word, np.ones_like(size_bytes)) ^ np.uint32(zlib.crc32(b" "))
    row, _ = places(cut.counts)
    left = np.flatnonzero(row[1:] == row[:-1])
    one, next_one = cut.words[left], cut.words[left + 1]
    pairs = _followed(begun[one], size_bytes[next_one]) ^ word[next_one]
    return [((_marked(b"w", size_bytes) ^ word)[cut.words], cut.counts), (pairs, np.maximum(cut.counts - 1, 0))]


def _ngrams(cut: Cut, longest: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """The same of the n-grams of each length: those of n characters are those of n - 1, each behind one character more."""
    lengths = np.fromiter(map(len, cut.text), np.int64, len(cut.text))
    characters = np.frombuffer("".join(cut.text).encode("utf-32-le"), np.uint32).astype(np.int64)
    row, place = places(lengths)
    left = lengths[row] - place  # characters from here to the title's end
    size_bytes = np.where(characters < ONE_BYTE, 1, WIDEST)
    ends = np.cumsum(size_bytes)
    begins = ends - size_bytes
    character, marked = _characters(longest), _marked(b"c", np.arange(WIDEST * longest + 1))
    crc, found = np.zeros(len(characters) + 1, np.uint32), []
    for size in range(1, longest + 1):
        here = slice(0, max(0, len(characters) - size + 1))
        end = ends[size - 1 :]
        crc = character[end - ends[here], characters[here]] ^ crc[1:]
        found.append(((marked[end - begins[here]] ^ crc)[left[here] >= size], np.maximum(lengths - size + 1, 0)))
    return found


@cache
def _characters(longest: int) -> np.ndarray:
    """(bytes, characters) CRC-32 of each character, as it goes into that of an n-gram with so many bytes behind it."""
    alone = np.array([zlib.crc32(chr(number).encode()) for number in range(CHARACTERS)], np.uint32)
    return np.stack([_followed(alone, np.full(CHARACTERS, size)) for size in range(WIDEST * (longest - 1) + 1)])


def _marked(kind: bytes, sizes: np.ndarray) -> np.ndarray:
    """What the mark of a kind makes of the CRC-32 of texts of so many bytes behind it."""
    return _followed(np.full(len(sizes), zlib.crc32(kind), np.uint32), sizes)


def _followed(crc: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """A text's CRC-32, as it goes into that of the text with so many bytes behind it: by exclusive or with their own.

    Source: zlib's crc32_combine, here for all texts at once.

    >>> both = _followed(np.array([zlib.crc32("红茶".encode())], np.uint32), np.array([2])) ^ zlib.crc32(b"5g")
    >>> int(both[0]) == zlib.crc32("红茶5g".encode())
    True
    """
    result = crc.copy()
    for bit in range(int(sizes.max(initial=0)).bit_length()):
        some = np.flatnonzero(sizes >> bit & 1)
        result[some] = _through(_zeros(bit), result[some])
    return result


def _through(tables: np.ndarray, crc: np.ndarray) -> np.ndarray:
    low = np.uint32(0xFF)
    return tables[0, crc & low] ^ tables[1, crc >> np.uint32(8) & low] ^ tables[2, crc >> np.uint32(16) & low] ^ tables[3, crc >> np.uint32(24)]


@cache
def _zeros(bit: int) -> np.ndarray:
    """(4, 256) what 2 ** bit zero bytes make of each byte of a CRC-32; it is linear, so that bytes add up by exclusive or."""
    each = np.arange(256, dtype=np.uint32) << np.arange(0, 32, 8, dtype=np.uint32)[:, None]
    if bit:
        return _through(_zeros(bit - 1), _through(_zeros(bit - 1), each))
    for _ in range(8):
        each = np.where(each & 1, each >> 1 ^ np.uint32(REVERSED_POLYNOMIAL), each >> 1)
    return each
