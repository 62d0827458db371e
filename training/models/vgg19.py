"""VGG-19 on the picture alone, from scratch or from weights at a given path.

Source: MEP-3M, section 4 (image-only model); Simonyan and Zisserman 2015 (configuration E).
"""

from __future__ import annotations

import keras

from training.models import image
from training.models.config import Config


def build(config: Config) -> keras.Model:
    """image (batch, size, size, 3), has_image (batch,) -> logits (batch, paths)."""
    return image.classifier(config, "vgg19", "vgg19")
