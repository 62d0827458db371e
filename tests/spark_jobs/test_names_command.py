import csv
import json

import pytest
from typer.testing import CliRunner

from lakehouse import arrow
from lakehouse.errors import LakehouseError
from lakehouse.tables import ALIGNMENTS, LABEL_MAPPING, NAMING_DECISIONS, NATIVE_SUB_CLASSES, TAXONOMY
from spark_jobs.names_command import names
from tests.spark_jobs.lake_rows import row
from tests.spark_jobs.test_label_mapping import node
from tests.spark_jobs.test_taxonomy import aligned, native


def land(table, *rows):
    arrow.append(table, arrow.batch(table, [dict(zip(table.column_names, row(table, **one), strict=True)) for one in rows]))


@pytest.fixture
def curated(lake):
    """饮料 and 饮料饮品 are one node without a name of its own, and a person is asked whether 苹果 belongs under 水果."""
    land(NATIVE_SUB_CLASSES, *(native(shop, path, n) | {"term_counts": []} for shop, path, n in
                               (("jd", "饮料", 3), ("yixun", "饮料饮品", 9), ("jd", "水果", 50), ("yixun", "苹果", 7))))
    land(TAXONOMY, node(1, 5, "食品类", predecessors=[]), node(2, 1, "饮料饮品", 5, {"shop": "jd", "native_path": "饮料"},
                                                              {"shop": "yixun", "native_path": "饮料饮品"}, provisional=True, predecessors=[]))
    land(LABEL_MAPPING, {"shop": "yixun", "native_path": "饮料饮品", "evidence": "with jd:饮料, S_label 0.67."})
    land(ALIGNMENTS, aligned(("jd", "水果"), ("yixun", "苹果"), "broader", "review") | {"evidence": "apples lie in it"})
    return lake


def run(*arguments: str):
    return CliRunner().invoke(names, list(arguments), catch_exceptions=False)


def test_what_waits_is_listed_with_its_evidence_most_listings_first(curated):
    waiting = [json.loads(line) for line in run("pending", "--json").stdout.splitlines()]
    assert [(one["kind"], one["category"], one["other"], one["listings"]) for one in waiting] == [
        ("third_level", "yixun:苹果", "jd:水果", 57), ("name", "yixun:饮料饮品", "", 12)]
    assert (waiting[0]["question"], waiting[0]["evidence"]) == ("narrower?", "apples lie in it Here b is yixun:苹果 and a is jd:水果.")
    assert waiting[1]["question"] == "which name: 饮料, 饮料饮品?" and waiting[1]["evidence"] == "with jd:饮料, S_label 0.67."
    assert "2 wait (name 1, third_level 1), 1 shown" in run("pending", "--limit", "1").stdout


@pytest.mark.parametrize(("relation", "listings", "kind", "question"), [
    ("equivalent", 40, "merge", "equivalent?"), ("narrower", 40, "third_level", "narrower?"), ("overlapping", 40, "merge", "overlapping, or the same?"),
    ("none", 40, "merge", "the same?"), ("none", 2, "merge", "the same? too few listings to say"),
])
def test_a_question_says_what_its_decision_answers(curated, relation, listings, kind, question):
    land(NATIVE_SUB_CLASSES, native("jd", "矿泉水", 80) | {"term_counts": []}, native("yixun", "水", listings) | {"term_counts": []})
    land(ALIGNMENTS, aligned(("jd", "矿泉水"), ("yixun", "水"), relation, "review") | {"evidence": "why."})
    [one] = [one for one in map(json.loads, run("pending", "--json").stdout.splitlines()) if one["category"] == "jd:矿泉水"]
    assert (one["kind"], one["question"], one["evidence"]) == (kind, question, "why.")


def decided(kind, one, other=(None, None), value=None):
    return {"decision_id": str((kind, one, other)), "kind": kind, "shop": one[0], "native_path": one[1], "other_shop": other[0],
            "other_native_path": other[1], "value": value, "decided_by": "li"}


@pytest.mark.parametrize("decision", [
    decided("name", ("jd", "饮料"), value="软饮料"), decided("merge", ("jd", "水果"), ("yixun", "苹果")),
    decided("separate", ("yixun", "苹果"), ("jd", "水果")), decided("third_level", ("yixun", "苹果"), ("jd", "水果")),
])
def test_what_is_decided_is_asked_no_more_even_before_the_next_build(curated, decision):
    land(NAMING_DECISIONS, decision)
    assert [one["kind"] for one in map(json.loads, run("pending", "--json").stdout.splitlines())] == [
        "third_level" if decision["kind"] == "name" else "name"]


def test_two_nodes_are_asked_about_once_and_one_node_never(curated):
    land(NATIVE_SUB_CLASSES, native("jd", "矿泉水", 80) | {"term_counts": []}, native("yixun", "水", 8) | {"term_counts": []})
    land(TAXONOMY, node(2, 2, "水", 5, {"shop": "yixun", "native_path": "水"}, {"shop": "jd", "native_path": "矿泉水"}, predecessors=[]))
    land(ALIGNMENTS, aligned(("jd", "矿泉水"), ("yixun", "水"), "equivalent", "review"),         # one node already, through others
         aligned(("jd", "饮料"), ("yixun", "水"), "overlapping", "review") | {"evidence": "few."},
         aligned(("jd", "矿泉水"), ("yixun", "饮料饮品"), "equivalent", "review") | {"evidence": "many."})
    waiting = [json.loads(line) for line in run("pending", "--json").stdout.splitlines()]
    assert [(one["category"], one["other"], one["evidence"]) for one in waiting if one["kind"] == "merge"] == [
        ("jd:矿泉水", "yixun:饮料饮品", "many. And 1 more pair of these two sub-classes.")]
    land(NAMING_DECISIONS, decided("separate", ("yixun", "水"), ("jd", "饮料")))
    assert not [one for one in map(json.loads, run("pending", "--json").stdout.splitlines()) if one["kind"] == "merge"]


