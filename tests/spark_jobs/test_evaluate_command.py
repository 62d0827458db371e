"""mep3m evaluate on a lake of four categories, and on answer keys as people send them."""

from __future__ import annotations

import gzip
import json

import pytest
from typer.testing import CliRunner

from lakehouse import arrow, tables
from lakehouse import spark as engine
from lakehouse.errors import LakehouseError
from spark_jobs import listing_tokens, native_sub_classes
from spark_jobs.evaluate_command import BEGIN, END, evaluate, measure, read_gold, read_labels
from spark_jobs.methods.evaluation import Labels
from tests.spark_jobs.lake_rows import frame, row

KEY = "platform_a\tpath_a\tplatform_b\tpath_b\n"


@pytest.fixture
def aligned(lake):
    """空调 of both shops merged, 冰箱 and 冰柜 proposed, and a pair of a shop that no key asks about."""
    sizes = {("a", "空调"): 20, ("b", "空调"): 20, ("a", "冰箱"): 9, ("b", "冰柜"): 9, ("c", "空调"): 9, ("b", "小"): 2}

    def land(table, *rows):
        arrow.append(table, arrow.batch(table, [dict(zip(table.column_names, row(table, **one), strict=True)) for one in rows]))

    land(tables.NATIVE_SUB_CLASSES, *({"shop": shop, "native_path": path, "native_sub_class": path, "listings": n} for (shop, path), n in sizes.items()))
    pair = {"shop_a": "a", "shop_b": "b", "relation": "equivalent", "strategy": "curated", "decided_by": "curated", "evidence": "why"}
    land(tables.ALIGNMENTS, {**pair, "native_path_a": "空调", "native_path_b": "空调", "zone": "merged"},
         {**pair, "native_path_a": "冰箱", "native_path_b": "冰柜", "zone": "review"}, {**pair, "native_path_a": "冰箱", "native_path_b": "小", "zone": "review"},
         {**pair, "native_path_a": "空调", "shop_b": "c", "native_path_b": "空调", "zone": "merged"})
    labels = "platform\tnative_path\thuman_label_path\n" + "".join(
        f"{shop}\t{path}\t{'冷>空调' if path == '空调' else '冷>冰箱'}\n" * n for (shop, path), n in sizes.items())
    with gzip.open(lake / "listings.tsv.gz", "wt", encoding="utf-8") as file:
        file.write(labels)
    return lake


def asked(lake, key: str, *options: str) -> dict:
    (lake / "gold.tsv").write_text(KEY + key, encoding="utf-8")
    result = CliRunner().invoke(evaluate, ["alignment", "--gold", str(lake / "gold.tsv"), *options])
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_every_figure_of_a_small_lake(aligned):
    got = asked(aligned, "b\t空调\ta\t空调\n", "--labels", str(aligned / "listings.tsv.gz"), "--report", str(aligned / "report.md"))
    assert (got["strict"]["precision"], got["strict"]["recall"], got["strict"]["found"]) == (0.5, 1.0, 2)
    assert got["tolerant"]["precision"] == 1.0                     # 冰箱 and 冰柜 have one label
    assert got["merged_zone"] == {"pairs": 1, "share_of_merges": 0.5, "strict_precision": 1.0, "tolerant_precision": 1.0}
    assert got["left_out"]["pairs_of_fewer_than_5_listings"] == 1
    assert got["both_sides_10_listings"]["strict"]["found"] == 1
    assert set(got["per_shop_pair"]) == {"a / b"}
    assert got["listings_every_proposal_accepted"]["b_cubed"]["f1"] == 1.0 > got["listings_merged_by_itself"]["b_cubed"]["f1"]
    assert got["listings_merged_by_labels"]["b_cubed"]["f1"] == 1.0 > got["listings_not_merged"]["b_cubed"]["f1"]
    both = got["per_shop_pair"]["a / b"]
    assert both["listings_every_proposal_accepted"]["b_cubed"]["f1"] == 1.0 > both["listings_merged_by_itself"]["v_measure"]["v_measure"]
    assert got["both_sides_10_listings"]["listings_merged_by_itself"]["b_cubed"]["f1"] == 1.0      # 空调 only
    assert set(got["intervals_95"]) == {"strict_f1", "tolerant_f1", "merged_strict_precision", "merged_tolerant_precision"}
    for part in (both, got["both_sides_10_listings"]):
        assert set(part["intervals_95"]) == {"strict_f1", "tolerant_f1"}
        assert set(part["listings_merged_by_itself"]["intervals_95"]) == {"b_cubed_f1", "v_measure"}
    assert got["listings_merged_by_labels"]["intervals_95"]["b_cubed_f1"] == [1.0, 1.0]
    assert all("f1_interval_95" in of for of in got["per_relation"].values())
    assert set(got["per_relation"]) == {"equivalent", "narrower", "overlapping", "none"}
    assert "a: 冰箱 | b: 冰柜" in (aligned / "report.md").read_text(encoding="utf-8")


