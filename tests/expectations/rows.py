"""A few good rows of every table, and for each expectation of its suite the rows that break that one and no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ELEVEN = datetime(2026, 3, 1, 11, tzinfo=UTC)
Changes = dict[str, Any]


def sha256(n: int) -> str:
    return f"{n:064x}"


@dataclass(frozen=True)
class Fixture:
    """
    row: a good row; its number makes its key.
    good: what is changed of row 1, 2, ...
    spoilt: in the order of the suite's `expectations()`, what is changed of the row, or rows, that break that one; a function gives
        the value from the good row.
    of_the_whole: positions in `spoilt` whose expectation judges the batch as a whole, so that no row can be blamed.
    twin: how a second row of the same key must differ to break nothing but the key.
    """

    row: Callable[[int], dict[str, Any]]
    good: tuple[Changes, ...]
    spoilt: tuple[Changes | tuple[Changes, ...], ...]
    of_the_whole: tuple[int, ...] = ()
    twin: Changes = field(default_factory=dict)

    def rows(self, changes: Changes | tuple[Changes, ...], start: int) -> list[dict[str, Any]]:
        several = changes if isinstance(changes, tuple) else (changes,)
        rows = [(self.row(start + n), change) for n, change in enumerate(several)]
        return [row | {name: value(row) if callable(value) else value for name, value in change.items()} for row, change in rows]

    @property
    def good_rows(self) -> list[dict[str, Any]]:
        return self.rows(self.good, 1)


def _crawl_run(n: int) -> dict[str, Any]:
    return {"crawl_id": f"jd-{n}", "shop": "jd", "spider": "generic", "source": "http://shop.example/", "started_at": ELEVEN, "finished_at": NOON,
            "finish_reason": "finished", "listings": 10, "images": 9, "rejects": 1, "counters": {"read": 11}, "audit": "pending", "audit_notes": []}


def _raw_listing(n: int) -> dict[str, Any]:
    url = f"http://img.example/{n}.jpg"
    return {"shop": "jd", "listing_id": str(n), "crawl_id": "jd-1", "url": f"http://shop.example/{n}", "fetched_at": NOON, "title": f"脆甜苹果{n}",
            "breadcrumbs": ["食品", "水果"], "subsub_class_name": None, "image_urls": [url], "image_url": url, "image_sha256": sha256(n),
            "rules": {"title": "json-ld"}}


def _raw_image(n: int) -> dict[str, Any]:
    return {"image_sha256": sha256(n), "crawl_id": "jd-1", "url": f"http://img.example/{n}.jpg", "fetched_at": NOON,
            "path": f"images/00/{sha256(n)}.jpg", "format": "jpeg", "width": 220, "height": 200, "channels": 3, "size_bytes": 9_000,
            "verdict": "usable"}


def _crawl_page(n: int) -> dict[str, Any]:
    return {"crawl_id": "jd-1", "url": f"http://shop.example/{n}", "kind": "product", "status": "fetched", "http_status": 200, "reason": None,
            "etag": None, "last_modified": None, "listing_id": str(n), "image_sha256": None, "at": NOON}


def _listing(n: int) -> dict[str, Any]:
    return {"shop": "jd", "listing_id": str(n), "crawl_id": "jd-1", "url": f"http://shop.example/{n}", "title": f"脆甜 苹果 {n}",
            "native_class": "食品", "native_sub_class": "水果", "native_subsub_class": None, "native_path": "食品>生鲜>水果",
            "image_sha256": sha256(n), "fetched_at": NOON}


def _listing_tokens(n: int) -> dict[str, Any]:
    return {"shop": "jd", "listing_id": str(n), "tokens": ["脆甜", "苹果", "C++"]}


def _class_map(n: int) -> dict[str, Any]:
    return {"shop": "jd", "native_class": f"食品{n}", "class_id": n, "class_name": f"食品饮料{n}", "decided_by": "Li"}


def _native_sub_class(n: int) -> dict[str, Any]:
    return {"shop": "jd", "native_path": f"食品>水果{n}", "native_class": "食品", "native_sub_class": f"水果{n}", "class_id": 1,
            "class_name": "食品饮料", "listings": 12, "titles_used": 10, "characters_used": 300,
            "term_counts": [{"term": "A", "count": 1}, {"term": "果", "count": 2}]}


def _pair(n: int) -> dict[str, Any]:
    return {"shop_a": "dangdang", "native_path_a": f"食品>水果{n}", "shop_b": "jd", "native_path_b": f"生鲜>水果{n}"}


def _sub_class_pair(n: int) -> dict[str, Any]:
    return _pair(n) | {"name_a": "水果", "name_b": "水果", "class_id": 1, "label_similarity": 1.0, "content_similarity": 0.8, "score": 0.9,
                       "contained_a_in_b": 0.5, "contained_b_in_a": None, "features": [{"name": "titles", "value": 0.4}], "strategy": "paper"}


def _naming_decision(n: int) -> dict[str, Any]:
    return {"decision_id": f"d{n}", "kind": "merge", "shop": "jd", "native_path": "食品>水果", "other_shop": "yixun",
            "other_native_path": "生鲜>水果", "value": None, "decided_by": "Li", "note": None}


def _alignment(n: int) -> dict[str, Any]:
    return _pair(n) | {"relation": "equivalent", "zone": "merged", "confidence": 0.9, "strategy": "paper", "decided_by": "paper",
                       "evidence": "S_label 1.00"}


def _node(n: int) -> dict[str, Any]:
    return {"level": 2, "node_id": n, "name": f"水果{n}", "parent_id": 1, "provisional": False, "retired": False,
            "members": [{"shop": "jd", "native_path": f"食品>水果{n}"}], "predecessors": []}


def _labels(n: int) -> dict[str, Any]:
    return {"class_id": n, "class_name": f"食品{n}", "sub_class_id": n, "sub_class_name": f"水果{n}", "subsub_class_id": None,
            "subsub_class_name": None}


def _label_mapping(n: int) -> dict[str, Any]:
    return {"shop": "jd", "native_path": f"食品>水果{n}", **_labels(n), "evidence": "stands alone", "decided_by": "nobody"}


def _product(n: int) -> dict[str, Any]:
    return {"product_id": f"{n:020x}", "shop": "jd", "listing_id": str(n), **_labels(n), "img_path": f"images/00/{sha256(n)}.jpg",
            "img_resolution": [220, 200, 3], "title": f"脆甜苹果{n}", "split": "test" if n % 5 == 0 else "train"}


def _statistic(n: int) -> dict[str, Any]:
    return {"statistic": "products_by_class", "group": f"食品{n}", "value": 10.0, "unit": "products"}


def _prediction(n: int) -> dict[str, Any]:
    return {"product_id": f"{n:020x}", "model": "bilstm", "version": 1, "labels": _top((1, 0.7), (2, 0.2))}


def _top(*labels: tuple[int, float]) -> list[Changes]:
    return [{"sub_class_id": number, "sub_class_name": f"水果{number}", "probability": share} for number, share in labels]


def _reject(n: int) -> dict[str, Any]:
    return {"table": "listings", "key": f"jd|{n}", "reason": "no readable title", "row": "{}", "run_id": ""}


def _quality_result(n: int) -> dict[str, Any]:
    return {"run_id": f"r{n}", "table": "listings", "expectation": "expect_column_values_to_not_be_null", "column": "title", "success": True,
            "rows": 10, "unexpected": 0, "details": '{"parameters": {}}', "checked_at": NOON}


_SPOILT_LABELS: tuple[Changes | tuple[Changes, ...], ...] = (
    {"class_id": 0}, {"class_name": " "}, {"sub_class_id": 0}, {"sub_class_name": ""}, {"subsub_class_id": 700},
    {"subsub_class_name": "苹果"}, {"sub_class_id": 650, "subsub_class_id": 650, "subsub_class_name": "苹果"},
    ({"sub_class_id": 651, "sub_class_name": "桃"}, {"sub_class_id": 651, "sub_class_name": "桃"}),
    ({"class_id": 14, "class_name": "玩具"}, {"class_id": 14, "class_name": "乐器"}),
)
_TERMS = [{"term": "A", "count": 1}]
_PRODUCTS = Fixture(
    _product,
    good=({}, {"img_path": None, "img_resolution": None}, {"subsub_class_id": 600, "subsub_class_name": "苹果"}, {}),
    spoilt=(
        {"product_id": "not a hash"}, ({"listing_id": "same"}, {"listing_id": "same"}), *_SPOILT_LABELS,
        {"img_path": "../elsewhere.jpg"}, {"img_resolution": None}, {"img_path": None}, {"img_resolution": [220, 200]},
        {"img_resolution": [0, 200, 3]}, {"title": "  "}, {"split": "valid"}, ({"split": "test"},) * 30,
    ),
    of_the_whole=(18,), twin={"listing_id": "twin"},
)

FIXTURES: dict[str, Fixture] = {
    "crawl_runs": Fixture(
        _crawl_run, good=({}, {"finished_at": None, "finish_reason": None}),
        spoilt=(
            {"crawl_id": ""}, {"shop": "a shop"}, {"source": " "}, {"finished_at": datetime(2026, 3, 1, 10, tzinfo=UTC)},
            {"finished_at": None}, {"finish_reason": "landing_failed"}, {"listings": -1}, {"images": -1}, {"rejects": -1},
            {"audit": "perhaps"}, {"audit_notes": ["No listing was found."]},
        ),
    ),
    "raw_listings": Fixture(
        _raw_listing, good=({}, {"image_url": None, "image_sha256": None}, {"image_urls": [], "image_url": None}),
        spoilt=(
            {"shop": " ", "crawl_id": "blank"}, {"listing_id": ""}, {"url": ""}, {"image_url": "http://img.example/other.jpg"},
            {"image_urls": [""], "image_url": None}, {"image_sha256": "0" * 63}, {"title": " ", "crawl_id": "untitled"},
            {"breadcrumbs": [], "crawl_id": "lost"}, ({"title": "系统繁忙", "crawl_id": "busy"},) * 20,
            ({"crawl_id": "mixed"}, {"shop": "yixun", "crawl_id": "mixed"}),
        ),
    ),
    "raw_images": Fixture(
        _raw_image, good=({}, {"format": "png", "channels": 4}),
        spoilt=(
            {"image_sha256": "xyz", "path": "images/xyz.jpg"}, {"url": ""}, {"path": "images/another.jpg"}, {"path": lambda row: f"/{row['path']}"},
            {"format": "JPEG!"}, {"width": 0}, {"height": 70_000}, {"channels": 0}, {"size_bytes": 0}, {"verdict": "nice"},
        ),
    ),
    "crawl_pages": Fixture(
        _crawl_page, good=({}, {"status": "failed", "http_status": None, "reason": "timeout"}),
        spoilt=({"url": ""}, {"kind": "advert"}, {"status": "lost"}, {"status": "failed"}, {"http_status": 42}, {"reason": " "},
                {"image_sha256": "abc"}),
    ),
    "listings": Fixture(
        _listing, good=({}, {"image_sha256": None}, {"native_path": "食品", "native_sub_class": "食品", "native_subsub_class": "苹果"}),
        spoilt=(
            {"listing_id": " "}, {"title": ""}, {"title": "脆甜\u200b苹果"}, {"title": "脆甜  苹果"}, {"title": "脆甜苹果！"},
            {"native_class": " ", "native_path": " >水果"}, {"native_sub_class": " ", "native_path": "食品> "},
            {"native_subsub_class": ""}, {"native_class": "饮料"}, {"native_sub_class": "苹果"}, {"native_path": "食品>>水果"},
            {"image_sha256": "abc"},
        ),
    ),
    "listing_tokens": Fixture(
        _listing_tokens, good=({}, {}, {"tokens": []}),
        spoilt=({"tokens": ["苹果", None]}, {"tokens": ["苹果", " "]}, {"tokens": ["【"]}, ({"tokens": []},) * 9), of_the_whole=(3,),
    ),
    "class_map": Fixture(
        _class_map, good=({}, {}),
        spoilt=(
            {"shop": ""}, {"native_class": " "}, {"class_id": 0}, {"class_name": " "}, {"decided_by": ""},
            ({"class_id": 14}, {"class_id": 14}), ({"class_name": "玩具"}, {"class_name": "玩具"}),
        ),
    ),
    "native_sub_classes": Fixture(
        _native_sub_class, good=({}, {"class_id": None, "class_name": None}, {"term_counts": [], "titles_used": 0, "characters_used": 0}),
        spoilt=(
            {"native_class": "饮料"}, {"native_sub_class": "苹果"}, {"class_id": 0}, {"class_id": None}, {"class_name": None},
            {"listings": 0, "titles_used": 0}, {"titles_used": -1}, {"titles_used": 13}, {"characters_used": 22_001},
            {"term_counts": [{"term": "A", "count": 0}]}, {"term_counts": _TERMS * 2},
            {"term_counts": [{"term": "果", "count": 1}, {"term": "A", "count": 1}]},
        ),
    ),
    "sub_class_pairs": Fixture(
        _sub_class_pair, good=({}, {"name_b": "苹果", "label_similarity": 0.5, "class_id": None}, {"name_a": "", "name_b": "", "label_similarity": 0.0}),
        spoilt=(
            {"shop_a": "yixun"}, {"label_similarity": 1.5}, {"label_similarity": 0.9}, {"content_similarity": -0.1}, {"score": 1.01},
            {"contained_a_in_b": 1.1}, {"contained_b_in_a": -1.0}, {"features": [{"name": "titles", "value": 0.4}] * 2},
            {"features": [{"name": "titles", "value": None}]}, {"strategy": "guess"},
        ),
    ),
    "naming_decisions": Fixture(
        _naming_decision, good=({}, {"kind": "name", "value": "水果", "other_shop": None, "other_native_path": None}),
        spoilt=(
            {"decision_id": ""}, {"kind": "wish"}, {"kind": "name"}, {"other_shop": None, "other_native_path": None}, {"other_shop": None},
            {"other_shop": "jd", "other_native_path": "食品>水果"}, {"native_path": ""}, {"value": " "}, {"decided_by": " "},
        ),
    ),
    "alignments": Fixture(
        _alignment, good=({}, {"relation": "none", "zone": "apart"}, {"relation": "broader", "zone": "review"}),
        spoilt=(
            {"shop_a": "yixun"}, {"relation": "similar"}, {"zone": "somewhere"}, {"relation": "none"}, {"confidence": 1.2},
            {"strategy": "guess"}, {"decided_by": ""}, {"evidence": " "},
        ),
    ),
    "taxonomy": Fixture(
        _node,
        good=({"level": 1, "parent_id": None, "members": []}, {}, {"level": 3, "parent_id": 2}, {"retired": True, "members": []},
              {"retired": True}, {"predecessors": [4]}),
        spoilt=(
            {"level": 4}, {"node_id": 0}, {"name": " "}, {"parent_id": None}, {"level": 1, "members": []},
            {"level": 1, "parent_id": None}, {"members": []}, {"members": [{"shop": "jd", "native_path": "玩具"}] * 2},
            {"predecessors": [2_408]}, {"parent_id": 99}, ({"node_id": 500}, {"node_id": 500, "level": 3, "parent_id": 2}),
            ({"members": [{"shop": "jd", "native_path": "乐器"}]}, {"members": [{"shop": "jd", "native_path": "乐器"}]}),
        ),
        twin={"members": [{"shop": "jd", "native_path": "twin"}]},
    ),
    "label_mapping": Fixture(
        _label_mapping, good=({}, {"subsub_class_id": 600, "subsub_class_name": "苹果"}),
        spoilt=(*_SPOILT_LABELS, {"evidence": ""}, {"decided_by": " "}),
    ),
    "products": _PRODUCTS,
    "labelled_products": _PRODUCTS,
    "dataset_statistics": Fixture(
        _statistic, good=({}, {}), spoilt=({"statistic": "Products by class"}, {"group": ""}, {"value": -1.0}, {"unit": " "}),
    ),
    "predictions": Fixture(
        _prediction, good=({}, {"labels": _top((3, 1.0))}),
        spoilt=(
            {"product_id": ""}, {"model": " "}, {"version": 0}, {"labels": []}, {"labels": _top((1, 0.9), (2, -0.1))},
            {"labels": _top((1, 0.2), (2, 0.7))}, {"labels": _top((1, 0.7), (2, 0.6))}, {"labels": _top((1, 0.7), (1, 0.2))},
        ),
    ),
    "rejects": Fixture(
        _reject, good=({}, {"table": "raw_listings"}), spoilt=({"table": "nowhere"}, {"key": ""}, {"reason": " "}, {"row": "x" * 10_001}),
    ),
    "quality_results": Fixture(
        _quality_result, good=({}, {"success": False, "unexpected": 3}),
        spoilt=({"run_id": ""}, {"table": "nowhere"}, {"expectation": "Something"}, {"rows": -1}, {"unexpected": -1}, {"success": False},
                {"details": "{}"}),
    ),
}
