"""How far two sub-class names coincide (MEP-3M, Eq. 1), and which pairs of names can reach a threshold at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cydifflib
import numpy as np
from scipy import sparse

THRESHOLD = 0.50        # MEP-3M, Eq. 3
NAMED = r"[\p{L}\p{N}]"  # of a name, as Spark's `rlike` takes it: two shops' "///" have no name in common
NAMES_AT_ONCE = 1_000   # rows of the product of names by names that are held in memory together


def label_similarity(a: str, b: str) -> float:
    """S_label = 2 M / T: M characters that difflib matches in order, of T in both names.

    The digits are those of `difflib.SequenceMatcher(None, a, b).ratio()`, which the paper used, its treatment of names of 200
    characters and more included. Like difflib's, M can depend on which name comes first; callers give them in a fixed
    order. A name without characters has nothing in common with any other.

    Source: MEP-3M, section 3.1, Eq. 1 and Table 3.

    >>> [round(label_similarity(a, b), 2) for a, b in (("婴幼奶粉", "婴幼儿奶粉"), ("咖啡/奶茶", "咖啡"), ("空调", "空调"), ("水果", "苹果派"))]
    [0.89, 0.57, 1.0, 0.4]
    """
    return cydifflib.SequenceMatcher(None, a, b).ratio() if a and b else 0.0


def is_name(text: str) -> bool:
    """Whether it says anything: it has a letter or a digit, as `NAMED` asks.

    >>> [is_name(text) for text in ("空调", "4K", "///", "")]
    [True, True, False, False]
    """
    return any(map(str.isalnum, text))


def _occurrences(names: Sequence[str], columns: dict[tuple[str, int], int]) -> sparse.csr_array:
    """Names by (character, how often it has occurred so far in the name): the product of two rows is M's upper bound."""
    indices, offsets = [], [0]
    for name in names:
        seen: dict[str, int] = {}
        for character in name:
            seen[character] = seen.get(character, 0) + 1
            indices.append(columns.setdefault((character, seen[character]), len(columns)))
        offsets.append(len(indices))
    return sparse.csr_array((np.ones(len(indices), np.int32), np.asarray(indices, np.int64), np.asarray(offsets, np.int64)),
                            shape=(len(names), max(len(columns), 1)))


def block_by_shared_character(names: Sequence[str], others: Sequence[str], threshold: float = THRESHOLD) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Positions (i, j) of all pairs whose S_label can be at or above `threshold`, a chunk of names at a time.

    No pair is lost: difflib's M is at most the number of characters that both names have, counted with repetition, so a pair with
    2 * shared / T below the threshold cannot reach it, and one without a shared character has S_label 0.

    Args:
        threshold: above 0.

    >>> [(int(i), int(j)) for rows, columns in block_by_shared_character(["湿巾", "空调"], ["婴儿湿巾", "冰箱"]) for i, j in zip(rows, columns)]
    [(0, 0)]
    """
    columns: dict[tuple[str, int], int] = {}
    left, right = _occurrences(names, columns), _occurrences(others, columns)
    width = max(len(columns), 1)
    left.resize((len(names), width))
    right.resize((len(others), width))
    transposed = right.T.tocsr()
    lengths = np.asarray([len(name) for name in names], np.int64)
    other_lengths = np.asarray([len(name) for name in others], np.int64)
    for start in range(0, len(names), NAMES_AT_ONCE):
        shared = (left[start:start + NAMES_AT_ONCE] @ transposed).tocoo()
        rows = shared.coords[0] + start
        possible = 2 * shared.data >= threshold * (lengths[rows] + other_lengths[shared.coords[1]])
        yield rows[possible], shared.coords[1][possible]
