"""The image side of a fusion model alone, so that fusion can be compared with it; on a CPU four strided convolutions.

Source: MEP-3M, section 4 (image-only models), with the tower as a setting.
"""

from __future__ import annotations

import keras

from training.models import image
from training.models.config import Config


def build(config: Config) -> keras.Model:
    """image (batch, size, size, 3), has_image (batch,) -> logits (batch, paths)."""
    return image.classifier(config, config.tower, "image_tower")
