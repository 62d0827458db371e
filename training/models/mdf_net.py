"""MDF-Net: image features start a BiLSTM with attention; both are multiplied element by element, image features added back.

Source: MDF-Net, CCBR 2022 (93.72 % top-1 on MEP-3M, the best published): BiLSTM with attention and VGG-19, Hadamard fusion, a
residual on the image features, which also start the text model. Layer sizes are settings, since none are taken from its code.
"""

from __future__ import annotations

import keras

from training.models import image, text
from training.models.config import Config


def build(config: Config) -> keras.Model:
    """words, image, has_image -> logits (batch, paths)."""
    words = text.words_input()
    picture, has_image = image.image_inputs(config.image_size)
    vectors, there = text.embedded(words, config.vocabulary, config.dimensions)
    features = image.tower(picture, config, config.tower)
    seen = image.masked(keras.layers.Dense(2 * config.units, activation="tanh", name="seen")(features), has_image)
    starts = [
        keras.layers.Dense(config.units, activation="tanh", name=f"start_{part}")(seen)
        for part in ("h_forward", "c_forward", "h_backward", "c_backward")
    ]
    title = text.attended(text.bilstm(vectors, there, config.units, states=starts), there, config.attention)
    # Without a picture the product would be 0: then the title stands alone.
    one = keras.ops.expand_dims(1.0 - has_image, -1)
    fused = title * (seen + one) + seen
    hidden = keras.layers.Dense(config.hidden, activation="relu", name="hidden")(keras.layers.Dropout(config.dropout)(fused))
    logits = keras.layers.Dense(config.paths, name="logits")(hidden)
    return keras.Model({"words": words, "image": picture, "has_image": has_image}, logits, name="mdf_net")
