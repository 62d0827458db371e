"""Relations, zones and evidence of pairs, judged beside one another."""

from __future__ import annotations

import pyarrow as pa
import pytest

from spark_jobs.methods.relations import judge

SURE = {"alike": 0.9, "single": 0.9, "names": 1.0, "enough": 1.0}


def pairs(*given: dict) -> pa.Table:
    rows = []
    for one in given:
        a, b = one["ends"]
        rows.append({"shop_a": a[0], "native_path_a": a[1], "shop_b": b[0], "native_path_b": b[1], "name_a": a[1].split(">")[-1],
                     "name_b": b[1].split(">")[-1], "score": one["score"], "contained_a_in_b": one.get("inside", 0.0),
                     "contained_b_in_a": one.get("outside", 0.0),
                     "features": [{"name": name, "value": value} for name, value in (SURE | one.get("features", {})).items()]})
    return pa.Table.from_pylist(rows)


def said(*given: dict) -> list[tuple[str, str]]:
    return [(row["relation"], row["zone"]) for row in judge(pairs(*given)).to_pylist()]


def test_a_clear_mutual_best_is_merged_and_its_rival_is_not():
    assert said({"ends": (("a", "空调"), ("b", "空调")), "score": 0.9}, {"ends": (("a", "空调"), ("b", "风扇")), "score": 0.4, "features": {"alike": 0.1}}) == [
        ("equivalent", "merged"), ("none", "apart")]


def test_a_narrow_lead_is_shown_to_a_person():
    first, second = said({"ends": (("a", "空调"), ("b", "空调")), "score": 0.75, "features": {"alike": 0.6, "single": 0.2, "names": 0}},
                         {"ends": (("a", "空调"), ("b", "挂机")), "score": 0.745, "features": {"alike": 0.3, "names": 0}})
    assert first == ("overlapping", "review") and second[1] == "apart"


def test_what_goes_to_many_kinds_of_product_is_not_merged_by_itself():
    wide = {"alike": 0.7, "single": 0.1}
    first, _ = said({"ends": (("a", "女装"), ("b", "女装")), "score": 0.8, "features": wide}, {"ends": (("a", "女装"), ("b", "裙")), "score": 0.7})
    assert first == ("equivalent", "review")


def test_both_twins_of_a_shop_are_merged_where_both_are_certain():
    assert said({"ends": (("a", "投影机"), ("b", "投影机")), "score": 0.9}, {"ends": (("a", "投影机"), ("b", "投影仪")), "score": 0.88},
                {"ends": (("a", "投影机"), ("b", "幕布")), "score": 0.6, "features": {"alike": 0.4}}) == [
        ("equivalent", "merged"), ("equivalent", "merged"), ("none", "apart")]


def test_too_few_listings_are_never_merged():
    row = judge(pairs({"ends": (("a", "空调"), ("b", "空调")), "score": 0.95, "features": {"enough": 0.0}})).to_pylist()[0]
    assert row["zone"] != "merged" and row["relation"] != "equivalent"
    assert "too few to say" in row["evidence"]


def test_the_best_candidate_of_a_category_with_few_listings_is_shown():
    few = {"enough": 0.0}
    zones = [zone for _, zone in said(
        {"ends": (("a", "空调"), ("b", "空调")), "score": 0.9},
        {"ends": (("a", "空调"), ("c", "小空调")), "score": 0.85, "features": few},      # the best of c's
        {"ends": (("b", "空调"), ("c", "小空调")), "score": 0.82, "features": few},
        {"ends": (("a", "空调"), ("c", "风扇")), "score": 0.7, "features": few},        # not alike enough
        {"ends": (("b", "小冰箱"), ("c", "小冰柜")), "score": 0.95, "features": few})]  # few on both sides
    assert zones == ["merged", "review", "apart", "apart", "apart"]


def test_doubles_of_one_shop_are_folded():
    assert said({"ends": (("a", "厨房>电压力锅"), ("a", "家电>电压力锅")), "score": 0.9}) == [("equivalent", "merged")]


def test_one_thing_under_three_paths_of_a_shop_is_folded_whole():
    paths = [("a", f"{top}>电压力锅") for top in ("厨房", "家电", "礼品")]
    assert said(*({"ends": (one, other), "score": 0.9} for n, one in enumerate(paths) for other in paths[n + 1:])) == [("equivalent", "merged")] * 3


def test_what_is_too_small_to_say_is_not_called_overlapping():
    assert said({"ends": (("a", "空调"), ("b", "空调")), "score": 0.6, "features": {"enough": 0.0}}) == [("none", "apart")]


def test_a_broader_one_needs_two_that_lie_in_it():
    wide = ("a", "水果")
    lies = {"score": 0.4, "inside": 0.2, "outside": 0.9, "features": {"alike": 0.3}}
    alone = said({"ends": (wide, ("b", "苹果")), **lies})
    both = said({"ends": (wide, ("b", "苹果")), **lies}, {"ends": (wide, ("b", "橙子")), **lies})
    assert [one[0] for one in alone] == ["none"]
    assert both == [("broader", "review")] * 2


def test_narrower_is_broader_from_the_other_end():
    lies = {"score": 0.4, "inside": 0.9, "outside": 0.2, "features": {"alike": 0.3}}
    assert [r for r, _ in said({"ends": (("a", "苹果"), ("b", "水果")), **lies}, {"ends": (("a", "橙子"), ("b", "水果")), **lies})] == ["narrower"] * 2


@pytest.mark.parametrize("names", [("", ""), ("///", "a"), ("其", "其他")])
def test_odd_names_have_evidence_too(names):
    rows = pairs({"ends": (("a", names[0]), ("b", names[1])), "score": 0.2})
    assert judge(rows)["evidence"][0].as_py().strip()


def test_the_order_of_rows_changes_no_decision():
    given = [{"ends": (("a", str(n)), ("b", str(m))), "score": 0.9 - abs(n - m) / 10, "inside": 0.5, "outside": 0.5} for n in range(4) for m in range(4)]

    def decided(rows: pa.Table) -> set[tuple]:
        return {tuple(row.values()) for row in judge(rows).to_pylist()}

    assert decided(pairs(*given)) == decided(pairs(*reversed(given)))


def test_no_pairs_are_no_decisions():
    assert judge(pairs({"ends": (("a", "x"), ("b", "y")), "score": 0.5}).slice(0, 0)).num_rows == 0