def test_what_a_person_merged_is_not_merged_by_itself(aligned):
    arrow.append(tables.ALIGNMENTS, arrow.batch(tables.ALIGNMENTS, [dict(zip(tables.ALIGNMENTS.column_names, row(
        tables.ALIGNMENTS, shop_a="b", native_path_a="冰柜", shop_b="c", native_path_b="空调", relation="equivalent", zone="merged", strategy="curated",
        decided_by="li", evidence="decided by li"), strict=True))]))
    got = asked(aligned, "b\t空调\ta\t空调\nb\t空调\tc\t空调\n", "--labels", str(aligned / "listings.tsv.gz"))
    assert got["decided_by_people"] == 1
    assert got["merged_zone"] == {"pairs": 2, "share_of_merges": 0.5, "strict_precision": 0.5, "tolerant_precision": 1.0}
    assert got["listings_merged_by_itself"]["b_cubed"]["precision"] == 1.0 > got["listings_every_proposal_accepted"]["b_cubed"]["precision"]


SHOPS = {"a": ["电器>空调", "电器>///", "电器>冰箱"], "b": ["电器>空调", "电器>///", "电器>电冰箱"]}


@pytest.fixture
def listed(spark, lake):
    """Two shops as the jobs left them, in which a person holds apart what both call 空调."""
    titles = {"空调": "变频挂机空调制冷", "///": "{shop}{shop}物 ", "冰箱": "双门风冷冰箱保鲜", "电冰箱": "双门风冷冰箱保鲜"}
    listings = [{"shop": shop, "listing_id": f"{path}{n}", "native_path": path, "native_class": "电器", "native_sub_class": path.split(">")[1],
                 "title": titles[path.split(">")[1]].format(shop=shop) + f" {n}升"} for shop, paths in SHOPS.items() for path in paths for n in range(6)]
    class_map = frame(spark, tables.CLASS_MAP, *({"shop": shop, "native_class": "电器", "class_id": 1, "class_name": "电器"} for shop in SHOPS))
    native = native_sub_classes.build(frame(spark, tables.LISTINGS, *listings), listing_tokens.build(frame(spark, tables.LISTINGS, *listings)), class_map)
    apart = {"decision_id": "1", "kind": "separate", "shop": "a", "native_path": "电器>空调", "other_shop": "b", "other_native_path": "电器>空调", "decided_by": "li"}
    for table, batch in ((tables.LISTINGS, frame(spark, tables.LISTINGS, *listings)), (tables.NATIVE_SUB_CLASSES, native),
                         (tables.NAMING_DECISIONS, frame(spark, tables.NAMING_DECISIONS, apart))):
        engine.publish(table, batch, {})
    return lake


@pytest.mark.jvm
def test_a_strategy_is_measured_by_itself_and_in_every_form(listed):
    key = "a\t电器>空调\tb\t电器>空调\na\t电器>冰箱\tb\t电器>电冰箱\n"
    for options, recall in ((["--strategy", "curated"], 1.0), (["--strategy", "paper"], 1.0), (["--strategy", "paper", "--threshold", "1"], 0.5),
                            (["--strategy", "paper", "--threshold", "1", "--identical-names", "criterion"], 0.0)):
        got = asked(listed, key, *options)
        assert (got["strict"]["recall"], got["decided_by_people"]) == (recall, 0), options
        assert got["strict"]["precision"] == (1.0 if recall else 0.0), options        # two shops' "///" have no name in common
    assert arrow.version(tables.ALIGNMENTS) is None


@pytest.mark.jvm
def test_the_table_has_a_row_for_each_form_and_leaves_the_page_around_it(listed):
    (listed / "gold.tsv").write_text(KEY + "a\t电器>空调\tb\t电器>空调\n", encoding="utf-8")
    (listed / "labels.tsv").write_text("platform\tnative_path\thuman_label_path\na\t电器>空调\t空调\n", encoding="utf-8")
    page = listed / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    given = ["table", "--gold", str(listed / "gold.tsv"), "--labels", str(listed / "labels.tsv"), "--output", str(page)]
    result = CliRunner().invoke(evaluate, given)
    assert result.exit_code == 0, result.output
    made = page.read_text(encoding="utf-8")
    assert made.startswith("before\n") and made.endswith("after\n") and "\nold\n" not in made
    rows = [line.split(" | ")[0] for line in made.splitlines() if line.startswith("| `")]
    assert rows == ["| `paper`, Eq. 3 for identical names too", "| `paper`, words of one character too", "| `paper`, presence of terms", "| `paper`, threshold of the identical names",
                    "| `paper`", "| `curated`"]
    page.write_text("no place for it", encoding="utf-8")
    assert isinstance(CliRunner().invoke(evaluate, given).exception, LakehouseError) and page.read_text(encoding="utf-8") == "no place for it"


