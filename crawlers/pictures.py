"""Pictures: looked at in a bounded way, stored under their content's hash."""

from __future__ import annotations

import hashlib
import os
import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from crawlers.pages.picture_addresses import stands_in

MAX_PIXELS = 50_000_000
TINY_SIDE = 32
EXTENSIONS = {"jpeg": "jpg", "mpo": "jpg"}
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")     # JPEG opens MPO too
CHANNELS = {"L": 1, "1": 1, "I": 1, "F": 1, "I;16": 1, "LA": 2, "P": 3, "RGB": 3, "YCbCr": 3, "LAB": 3, "HSV": 3, "RGBA": 4, "CMYK": 4, "PA": 4}


class BrokenPicture(Exception):
    """The bytes are no picture that can be used; `reason` says why, by name."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Picture:
    """What was seen of a picture. Sizes in pixels, `verdict` one of usable, animated, tiny, placeholder."""

    image_sha256: str
    format: str
    width: int
    height: int
    channels: int
    size_bytes: int
    verdict: str

    @property
    def path(self) -> str:
        """Where it lies, relative to the lake's root. Made of the hash and the decoder's format, of nothing that came from afar."""
        return f"images/{self.image_sha256[:2]}/{self.image_sha256}.{EXTENSIONS.get(self.format, self.format)}"


def pixels(body: bytes) -> int:
    """As many as the head of the file promises; 0 where it promises none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(body), formats=FORMATS) as picture:
                return picture.width * picture.height
    except Exception:           # look() says why
        return 0


def look(body: bytes, url: str = "") -> Picture:
    """Decode a picture as far as the bounds allow and say what it is.

    Raises:
        BrokenPicture: empty, markup, an unknown format, torn, or of more pixels than `MAX_PIXELS`.
    """
    if not body:
        raise BrokenPicture("picture_empty")
    if body.lstrip()[:1] == b"<":
        raise BrokenPicture("picture_is_markup")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(body), formats=FORMATS) as picture:
                width, height = picture.size
                if width * height > MAX_PIXELS:
                    raise BrokenPicture("picture_too_many_pixels")
                frames = getattr(picture, "n_frames", 1) if picture.format != "MPO" else 1
                kind, channels = (picture.format or "").lower(), CHANNELS.get(picture.mode, 3)
                if kind == "jpeg":
                    picture.draft(None, (64, 64))       # decodes at an eighth; the whole stream is still read
                picture.load()
                small = picture.convert("RGB").resize((16, 16))
    except BrokenPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BrokenPicture("picture_too_many_pixels") from None
    except UnidentifiedImageError:
        raise BrokenPicture("picture_unknown_format") from None
    except Exception:                                   # decoders raise whatever torn bytes lead them to
        raise BrokenPicture("picture_torn") from None
    if frames > 1:
        verdict = "animated"
    elif min(width, height) < TINY_SIDE:
        verdict = "tiny"
    elif all(high - low < 6 for low, high in small.getextrema()) or stands_in(url):
        verdict = "placeholder"
    else:
        verdict = "usable"
    return Picture(hashlib.sha256(body).hexdigest(), kind, width, height, channels, len(body), verdict)


def seeded_order(shop: str, listing_id: str, urls: list[str]) -> list[str]:
    """The candidates in an order that only the listing decides: the first one is the picture chosen at random (paper, section 3).

    >>> seeded_order("a", "1", ["x", "y", "z"]) == seeded_order("a", "1", ["z", "x", "y"])
    True
    """
    return sorted(dict.fromkeys(urls), key=lambda url: hashlib.sha256(f"{shop}\x1f{listing_id}\x1f{url}".encode("utf-8", "surrogatepass")).digest())


def store(root: Path, picture: Picture, body: bytes) -> None:
    """The bytes under their hash; a file that is there already has them. Several processes may store the same picture at once."""
    place = root / picture.path
    if place.exists() and place.stat().st_size == len(body):
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_name(f"{place.name}.{os.getpid()}.unfinished")
    unfinished.write_bytes(body)
    unfinished.replace(place)
