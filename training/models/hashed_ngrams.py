"""A bag of hashed n-grams, classified linearly.

Source: Joulin et al. 2017, "Bag of Tricks for Efficient Text Classification", section 2.
"""

from __future__ import annotations

import keras

from training.models.bag import Bag
from training.models.config import Config


def build(config: Config) -> keras.Model:
    """terms (batch, n) -> logits (batch, paths)."""
    terms = keras.Input((None,), dtype="int32", name="terms")
    vector = Bag(config.buckets, config.dimensions, name="terms_seen")(terms)
    return keras.Model({"terms": terms}, keras.layers.Dense(config.paths, name="logits")(vector), name="hashed_ngrams")