def test_decisions_that_wait_for_a_class_are_told(curated):
    land(NATIVE_SUB_CLASSES, native("jd", "书", class_id=None) | {"term_counts": []})
    land(NAMING_DECISIONS, decided("third_level", ("yixun", "苹果"), ("jd", "书")))
    assert "1 decision waiting for classes that nobody has mapped (`mep3m class-map pending`): third_level yixun:苹果" in run("pending").stdout


def test_two_names_that_people_chose_for_one_node_are_asked_about(curated):
    land(NAMING_DECISIONS, decided("name", ("jd", "饮料"), value="软饮料"), decided("name", ("yixun", "饮料饮品"), value="饮料饮品"))
    text = run("pending").stdout
    assert "people chose 软饮料, 饮料饮品; which one?" in text
    assert "mep3m names decide name jd:饮料 --value 饮料饮品 --by YOU --replace" in text.replace("'", "")


@pytest.mark.parametrize(("arguments", "told"), [
    (("decide", "name", "jd:饮料", "--by", " ", "--value", "x"), "needs somebody who decides"),
    (("withdraw", "jd:饮料"), "Nobody has decided the name of jd:饮料"),
    (("withdraw", "jd:饮料", "jd:水果"), "Nobody has decided how jd:饮料 and jd:水果 relate"),
    (("decide", "name", "jd", "--by", "li", "--value", "x"), "'jd' names no category; write SHOP:PATH"),
    (("decide", "name", "jd:饮品", "--by", "li", "--value", "x"), "No shop has the category 'jd:饮品'; there is jd:饮料"),
    (("decide", "name", "jd:饮料", "--by", "li"), "a name needs a value"),
    (("decide", "rename", "jd:饮料", "--by", "li"), "'rename' is no kind of decision"),
    (("decide", "merge", "jd:饮料", "--by", "li"), "needs other_shop"),
])
def test_a_decision_that_says_too_little_is_refused_in_a_sentence(curated, arguments, told):
    with pytest.raises(LakehouseError, match=told):
        run(*arguments)


def test_before_anything_is_built(lake):
    with pytest.raises(LakehouseError, match="There is no taxonomy yet"):
        run("pending")


@pytest.mark.jvm
def test_deciding_exporting_and_importing(spark, curated, tmp_path):
    run("decide", "name", "jd:饮料", "--value", "软饮料", "--by", "li")
    run("decide", "third_level", "yixun:苹果", "jd:水果", "--by", "wang", "--note", "一种水果")
    with pytest.raises(LakehouseError, match=r"contradict one another: .*under jd:水果 .wang.*merged .li"):
        run("decide", "merge", "jd:水果", "yixun:苹果", "--by", "li")
    exported = run("export").stdout
    assert [(one["kind"], one["value"], one["note"]) for one in csv.DictReader(exported.splitlines())] == [("name", "软饮料", ""), ("third_level", "", "一种水果")]
    (tmp_path / "d.csv").write_text(exported, encoding="utf-8")
    version = arrow.version(NAMING_DECISIONS)
    run("import", str(tmp_path / "d.csv"))
    assert arrow.version(NAMING_DECISIONS) == version
    run("decide", "name", "jd:饮料", "--value", "饮品", "--by", "li", "--replace")
    assert [one["value"] for one in arrow.read(NAMING_DECISIONS).to_pylist() if one["kind"] == "name"] == ["饮品"]
    run("withdraw", "jd:水果", "yixun:苹果")
    run("decide", "merge", "jd:水果", "yixun:苹果", "--by", "li")
    run("withdraw", "jd:饮料")
    assert [one["kind"] for one in arrow.read(NAMING_DECISIONS).to_pylist()] == ["merge"]


@pytest.mark.jvm
def test_categories_that_no_shop_has_are_all_named_or_waited_for(spark, curated, tmp_path):
    file = tmp_path / "d.csv"
    file.write_text("kind;shop;native_path;value\nname;jd;饮料;软饮料\nname;jd;饮品;水\nname;weg;茶;茶\n", encoding="utf-8-sig")
    with pytest.raises(LakehouseError, match=r"'jd:饮品'; there is jd:饮料\. No shop has the category 'weg:茶'.*Nothing was decided"):
        run("import", str(file))
    assert arrow.version(NAMING_DECISIONS) is None
    run("import", str(file), "--wait")
    assert "2 decisions waiting for categories that no shop has now: name jd:饮品; name weg:茶" in run("pending").stdout
    file.write_text(run("export").stdout, encoding="utf-8")
    run("import", str(file))            # what is held already needs no shop


def test_a_file_without_decisions_decides_nothing(curated, tmp_path):
    (tmp_path / "d.csv").write_text("kind,shop,native_path\n", encoding="utf-8")
    assert "holds no decision" in run("import", str(tmp_path / "d.csv")).output
    assert arrow.version(NAMING_DECISIONS) is None
