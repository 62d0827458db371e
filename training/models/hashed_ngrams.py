"""A bag of hashed n-grams: the mean of their vectors, classified linearly.

Source: Joulin et al. 2017, "Bag of Tricks for Efficient Text Classification", section 2.
"""

from __future__ import annotations

import keras

from training.models.config import Config


def terms_input():
    """(batch, any length) int32 hashed terms, 0 for padding at the end."""
    return keras.Input((None,), dtype="int32", name="terms")


def mean_vector(terms, buckets: int, dimensions: int, name: str):
    """(batch, length) -> (batch, dimensions): the mean vector of the terms that are there."""
    vectors = keras.layers.Embedding(buckets, dimensions, name=name)(terms)
    there = keras.ops.expand_dims(keras.ops.cast(keras.ops.not_equal(terms, 0), "float32"), -1)
    return keras.ops.sum(vectors * there, axis=1) / keras.ops.maximum(keras.ops.sum(there, axis=1), 1.0)


def build(config: Config) -> keras.Model:
    """terms (batch, terms) -> logits (batch, paths)."""
    terms = terms_input()
    vector = mean_vector(terms, config.buckets, config.dimensions, "term_vectors")
    return keras.Model({"terms": terms}, keras.layers.Dense(config.paths, name="logits")(vector), name="hashed_ngrams")
