"""The labels that a model knows: paths of up to three levels, and how probabilities add up along them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

LEVELS = ("class", "sub_class", "subsub_class")
COLUMNS = tuple(f"{level}_{part}" for level in LEVELS for part in ("id", "name"))
Path = tuple[int, int, int | None]


class LabelTree:
    """Paths in the order of a model's outputs.

    A model gives a probability for each path; a class or sub-class has the sum of its paths', so levels never contradict one another.
    """

    def __init__(self, labels: Iterable[Mapping[str, Any]]):
        self.labels = [{column: label[column] for column in COLUMNS} for label in labels]
        self.paths: list[Path] = [tuple(label[f"{level}_id"] for level in LEVELS) for label in self.labels]
        self.index = {path: number for number, path in enumerate(self.paths)}
        self.nodes = {"path": self.paths, **{level: self._level(depth) for depth, level in enumerate(LEVELS[:2])}}
        self.node_of = {level: self._membership(depth) for depth, level in enumerate(LEVELS[:2])} | {"path": np.arange(len(self.paths))}

    def __len__(self) -> int:
        return len(self.paths)

    def _level(self, depth: int) -> list[Path]:
        return sorted({path[: depth + 1] for path in self.paths})

    def _membership(self, depth: int) -> np.ndarray:
        place = {node: number for number, node in enumerate(self._level(depth))}
        return np.array([place[path[: depth + 1]] for path in self.paths], np.int64)

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> LabelTree:
        """Every path of the rows once, in the order of its ids."""
        distinct = {tuple(row[f"{level}_id"] for level in LEVELS): row for row in rows}
        return cls(distinct[path] for path in sorted(distinct, key=lambda path: tuple(-1 if part is None else part for part in path)))

    def at(self, level: str, probabilities: np.ndarray) -> np.ndarray:
        """(n, paths) -> (n, nodes of the level), in the order of `nodes[level]`."""
        if level == "path":
            return probabilities
        summed = np.zeros((len(probabilities), len(self.nodes[level])), probabilities.dtype)
        for number, node in enumerate(self.node_of[level]):
            summed[:, node] += probabilities[:, number]
        return summed

    def likeliest(self, probabilities: np.ndarray, level: str) -> np.ndarray:
        """(n,) the path that is given first for each row: the likeliest below the best node of `level`.

        Args:
            probabilities: (n, paths).
        """
        best, members = self.at(level, probabilities).argmax(axis=1), self.node_of[level]
        paths = np.empty(len(probabilities), np.int64)
        for node in np.unique(best):
            inside, rows = np.flatnonzero(members == node), np.flatnonzero(best == node)
            paths[rows] = inside[probabilities[np.ix_(rows, inside)].argmax(axis=1)]
        return paths

    def best(self, probabilities: np.ndarray, k: int, level: str = "sub_class") -> list[list[dict[str, Any]]]:
        """The k best labels of each row, ranked at `level`; below it, the likeliest path.

        Args:
            probabilities: (n, paths).
            level: `sub_class` or `path`.
        """
        scores, members = self.at(level, probabilities), self.node_of[level]
        k = min(k, scores.shape[1])
        top = np.argpartition(-scores, k - 1, axis=1)[:, :k]
        inside = [np.flatnonzero(members == node) for node in range(scores.shape[1])]
        found = []
        for row, nodes in zip(range(len(scores)), top, strict=True):
            ranked = sorted(nodes, key=lambda node, row=row: (-scores[row, node], node))
            entries = []
            for node in ranked:
                path = max(inside[node], key=lambda number, row=row: probabilities[row, number])
                entries.append({**self.labels[path], "probability": float(scores[row, node])})
            found.append(entries)
        return found
