import json
import os
import pty
import subprocess
import sys

import pytest

from lakehouse import arrow, tables
from lakehouse.errors import LakehouseError
from lakehouse.tables import CLASS_MAP
from spark_jobs import class_map
from spark_jobs.methods.first_level import PAPER_CLASSES, Circle, Mapped, TwoAnswers, resolve
from tests.expectations.rows import FIXTURES
from tests.spark_jobs.lake_rows import collected, frame

FOOD = PAPER_CLASSES[4]


def test_the_papers_classes_keep_their_ids_and_others_follow():
    rows = resolve([], [Mapped("jd", "食品", FOOD), Mapped("jd", "表", "钟表"), Mapped("yixun", "数码", "数码")])
    assert {row.native_class: row.class_id for row in rows} == {"食品": 5, "数码": 15, "表": 16}


def test_an_id_is_never_given_twice():
    first = resolve([], [Mapped("jd", "表", "钟表")])
    assert [row.class_id for row in resolve(first, [Mapped("jd", "表", "手表")], replace=True, first_free=16)] == [16]
    assert [row.class_id for row in resolve(first, [Mapped("jd", "鞋", "鞋", 40), Mapped("jd", "帽", "帽")])] == [41, 15, 40]


@pytest.mark.parametrize(("current", "new", "told"), [
    ([], [Mapped("jd", "酒", "酒水", None, "a.csv"), Mapped("jd", "酒", FOOD, None, "b.csv")], "'酒水' .a.csv. and to '食品/酒水/生鲜/特产' .b.csv."),
    ([Mapped("jd", "酒", "酒水", 15, "li")], [Mapped("jd", "酒", FOOD, None, "wang")], "'酒水' .li. and to '食品/酒水/生鲜/特产' .wang."),
    ([], [Mapped("jd", "酒", "酒水", 15), Mapped("jd", "茶", "酒水", 16)], "'酒水' has the ids 15 and 16"),
    ([], [Mapped("jd", "酒", "酒水", 5)], "id 5 belongs to '食品/酒水/生鲜/特产' and is given to '酒水'"),
    ([Mapped("jd", "酒", "酒水", 15, "li")], [Mapped("jd", "茶", "茶", 15)], "id 15 belongs to '酒水' and is given to '茶'"),
])
def test_two_answers_are_refused_with_both_sides_shown(current, new, told):
    with pytest.raises(TwoAnswers, match=told):
        resolve(current, new)


@pytest.mark.parametrize("length", [2, 3])
def test_a_circle_is_refused_with_all_of_it_shown(length):
    names = ["酒", "茶", "饮料"][:length]
    around = [Mapped("jd", one, names[n - 1], None, f"{n}.csv") for n, one in enumerate(names)]
    with pytest.raises(Circle, match="jd's classes are mapped in a circle") as refused:
        resolve([], [*around, Mapped("jd", "酒水", "酒", None, "li")])
    assert all(f"{one.native_class!r} to {one.class_name!r} ({one.decided_by})" in str(refused.value) for one in around)
    assert "酒水" not in str(refused.value)


def test_what_is_no_circle_is_taken():
    chain = [Mapped("jd", "酒", "茶"), Mapped("jd", "茶", "饮料"), Mapped("jd", "饮料", "饮料"), Mapped("yixun", "饮料", "酒")]
    assert len(resolve([], chain)) == 4     # one step each; nothing is followed


def test_replacing_is_asked_for():
    current = [Mapped("jd", "酒", "酒水", 15, "li"), Mapped("yixun", "酒", "酒水", 15, "li")]
    rows = resolve(current, [Mapped("jd", "酒", FOOD, None, "wang")], replace=True)
    assert [(row.shop, row.class_id, row.decided_by) for row in rows] == [("jd", 5, "wang"), ("yixun", 15, "li")]


