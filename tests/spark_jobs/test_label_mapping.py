import pytest

from lakehouse.tables import ALIGNMENTS, LABEL_MAPPING, NATIVE_SUB_CLASSES, TAXONOMY
from spark_jobs import label_mapping
from tests.spark_jobs.lake_rows import collected, frame
from tests.spark_jobs.test_taxonomy import aligned, native

pytestmark = pytest.mark.jvm


def node(level: int, node_id: int, name: str, parent_id: int | None = None, *members: tuple, **more) -> dict:
    return {"level": level, "node_id": node_id, "name": name, "parent_id": parent_id, "provisional": False, "retired": False, "members": list(members), **more}


def test_every_category_finds_its_labels_and_the_evidence(spark):
    tree = frame(spark, TAXONOMY, node(1, 5, "食品类"), node(2, 1, "饮品", 5, ("jd", "饮料"), ("jd", "礼品>饮料"), ("yixun", "饮料饮品")),
                 node(2, 2, "水果", 5, ("jd", "水果")), node(3, 3, "苹果", 2, ("yixun", "苹果")), node(2, 4, "旧", 5, retired=True))
    natives = frame(spark, NATIVE_SUB_CLASSES, native("jd", "饮料"), native("jd", "礼品>饮料"), native("yixun", "饮料饮品"), native("jd", "水果"),
                    native("yixun", "苹果"))
    pairs = frame(spark, ALIGNMENTS, aligned(("jd", "饮料"), ("yixun", "饮料饮品")) | {"evidence": "S_label 0.67."},
                  aligned(("jd", "水果"), ("yixun", "饮料饮品")) | {"evidence": "overruled"}, aligned(("jd", "水果"), ("yixun", "苹果"), "none", "apart"))
    mapping = label_mapping.build(tree, pairs, natives).cache()
    assert mapping.dtypes == [(c.name, c.type) for c in LABEL_MAPPING.columns]
    rows = {one[:2]: one[2:] for one in collected(mapping, "shop", "native_path", "class_id", "sub_class_id", "sub_class_name", "subsub_class_id",
                                                  "subsub_class_name", "decided_by")}
    assert rows == {
        ("jd", "饮料"): (5, 1, "饮品", None, None, "paper, same name in one shop"),
        ("jd", "礼品>饮料"): (5, 1, "饮品", None, None, "same name in one shop"),
        ("yixun", "饮料饮品"): (5, 1, "饮品", None, None, "paper"),
        ("jd", "水果"): (5, 2, "水果", None, None, "nobody"),
        ("yixun", "苹果"): (5, 2, "水果", 3, "苹果", "nobody"),
    }
    told = dict(collected(mapping, "native_path", "evidence"))
    assert told["饮料饮品"] == "with jd:饮料, S_label 0.67."
    assert told["饮料"] == "with jd:礼品>饮料, which bears the same name in the same class of the shop. with yixun:饮料饮品, S_label 0.67."
    assert told["水果"].startswith("stands alone")


def test_a_name_that_says_nothing_is_no_reason(spark):
    twins = [("jd", "饮料>///"), ("jd", "礼品>///")]
    tree = frame(spark, TAXONOMY, node(1, 5, "食品类"), node(2, 1, "///", 5, *twins))
    natives = frame(spark, NATIVE_SUB_CLASSES, *(native(*one) | {"native_sub_class": "///"} for one in twins))
    mapping = label_mapping.build(tree, frame(spark, ALIGNMENTS), natives)
    assert {(row.decided_by, row.evidence[:27]) for row in mapping.collect()} == {("nobody", "with others of its node by ")}


def test_long_evidence_is_cut_short_and_says_so(spark):
    others = [("yixun", f"饮{n}") for n in range(5)]
    tree = frame(spark, TAXONOMY, node(1, 5, "食品类"), node(2, 1, "饮品", 5, ("jd", "饮料"), *others))
    pairs = frame(spark, ALIGNMENTS, *(aligned(("jd", "饮料"), other) | {"confidence": n / 10, "evidence": f"{n}."} for n, other in enumerate(others)))
    mapping = label_mapping.build(tree, pairs, frame(spark, NATIVE_SUB_CLASSES, native("jd", "饮料"), *(native(*other) for other in others)))
    assert mapping.where("native_path = '饮料'").first().evidence == "with yixun:饮4, 4. with yixun:饮3, 3. with yixun:饮2, 2. And 2 more."


def test_a_name_is_no_reason_where_titles_were_compared(spark):
    twins = [("jd", "饮料"), ("jd", "礼品>饮料")]
    tree = frame(spark, TAXONOMY, node(1, 5, "食品类"), node(2, 1, "饮料", 5, *twins))
    titles = aligned(twins[1], twins[0]) | {"strategy": "curated", "decided_by": "curated", "evidence": "93 % go to the same kinds."}
    mapping = label_mapping.build(tree, frame(spark, ALIGNMENTS, titles), frame(spark, NATIVE_SUB_CLASSES, *(native(*one) for one in twins)))
    assert {row.evidence for row in mapping.collect()} == {"with jd:饮料, 93 % go to the same kinds.", "with jd:礼品>饮料, 93 % go to the same kinds."}


def test_a_third_level_says_who_put_it_there(spark):
    tree = frame(spark, TAXONOMY, node(1, 5, "食品类"), node(2, 2, "水果", 5, ("jd", "水果")), node(3, 3, "苹果", 2, ("yixun", "苹果")),
                 node(2, 4, "橙子", 5, ("yixun", "橙子")))
    by_li = {"decided_by": "li", "evidence": "decided by li: third level."}
    pairs = frame(spark, ALIGNMENTS, aligned(("jd", "水果"), ("yixun", "苹果"), "broader", "apart") | by_li,
                  aligned(("jd", "水果"), ("yixun", "橙子"), "broader", "review"))
    natives = frame(spark, NATIVE_SUB_CLASSES, native("jd", "水果"), native("yixun", "苹果"), native("yixun", "橙子"))
    assert collected(label_mapping.build(tree, pairs, natives), "native_path", "decided_by", "evidence") == [
        ("橙子", "nobody", "stands alone: no other category was merged with it"), ("水果", "nobody", "stands alone: no other category was merged with it"),
        ("苹果", "li", "under jd:水果, decided by li: third level.")]
