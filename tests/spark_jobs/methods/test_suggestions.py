import pyarrow as pa

from spark_jobs.methods.suggestions import suggest
from spark_jobs.methods.term_counts import count_terms


def sub_classes(*rows: tuple[str, str, str, str | None, int, list[str]]) -> pa.Table:
    columns = list(zip(*rows, strict=True))
    named = dict(zip(("shop", "native_class", "native_sub_class", "class_name", "listings"), columns, strict=False))
    return pa.table({**named, "term_counts": count_terms(pa.array(columns[5], pa.list_(pa.string())))})


MAPPED = (("jd", "食品", "水果", "食品类", 9, ["苹果", "红", "新鲜"]), ("jd", "食品", "蔬菜", "食品类", 9, ["白菜", "新鲜"]),
          ("jd", "家电", "空调", "电器类", 9, ["挂机", "变频", "静音"]), ("jd", "图书", "小说", "图书类", 9, ["小说", "全集"]))


def test_the_class_whose_words_are_nearest_comes_first_and_the_largest_wait_is_listed_first():
    waiting = suggest(sub_classes(*MAPPED, ("yixun", "生鲜", "水果", None, 3, ["苹果", "新鲜"]), ("yixun", "大家电", "冰箱", None, 5, ["变频", "静音"])))
    assert [(one["shop"], one["native_class"], one["listings"]) for one in waiting] == [("yixun", "大家电", 5), ("yixun", "生鲜", 3)]
    assert [one["suggestions"][0]["class_name"] for one in waiting] == ["电器类", "食品类"]
    assert [set(one["suggestions"][0]["shared"]) for one in waiting] == [{"变频", "静音"}, {"水果", "苹果", "新鲜"}]
    assert waiting[1]["suggestions"][0]["shared"][0] == "水果"       # what the shops call their sub-classes tells most
    assert all(0 < s["similarity"] <= 1 for one in waiting for s in one["suggestions"])


def test_nothing_to_suggest():
    assert suggest(sub_classes(*MAPPED)) == []
    [alone] = suggest(sub_classes(("yixun", "生鲜", "水果", None, 3, ["苹果"])))
    assert alone["suggestions"] == []
    [strange] = suggest(sub_classes(*MAPPED, ("yixun", "怪", "无", None, 1, [])))
    assert strange["suggestions"] == []
