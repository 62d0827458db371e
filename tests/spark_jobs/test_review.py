"""The review page in a real browser: a person's clicks and keys come out as a file that `mep3m names import` takes."""

from __future__ import annotations

import codecs
import html
import re
import shutil
import subprocess

import pytest
from typer.testing import CliRunner

from lakehouse import arrow, tables
from spark_jobs.methods.taxonomy import Merge, NativeSubClass, grow
from spark_jobs.naming_decisions import read_file
from spark_jobs.review_command import SIDES, render, review
from tests.spark_jobs.lake_rows import row

pytestmark = pytest.mark.medium

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOSTILE = '</script><img src=x onerror="document.title=1">, "空调"'


def land(table: tables.Table, *rows: dict) -> None:
    arrow.append(table, arrow.batch(table, [dict(zip(table.column_names, row(table, **one), strict=True)) for one in rows]))


@pytest.fixture
def waiting_lake(lake):
    """Three pairs and a name that wait: 水果 with 40 listings, 空调 with 20, 牙刷 with 6."""
    from PIL import Image

    sizes = {("a", "食品>水果"): 30, ("b", "生鲜>苹果"): 10, ("a", "家电>空调"): 12, ("b", "大家电>家用空调"): 8, ("a", "个护>牙刷"): 3, ("b", "洗护>电动牙刷"): 3}
    (lake / "pictures").mkdir()
    Image.new("RGB", (400, 300), "red").save(lake / "pictures" / "one.png")
    (lake / "pictures" / "torn.png").write_bytes(b"\x89PNG torn")
    land(tables.RAW_IMAGES, {"image_sha256": "1" * 64, "path": "pictures/one.png"}, {"image_sha256": "2" * 64, "path": "pictures/torn.png"})
    land(tables.LISTINGS, *({"shop": shop, "native_path": path, "listing_id": f"{n:03}", "title": f"{path} {n}" if n else HOSTILE,
                             "image_sha256": {0: "1" * 64, 1: "2" * 64}.get(n)} for (shop, path), size in sizes.items() for n in range(size)))
    land(tables.NATIVE_SUB_CLASSES, *({"shop": shop, "native_path": path, "native_sub_class": path.split(">")[1], "listings": size}
                                      for (shop, path), size in sizes.items()))
    land(tables.TAXONOMY, {"level": 2, "node_id": 1, "name": "空调", "provisional": False})
    pair = {"zone": "review", "confidence": 0.7, "strategy": "curated", "decided_by": "curated", "evidence": "titles of a go to b with 83 %"}
    ends = {"shop_a": "a", "shop_b": "b"}
    land(tables.ALIGNMENTS,
         {**pair, **ends, "native_path_a": "食品>水果", "native_path_b": "生鲜>苹果", "relation": "broader"},
         {**pair, **ends, "native_path_a": "家电>空调", "native_path_b": "大家电>家用空调", "relation": "equivalent"},
         {**pair, **ends, "native_path_a": "个护>牙刷", "native_path_b": "洗护>电动牙刷", "relation": "overlapping"})
    return lake


def written(lake, *options: str) -> str:
    page = lake / "review.html"
    result = CliRunner().invoke(review, ["--output", str(page), *options])
    assert result.exit_code == 0, result.output
    return page.read_text(encoding="utf-8")


