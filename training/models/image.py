"""Towers that read a picture; shared by the image models and the image side of the fusion models.

VGG-19 has 16 convolutions and nothing that holds its signal: from kernels as Glorot and Bengio 2010 draw them, Keras's default, a picture
whose numbers spread by 64 leaves the last by .01, whatever it shows, and the network answers every picture alike. From kernels as He et al.
2015 (section 2.2) draw them for rectifiers the signal keeps its size, if the picture itself spreads by about 1.
"""

from __future__ import annotations

import keras

from training.models.config import Config
from training.models.towers import TOWERS

SPREAD = 64.0  # of a picture's numbers as VGG-19's published weights expect them


def image_inputs(size: int):
    """`image` (batch, size, size, 3) uint8 and `has_image` (batch,) float32, 1 where there is a picture."""
    return keras.Input((size, size, 3), dtype="uint8", name="image"), keras.Input((), dtype="float32", name="has_image")


def prepared(image, kind: str):
    """A picture (batch, size, size, 3), RGB from 0 to 255, as the network's published weights expect it: VGG-19 blue first and less
    ImageNet's mean colour (Caffe's way), Inception-v3, as `small` does, from -1 to 1.
    """
    of = keras.applications.vgg19 if kind == "vgg19" else keras.applications.inception_v3
    return of.preprocess_input(keras.ops.cast(image, "float32"))


def tower(image, config: Config, kind: str):
    """Features (batch, d) of a picture.

    While training a picture is shown mirrored or not and moved by up to `config.shift` of its side, as a camera might have stood: a small
    table shows each one in every epoch, and one shown the same each time is learnt by heart (decision 0610).

    Args:
        kind: `small` (four strided convolutions, for CPUs), `vgg19` or `inception_v3`; from scratch, or from the weights that `config` names.
    """
    if kind not in TOWERS:
        raise ValueError(f"no image tower is called {kind!r}; there are {', '.join(TOWERS)}")
    x, shape, weights = prepared(image, kind), (config.image_size, config.image_size, 3), config.weights
    if config.shift:
        x = keras.layers.RandomFlip("horizontal", name="mirrored")(x)
        x = keras.layers.RandomTranslation(config.shift, config.shift, fill_mode="nearest", name="moved")(x)
    if kind == "small":
        for number, filters in enumerate((16, 32, 64, 128)):
            x = keras.layers.Conv2D(filters, 3, strides=2, padding="same", name=f"convolution_{number}")(x)
            x = keras.layers.BatchNormalization(momentum=0.9, name=f"norm_{number}")(x)
            x = keras.layers.Activation("relu", name=f"picture_relu_{number}")(x)
    elif kind == "vgg19" and weights is None:
        x = _untrained_vgg19(shape)(x / SPREAD)
    else:
        published = keras.applications.VGG19 if kind == "vgg19" else keras.applications.InceptionV3
        x = published(include_top=False, weights=weights, input_shape=shape)(x)
    return keras.layers.GlobalAveragePooling2D(name="pooled")(x)


def _untrained_vgg19(shape: tuple[int, int, int]) -> keras.Model:
    """Without its top; the pictures' numbers are to spread by about 1."""
    network, drawn = keras.applications.VGG19(include_top=False, weights=None, input_shape=shape), keras.initializers.HeNormal()
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D):
            layer.kernel.assign(drawn(layer.kernel.shape))
    return network


def masked(features, has_image):
    """Features of missing pictures set to 0."""
    return features * keras.ops.expand_dims(has_image, -1)


def classifier(config: Config, kind: str, name: str) -> keras.Model:
    """image (batch, size, size, 3), has_image (batch,) -> logits (batch, paths)."""
    picture, has_image = image_inputs(config.image_size)
    seen = masked(tower(picture, config, kind), has_image)
    hidden = keras.layers.Dropout(config.dropout)(keras.layers.Dense(config.hidden, activation="relu", name="hidden")(seen))
    return keras.Model({"image": picture, "has_image": has_image}, keras.layers.Dense(config.paths, name="logits")(hidden), name=name)
