"""This project's own title model: a bag of n-grams that weighs its terms, beside convolutions over words.

Titles of products are lists of names and attributes: which n-grams occur decides most (the wide side), which words stand side by side
decides the rest (the deep side). Both give logits of their own, which are added, so either may be sure where the other is not.
- A term's vector is scaled by a learnt weight, starting at 1, so that 包邮 (free delivery) loses its say.
- Terms are left out at random while training, since a title of one brand would otherwise be known by its brand.
Seed of the idea: Cheng et al. 2016 (wide and deep learning), Joulin et al. 2017 (hashed n-grams), Kim 2014 (convolutions over words).
"""

from __future__ import annotations

import keras

from training.models import text
from training.models.bag import Bag
from training.models.config import Config


def build(config: Config) -> keras.Model:
    """terms (batch, n), words (batch, m) -> logits (batch, paths)."""
    terms = keras.Input((None,), dtype="int32", name="terms")
    words = text.words_input()
    bag = Bag(config.buckets, config.hidden, weighted=True, left_out=config.dropout, name="terms_seen")(terms)
    wide = keras.layers.Dense(config.paths, name="wide_logits")(keras.layers.Dropout(config.dropout)(bag))

    vectors, there = text.embedded(words, config.vocabulary, config.dimensions)
    there = keras.ops.expand_dims(keras.ops.cast(there, "float32"), -1)
    vectors = keras.layers.Dropout(config.dropout)(vectors * there)
    # A convolution's bias answers to padding too, whose length hangs on the other titles of a batch; 0 is the least that relu gives.
    found = [
        keras.layers.Conv1D(config.hidden, width, padding="same", activation="relu", name=f"convolution_{width}")(vectors)
        for width in range(1, config.widest + 1)
    ]
    strongest = keras.ops.max(keras.ops.concatenate(found, axis=-1) * there, axis=1)
    deep = keras.layers.Dense(config.paths, name="deep_logits")(keras.layers.Dropout(config.deep_dropout)(strongest))
    return keras.Model({"terms": terms, "words": words}, wide + deep, name="wide_deep")
