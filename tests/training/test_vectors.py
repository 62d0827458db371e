"""word2vec's vectors: the same for the same titles, and other ones for another window or more passes."""

import numpy as np

from training.served.titles import Vocabulary
from training.vectors import word2vec

TITLES = [f"{fruit} 新鲜 水果 {size}斤 包邮" for fruit in ("苹果", "香蕉", "橙子") for size in range(20)]


def test_vectors_follow_from_titles_and_settings():
    vocabulary = Vocabulary.of(TITLES)
    vectors = word2vec(TITLES, vocabulary, 6)
    assert vectors.shape == (len(vocabulary), 6) and vectors.dtype == np.float32
    assert not vectors[0].any() and vectors[2:].any(axis=1).all()
    np.testing.assert_allclose(vectors[1], vectors[2:].mean(axis=0), rtol=1e-5)
    np.testing.assert_array_equal(vectors, word2vec(iter(TITLES), vocabulary, 6, times=15))
    for other in ({"window": 1}, {"times": 1}, {"seed": 8}):
        assert not np.array_equal(vectors, word2vec(TITLES, vocabulary, 6, **other))


def test_titles_without_a_known_word_give_nothing():
    assert not word2vec(["", "123"], Vocabulary.of(TITLES), 6).any()
