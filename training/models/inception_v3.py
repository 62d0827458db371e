"""Inception-v3 on the picture alone, from scratch or from weights at a given path.

Source: MEP-3M, section 4 (image-only model); Szegedy et al. 2016.
"""

from __future__ import annotations

import keras

from training.models import image
from training.models.config import Config


def build(config: Config) -> keras.Model:
    """image (batch, size, size, 3), has_image (batch,) -> logits (batch, paths)."""
    picture, has_image = image.image_inputs(config.image_size)
    features = image.masked(image.tower(picture, config.image_size, "inception_v3", config.weights), has_image)
    hidden = keras.layers.Dense(config.hidden * 4, activation="relu", name="hidden")(features)
    hidden = keras.layers.Dropout(config.dropout)(hidden)
    return keras.Model({"image": picture, "has_image": has_image}, keras.layers.Dense(config.paths, name="logits")(hidden), name="inception_v3")
