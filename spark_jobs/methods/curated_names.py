"""How alike the names of two categories are: the mean of four views, each blind to something that another sees."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from spark_jobs.methods.curated_titles import folded
from spark_jobs.methods.label_similarity import label_similarity
from spark_jobs.methods.sparse_rows import row_products, unit_rows
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


def characters(name: str) -> set[str]:
    """Characters and pairs of characters.

    >>> sorted(characters("空调"))
    ['空', '空调', '调']
    """
    return {name[at:at + size] for size in (1, 2) for at in range(len(name) - size + 1) if not name[at:at + size].isspace()}


def name_words(name: str) -> set[str]:
    return set(words(name))


CUTS: tuple[Callable[[str], set[str]], ...] = (characters, name_words)


@dataclass(frozen=True)
class Rarity:
    """How rare the pieces of names are: for each way of cutting them, pieces in order and their weights, then the weight of any other piece."""

    pieces: tuple[np.ndarray, ...]
    weights: tuple[np.ndarray, ...]
    otherwise: float

    @classmethod
    def among(cls, names: Sequence[str]) -> Rarity:
        distinct = sorted({folded(name) for name in names})
        pieces, weights = [], []
        for cut in CUTS:
            found, bearers = np.unique(np.array([piece for name in distinct for piece in cut(name)], dtype=str), return_counts=True)
            pieces.append(found)
            weights.append(np.log(1 + len(distinct) / bearers).astype(np.float32))
        return cls(tuple(pieces), tuple(weights), float(np.log(1 + len(distinct))))

    def vectors(self, names: Sequence[str]) -> tuple[sparse.csr_array, ...]:
        """Names, folded, as unit vectors of their pieces: a matrix for each way of cutting; pieces not met before get columns of their own."""
        made = []
        for cut, known, weights in zip(CUTS, self.pieces, self.weights, strict=True):
            cuts = [cut(name) for name in names]
            new = sorted(set().union(*cuts) - set(known.tolist()))      # in their order, so that no sum depends on which other names there are
            place = {piece: n for n, piece in enumerate([*known.tolist(), *new])}
            columns = [sorted(place[piece] for piece in pieces) for pieces in cuts]
            flat = np.array([column for row in columns for column in row], dtype=np.int64)
            all_weights = np.concatenate([weights, np.full(len(new), self.otherwise, np.float32)])
            starts = np.concatenate([[0], np.cumsum([len(row) for row in columns])]).astype(np.int64)
            made.append(unit_rows(sparse.csr_array((all_weights[flat], flat, starts), shape=(len(names), max(len(place), 1)))))
        return tuple(made)


def name_similarities(names: Sequence[str], i: np.ndarray, j: np.ndarray, rarity: Rarity | None = None) -> np.ndarray:
    """0 to 1 for each pair of positions in `names`.

    The mean of S_label of the whole names, the best match of their parts, and the cosines of their characters and of their words.

    Args:
        rarity: of pieces of names; among these names by default.

    >>> [round(float(s), 2) for s in name_similarities(["苹果", "苹果", "电脑", ""], np.array([0, 0, 3]), np.array([1, 2, 3]))]
    [1.0, 0.0, 0.0]
    """
    if not len(i):
        return np.zeros(0)
    wanted, back = np.unique(np.concatenate([i, j]), return_inverse=True)
    distinct, of = np.unique([folded(names[n]) for n in wanted], return_inverse=True)
    i, j = of[back[:len(i)]], of[back[len(i):]]
    low, high = np.minimum(i, j), np.maximum(i, j)
    codes, back = np.unique(low.astype(np.int64) * len(distinct) + high, return_inverse=True)
    a, b = codes // len(distinct), codes % len(distinct)
    cosines = [row_products(vectors, a, vectors, b) for vectors in (rarity or Rarity.among(names)).vectors(distinct.tolist())]
    whole, best = np.zeros(len(a)), np.zeros(len(a))
    pieces = [parts(name) for name in distinct.tolist()]
    for at in np.flatnonzero(cosines[0] > 0):       # without a common character nothing is alike
        m, n = a[at], b[at]
        whole[at] = label_similarity(distinct[m], distinct[n])
        best[at] = part_similarity(pieces[m], pieces[n]) if len(pieces[m]) + len(pieces[n]) > 2 else whole[at]
    return np.clip((whole + best + cosines[0] + cosines[1]) / 4, 0, 1)[back]