@pytest.mark.parametrize(("text", "told"), [
    ("shop,native_class\njd,食品\n", "lacks the column class_name"),
    ("shop,native_class,class_name\njd,,食品\n", "line 2: it takes a shop"),
    ("shop,native_class,class_name,class_id\njd,a,b,五\n", "line 2: it takes a shop"),
    ("shop,native_class,class_name\njd,食品\n", "line 2: the line has another number of values"),
])
def test_a_file_that_does_not_say_enough(tmp_path, text, told):
    (tmp_path / "map.csv").write_text(text, encoding="utf-8")
    with pytest.raises(LakehouseError, match=told):
        class_map.read_file(tmp_path / "map.csv", "li")


def test_a_file_that_is_not_there_or_not_utf8(tmp_path):
    with pytest.raises(LakehouseError, match="is not there"):
        class_map.read_file(tmp_path / "none.csv", "li")
    (tmp_path / "gbk.csv").write_bytes("shop,native_class,class_name\njd,家用电器,家用电器\n".encode("gbk"))
    with pytest.raises(LakehouseError, match="is not UTF-8"):
        class_map.read_file(tmp_path / "gbk.csv", "li")


def test_both_ways_to_write_a_map(tmp_path):
    (tmp_path / "a.csv").write_text("platform,class_name,curated_class,listings\njd,食品 ,食品类,9\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("shop,native_class,class_name\njd,食品,食品类\n", encoding="utf-8-sig")
    assert class_map.read_file(tmp_path / "a.csv", "li") == class_map.read_file(tmp_path / "b.csv", "li") == [Mapped("jd", "食品", "食品类", None, "li")]


@pytest.mark.medium
def test_who_waits_at_a_terminal_sees_what_for_and_the_answer_stays_apart(lake):
    row = FIXTURES["native_sub_classes"].row(1) | {"class_id": None, "class_name": None}
    arrow.append(tables.NATIVE_SUB_CLASSES, arrow.batch(tables.NATIVE_SUB_CLASSES, [row]))
    screen, terminal = pty.openpty()
    done = subprocess.run([sys.executable, "-m", "lakehouse.cli", "class-map", "pending", "--json"], stdout=subprocess.PIPE, stderr=terminal,
                          env=os.environ | {"TERM": "xterm"}, check=False)
    os.close(terminal)
    assert b"comparing classes" in os.read(screen, 65_536)
    os.close(screen)
    assert json.loads(done.stdout)["native_class"] == row["native_class"]


@pytest.mark.jvm
def test_a_file_goes_into_staging_and_leaves_out_nothing(spark, tmp_path):
    (tmp_path / "map.csv").write_text("shop,native_class,class_name\njd,食品,食品/酒水/生鲜/特产\n", encoding="utf-8")
    before = frame(spark, CLASS_MAP, {"shop": "jd", "native_class": "表", "class_id": 15, "class_name": "钟表", "decided_by": "li"})
    batch = class_map.build(before, answers=class_map.read_file(tmp_path / "map.csv", "map.csv"))
    assert batch.dtypes == [(c.name, c.type) for c in CLASS_MAP.columns]
    assert collected(batch, "native_class", "class_id", "decided_by") == [("表", 15, "li"), ("食品", 5, "map.csv")]


@pytest.mark.jvm
def test_import_pending_and_export_by_command(spark, tmp_path, capsys):
    from spark_jobs.class_map_command import export, import_file

    (tmp_path / "map.csv").write_text("shop,native_class,class_name\njd,食品,食品/酒水/生鲜/特产\njd,表,钟表\n", encoding="utf-8")
    import_file(tmp_path / "map.csv", replace=False, decided_by="")
    assert arrow.read(tables.CLASS_MAP).num_rows == 2
    capsys.readouterr()
    export()
    exported = capsys.readouterr().out
    assert exported.splitlines()[1] == "jd,食品,5,食品/酒水/生鲜/特产,map.csv"
    (tmp_path / "again.csv").write_text(exported, encoding="utf-8")
    version = arrow.version(tables.CLASS_MAP)
    import_file(tmp_path / "again.csv", replace=False, decided_by="")
    assert arrow.version(tables.CLASS_MAP) == version
