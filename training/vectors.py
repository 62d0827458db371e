"""word2vec vectors of the training titles' words, which a text model starts from."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import numpy as np

from training.served.titles import Vocabulary, words


def word2vec(titles: Iterable[str], vocabulary: Vocabulary, dimensions: int, *, epochs: int = 5, seed: int = 7) -> np.ndarray:
    """(len(vocabulary), dimensions) float32; padding is 0, unknown the mean of all words.

    One thread and a fixed hash, so that the same titles give the same vectors.
    Source: MEP-3M, section 4 (gensim's word2vec); Mikolov et al. 2013.
    """
    from gensim.models import Word2Vec

    known = set(vocabulary.known)
    sentences = [[word for word in words(title) if word in known] for title in titles]
    model = Word2Vec(
        vector_size=dimensions, window=5, min_count=1, workers=1, seed=seed, epochs=epochs, hashfxn=lambda text: zlib.crc32(text.encode())
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
