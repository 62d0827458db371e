"""Low-rank Multimodal Fusion: the tensor fusion's linear map in factors, so the tensor itself is never made.

A Dense layer with bias is a factor applied to a vector with a 1 appended: W [z; 1] = A z + b.
Source: MEP-3M, section 4; Liu et al. 2018, section 3.2, equation 6.
"""

from __future__ import annotations

import keras

from training.models import image, text
from training.models.config import Config


def low_rank(title, seen, rank: int, outputs: int):
    """(batch, m), (batch, n) -> (batch, outputs): the sum over ranks of the products of both sides' projections."""
    a = keras.layers.Dense(rank * outputs, name="title_factors")(title)
    b = keras.layers.Dense(rank * outputs, name="seen_factors")(seen)
    return keras.ops.sum(keras.ops.reshape(a * b, (-1, rank, outputs)), axis=1)


def build(config: Config) -> keras.Model:
    """words, image, has_image -> logits (batch, paths)."""
    words = text.words_input()
    picture, has_image = image.image_inputs(config.image_size)
    title = keras.layers.Dense(config.modality, activation="tanh", name="title")(text.title_read(words, config))
    seen = keras.layers.Dense(config.modality, activation="tanh", name="seen")(image.tower(picture, config, config.tower))
    hidden = keras.ops.relu(low_rank(title, image.masked(seen, has_image), config.rank, config.hidden))
    hidden = keras.layers.Dropout(config.dropout)(hidden)
    logits = keras.layers.Dense(config.paths, name="logits")(hidden)
    return keras.Model({"words": words, "image": picture, "has_image": has_image}, logits, name="lmf")
