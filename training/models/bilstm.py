"""BiLSTM: word vectors, an LSTM in each direction, both last states classified.

Source: MEP-3M, section 4 (text-only model, word2vec embeddings); Schuster and Paliwal 1997.
"""

from __future__ import annotations

import keras

from training.models import text
from training.models.config import Config


def build(config: Config) -> keras.Model:
    """words (batch, words) -> logits (batch, paths)."""
    words = text.words_input()
    vectors, there = text.embedded(words, config.vocabulary, config.dimensions)
    state = keras.layers.Dropout(config.dropout)(text.bilstm(vectors, there, config.units))
    return keras.Model({"words": words}, keras.layers.Dense(config.paths, name="logits")(state), name="bilstm")
