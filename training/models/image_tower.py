"""The image side of a fusion model alone, so that fusion can be compared with it; on a CPU four strided convolutions.

Source: MEP-3M, section 4 (image-only models), with the tower as a setting.
"""

from __future__ import annotations

import keras

from training.models import image
from training.models.config import Config


def build(config: Config) -> keras.Model:
    """image (batch, size, size, 3), has_image (batch,) -> logits (batch, paths)."""
    picture, has_image = image.image_inputs(config.image_size)
    seen = image.masked(image.tower(picture, config.image_size, config.tower, config.weights), has_image)
    hidden = keras.layers.Dropout(config.dropout)(keras.layers.Dense(config.hidden, activation="relu", name="hidden")(seen))
    return keras.Model({"image": picture, "has_image": has_image}, keras.layers.Dense(config.paths, name="logits")(hidden), name="image_tower")
