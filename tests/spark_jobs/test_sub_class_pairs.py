from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lakehouse.tables import LISTINGS, NATIVE_SUB_CLASSES, SUB_CLASS_PAIRS
from spark_jobs import strategies, sub_class_pairs
from spark_jobs.methods import curated, curated_memory, paper
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
TAXONOMY = st.lists(st.builds(lambda shop, top, name, class_id: sub_class(shop, f"{top}>{name}", class_id, 水果=1), st.sampled_from(["jd", "yixun", "dangdang"]),
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
    rows = [sub_class("yixun", "食品>婴幼儿奶粉", 奶粉=3, 段位=1), sub_class("jd", "母婴>婴幼奶粉", 奶粉=3, 桶装=1), sub_class("jd", "食品>奶瓶", 奶粉=3),
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


# ------------------------------------------------------------------------------------------------- what is carried over

def changed(rows: list[dict], change: str) -> list[dict]:
    if change == "a new shop":
        return [*rows, *({**row, "shop": "yihaodian"} for row in rows if row["shop"] == "jd")]
    return [rows[0] | {"term_counts": [("果", 3), ("段", 2)]}, rows[1] | {"class_id": 6}, *rows[3:]]


@pytest.mark.jvm
@pytest.mark.parametrize("change", ["a new shop", "new listings in one sub-class, another class for one, one gone"])
def test_only_touched_pairs_are_scored_again(spark, caplog, change):
    names = ("空调", "空调扇", "奶粉", "婴幼儿奶粉")
    rows = [sub_class(shop, f"{top}>{name}", 5, 水果=n + 1, 段位=len(shop)) for shop, top in (("jd", "甲"), ("yixun", "乙"), ("dangdang", "丙"))
            for n, name in enumerate(names)]
    listings = frame(spark, LISTINGS)
    first = sub_class_pairs.build(frame(spark, NATIVE_SUB_CLASSES, *rows), listings, strategy="paper")
    after = frame(spark, NATIVE_SUB_CLASSES, *changed(rows, change))
    everything = sub_class_pairs.build(after, listings, strategy="paper")
    earlier = strategies.Earlier(first.localCheckpoint(), frame(spark, NATIVE_SUB_CLASSES, *rows))
    with caplog.at_level("INFO", "mep3m.sub_class_pairs"):
        again = sub_class_pairs.build(after, listings, strategy="paper", earlier=earlier)
    assert collected(again, *again.columns) == collected(everything, *everything.columns)
    before = collected(first, *first.columns)
    scored, carried = (int(word) for word in caplog.messages[-1].replace(",", "").split() if word.isdigit())
    assert carried == len([row for row in collected(everything, *everything.columns) if row in before])
    assert scored + carried == everything.count()


@pytest.mark.jvm
def test_words_of_one_character_count_where_they_are_asked_for(spark):
    rows = [sub_class("jd", "甲>空调", 5, 元=3, 挂机=1), sub_class("yixun", "乙>空调", 5, 元=3, 柜机=1)]
    native, listings = frame(spark, NATIVE_SUB_CLASSES, *rows), frame(spark, LISTINGS)
    scores = [sub_class_pairs.build(native, listings, strategy="paper", options=strategies.Options(shortest_term=n)).first().score for n in (1, 2)]
    assert scores == [pytest.approx(0.9), 0.0]


@pytest.mark.jvm
def test_pairs_of_another_weight_or_strategy_are_not_carried_over(spark, caplog):
    rows = [sub_class("jd", "甲>空调", 5, 水果=3, 段位=1), sub_class("yixun", "乙>空调", 5, 水果=1, 段位=3)]
    native, listings = frame(spark, NATIVE_SUB_CLASSES, *rows), frame(spark, LISTINGS)
    counted = sub_class_pairs.build(native, listings, strategy="paper")
    present = sub_class_pairs.build(native, listings, strategy="paper", options=strategies.Options(weight="presence"),
                                    earlier=strategies.Earlier(counted, native))
    assert (counted.first().score, present.first().score) == (pytest.approx(0.6), pytest.approx(1.0))
    long_words = sub_class_pairs.build(native, listings, strategy="paper", options=strategies.Options(shortest_term=3), earlier=strategies.Earlier(counted, native))
    assert long_words.first().score == 0.0
    empty = strategies.Earlier(frame(spark, SUB_CLASS_PAIRS), native)
    assert sub_class_pairs.build(native, listings, strategy="paper", earlier=empty).count() == 1


@pytest.mark.jvm
@pytest.mark.parametrize("strategy", ["paper", "curated"])
def test_a_lake_remembers_its_scores(spark, lake, caplog, monkeypatch, strategy):
    """Job, publication, more listings, job again: few pairs scored, and what a run that carries nothing over says."""
    from lakehouse import spark as engine

    def land(more: int) -> None:
        rows = [{"shop": shop, "native_path": f"类>{kind}", "native_sub_class": kind, "listing_id": f"{kind}{n}", "title": f"{kind} {word} {n}号"}
                for shop in ("jd", "yixun", "dangdang") for kind, words in (("空调", "变频 挂机 冷暖"), ("奶粉", "婴儿 配方 罐装"), ("牙刷", "软毛 护龈 清洁"))
                for n, word in enumerate(words.split() * 3)]
        rows += [{**rows[0], "listing_id": f"new{n}", "title": f"空调 静音 {n}号"} for n in range(more)]
        sizes = {(row["shop"], row["native_path"]): sum(row["native_path"] == one["native_path"] and row["shop"] == one["shop"] for one in rows) for row in rows}
        native = [sub_class(shop, path, 5, 词语=2, 款式=size) | {"listings": size} for (shop, path), size in sizes.items()]
        for table, present in ((LISTINGS, rows), (NATIVE_SUB_CLASSES, native)):
            engine.publish(table, frame(spark, table, *present), {})

    def run(*arguments: str) -> tuple[list[tuple], str]:
        with caplog.at_level("INFO", "mep3m.sub_class_pairs"):
            caplog.clear()
            sub_class_pairs.main(["--strategy", strategy, *arguments])
        batch = engine.staged(SUB_CLASS_PAIRS)
        said = [one for one in caplog.messages if "carried over" in one]
        return collected(batch, *batch.columns), said[-1] if said else ""

    land(0)
    first, _ = run()
    engine.publish(SUB_CLASS_PAIRS, engine.staged(SUB_CLASS_PAIRS), engine.staged_lineage(SUB_CLASS_PAIRS))
    assert run()[0] == first
    assert " 0 pairs scored" in run()[1]
    land(1)
    second, said = run()
    scored = int(said.split(" pairs scored")[0].split()[-1])
    assert 0 < scored < len(second) and second != first
    engine.publish(SUB_CLASS_PAIRS, engine.staged(SUB_CLASS_PAIRS), engine.staged_lineage(SUB_CLASS_PAIRS))
    assert run("--anew")[0] == second
    for module in (strategies, curated_memory):
        monkeypatch.setattr(module, "code", lambda: "of another day")
    again, said = run()
    assert not said or said.endswith(" 0 carried over")
    assert strategy == "curated" or again == second     # which has a new reference


@pytest.mark.jvm
def test_of_a_category_s_titles_only_so_many_are_read_and_always_the_same(spark, monkeypatch):
    """With a bound of five: fifty distinct titles, each listed thrice, in any order."""
    rows = [{"shop": shop, "native_path": "类>苹果", "listing_id": f"{n}-{copy}", "title": f"红富士{chr(0x4e00 + n)}{chr(0x5e00 + 3 * n)}苹果 {shop} {n}"}
            for shop in ("jd", "yixun") for n in range(50) for copy in range(3)]
    native = [sub_class(shop, "类>苹果", 5, 苹果=9) | {"listings": 150} for shop in ("jd", "yixun")]
    monkeypatch.setattr(curated, "TITLES", 5)

    def members(given: list[dict]) -> list[int]:
        left = []
        frames = frame(spark, NATIVE_SUB_CLASSES, *native), frame(spark, LISTINGS, *given)
        sub_class_pairs.build(*frames, earlier=strategies.Earlier(remember=left.append))
        return sorted(curated_memory.read(left[0]).known.reference.members.tolist())

    assert len(members(rows)) == 10
    assert members(rows) == members(rows[::-1])
