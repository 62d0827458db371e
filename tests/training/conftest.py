"""A small lake of products that a model can learn: words and a colour by sub-class."""

from __future__ import annotations

import hashlib
import io
import random
from pathlib import Path

import pytest

from lakehouse import arrow, tables

NOUNS = {  # (class, sub-class, third level): words of its titles and the colour of its pictures
    (1, 10, None): ("手机", "智能", (200, 30, 30)), (1, 11, None): ("充电器", "数据线", (30, 200, 30)),
    (2, 20, 200): ("苹果", "红富士", (30, 30, 200)), (2, 20, 201): ("橙子", "赣南", (220, 140, 20)),
    (3, 30, None): ("沙发", "布艺", (120, 120, 120)), (3, 31, None): ("床垫", "乳胶", (20, 200, 200)),
}
BRANDS = ("鸿运", "乐家", "大地", "清泉")


def picture(colour: tuple[int, int, int], noise: int) -> bytes:
    """A JPEG of 40 x 40 pixels."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (40, 40), tuple(min(255, part + noise % 17) for part in colour)).save(out, "JPEG")
    return out.getvalue()


def rows(root: Path, number: int = 240, pictures: bool = True) -> list[dict]:
    """Products; every fifth has no picture, four of five are for training."""
    chance = random.Random(5)
    found = []
    for n in range(number):
        (class_id, sub_class_id, third), (noun, word, colour) = list(NOUNS.items())[n % len(NOUNS)]
        product_id = hashlib.sha256(str(n).encode()).hexdigest()[:16]
        path = None
        if pictures and n % 5:
            path = f"images/{product_id}.jpg"
            (root / "images").mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(picture(colour, n))
        found.append({
            "product_id": product_id, "shop": "shop", "listing_id": str(n), "class_id": class_id, "class_name": f"类{class_id}",
            "sub_class_id": sub_class_id, "sub_class_name": f"子类{sub_class_id}", "subsub_class_id": third,
            "subsub_class_name": f"细类{third}" if third else None, "img_path": path, "img_resolution": [40, 40, 3] if path else None,
            "title": f"{chance.choice(BRANDS)} {word}{noun} {chance.randint(1, 9)}00g 包邮", "split": "test" if n // len(NOUNS) % 5 == 0 else "train"})
    return found


@pytest.fixture
def products(lake) -> Path:
    """A lake with gold.products at version 1."""
    arrow.append(tables.PRODUCTS, arrow.batch(tables.PRODUCTS, rows(lake)))
    return lake
