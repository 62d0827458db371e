"""A small lake of real Delta tables: gold tables and the pictures that products point to."""

import hashlib
from io import BytesIO

import pytest
from PIL import Image
from typer.testing import CliRunner

from lakehouse import arrow
from lakehouse.tables import DATASET_STATISTICS, PRODUCTS, TAXONOMY
from release.commands import app

CLASSES = {5: "食品/酒水/生鲜/特产", 9: "男装/女装/内衣/鞋靴"}
SUB_CLASSES = {1: (5, "水果"), 2: (5, "饮料饮品"), 3: (9, "T恤"), 4: (9, "无货")}
THIRD = {5: (1, "苹果"), 6: (1, "橙子")}
TITLES = ('【第2件9.8】脆甜冰糖心"红富士"苹果\\5斤', "新鲜橙子\t脐橙 10斤 🍊", "水果", "可乐 330ml*24", "T恤男\u2028短袖")


def picture(lake, k):
    out = BytesIO()
    size, kind = ((220, 220), "PNG") if k % 5 == 0 else ((75, 60), "JPEG")
    Image.new("RGB", size, (k * 7 % 256, 90, 120)).save(out, kind)
    body = out.getvalue()
    digest = hashlib.sha256(body).hexdigest()
    path = f"images/{digest[:2]}/{digest}.{'png' if kind == 'PNG' else 'jpeg'}"
    (lake / path).parent.mkdir(parents=True, exist_ok=True)
    (lake / path).write_bytes(body)
    return path, [size[1], size[0], 3]


def product(k, lake=None):
    """Product number k; every fourth has no picture, nor has any without a lake."""
    sub_class_id = (1, 1, 1, 2, 3)[k % 5]
    class_id, name = SUB_CLASSES[sub_class_id]
    third = {0: 5, 1: 6}.get(k % 5)
    path, resolution = picture(lake, k % 50) if lake and k % 4 else (None, None)
    return {
        "product_id": hashlib.sha256(str(k).encode()).hexdigest()[:20], "shop": f"shop{k % 2}", "listing_id": str(k),
        "class_id": class_id, "class_name": CLASSES[class_id], "sub_class_id": sub_class_id, "sub_class_name": name,
        "subsub_class_id": third, "subsub_class_name": third and THIRD[third][1],
        "img_path": path, "img_resolution": resolution, "title": f"{TITLES[k % 5]} {k}", "split": "test" if k % 5 == 2 else "train",
    }


def nodes():
    def node(level, node_id, name, parent_id, retired=False):
        return {"level": level, "node_id": node_id, "name": name, "parent_id": parent_id, "provisional": (level, node_id) == (2, 2),
                "retired": retired, "members": [], "predecessors": []}
    return [*(node(1, k, name, None) for k, name in CLASSES.items()), *(node(2, k, name, parent) for k, (parent, name) in SUB_CLASSES.items()),
            *(node(3, k, name, parent) for k, (parent, name) in THIRD.items()), node(2, 99, "旧名", 5, retired=True)]


def land(products):
    arrow.create(PRODUCTS)
    if products:
        arrow.append(PRODUCTS, arrow.batch(PRODUCTS, products))
    arrow.append(TAXONOMY, arrow.batch(TAXONOMY, nodes()))
    statistic = {"statistic": "products", "group": "all", "value": len(products), "unit": "products"}
    arrow.append(DATASET_STATISTICS, arrow.batch(DATASET_STATISTICS, [statistic]))


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """(the products' rows, the lake, the folder of one release with everything in it): to be read only."""
    root, folder = tmp_path_factory.mktemp("lake"), tmp_path_factory.mktemp("released") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAKEHOUSE_ROOT", str(root))
        rows = [product(k, root) for k in range(60)]
        land(rows)
        options = ["--name", "small", "--license", "CC-BY-4.0", "--url", "https://example.org/small"]
        result = CliRunner().invoke(app, [str(folder), *options])
    assert result.exit_code == 0, result.output
    return rows, root, folder


@pytest.fixture
def gold(lake):
    """A lake with 60 products; returns their rows."""
    rows = [product(k, lake) for k in range(60)]
    land(rows)
    return rows
