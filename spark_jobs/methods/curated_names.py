"""How alike the names of two categories are: the mean of four views, each blind to something that another sees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from scipy import sparse

from spark_jobs.methods.curated_titles import folded
from spark_jobs.methods.curated_votes import row_products, unit_rows
from spark_jobs.methods.label_similarity import label_similarity
from spark_jobs.methods.titles import words

_BETWEEN_PARTS = re.compile(r"[/、,，&+;；|·\s()（）\[\]【】]+")


def parts(name: str) -> list[str]:
    """The parts of a composite name; the name itself where it has none.

    >>> parts("电饭煲/电压力锅"), parts("///")
    (['电饭煲', '电压力锅'], ['///'])
    """
    return [part for part in _BETWEEN_PARTS.split(name) if part] or [name]


def part_similarity(one: Sequence[str], other: Sequence[str]) -> float:
    """The mean, over the parts of both names, of the best S_label with a part of the other.

    >>> part_similarity(["电饭煲", "电压力锅"], ["电压力锅"]) > 0.7
    True
    """
    there = np.mean([max(label_similarity(a, b) for b in other) for a in one])
    back = np.mean([max(label_similarity(a, b) for a in one) for b in other])
    return float(there + back) / 2


def _vectors(names: Sequence[str], cut: Callable[[str], Iterable[str]]) -> sparse.csr_array:
    """Names as unit vectors of their pieces, rare pieces weighing more."""
    vocabulary: dict[str, int] = {}
    columns = [sorted({vocabulary.setdefault(piece, len(vocabulary)) for piece in cut(name)}) for name in names]
    flat = np.array([column for row in columns for column in row], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum([len(row) for row in columns])]).astype(np.int64)
    bearers = np.bincount(flat, minlength=max(len(vocabulary), 1))
    rarity = np.log(1 + len(names) / np.maximum(bearers, 1)).astype(np.float32)
    return unit_rows(sparse.csr_array((rarity[flat], flat, starts), shape=(len(names), max(len(vocabulary), 1))))


def name_vectors(names: Sequence[str]) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Characters and their pairs, and words, of names."""
    def characters(name: str) -> list[str]:
        return [name[at:at + size] for size in (1, 2) for at in range(len(name) - size + 1) if not name[at:at + size].isspace()]

    return _vectors(names, characters), _vectors(names, words)


def name_similarities(names: Sequence[str], i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """0 to 1 for each pair of positions in `names`.

    The mean of S_label of the whole names, the best match of their parts, and the cosines of their characters and of their words.

    >>> [round(float(s), 2) for s in name_similarities(["苹果", "苹果", "电脑", ""], np.array([0, 0, 3]), np.array([1, 2, 3]))]
    [1.0, 0.0, 0.0]
    """
    distinct, of = np.unique([folded(name) for name in names], return_inverse=True)
    if not len(i):
        return np.zeros(0)
    low, high = np.minimum(of[i], of[j]), np.maximum(of[i], of[j])
    codes, back = np.unique(low.astype(np.int64) * len(distinct) + high, return_inverse=True)
    a, b = codes // len(distinct), codes % len(distinct)
    cosines = [row_products(vectors, a, vectors, b) for vectors in name_vectors(distinct.tolist())]
    whole, best = np.zeros(len(a)), np.zeros(len(a))
    pieces = [parts(name) for name in distinct.tolist()]
    for at in np.flatnonzero(cosines[0] > 0):       # without a common character nothing is alike
        m, n = a[at], b[at]
        whole[at] = label_similarity(distinct[m], distinct[n])
        best[at] = part_similarity(pieces[m], pieces[n]) if len(pieces[m]) + len(pieces[n]) > 2 else whole[at]
    return np.clip((whole + best + cosines[0] + cosines[1]) / 4, 0, 1)[back]