def after(page: str, script: str, folder) -> str:
    """The page's DOM after a person, played by `script`, has been at it."""
    file = folder / "played.html"
    file.write_text(page.replace("</body>", f"<script>{script}; csv_now = document.getElementById('csv').value;"
                                            "document.body.append(Object.assign(document.createElement('pre'), {id: 'result', textContent: csv_now}));"
                                            "</script></body>"), encoding="utf-8")
    done = subprocess.run([CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=2000",
                           "--dump-dom", file.as_uri()], capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def test_everything_is_inside_and_most_valuable_comes_first(waiting_lake):
    page = written(waiting_lake)
    assert page.index("食品>水果") < page.index("家电>空调") < page.index("个护>牙刷")
    assert "data:image/jpeg;base64," in page
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", page)
    assert "</script><img" not in page      # a title is data
    assert 'lang="en"' in page and "中文" in page


def test_no_more_questions_than_asked_for(waiting_lake):
    page = written(waiting_lake, "--limit", "1")
    assert "食品>水果" in page and "个护>牙刷" not in page and "1 / 3" in page


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_clicks_and_keys_become_decisions(waiting_lake, tmp_path):
    press = "const key = k => document.dispatchEvent(new KeyboardEvent('keydown', {key: k, bubbles: true}))"
    dom = after(written(waiting_lake), f"""{press};
        const reader = document.getElementById('who'); reader.value = 'Li, Mei'; reader.dispatchEvent(new Event('input'));
        key('j'); key('t');
        document.querySelector('#q-1 input').value = '空调机'; document.querySelector('#q-1 button[data-kind=merge]').click();
        document.querySelector('#q-2 button[data-kind=merge]').click(); document.querySelector('#q-2 button[data-kind=separate]').click();
        document.getElementById('language').click()""", tmp_path)
    assert "<title>MEP-3M review</title>" in dom        # the hostile title ran nothing
    assert "3 / 3 已决定" in dom
    assert [f"<span>{said}</span>" in dom for said in ("前者是后者的一种吗？", "是同一种商品吗？", "两者有重叠。是同一种商品吗？")] == [True] * 3
    (tmp_path / "another").mkdir()
    assert "<span>Is the first a kind of the second?</span>" in after(written(waiting_lake), "", tmp_path / "another")
    out = tmp_path / "decisions.csv"
    out.write_text(html.unescape(re.search(r'<pre id="result">(.*?)</pre>', dom, re.DOTALL)[1]), encoding="utf-8")
    decisions = {(one.kind, one.category, one.other, one.value, one.decided_by) for one in read_file(out)}
    assert decisions == {
        ("third_level", ("b", "生鲜>苹果"), ("a", "食品>水果"), None, "Li, Mei"),
        ("merge", ("a", "家电>空调"), ("b", "大家电>家用空调"), None, "Li, Mei"),
        ("name", ("a", "家电>空调"), None, "空调机", "Li, Mei"),
        ("separate", ("a", "个护>牙刷"), ("b", "洗护>电动牙刷"), None, "Li, Mei"),
    }


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_undone_is_undecided(waiting_lake, tmp_path):
    dom = after(written(waiting_lake), """document.querySelector('#q-0 button[data-kind=merge]').click();
        document.getElementById('q-0').focus(); document.dispatchEvent(new KeyboardEvent('keydown', {key: 'u', bubbles: true}))""", tmp_path)
    assert re.search(r'<pre id="result">([^<]*)</pre>', dom)[1].strip().count("\n") == 0


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_a_name_is_chosen_among_its_members_and_one_may_be_left_out(waiting_lake, tmp_path):
    hostile = "x\"'<b id=evil&amp;茶"
    members = [{"shop": "a", "native_path": "家电>空调"}, {"shop": "b", "native_path": "大家电>家用空调"}, {"shop": "b", "native_path": f"茶>{hostile}"}]
    land(tables.NATIVE_SUB_CLASSES, {"shop": "b", "native_path": f"茶>{hostile}", "native_sub_class": hostile, "listings": 1})
    land(tables.TAXONOMY, {"level": 2, "node_id": 2, "name": "空调", "provisional": True, "members": members})
    page = written(waiting_lake)
    assert "<b id=evil" not in page
    dom = after(page, """const mine = [...document.querySelectorAll('article')].find(e => e.querySelector('button[data-name]'));
        mine.querySelector('button[data-apart="2"]').click(); mine.querySelectorAll('button[data-name]')[1].click()""", tmp_path)
    assert 'id="evil"' not in dom
    out = tmp_path / "decisions.csv"
    out.write_text(html.unescape(re.search(r'<pre id="result">(.*?)</pre>', dom, re.DOTALL)[1]), encoding="utf-8")
    assert [(one.kind, one.category, one.other, one.value) for one in read_file(out)] == [
        ("name", ("a", "家电>空调"), None, "家用空调"), ("separate", ("a", "家电>空调"), ("b", f"茶>{hostile}"), None),
        ("separate", ("b", "大家电>家用空调"), ("b", f"茶>{hostile}"), None)]


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_who_does_not_belong_leaves_alone_and_takes_no_other_along(waiting_lake, tmp_path):
    """More members than are shown; the one that leaves hangs on the others by the surer merges."""
    members = [("a", f"茶>{n:02}") for n in range(SIDES + 2)]
    land(tables.NATIVE_SUB_CLASSES, *({"shop": shop, "native_path": path, "native_sub_class": path[2:], "listings": 1000 - n} for n, (shop, path) in enumerate(members)))
    land(tables.TAXONOMY, {"level": 2, "node_id": 3, "name": "00", "provisional": True, "members": [{"shop": shop, "native_path": path} for shop, path in members]})
    dom = after(written(waiting_lake), """document.querySelector('#q-0 button[data-apart="2"]').click()""", tmp_path)
    out = tmp_path / "decisions.csv"
    out.write_text(html.unescape(re.search(r'<pre id="result">(.*?)</pre>', dom, re.DOTALL)[1]), encoding="utf-8")
    natives = [NativeSubClass(one, one[1], 5, "茶", 1000 - n) for n, one in enumerate(members)]
    merges = [Merge(members[2], other, 0.95) for other in members[3:]] + [Merge(members[0], other, 0.85) for other in members[1:]]
    nodes = [n.members for n in grow(natives, merges, read_file(out)) if n.level == 2]
    assert nodes == [tuple(one for one in members if one != members[2]), (members[2],)]


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_the_file_begins_with_the_mark_that_spreadsheets_know_utf_8_by(waiting_lake, tmp_path):
    dom = after(written(waiting_lake), """URL.createObjectURL = blob => { blob.arrayBuffer().then(bytes => { document.title = [...new Uint8Array(bytes)].slice(0, 7); }); return '#'; };
        document.getElementById('export').click()""", tmp_path)
    assert f"<title>{','.join(map(str, codecs.BOM_UTF8 + b'kind'))}</title>" in dom


def test_nothing_waiting_is_a_page_too():
    assert "0 / 0" in render([], 0)
