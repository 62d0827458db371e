"""Towers that read a picture; shared by the image models and the image side of the fusion models."""

from __future__ import annotations

import keras

from training.models.towers import TOWERS


def image_inputs(size: int):
    """`image` (batch, size, size, 3) uint8 and `has_image` (batch,) float32, 1 where there is a picture."""
    return keras.Input((size, size, 3), dtype="uint8", name="image"), keras.Input((), dtype="float32", name="has_image")


def prepared(image, kind: str):
    """A picture (batch, size, size, 3), RGB from 0 to 255, as the network's published weights expect it: VGG-19 blue first and less
    ImageNet's mean colour (Caffe's way), Inception-v3, as `small` does, from -1 to 1.
    """
    of = keras.applications.vgg19 if kind == "vgg19" else keras.applications.inception_v3
    return of.preprocess_input(keras.ops.cast(image, "float32"))


def tower(image, size: int, kind: str, weights: str | None = None):
    """Features (batch, d) of a picture.

    Args:
        kind: `small` (four strided convolutions, for CPUs), `vgg19` or `inception_v3`, trained from scratch.
        weights: a file of Keras weights of the same network without its top, to start from.
    """
    if kind not in TOWERS:
        raise ValueError(f"no image tower is called {kind!r}; there are {', '.join(TOWERS)}")
    x = prepared(image, kind)
    if kind == "small":
        for number, filters in enumerate((16, 32, 64, 128)):
            x = keras.layers.Conv2D(filters, 3, strides=2, padding="same", name=f"convolution_{number}")(x)
            x = keras.layers.GroupNormalization(8, name=f"norm_{number}")(x)
            x = keras.layers.Activation("relu", name=f"picture_relu_{number}")(x)
    elif kind == "vgg19":
        x = keras.applications.VGG19(include_top=False, weights=weights, input_shape=(size, size, 3))(x)
    else:
        x = keras.applications.InceptionV3(include_top=False, weights=weights, input_shape=(size, size, 3))(x)
    return keras.layers.GlobalAveragePooling2D(name="pooled")(x)


def masked(features, has_image):
    """Features of missing pictures set to 0."""
    return features * keras.ops.expand_dims(has_image, -1)
