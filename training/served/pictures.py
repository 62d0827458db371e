"""A picture's bytes as an array of one size."""

from __future__ import annotations

import io

import numpy as np

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")  # those of shops; a file of another kind may run programs (EPS)


def decode(content: bytes | None, size: int) -> np.ndarray | None:
    """(size, size, 3) uint8; None where there is no picture or it does not decode.

    JPEGs are decoded at the smallest scale that is not below `size`, which is several times faster.
    """
    from PIL import Image

    if not content:
        return None
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            image.draft("RGB", (size, size))
            return np.asarray(image.convert("RGB").resize((size, size), Image.Resampling.BILINEAR), np.uint8)
    except Exception:  # decoders raise whatever torn bytes lead them to
        return None


def stack(decoded: list[np.ndarray | None], size: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures as (n, size, size, 3) uint8, black where missing, and (n,) float32: 1 where there is one."""
    pixels = np.zeros((len(decoded), size, size, 3), np.uint8)
    present = np.zeros(len(decoded), np.float32)
    for number, picture in enumerate(decoded):
        if picture is not None:
            pixels[number], present[number] = picture, 1.0
    return pixels, present
