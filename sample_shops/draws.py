"""Random-looking choices that are a pure function of what they are made for: no generator whose state anything could disturb."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
MASK = (1 << 64) - 1


def number(*parts: object) -> int:
    """64 bits that depend on `parts` alone.

    >>> number("shop", 1) == number("shop", 1) != number("shop", 2)
    True
    """
    return int.from_bytes(hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest(), "big")


class Draws:
    """About thirty choices taken from 256 bits of a hash of `parts`, in the order that they are asked for."""

    __slots__ = ("_bits",)

    def __init__(self, *parts: object) -> None:
        self._bits = int.from_bytes(hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=64).digest(), "big")

    def below(self, limit: int) -> int:
        self._bits, drawn = divmod(self._bits, limit)
        return drawn

    def chance(self, percent: int) -> bool:
        return self.below(100) < percent

    def choice(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.below(4096) / 4095


HALF, WHOLE = 24, (1 << 48) - 1
FACTORS = (0x9E3779B97F4B, 0xC2B2AE3D27D5)
INVERSES = tuple(pow(factor, -1, 1 << 48) for factor in FACTORS)


def scatter(index: int, seed: int) -> int:
    """A 48-bit number that no other index has under this seed; `gather` turns it back.

    >>> [gather(scatter(i, 7), 7) for i in (0, 1, 2_999_999)]
    [0, 1, 2999999]
    """
    value = (index ^ seed) & WHOLE
    for factor in FACTORS:
        value = value * factor & WHOLE
        value ^= value >> HALF
    return value


def gather(value: int, seed: int) -> int:
    """The index that `scatter` was given."""
    for inverse in reversed(INVERSES):
        value ^= value >> HALF
        value = value * inverse & WHOLE
    return (value ^ seed) & WHOLE
