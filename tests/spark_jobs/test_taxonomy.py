import pytest

from lakehouse.tables import ALIGNMENTS, LISTINGS, NAMING_DECISIONS, NATIVE_SUB_CLASSES, TAXONOMY
from spark_jobs import taxonomy
from tests.spark_jobs.lake_rows import collected, frame

pytestmark = pytest.mark.jvm


def native(shop: str, path: str, listings: int = 5, class_id: int | None = 5) -> dict:
    return {"shop": shop, "native_path": path, "native_class": "食品", "native_sub_class": path.split(">")[-1], "class_id": class_id,
            "class_name": class_id and "食品类", "listings": listings}


def aligned(a: tuple, b: tuple, relation: str = "equivalent", zone: str = "merged") -> dict:
    return {"shop_a": a[0], "native_path_a": a[1], "shop_b": b[0], "native_path_b": b[1], "relation": relation, "zone": zone,
            "confidence": 0.9, "strategy": "paper", "decided_by": "paper"}


def test_a_tree_from_tables_and_again_from_itself(spark):
    natives = frame(spark, NATIVE_SUB_CLASSES, native("jd", "食品>饮料", 3), native("yixun", "饮料饮品", 9), native("jd", "食品>水果"),
                    native("yixun", "冰箱"), native("jd", "没人管>书", class_id=None))
    pairs = frame(spark, ALIGNMENTS, aligned(("jd", "食品>饮料"), ("yixun", "饮料饮品")), aligned(("jd", "食品>水果"), ("yixun", "冰箱"), "none", "apart"),
                  aligned(("jd", "食品>水果"), ("yixun", "饮料饮品"), "equivalent", "review"))
    listings = frame(spark, LISTINGS, *({"shop": "jd", "listing_id": str(n), "native_path": "食品>水果", "native_subsub_class": third}
                                        for n, third in enumerate(["苹果", "苹果", "橙子", None])))
    decisions = frame(spark, NAMING_DECISIONS, {"kind": "name", "shop": "jd", "native_path": "食品>饮料", "value": "饮品", "decided_by": "li"})
    first = taxonomy.build(pairs, natives, decisions, listings, frame(spark, TAXONOMY))
    assert first.dtypes == [(c.name, c.type) for c in TAXONOMY.columns]
    rows = collected(first, "level", "node_id", "name", "parent_id", "provisional", "members")
    assert rows == [
        (1, 5, "食品类", None, False, []),
        (2, 1, "饮品", 5, False, [("jd", "食品>饮料"), ("yixun", "饮料饮品")]),
        (2, 2, "冰箱", 5, False, [("yixun", "冰箱")]),
        (2, 3, "水果", 5, False, [("jd", "食品>水果")]),
        (3, 4, "苹果", 3, False, [("jd", "食品>水果>苹果")]),
        (3, 5, "橙子", 3, False, [("jd", "食品>水果>橙子")]),
    ]
    again = taxonomy.build(pairs, natives, decisions, listings, first)
    assert collected(again, *again.columns) == collected(first, *first.columns)


def test_a_persons_merge_is_known_as_such(spark):
    a, b, c = ("jd", "a"), ("yixun", "b"), ("dangdang", "c")
    pairs = frame(spark, ALIGNMENTS, aligned(a, b), aligned(b, c) | {"confidence": 0.1, "decided_by": "li"})
    apart = frame(spark, NAMING_DECISIONS, {"kind": "separate", "shop": "jd", "native_path": "a", "other_shop": "dangdang", "other_native_path": "c"})
    tree = taxonomy.build(pairs, frame(spark, NATIVE_SUB_CLASSES, *(native(*one) for one in (a, b, c))), apart, frame(spark, LISTINGS), frame(spark, TAXONOMY))
    assert [c, b] in [[tuple(m) for m in row.members] for row in tree.collect()]


def test_one_name_twice_in_a_shop_is_folded_unless_titles_were_compared(spark):
    men, women = native("jd", "男装>T恤"), native("jd", "女装>T恤")

    def nodes(*pairs: dict) -> int:
        tree = taxonomy.build(frame(spark, ALIGNMENTS, *pairs), frame(spark, NATIVE_SUB_CLASSES, men, women), frame(spark, NAMING_DECISIONS),
                              frame(spark, LISTINGS), frame(spark, TAXONOMY))
        return tree.where("level = 2").count()

    compared = aligned(("jd", "女装>T恤"), ("jd", "男装>T恤"), "none", "apart") | {"strategy": "curated", "decided_by": "curated"}
    assert (nodes(), nodes(compared)) == (1, 2)
