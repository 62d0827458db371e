from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lakehouse.tables import LISTINGS, NATIVE_SUB_CLASSES, SUB_CLASS_PAIRS
from spark_jobs import strategies, sub_class_pairs
from spark_jobs.methods import paper
from spark_jobs.methods.label_similarity import label_similarity
from tests.spark_jobs.lake_rows import collected, frame


def sub_class(shop: str, path: str, class_id: int | None = 5, **terms: int) -> dict:
    return {"shop": shop, "native_path": path, "native_class": path.split(">")[0], "native_sub_class": path.split(">")[-1], "class_id": class_id,
            "class_name": class_id and f"class {class_id}", "listings": 9, "term_counts": sorted(terms.items())}


def by_brute_force(rows: list[dict]) -> dict[tuple, float]:
    """S_label of every pair that strategy `paper` has to find."""
    found = {}
    for one, other in combinations(sorted(rows, key=lambda row: (row["shop"], row["native_path"])), 2):
        label = label_similarity(one["native_sub_class"], other["native_sub_class"])
        same = one["native_sub_class"] == other["native_sub_class"]
        if one["shop"] != other["shop"] and None is not one["class_id"] == other["class_id"] and (label >= 0.5 or same):
            found[one["shop"], one["native_path"], other["shop"], other["native_path"]] = label
    return found


NAME = st.text(alphabet="婴幼儿奶粉湿巾/，", min_size=1, max_size=6)
TAXONOMY = st.lists(st.builds(lambda shop, top, name, class_id: sub_class(shop, f"{top}>{name}", class_id, 果=1), st.sampled_from(["jd", "yixun", "dangdang"]),
                              st.sampled_from("甲乙"), NAME, st.sampled_from([None, 1, 2])),
                    min_size=1, max_size=40, unique_by=lambda row: (row["shop"], row["native_path"]))


@pytest.mark.jvm
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=TAXONOMY, block=st.sampled_from([3, 7, 10_000]))
def test_blocking_loses_no_pair_and_changes_no_score(spark, rows, block):
    whole = paper.BLOCK
    paper.BLOCK = block
    try:
        pairs = sub_class_pairs.build(frame(spark, NATIVE_SUB_CLASSES, *rows), frame(spark, LISTINGS), strategy="paper")
        found = [((r.shop_a, r.native_path_a, r.shop_b, r.native_path_b), r.label_similarity) for r in pairs.collect()]
    finally:
        paper.BLOCK = whole
    assert dict(found) == by_brute_force(rows)
    assert len(found) == len(dict(found))


@pytest.mark.jvm
def test_scores_and_columns(spark):
    rows = [sub_class("yixun", "食品>婴幼儿奶粉", 奶粉=3, 段=1), sub_class("jd", "母婴>婴幼奶粉", 奶粉=3, 桶=1), sub_class("jd", "食品>奶瓶", 奶粉=3),
            sub_class("yixun", "食品>空调", 空调=1), sub_class("jd", "家电>空调", 挂机=1), sub_class("dangdang", "家电>空调", None, 挂机=1),
            sub_class("jd", "无词>空调")]
    pairs = sub_class_pairs.build(frame(spark, NATIVE_SUB_CLASSES, *rows), frame(spark, LISTINGS), strategy="paper")
    assert pairs.dtypes == [(c.name, c.type) for c in SUB_CLASS_PAIRS.columns]
    assert collected(pairs, "shop_a", "native_path_a", "shop_b", "native_path_b", "class_id", "label_similarity", "content_similarity", "score") == [
        ("jd", "家电>空调", "yixun", "食品>空调", 5, 1.0, 0.0, 0.0),
        ("jd", "无词>空调", "yixun", "食品>空调", 5, 1.0, 0.0, 0.0),
        ("jd", "母婴>婴幼奶粉", "yixun", "食品>婴幼儿奶粉", 5, 8 / 9, pytest.approx(0.9), pytest.approx(0.9)),
    ]
    assert pairs.first().strategy == "paper"


@pytest.mark.jvm
def test_nothing_mapped_gives_no_pairs(spark):
    rows = [sub_class("yixun", "食品>空调", None, 空调=1), sub_class("jd", "家电>空调", None, 空调=1)]
    assert sub_class_pairs.build(frame(spark, NATIVE_SUB_CLASSES, *rows), frame(spark, LISTINGS), strategy="paper").count() == 0


def test_an_unknown_strategy():
    with pytest.raises(strategies.UnknownStrategy, match="'magic' is no strategy; choose one of paper, curated"):
        strategies.find("magic")
