import pytest

from lakehouse.errors import LakehouseError
from lakehouse.tables import ALIGNMENTS, NAMING_DECISIONS, NATIVE_SUB_CLASSES, SUB_CLASS_PAIRS
from spark_jobs import alignments
from spark_jobs.strategies import Options
from tests.spark_jobs.lake_rows import collected, frame

pytestmark = pytest.mark.jvm


def pair(a: str, b: str, label: float, content: float, **more) -> dict:
    return {"shop_a": "jd", "native_path_a": a, "shop_b": "yixun", "native_path_b": b, "name_a": a, "name_b": b, "class_id": 5,
            "label_similarity": label, "content_similarity": content, "score": content, "strategy": "paper", **more}


@pytest.fixture
def built(spark):
    def build(*pairs: dict, decisions=(), **chosen):
        known = {(side["shop_" + s], side["native_path_" + s]) for side in pairs for s in "ab"} | {("jd", "独"), ("yixun", "独")}
        categories = [{"shop": shop, "native_path": path} for shop, path in sorted(known)]
        return alignments.build(frame(spark, SUB_CLASS_PAIRS, *pairs), frame(spark, NATIVE_SUB_CLASSES, *categories),
                                frame(spark, NAMING_DECISIONS, *decisions), **chosen)
    return build


def said(batch) -> dict:
    return {(row.native_path_a, row.native_path_b): (row.relation, row.zone) for row in batch.collect()}


MERGED, APART = ("equivalent", "merged"), ("none", "apart")


def test_equation_3_with_its_ties(built):
    batch = built(pair("a", "A", 0.50, 0.76), pair("b", "B", 0.50, 0.75), pair("c", "C", 0.49, 0.99), pair("d", "D", 0.9, 0.7500001))
    assert batch.dtypes == [(c.name, c.type) for c in ALIGNMENTS.columns]
    assert said(batch) == {("a", "A"): MERGED, ("b", "B"): APART, ("c", "C"): APART, ("d", "D"): MERGED}


def test_identical_names_merge_below_the_threshold_unless_told_otherwise(built):
    below = pair("洗澡用具", "洗澡用具", 1.0, 0.705)        # MEP-3M, Table 3
    [row] = built(below).collect()
    assert (row.relation, row.zone) == MERGED and "0.705" in row.evidence and "identical names" in row.evidence
    assert said(built(below, options=Options(identical_names_merge=False))) == {("洗澡用具", "洗澡用具"): APART}


def test_the_threshold_can_be_the_mean_of_identical_names(built):
    pairs = [pair("a", "a", 1.0, 0.4), pair("b", "b", 1.0, 0.6), pair("c", "C", 0.8, 0.51), pair("d", "D", 0.8, 0.5)]
    batch = built(*pairs, options=Options(threshold=None, identical_names_merge=False))
    assert said(batch) == {("a", "a"): APART, ("b", "b"): MERGED, ("c", "C"): MERGED, ("d", "D"): APART}
    assert "0.500" in next(row.evidence for row in batch.collect() if row.native_path_a == "c")


def test_without_identical_names_the_mean_is_the_papers(built):
    assert said(built(pair("c", "C", 0.8, 0.76), pair("d", "D", 0.8, 0.74), options=Options(threshold=None))) == {("c", "C"): MERGED, ("d", "D"): APART}


def test_people_stand_before_the_strategy(built):
    decisions = [{"kind": "separate", "shop": "yixun", "native_path": "A", "other_shop": "jd", "other_native_path": "a", "decided_by": "li", "note": "不同"},
                 {"kind": "merge", "shop": "yixun", "native_path": "独", "other_shop": "jd", "other_native_path": "独", "decided_by": "wang"},
                 {"kind": "third_level", "shop": "yixun", "native_path": "B", "other_shop": "jd", "other_native_path": "b", "decided_by": "li"},
                 {"kind": "merge", "shop": "gone", "native_path": "B", "other_shop": "jd", "other_native_path": "b", "decided_by": "li"},
                 {"kind": "name", "shop": "jd", "native_path": "b", "value": "乙", "decided_by": "li"}]
    batch = built(pair("a", "A", 1.0, 0.9), pair("b", "B", 1.0, 0.9), decisions=decisions)
    assert collected(batch, "native_path_a", "native_path_b", "relation", "zone", "confidence", "decided_by") == [
        ("a", "A", "none", "apart", 1.0, "li"), ("b", "B", "broader", "apart", 1.0, "li"), ("独", "独", "equivalent", "merged", 1.0, "wang")]
    told = {row.native_path_a: row.evidence for row in batch.collect()}
    assert told["a"].startswith("decided by li: separate (不同); the strategy said equivalent, a / A: S_label 1.00")


def test_pairs_of_another_strategy_are_not_judged(built):
    with pytest.raises(LakehouseError, match="holds the scores of strategy paper, not curated"):
        built(pair("a", "A", 1.0, 0.9), strategy="curated")


def test_no_pairs_at_all(built):
    assert built().count() == 0
