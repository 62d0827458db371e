"""Native sub-classes of any number, shaped like those of real shops, for benchmarks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pyarrow as pa

SHOPS = 4
CLASSES = 14            # as in the paper
TITLES = 440            # some 22,000 characters, of 20 words of 2 or 3 characters each
WORDS_A_TITLE = 20
OWN_WORDS = 400         # that the titles of one kind of product draw on
COMMON_WORDS = 3_000    # that all titles draw on
HEADS = 200             # 鞋子, 手机 and the like, at the end of names
HEAD_TAIL = 2.0         # at this value 1.8 % of the pairs of a class reach S_label 0.50, as in four real shops (3,512 of 190,419)


@cache
def vocabulary() -> np.ndarray:
    """Words of two or three characters from jieba's own dictionary, so that titles cut as real ones do."""
    import jieba

    lines = (line.decode("utf-8").split(" ")[0] for line in jieba.get_dict_file())
    return np.array([word for word in lines if 2 <= len(word) <= 3], dtype=object)


def names(kinds: int, seed: int = 1) -> list[str]:
    """A name for each kind of product: one to three characters before a head of two."""
    draw = np.random.default_rng(seed)
    alphabet = [chr(0x4E00 + n) for n in range(2_500 + 2 * HEADS)]
    common = 1 / (np.arange(HEADS) + HEAD_TAIL)
    letters = draw.choice(2_500, (kinds, 3))
    lengths = draw.choice([1, 2, 3], kinds, p=[0.3, 0.5, 0.2])
    heads = 2_500 + 2 * draw.choice(HEADS, kinds, p=common / common.sum())
    return ["".join(alphabet[n] for n in row[:length]) + alphabet[head] + alphabet[head + 1]
            for row, length, head in zip(letters, lengths, heads, strict=True)]


def categories(number: int, start: int, stop: int, seed: int = 1) -> pa.Table:
    """(shop, native_path, native_class, native_sub_class, class_id, class_name): each kind in all shops, a third of them one character longer."""
    rows = np.arange(start, min(stop, number))
    kinds, named = rows // SHOPS, names(-(-number // SHOPS), seed)
    longer = np.random.default_rng([seed, start]).random(len(rows)) < 1 / 3
    leaf = [named[kind] + (chr(0x4E00 + row % 2_500) if more else "") for row, kind, more in zip(rows.tolist(), kinds, longer, strict=True)]
    classes = kinds % CLASSES + 1
    tops = [f"class{number}" for number in classes]
    return pa.table({
        "shop": [f"shop{n % SHOPS}" for n in rows], "native_path": [f"{top}>{row}>{name}" for top, row, name in zip(tops, rows, leaf, strict=True)],
        "native_class": tops, "native_sub_class": leaf, "class_id": pa.array(classes, pa.int32()), "class_name": tops,
    })


def kind(native_path: str) -> int:
    """The kind of product of a generated sub-class: the shops' sub-classes of one kind are what an alignment is to find."""
    return int(native_path.split(">")[1]) // SHOPS


def _words(kind: int, number: int, draw: np.random.Generator) -> np.ndarray:
    """Positions in the vocabulary: a share of its own for each kind of product, the others of words that all kinds share."""
    of_kind = np.random.default_rng(kind)
    own, share = of_kind.integers(COMMON_WORDS, len(vocabulary()), OWN_WORDS), of_kind.uniform(0.4, 0.9)
    shared = (COMMON_WORDS * draw.random(number) ** 3).astype(np.int64)
    special = own[(OWN_WORDS * draw.random(number) ** 3).astype(np.int64)]
    return np.where(draw.random(number) < share, special, shared)


def titles(number: int, start: int, stop: int, seed: int = 1, count: int = TITLES) -> Iterator[list[str]]:
    """The titles of sub-classes `start` to `stop`, so many of each."""
    words = vocabulary()
    for row in range(start, min(stop, number)):
        drawn = words[_words(row // SHOPS, count * WORDS_A_TITLE, np.random.default_rng([seed, row]))].reshape(count, WORDS_A_TITLE)
        yield ["".join(title) for title in drawn.tolist()]


def term_counts(number: int, start: int, stop: int, seed: int = 1) -> pa.Array:
    """The counts of the words that the titles of these sub-classes were made of."""
    offsets, terms, counts = [0], [], []
    for row in range(start, min(stop, number)):
        term, count = np.unique(_words(row // SHOPS, TITLES * WORDS_A_TITLE, np.random.default_rng([seed, row])), return_counts=True)
        terms.append(term)
        counts.append(count)
        offsets.append(offsets[-1] + len(term))
    words = pa.array(vocabulary().tolist(), pa.string()).take(pa.array(np.concatenate(terms)))
    entries = pa.StructArray.from_arrays([words, pa.array(np.concatenate(counts), pa.int32())], ["term", "count"])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), entries)
