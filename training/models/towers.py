"""Names of the image towers; apart from their layers, so that the command line need not import TensorFlow."""

TOWERS = ("small", "vgg19", "inception_v3")
