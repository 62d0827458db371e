"""Layers that read a title; shared by the text models and the text side of the fusion models."""

from __future__ import annotations

import keras

from training.models.config import Config


def words_input() -> keras.KerasTensor:
    """(batch, any length) int32 word numbers, 0 for padding at the end."""
    return keras.Input((None,), dtype="int32", name="words")


def embedded(words, vocabulary: int, dimensions: int):
    """Word vectors (batch, length, dimensions), set to word2vec's before training, and where there is a word (batch, length)."""
    vectors = keras.layers.Embedding(vocabulary, dimensions, name="word_vectors")(words)
    return vectors, keras.ops.not_equal(words, 0)


def bilstm(vectors, there, units: int, *, states=None):
    """(batch, length, 2 * units). `states`: a start for h and c of each direction."""
    layer = keras.layers.Bidirectional(keras.layers.LSTM(units, return_sequences=True), name="bilstm")
    return layer(vectors, mask=there, initial_state=states) if states is not None else layer(vectors, mask=there)


def attended(states, there, units: int):
    """Weighted mean of the states (batch, length, d) -> (batch, d); the weights are learnt, padding has none."""
    scores = keras.layers.Dense(1, name="attention")(keras.layers.Dense(units, activation="tanh", name="attention_hidden")(states))
    scores = keras.ops.squeeze(scores, -1) + (keras.ops.cast(there, "float32") - 1.0) * 1e9
    return keras.ops.sum(keras.ops.expand_dims(keras.ops.softmax(scores, axis=-1), -1) * states, axis=1)


def strongest(states, there):
    """The largest value of each unit over the words, (batch, length, d) -> (batch, d); an LSTM's are above -1, which padding has."""
    return keras.ops.max(keras.ops.where(keras.ops.expand_dims(there, -1), states, -1.0), axis=1)


def title_read(words, config: Config):
    """(batch, length) word numbers -> (batch, 4 * units): the states of a BiLSTM, the strongest beside a weighted mean.

    Not the two last states, since a title is a list of names and attributes, and what it is of may stand anywhere in it. Word vectors
    are dropped out too, or a title of a rare label would be known by its brand.
    """
    vectors, there = embedded(words, config.vocabulary, config.dimensions)
    states = bilstm(keras.layers.Dropout(config.word_dropout)(vectors), there, config.units)
    return keras.layers.Dropout(config.dropout)(keras.ops.concatenate([strongest(states, there), attended(states, there, config.attention)], axis=-1))
