"""A title as numbers: cleaned by regular expression, cut into words, looked up; or as hashed terms (`terms.py`)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice

import numpy as np

MEANINGLESS = re.compile(r"[^0-9a-z\u3400-\u4dbf\u4e00-\u9fff]+")
MEANINGLESS_IN_LINES = re.compile(r"[^0-9a-z\n\u3400-\u4dbf\u4e00-\u9fff]+")
PADDING, UNKNOWN = 0, 1
CUT_AT_ONCE = 10_000


def clean(title: str | None) -> str:
    """Letters, digits and Chinese characters in one form; everything else is a space.

    Source: MEP-3M, section 4 (meaningless characters are removed with regular expressions).

    >>> clean("ＥＲＫＥ/鸿星尔克【正品】 42码")
    'erke 鸿星尔克 正品 42码'
    """
    return MEANINGLESS.sub(" ", unicodedata.normalize("NFKC", title or "").lower()).strip()


def words(title: str | None) -> list[str]:
    """The cleaned title cut as jieba cuts it.

    >>> words("婴幼儿奶粉 900g")
    ['婴幼儿', '奶粉', '900g']
    """
    import rjieba

    return [word for word in rjieba.cut(clean(title)) if not word.isspace()]


@dataclass(frozen=True)
class Cut:
    """Titles cleaned and cut into words all at once, in arrays over all of them: several times as fast as one by one.

    >>> cut = Cut.of(["红茶 5g", None, "5g红茶"])
    >>> cut.text, cut.distinct, cut.words.tolist(), cut.counts.tolist()
    (['红茶 5g', '', '5g红茶'], ['红茶', '5g'], [0, 1, 1, 0], [2, 0, 2])
    """

    text: list[str]  # each title as `clean` gives it
    distinct: list[str]  # every word that occurs, once
    words: np.ndarray  # (words of all titles,) their numbers in `distinct`
    counts: np.ndarray  # (titles,) words of each

    @classmethod
    def of(cls, titles: Iterable[str | None]) -> Cut:
        import rjieba

        normal = unicodedata.normalize  # title by title, since it leaves those that are in the form already as they are
        lines = "\n".join([*(normal("NFKC", title).replace("\n", " ") if title else "" for title in titles), ""]).lower()
        text = [line.strip() for line in MEANINGLESS_IN_LINES.sub(" ", lines).split("\n")[:-1]]
        found = rjieba.cut("\n".join([*text, ""]))
        numbers: dict[str, int] = defaultdict(count().__next__)  # a new word has the next one
        numbered = np.fromiter(map(numbers.__getitem__, ["\n", " ", *found]), np.int64, len(found) + 2)[2:]
        title_of = np.cumsum(numbered == 0)
        meant = numbered > 1
        return cls(text, list(numbers)[2:], numbered[meant] - 2, np.bincount(title_of[meant], minlength=len(text)))

    def lists(self) -> Iterator[list[str]]:
        """The words of each title."""
        flat = iter([self.distinct[number] for number in self.words.tolist()])
        return (list(islice(flat, count)) for count in self.counts.tolist())


def places(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(row, place in the row) of each thing that lies flat, `counts` in each row.

    >>> [numbers.tolist() for numbers in places(np.array([2, 0, 1]))]
    [[0, 0, 2], [0, 1, 0]]
    """
    rows = np.repeat(np.arange(len(counts)), counts)
    return rows, np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)


class Vocabulary:
    """Words by number: 0 is padding, 1 any word that is not known."""

    def __init__(self, known: Sequence[str]):
        self.known = list(known)
        self._numbers = {word: number for number, word in enumerate(self.known, start=2)}

    def __len__(self) -> int:
        return len(self.known) + 2

    @classmethod
    def of(cls, titles: Iterable[str], *, at_least: int = 2, at_most: int = 100_000) -> Vocabulary:
        """The most frequent words of the titles, ties in alphabetical order, so that every process makes the same one."""
        counts: Counter[str] = Counter()
        remaining = iter(titles)
        while some := list(islice(remaining, CUT_AT_ONCE)):
            cut = Cut.of(some)
            counts.update(dict(zip(cut.distinct, np.bincount(cut.words, minlength=len(cut.distinct)).tolist(), strict=True)))
        ranked = sorted((pair for pair in counts.items() if pair[1] >= at_least), key=lambda pair: (-pair[1], pair[0]))
        return cls([word for word, _ in ranked[:at_most]])

    def encode(self, cut: Cut, length: int) -> np.ndarray:
        """(n, length) int32; long titles are cut, short ones padded at the end. A title without a word is one unknown word."""
        numbers = np.full((len(cut.counts), length), PADDING, np.int32)
        numbers[cut.counts == 0, 0] = UNKNOWN
        known = np.array([self._numbers.get(word, UNKNOWN) for word in cut.distinct], np.int32)
        row, place = places(cut.counts)
        read = place < length
        numbers[row[read], place[read]] = known[cut.words[read]]
        return numbers


def trimmed(numbers: np.ndarray, multiple: int = 8) -> np.ndarray:
    """Without the columns that only pad, their number kept a multiple, so that a compiled graph meets few shapes.

    >>> trimmed(np.array([[5, 6, 0, 0], [7, 0, 0, 0]]), 1).tolist()
    [[5, 6], [7, 0]]
    """
    longest = int((numbers != PADDING).sum(axis=1).max(initial=1))
    return numbers[:, : min(numbers.shape[1], -(-longest // multiple) * multiple)]
