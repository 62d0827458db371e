"""Pictures of things: a silhouette for the kind of thing, a colour for the sub-class, the rest by chance.

An image model can learn them, but less surely than titles: some sub-classes share a silhouette and lie close in colour, and one
picture in five is of a plain parcel.
"""

from __future__ import annotations

import colorsys
import io
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw

from sample_shops.draws import Draws, number

VARIANTS = 1000         # different pictures of one leaf and view; a larger catalogue repeats them, as shops do
PARCEL_PERCENT = 20
SIZES = ((220, 220),) * 90 + ((75, 75),) * 4 + ((64, 50), (60, 60), (54, 54), (100, 75), (800, 800), (219, 220))   # paper, section 3.2

# Primitives in a unit square: e ellipse, r rectangle, p polygon; then the tone (0 main, 1 dark, 2 light, 3 accent) and the points.
SHAPES = {
    "bottle": "r1 .43 .06 .57 .2;p0 .43 .2 .57 .2 .68 .38 .68 .94 .32 .94 .32 .38;r2 .32 .52 .68 .78",
    "can": "r0 .25 .2 .75 .88;e1 .25 .12 .75 .28;r2 .25 .42 .75 .7;e3 .42 .46 .58 .66",
    "jar": "r1 .3 .12 .7 .26;r0 .24 .26 .76 .9;r2 .24 .44 .76 .74",
    "bag": "p0 .25 .18 .75 .18 .82 .9 .18 .9;r1 .25 .1 .75 .18;e2 .34 .4 .66 .72",
    "box": "p0 .15 .35 .5 .22 .85 .35 .5 .48;p1 .15 .35 .5 .48 .5 .9 .15 .75;p2 .85 .35 .5 .48 .5 .9 .85 .75",
    "packet": "r0 .16 .3 .84 .78;r1 .16 .3 .22 .78;r1 .78 .3 .84 .78;e2 .38 .4 .62 .68",
    "round": "e0 .18 .22 .82 .86;e2 .3 .32 .46 .48;p3 .48 .24 .52 .24 .58 .08 .53 .08",
    "ball": "e0 .14 .14 .86 .86;r1 .14 .48 .86 .52;r1 .48 .14 .52 .86",
    "shirt": "p0 .3 .18 .42 .22 .58 .22 .7 .18 .92 .38 .8 .5 .72 .42 .72 .88 .28 .88 .28 .42 .2 .5 .08 .38;e2 .42 .16 .58 .3",
    "garment": "p0 .3 .14 .7 .14 .78 .5 .66 .52 .66 .9 .34 .9 .34 .52 .22 .5;r1 .48 .16 .52 .88",
    "dress": "p0 .4 .1 .6 .1 .62 .4 .84 .92 .16 .92 .38 .4;r3 .37 .38 .63 .43",
    "trousers": "p0 .3 .1 .7 .1 .76 .92 .56 .92 .5 .36 .44 .92 .24 .92;r1 .3 .1 .7 .16",
    "shoe": "p0 .1 .4 .36 .4 .56 .54 .86 .62 .92 .76 .08 .76;r1 .08 .76 .92 .83;r2 .36 .52 .5 .55",
    "sandal": "r1 .08 .72 .92 .8;p0 .2 .72 .34 .48 .44 .48 .36 .72;p0 .6 .72 .56 .52 .68 .56 .76 .72",
    "phone": "r1 .3 .08 .7 .92;r0 .33 .14 .67 .84;e2 .47 .86 .53 .91",
    "slab": "r0 .2 .3 .8 .7;r1 .2 .64 .8 .7;r3 .7 .36 .75 .41",
    "screen": "r1 .08 .18 .92 .72;r0 .11 .21 .89 .69;r1 .46 .72 .54 .84;r1 .32 .84 .68 .88",
    "laptop": "r1 .2 .22 .8 .64;r0 .23 .25 .77 .61;p2 .1 .64 .9 .64 .96 .78 .04 .78",
    "washer": "r0 .2 .1 .8 .92;e1 .3 .34 .7 .78;e2 .37 .41 .63 .71;r3 .58 .16 .74 .22",
    "fridge": "r0 .28 .06 .72 .94;r1 .28 .36 .72 .39;r3 .64 .16 .67 .3;r3 .64 .46 .67 .66",
    "wide": "r0 .06 .34 .94 .62;r1 .1 .55 .9 .59;e3 .84 .4 .89 .46",
    "cup": "r0 .24 .26 .68 .88;e2 .24 .2 .68 .34;e1 .64 .4 .86 .68;r0 .6 .4 .68 .7",
    "pot": "r0 .18 .4 .74 .78;e1 .18 .32 .74 .48;r1 .74 .44 .96 .5",
    "book": "p0 .22 .14 .78 .1 .78 .86 .22 .9;r1 .22 .14 .3 .9;r2 .4 .28 .68 .34;r2 .4 .4 .6 .44",
    "watch": "r1 .42 .06 .58 .94;e0 .28 .3 .72 .72;e2 .33 .35 .67 .67;r1 .49 .4 .51 .52",
    "ring": "e0 .24 .34 .76 .9;e2 .34 .44 .66 .8;p3 .42 .34 .5 .14 .58 .34",
    "flower": "r1 .48 .5 .52 .95;e0 .34 .1 .66 .42;e0 .18 .26 .5 .58;e0 .5 .26 .82 .58;e3 .4 .28 .6 .48",
    "plant": "p1 .32 .66 .68 .66 .62 .94 .38 .94;e0 .2 .2 .52 .66;e0 .48 .14 .8 .64;e2 .38 .08 .62 .52",
    "lamp": "p0 .2 .4 .8 .4 .66 .16 .34 .16;r1 .47 .4 .53 .82;e1 .32 .78 .68 .9",
    "case": "r0 .24 .26 .76 .9;r1 .4 .12 .6 .26;r2 .28 .44 .72 .48;e1 .28 .88 .36 .96;e1 .64 .88 .72 .96",
    "chair": "r0 .3 .08 .7 .48;r0 .26 .52 .74 .62;r1 .47 .62 .53 .84;r1 .3 .84 .7 .9",
    "sofa": "r0 .1 .34 .9 .6;r1 .06 .46 .2 .78;r1 .8 .46 .94 .78;r2 .2 .56 .8 .72",
    "car": "p0 .06 .58 .2 .56 .32 .38 .66 .38 .8 .56 .94 .6 .94 .72 .06 .72;e1 .18 .64 .36 .82;e1 .64 .64 .82 .82",
    "tent": "p0 .5 .14 .94 .86 .06 .86;p1 .5 .4 .62 .86 .38 .86",
}


