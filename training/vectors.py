"""word2vec vectors of the training titles' words, which a text model starts from."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from itertools import islice

import numpy as np

from training.served.titles import CUT_AT_ONCE, Cut, Vocabulary


def passes(titles: int) -> int:
    """Times that word2vec reads the titles: gensim's 5 leave the rarer words of a small table where they began, so a small one is read 15 times.

    >>> passes(2_400_000), passes(90_000), passes(60_000)
    (5, 10, 15)
    """
    return min(15, max(5, 900_000 // max(1, titles)))


def word2vec(titles: Iterable[str], vocabulary: Vocabulary, dimensions: int, *, window: int = 5, times: int = 0, seed: int = 7) -> np.ndarray:
    """(len(vocabulary), dimensions) float32; padding is 0, unknown the mean of all words.

    Skip-gram, which learns rare words (models, brands) better than a bag of neighbours. One thread and a fixed hash, so that the same
    titles give the same vectors.

    Args:
        window: words on either side that a word is learnt from.
        times: that the titles are read; 0: by their number.

    Source: MEP-3M, section 4 (gensim's word2vec); Mikolov et al. 2013.
    """
    from gensim.models import Word2Vec

    known = {word: word for word in vocabulary.known}  # one string a word, however many titles have it
    sentences, remaining = [], iter(titles)
    while some := list(islice(remaining, CUT_AT_ONCE)):
        sentences += [[known[word] for word in found if word in known] for found in Cut.of(some).lists()]
    model = Word2Vec(
        vector_size=dimensions,
        window=window,
        sg=1,
        min_count=1,
        workers=1,
        seed=seed,
        epochs=times or passes(len(sentences)),
        hashfxn=lambda text: zlib.crc32(text.encode()),
    )
    model.build_vocab(sentences)
    if len(model.wv) == 0:
        return np.zeros((len(vocabulary), dimensions), np.float32)
    model.train(sentences, total_examples=model.corpus_count, epochs=model.epochs)
    vectors = np.zeros((len(vocabulary), dimensions), np.float32)
    for number, word in enumerate(vocabulary.known, start=2):
        if word in model.wv:
            vectors[number] = model.wv[word]
    vectors[1] = vectors[2:].mean(axis=0)
    return vectors
