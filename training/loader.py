"""Batches: one global order a seed and an epoch, every process its part of each batch, pictures decoded ahead in bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from training.data import Examples, read_bytes
from training.served import pictures
from training.served.inputs import Encoder
from training.served.titles import trimmed
from training.world import World

ALONE = World()
ENCODED_AT_ONCE = 4096
BATCHES_AHEAD = 4
KEPT_BYTES = 256 << 20  # of decoded pictures, so that a small table's are decoded once and a large one's memory is bounded


@dataclass(frozen=True)
class Batch:
    inputs: dict[str, np.ndarray]  # by the model's input names, (rows, ...)
    targets: np.ndarray  # (rows,) int32
    weights: np.ndarray  # (rows,) float32; 0 for filling, so that every process has equally many rows
    rows: np.ndarray  # (rows,) places in the examples


@dataclass(frozen=True)
class Loader:
    """The rows of one split as batches.

    The order of an epoch follows from seed and epoch alone. Each global batch is cut into `size` equal parts, so N processes see
    together, step by step, what one process sees alone; a last batch that is short is filled with rows of weight 0.
    """

    examples: Examples
    targets: np.ndarray
    titles: dict[str, np.ndarray]  # encoded once: 4 bytes a word are less than the title itself
    image_size: int  # 0: the model looks at no picture
    root: Path
    batch: int  # rows of all processes together
    rank: int = 0
    size: int = 1
    threads: int = 2
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
        steps = range(start, self.steps())
        if not self.image_size:
            for step in steps:
                yield self._batch(*self.part(order, step), None)
            return
        with ThreadPoolExecutor(self.threads, thread_name_prefix="pictures") as pool:
            waiting: deque = deque()
            ahead = iter(steps)
            for _ in steps:
                while len(waiting) < BATCHES_AHEAD and (following := next(ahead, None)) is not None:
                    rows, weights = self.part(order, following)
                    paths = self.examples.images.take(rows).to_pylist()
                    waiting.append((rows, weights, [pool.submit(self._picture, row, path) for row, path in zip(rows.tolist(), paths, strict=True)]))
                rows, weights, decoding = waiting.popleft()
                yield self._batch(rows, weights, [future.result() for future in decoding])

    def _picture(self, row: int, path: str | None) -> np.ndarray | None:
        if row in self.kept:
            return self.kept[row]
        decoded = pictures.decode(read_bytes(self.root, path), self.image_size)
        if path and decoded is None:
            self.unread.add(row)
        if (len(self.kept) + 1) * 3 * self.image_size**2 <= KEPT_BYTES:
            self.kept[row] = decoded
        return decoded

    def _batch(self, rows: np.ndarray, weights: np.ndarray, decoded: list | None) -> Batch:
        inputs = {name: trimmed(values[rows]) for name, values in self.titles.items()}
        if decoded is not None:
            inputs["image"], inputs["has_image"] = pictures.stack(decoded, self.image_size)
        return Batch(inputs, self.targets[rows], weights, rows)


def encode(examples: Examples, encoder: Encoder, world: World = ALONE) -> dict[str, np.ndarray]:
    """The titles of all examples as the encoder reads them: each process a few thousand strings at a time, which it gives to the others."""
    parts: list[dict[str, np.ndarray]] = []
    for start in range(0, len(examples), ENCODED_AT_ONCE * world.size):
        mine = examples.titles.slice(start + ENCODED_AT_ONCE * world.rank, ENCODED_AT_ONCE)
        parts.append({name: world.gather(numbers) for name, numbers in encoder.titles(mine.to_pylist()).items()})
    return {name: np.concatenate([part[name] for part in parts]) for name in (parts[0] if parts else {})}