@dataclass(frozen=True)
class Key:
    """What decides a picture, byte for byte."""

    shape: str
    sub_class: str
    leaf: str
    variant: int
    view: int


def _primitives(shape: str) -> list[tuple[str, int, list[float]]]:
    if shape in SHAPES:
        return [(part[0], int(part[1]), [float(x) for x in part[2:].split()]) for part in SHAPES[shape].split(";")]
    draws = Draws("shape", shape)           # the rarer kinds: a few parts that are always the same for the kind
    made = []
    for tone in (0, 1, 2, 3):
        left, top = draws.between(.1, .5), draws.between(.1, .5)
        made.append((draws.choice("er"), tone, [left, top, left + draws.between(.2, .45), top + draws.between(.2, .45)]))
    return made


def _rgb(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    return tuple(int(255 * part) for part in colorsys.hsv_to_rgb(hue % 1, min(1, max(0, saturation)), min(1, max(0, value))))


def kind_of(key: Key) -> str:
    """png for one picture in thirty, else jpg (paper, section 3.2: 3.46 % are png)."""
    return "png" if number("kind", *_content(key)) % 1000 < 35 else "jpg"


def _content(key: Key) -> tuple:
    return (key.shape, key.sub_class, key.leaf, key.variant, key.view)


@lru_cache(maxsize=1024)
def draw(key: Key) -> bytes:
    """The picture as jpg or png bytes; the same key, the same bytes."""
    draws = Draws("picture", *_content(key))
    width, height = draws.choice(SIZES)
    side = min(220, max(width, height))     # drawn at no more than 220 and scaled: the larger ones are rare
    hue = number("hue", key.sub_class, key.leaf) % 1000 / 1000 + draws.between(-.04, .04)
    saturation, value = draws.between(.45, .8), draws.between(.55, .9)
    shape = key.shape
    if draws.chance(PARCEL_PERCENT):
        shape, hue, saturation, value = "box", .09, .45, .7
    main, dark = _rgb(hue, saturation, value), _rgb(hue, saturation, value * .55)
    light, accent = _rgb(hue, saturation * .35, value + .25), _rgb(hue + .5, saturation, value)
    tones = (main, dark, light, accent)
    ground = draws.between(.82, 1)
    image = Image.new("RGB", (side, side), _rgb(draws.between(0, 1), .05, ground))
    pen = ImageDraw.Draw(image)
    if draws.chance(30):
        pen.rectangle((0, side * .8, side, side), fill=_rgb(draws.between(0, 1), .12, ground - .15))
    scale, aspect = draws.between(.62, .98) * side, draws.between(.85, 1.1)
    left, top = draws.between(.35, .65) * (side - scale), draws.between(.35, .65) * (side - scale)
    mirrored = draws.chance(50)
    for primitive, tone, points in _primitives(shape):
        xs = [left + (1 - x if mirrored else x) * scale * min(1, aspect) for x in points[::2]]
        ys = [top + y * scale / max(1, aspect) for y in points[1::2]]
        if primitive == "p":
            pen.polygon(list(zip(xs, ys, strict=True)), fill=tones[tone])
        else:
            corners = (min(xs), min(ys), max(xs), max(ys))
            (pen.ellipse if primitive == "e" else pen.rectangle)(corners, fill=tones[tone])
    if draws.chance(25):                    # a seller's ribbon
        pen.rectangle((0, side * .88, side, side), fill=_rgb(draws.between(0, 1), .8, .85))
    if draws.chance(60):
        image = image.rotate(draws.between(-14, 14), fillcolor=image.getpixel((1, 1)))
    if image.size != (width, height):
        image = image.resize((width, height))
    out = io.BytesIO()
    if kind_of(key) == "png":
        image.save(out, "PNG")
    else:
        image.save(out, "JPEG", quality=80)
    return out.getvalue()
