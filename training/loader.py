"""Batches: one global order a seed and an epoch, every process its part of each batch, titles and pictures read ahead in bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa

from training.data import Examples, read_bytes
from training.served import pictures
from training.served.inputs import Encoder
from training.served.titles import trimmed

ENCODED_AT_ONCE = 2048  # titles, since arrays of many are quicker than many arrays, while they fit into the cache
GROUPS_AHEAD = 2  # of so many titles
BATCHES_AHEAD = 4  # of pictures, or one a thread where there are more threads
KEPT_BYTES = 256 << 20  # of decoded pictures, and as many of encoded titles: a small table's are read once, a large one's memory is bounded
Given, Made = TypeVar("Given"), TypeVar("Made")


@dataclass(frozen=True)
class Batch:
    inputs: dict[str, np.ndarray]  # by the model's input names, (rows, ...)
    targets: np.ndarray  # (rows,) int32
    weights: np.ndarray  # (rows,) float32; 0 for filling, so that every process has equally many rows
    rows: np.ndarray  # (rows,) places in the examples


class Titles:
    """Titles as an encoder reads them: the first KEPT_BYTES of them once, the others whenever they are asked for."""

    def __init__(self, titles: pa.ChunkedArray, encoder: Encoder):
        self.titles, self.encoder = titles, encoder
        self.widths = {name: numbers.shape[1] for name, numbers in encoder.titles([]).items()}
        self.known = np.zeros(min(len(titles), KEPT_BYTES // (4 * sum(self.widths.values()) or 1)), bool)
        self.kept = self._room(len(self.known))

    def _room(self, rows: int) -> dict[str, np.ndarray]:
        return {name: np.empty((rows, width), np.int32) for name, width in self.widths.items()}

    def of(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """(len(rows), width) of each input."""
        found, have = self._room(len(rows)), np.zeros(len(rows), bool)
        may = rows < len(self.known)
        have[may] = self.known[rows[may]]
        new, keep = rows[~have], may[~have]
        encoded = self.encoder.titles(self.titles.take(pa.array(new)).to_pylist()) if found and len(new) else {}
        for name, numbers in found.items():
            numbers[have] = self.kept[name][rows[have]]
            if encoded:
                numbers[~have] = encoded[name]
                self.kept[name][new[keep]] = encoded[name][keep]
        self.known[new[keep]] = True
        return found


@dataclass(frozen=True)
class Loader:
    """The rows of one split as batches.

    The order of an epoch follows from seed and epoch alone. Each global batch is cut into `size` equal parts, so N processes see
    together, step by step, what one process sees alone; a last batch that is short is filled with rows of weight 0.
    """

    examples: Examples
    targets: np.ndarray
    titles: Titles
    image_size: int  # 0: the model looks at no picture
    root: Path
    batch: int  # rows of all processes together
    rank: int = 0
    size: int = 1
    threads: int = 2  # that decode pictures
    kept: dict[int, np.ndarray | None] = field(default_factory=dict, repr=False)  # decoded pictures by row, as many as KEPT_BYTES holds
    unread: set[int] = field(default_factory=set, repr=False)  # rows whose picture has no file, or one that does not decode

    def steps(self) -> int:
        return -(-len(self.targets) // self.batch)

    def order(self, seed: int | None, epoch: int) -> np.ndarray:
        """Rows in the order of the epoch; as they lie where there is no seed."""
        everything = np.arange(len(self.targets))
        return everything if seed is None else np.random.default_rng((seed, epoch)).permutation(everything)

    def part(self, order: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray]:
        """This process's rows of a global batch and their weights."""
        rows = order[step * self.batch : (step + 1) * self.batch]
        each = -(-self.batch // self.size)
        mine = rows[self.rank * each : (self.rank + 1) * each]
        weights = np.zeros(each, np.float32)
        weights[: len(mine)] = 1.0
        return np.concatenate([mine, np.zeros(each - len(mine), np.int64)]).astype(np.int64), weights

    def epoch(self, seed: int | None, epoch: int = 0, start: int = 0) -> Iterator[Batch]:
        """The batches of an epoch from step `start` on."""
        order = self.order(seed, epoch)
        each, steps = -(-self.batch // self.size), range(start, self.steps())
        together = max(1, ENCODED_AT_ONCE // each)
        groups = [steps[first : first + together] for first in range(0, len(steps), together)]

        def encoded(group: range) -> dict[str, np.ndarray]:
            return self.titles.of(np.concatenate([self.part(order, step)[0] for step in group]))

        def decoded(step: int) -> list[np.ndarray | None]:
            rows = self.part(order, step)[0]
            return [self._picture(row, path) for row, path in zip(rows.tolist(), self.examples.images.take(pa.array(rows)).to_pylist(), strict=True)]

        # Titles have one thread: a second one would wait for the interpreter, which most of their reading holds, and slow down the first.
        with ThreadPoolExecutor(1, "titles") as reader, ThreadPoolExecutor(self.threads, "pictures") as decoder:
            shown = ahead(decoder, decoded, steps if self.image_size else (), max(BATCHES_AHEAD, self.threads))
            for group, titles in zip(groups, ahead(reader, encoded, groups, GROUPS_AHEAD), strict=True):
                for number, step in enumerate(group):
                    rows, weights = self.part(order, step)
                    inputs = {name: trimmed(values[number * each : (number + 1) * each]) for name, values in titles.items()}
                    if self.image_size:
                        inputs["image"], inputs["has_image"] = pictures.stack(next(shown), self.image_size)
                    yield Batch(inputs, self.targets[rows], weights, rows)

    def _picture(self, row: int, path: str | None) -> np.ndarray | None:
        if row in self.kept:
            return self.kept[row]
        decoded = pictures.decode(read_bytes(self.root, path), self.image_size)
        if path and decoded is None:
            self.unread.add(row)
        if (len(self.kept) + 1) * 3 * self.image_size**2 <= KEPT_BYTES:
            self.kept[row] = decoded
        return decoded


def ahead(pool: Executor, work: Callable[[Given], Made], things: Iterable[Given], number: int) -> Iterator[Made]:
    """The work on each thing, in order, while the pool is at the `number` that come next."""
    waiting: deque = deque()
    for thing in things:
        waiting.append(pool.submit(work, thing))
        if len(waiting) > number:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