def test_options_of_paper_are_refused_without_it(aligned):
    (aligned / "gold.tsv").write_text(KEY, encoding="utf-8")
    for wrong in (["--weight", "presence"], ["--strategy", "curated", "--threshold", "0.5"], ["--strategy", "paper", "--identical-names", "no"]):
        assert isinstance(CliRunner().invoke(evaluate, ["alignment", "--gold", str(aligned / "gold.tsv"), *wrong]).exception, LakehouseError)


def test_doubles_that_the_tree_folds_by_name_count_where_nothing_inside_a_shop_was_compared():
    labels = Labels({("a", "冷>空调"): {"空调": 5}, ("a", "电>空调"): {"空调": 5}})
    known = {category: {"native_sub_class": "空调", "class_id": 1, "class_name": "电器", "listings": 5} for category in labels.counts}
    assert measure([], set(), labels, known)["listings_merged_by_itself"]["b_cubed"]["f1"] == 1.0
    inside = {"decided_by": "curated", "shop_a": "a", "native_path_a": "冷>空调", "shop_b": "a", "native_path_b": "电>空调", "relation": "none", "zone": "apart", "strategy": "curated"}
    assert measure([inside], set(), labels, known)["listings_merged_by_itself"]["b_cubed"]["f1"] < 1.0
    by_person = inside | {"native_path_b": "冷>冰箱", "strategy": "paper", "decided_by": "li"}       # compares nothing; a person did
    assert measure([by_person], set(), labels, known)["listings_merged_by_itself"]["b_cubed"]["f1"] == 1.0


def test_pairs_of_one_shop_are_no_part_of_the_key_and_paths_are_read_as_the_lake_reads_them(aligned):
    got = asked(aligned, "b\t 空调\ta\t空\u200b调 \r\na\t空调\ta\t冰箱\n")
    assert got["left_out"] == {"pairs_of_fewer_than_5_listings": 1, "pairs_of_one_shop_in_key": 1, "unknown_categories_in_key": 0, "unknown": []}
    assert got["strict"]["recall"] == 1.0 and got["strict"]["in_key"] == 1


def test_labels_of_categories_that_the_lake_does_not_know_are_counted(aligned):
    with gzip.open(aligned / "listings.tsv.gz", "at", encoding="utf-8") as file:
        file.write("d\t电视\t电视\n" * 9)
    assert asked(aligned, "b\t空调\ta\t空调\n", "--labels", str(aligned / "listings.tsv.gz"))["left_out"]["labelled_categories_unknown"] == 1


def test_categories_that_the_lake_does_not_know_are_counted_and_named(aligned):
    got = asked(aligned, "b\t空调\ta\t空调\na\t没有\tb\t冰柜\n")
    assert got["left_out"]["unknown_categories_in_key"] == 1 and got["left_out"]["unknown"] == ["a:没有"]
    assert got["strict"]["recall"] == 0.5 and "tolerant" not in got


@pytest.mark.parametrize(("text", "said"), [("a,b\n1,2\n", "is no answer key"), ("", "is no answer key"), (b"\xff\xfe\x00", "does not read as text in UTF-8"),
                                           (KEY + "a\tx\tb\n", "line 2: the line ends before path_b"),
                                           ("\ufeff" + KEY + "a\tx\tb\ty\na\tx\ta\tx\n", "line 3: a:x is paired with itself")])
def test_a_file_that_is_no_key_is_one_sentence(tmp_path, text, said):
    file = tmp_path / "gold.tsv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(LakehouseError, match=said):
        read_gold(file)


def test_a_missing_key_and_a_torn_archive_are_one_sentence(tmp_path):
    with pytest.raises(LakehouseError, match="is not there"):
        read_gold(tmp_path / "none.tsv")
    whole = gzip.compress(("platform\tnative_path\thuman_label_path\n" + "".join(f"a\t{n * n}\tb\n" for n in range(999))).encode())
    for torn in (b"not gzip", whole[:-20], whole[:30] + b"\0" * 9 + whole[39:]):
        (tmp_path / "labels.tsv.gz").write_bytes(torn)
        with pytest.raises(LakehouseError, match="does not read"):
            read_labels(tmp_path / "labels.tsv.gz")
