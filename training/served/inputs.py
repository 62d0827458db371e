"""How a model reads titles: word numbers, hashed terms, or both; kept beside the model, so that serving reads as training did."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from .terms import hashed
from .titles import Cut, Vocabulary


@dataclass(frozen=True)
class Reading:
    """Sizes of what a model reads of a title; 0 switches a part off."""

    words: int = 0  # word numbers a title
    terms: int = 0  # hashed terms a title
    buckets: int = 1 << 18  # hash values
    longest: int = 3  # characters of the longest n-gram


class Encoder:
    """Titles into a model's inputs `words` (n, words) and `terms` (n, terms), both int32."""

    def __init__(self, reading: Reading, vocabulary: Vocabulary | None):
        self.reading, self.vocabulary = reading, vocabulary

    def titles(self, titles: Sequence[str | None]) -> dict[str, np.ndarray]:
        inputs, cut = {}, Cut.of(titles)
        if self.reading.words:
            inputs["words"] = self.vocabulary.encode(cut, self.reading.words)
        if self.reading.terms:
            inputs["terms"] = hashed(cut, self.reading.buckets, self.reading.terms, self.reading.longest)
        return inputs

    def save(self, folder: Path) -> None:
        (folder / "reading.json").write_text(json.dumps(asdict(self.reading)), "utf-8")
        if self.vocabulary is not None:
            (folder / "vocabulary.txt").write_text("\n".join(self.vocabulary.known), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Encoder:
        words = folder / "vocabulary.txt"
        known = words.read_text("utf-8").split("\n") if words.exists() else None
        return cls(Reading(**json.loads((folder / "reading.json").read_text("utf-8"))), Vocabulary(known) if known is not None else None)
