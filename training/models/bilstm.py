"""BiLSTM: word vectors, an LSTM in each direction, their states pooled over the words and classified.

Source: MEP-3M, section 4 (text-only model, word2vec embeddings); Schuster and Paliwal 1997;
pooling by the largest value: Conneau et al. 2017; by attention: Zhou et al. 2016.
"""

from __future__ import annotations

import keras

from training.models import text
from training.models.config import Config


def build(config: Config) -> keras.Model:
    """words (batch, words) -> logits (batch, paths)."""
    words = text.words_input()
    logits = keras.layers.Dense(config.paths, name="logits")(text.title_read(words, config))
    return keras.Model({"words": words}, logits, name="bilstm")
