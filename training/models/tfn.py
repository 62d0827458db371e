"""Tensor Fusion Network: the outer product of both modalities, each with a 1 appended, classified by a small network.

The appended 1 keeps each modality by itself in the tensor, so a missing picture (a vector of zeros) leaves the text's part.
Source: MEP-3M, section 4; Zadeh et al. 2017, section 4.2.
"""

from __future__ import annotations

import keras

from training.models import image, text
from training.models.config import Config


def with_one(vector):
    """(batch, d) -> (batch, d + 1), the last 1."""
    return keras.ops.concatenate([vector, keras.ops.ones_like(vector[:, :1])], axis=-1)


def fused(a, b):
    """(batch, m), (batch, n) -> (batch, (m + 1) * (n + 1)): every product of an element of one with an element of the other."""
    product = keras.ops.expand_dims(with_one(a), 2) * keras.ops.expand_dims(with_one(b), 1)
    return keras.ops.reshape(product, (-1, (a.shape[-1] + 1) * (b.shape[-1] + 1)))


def build(config: Config) -> keras.Model:
    """words, image, has_image -> logits (batch, paths)."""
    words = text.words_input()
    picture, has_image = image.image_inputs(config.image_size)
    title = keras.layers.Dense(config.modality, activation="tanh", name="title")(text.title_read(words, config))
    seen = keras.layers.Dense(config.modality, activation="tanh", name="seen")(image.tower(picture, config, config.tower))
    tensor = fused(title, image.masked(seen, has_image))
    hidden = keras.layers.Dense(config.hidden, activation="relu", name="hidden")(keras.layers.Dropout(config.dropout)(tensor))
    logits = keras.layers.Dense(config.paths, name="logits")(hidden)
    return keras.Model({"words": words, "image": picture, "has_image": has_image}, logits, name="tfn")
