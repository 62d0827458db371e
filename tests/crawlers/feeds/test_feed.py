"""mep3m import feed and mep3m import mep3m: every form of the same three products, and what breaks them."""

from __future__ import annotations

import gzip
import json
import re
from xml.etree import ElementTree

import pytest

from crawlers import program
from crawlers.feeds import feed
from crawlers.feeds.records import given
from lakehouse import arrow
from lakehouse.errors import LakehouseError
from lakehouse.tables import CRAWL_RUNS, RAW_LISTINGS, REJECTS
from tests.crawlers.feeds.test_listings_file import rows, run

PRODUCTS = [
    {"id": "A1", "title": "纯棉袜子, 三双", "product_type": "服饰 > 袜子", "link": "https://s.example/a1", "image_link": "https://s.example/a1.jpg"},
    {"id": "A2", "title": "Wool cap", "product_type": "服饰 > 帽子", "link": "https://s.example/a2", "image_link": "https://s.example/a2.jpg"},
]
RSS = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>{}</channel></rss>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><title>Shop</title>{}</feed>"""


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace(">", "&gt;")


def csv_text(separator: str, quote: str) -> str:
    lines = [separator.join(PRODUCTS[0])]
    lines += [separator.join(f"{quote}{value}{quote}" for value in product.values()) for product in PRODUCTS]
    return "\n".join(lines) + "\n"


FORMS = {
    "feed.csv": csv_text(",", '"').encode(), "feed-gbk.csv": csv_text(",", '"').encode("gbk"), "feed.tsv": csv_text("\t", "").encode(),
    "feed.jsonl": "".join(json.dumps(product, ensure_ascii=False) + "\n" for product in PRODUCTS).encode(),
    "feed.json": json.dumps(PRODUCTS, indent=1).encode(), "feed.ndjson": b"\xef\xbb\xbf" + json.dumps(PRODUCTS).encode(),
    "semicolons.csv": csv_text(";", "").encode(), "feed.dat": csv_text(";", '"').encode(), "array.dat": json.dumps(PRODUCTS).encode(),
    "feed.xml": RSS.format("".join("<item>" + "".join(f"<g:{k}>{escaped(v)}</g:{k}>" for k, v in p.items()) + "</item>" for p in PRODUCTS)).encode(),
    **{f"feed-{said}.xml": RSS.replace("UTF-8", said).format("".join(
        "<item>" + "".join(f"<{k}>{escaped(v)}</{k}>" for k, v in p.items()) + "</item>" for p in PRODUCTS)).encode(sent)
        for said, sent in (("GBK", "gbk"), ("gb2312", "gb18030"), ("UTF-16", "utf-16"), ("UTF-16LE", "utf-8"))},
    "atom.xml": ATOM.format("".join(
        "<entry>" + "".join(f'<link href="{v}"/>' if k == "link" else f"<g:{k}>{escaped(v)}</g:{k}>" for k, v in p.items()) + "</entry>"
        for p in PRODUCTS)).encode(),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("packed", [False, True])
def test_every_form_gives_the_same_listings(lake, tmp_path, name, packed):
    path = tmp_path / (name + ".gz" if packed else name)
    path.write_bytes(gzip.compress(FORMS[name]) if packed else FORMS[name])
    assert "2 listings landed, 0 rejected" in run("feed", path, "--shop", "socks")
    assert [(r["shop"], r["listing_id"], r["title"], r["breadcrumbs"], r["url"], r["image_urls"], r["image_url"]) for r in rows(RAW_LISTINGS)] == [
        ("socks", p["id"], p["title"], p["product_type"].split(" > "), p["link"], [p["image_link"]], p["image_link"]) for p in PRODUCTS]


def test_variants_of_a_group_are_one_listing_and_further_pictures_are_kept(lake, tmp_path):
    path = tmp_path / "feed.xml"
    item = ("<item><g:id>{0}</g:id><g:item_group_id>G</g:item_group_id><title>Cap {0}</title><g:product_type>Hats</g:product_type>"
            "<g:image_link>https://s.example/{0}.jpg</g:image_link><g:additional_image_link>https://s.example/x.jpg</g:additional_image_link>"
            "<g:additional_image_link>https://s.example/y.jpg</g:additional_image_link></item>")
    path.write_text(RSS.format(item.format("red") + item.format("blue")), encoding="utf-8")
    assert "1 listings landed, 1 rejected" in run("feed", path, "--shop", "hats")
    assert rows(RAW_LISTINGS)[0]["image_urls"] == ["https://s.example/red.jpg", "https://s.example/x.jpg", "https://s.example/y.jpg"]
    assert rows(REJECTS)[0]["reason"] == "variant of a listing before"


@pytest.mark.parametrize(("name", "content", "reasons"), [
    ("a.jsonl", b'{"id": 1, "title": "x", "category": "a"}\nnot json\n[1]\n{"id": 2, "title": "\\u0001", "category": "a"}\n{"id": 3, "title": "t"}\n\xff\n',
     ["not JSON", "record is no object", "title has control characters only", "category path is empty", "not UTF-8"]),
    ("a.csv", b"id,title,category\n1,x,a\n,y,a\n2,z\n", ["id is empty", "wrong number of columns"]),
    ("a.xml", b'<?xml version="1.0" encoding="gbk"?><rss><item><id>1</id><title>x</title><category>a</category></item>'
     b"<item><id>2</id><title>\xff\xff</title><category>a</category></item></rss>", ["not in its declared encoding"]),
])
def test_bad_rows_are_rejected_by_name(lake, tmp_path, name, content, reasons):
    path = tmp_path / name
    path.write_bytes(content)
    run("feed", path, "--shop", "s")
    assert sorted(row["reason"] for row in rows(REJECTS)) == sorted(reasons)
    assert [row["title"] for row in rows(RAW_LISTINGS)] == ["x"]


@pytest.mark.parametrize("none", ["FALSE", "FLASE", "false", False])
def test_false_means_none_in_every_column(lake, tmp_path, none):
    whole = {"id": "A", "title": "Cap", "category": "Hats > Caps", "link": "https://s.example/a", "image_link": "https://s.example/a.jpg"}
    path = tmp_path / "feed.jsonl"
    path.write_text("".join(json.dumps(whole | {"id": name, name: none}) + "\n" for name in whole), encoding="utf-8")
    run("feed", path, "--shop", "s")
    assert sorted(row["reason"] for row in rows(REJECTS)) == ["category path is empty", "id is empty", "title is empty"]
    assert [(row["listing_id"], row["url"], row["image_urls"]) for row in rows(RAW_LISTINGS)] == [
        ("image_link", whole["link"], []), ("link", "feed.jsonl:4", [whole["image_link"]])]


def test_a_level_that_says_none_is_left_out_and_a_title_that_does_is_empty(lake, tmp_path):
    path = tmp_path / "feed.jsonl"
    path.write_text("".join(json.dumps({"id": n, "title": "Cap", "category": crumbs}) + "\n" for n, crumbs in enumerate(
        (["Hats", "FLASE", False], "Hats > FALSE"))), encoding="utf-8")
    run("feed", path, "--shop", "s")
    assert [row["breadcrumbs"] for row in rows(RAW_LISTINGS)] == [["Hats"], ["Hats"]]
    run("mep3m", annotation(tmp_path / "a.json", RECORD | {"title": "FALSE"}, RECORD | {"img_path": "x", "title": {"x": 1}}, RECORD | {"img_path": "y"}))
    assert sorted(row["reason"] for row in rows(REJECTS)) == ["title is empty", "title is no text"]
    table = tmp_path / "listings.tsv"
    table.write_text("platform\tlisting_id\tnative_path\ttitle\ns\t1\ta>FALSE\tt\ns\tFLASE\ta\tt\ns\t2\tFALSE\tt\ns\t3\ta\tFLASE\n", encoding="utf-8")
    assert "1 listings landed, 3 rejected" in run("listings", table)


def test_a_picture_without_a_scheme_gets_https_and_a_title_must_be_text(lake, tmp_path):
    path = tmp_path / "feed.jsonl"
    path.write_text(json.dumps({"id": 1, "title": "Cap", "category": "Hats", "image_link": "//s.example/1.jpg"}) + "\n"
                    + json.dumps({"id": 2, "title": {"x": 1}, "category": "Hats"}) + "\n", encoding="utf-8")
    run("feed", path, "--shop", "s")
    assert [row["image_urls"] for row in rows(RAW_LISTINGS)] == [["https://s.example/1.jpg"]]
    assert [row["reason"] for row in rows(REJECTS)] == ["title is no text"]


@pytest.mark.parametrize(("name", "content", "said"), [
    ("a.csv", b"id,title\n1,x\n", "line 1: no column holds the category"),
    ("a.csv", b'id,title,category\n1,"x,a\n', "after line 1: .*quotes"),
    ("a.xml", b"<rss><channel><item><id>1</id>", "is no XML in line 1"),
    ("a.xml", b'<!DOCTYPE r [<!ENTITY a "aaaa">]><rss><item><id>&a;</id></item></rss>', "declares entities or a DTD"),
    ("a.xml", b"<rss><channel></channel></rss>", "holds no item"),
    ("a.dat", b"\x00\x01", "its format cannot be told"),
    ("a.json", b'[{"id": 1} {"id": 2}]', "is no JSON after record"),
])
def test_a_feed_that_cannot_be_read_says_so_in_a_sentence(lake, tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(LakehouseError, match=said):
        run("feed", path, "--shop", "s")


def test_entities_of_a_feed_would_be_expanded_by_a_parser_that_is_not_defused(lake, tmp_path, monkeypatch):
    path = tmp_path / "a.xml"
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 4))
    path.write_text(f'<!DOCTYPE r [<!ENTITY l0 "ha">{laughs}]><rss><item><id>1</id><title>&l3;</title><category>a</category></item></rss>')
    with pytest.raises(LakehouseError, match="declares entities or a DTD"):
        run("feed", path, "--shop", "s")

    monkeypatch.setattr(feed, "iterparse", lambda stream, events, **bounds: ElementTree.iterparse(stream, events))
    run("feed", path, "--shop", "s")
    assert [row["title"] for row in rows(RAW_LISTINGS)] == ["ha" * 1000]


def test_an_empty_separator_is_refused_in_a_sentence(lake, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(FORMS["feed.csv"])
    with pytest.raises(LakehouseError, match="--separator is empty; give what stands between"):
        run("feed", path, "--shop", "s", "--separator", "")


@pytest.mark.parametrize("name", ["my shop/..", "a b", "", "x" * 65, "茶/壶"])
def test_a_name_that_cannot_name_a_shop_is_refused_by_import_and_crawl_alike(lake, tmp_path, name: str):
    path = tmp_path / "a.csv"
    path.write_bytes(FORMS["feed.csv"])
    shops = tmp_path / "shops.json"
    shops.write_text(json.dumps([{"shop": name, "url": "http://127.0.0.1:9/"}]), encoding="utf-8")
    for refused in (lambda: run("feed", path, "--shop", name), lambda: program.main(program.Options(), shops=shops)):
        with pytest.raises(LakehouseError, match=re.escape(f"{name!r} cannot be a shop's name")):
            refused()


def test_a_shop_may_be_called_in_any_script(lake, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(FORMS["feed.csv"])
    run("feed", path, "--shop", "茶壶店-1")
    assert {row["shop"] for row in rows(RAW_LISTINGS)} == {"茶壶店-1"}


RECORD = {"class_id": "7", "class_name": "母婴/玩具/童装", "sub_class_id": "1", "sub_class_name": "孕妈奶粉", "subsub_class_id": "FALSE",
          "subsub_class_name": "FALSE", "img_path": "Images/1/1.jpg", "img_resolution": [220, 220, 3], "title": "孕妇奶粉 800克", "OCR": "FALSE"}


def annotation(path, *records):
    path.write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
    return path


def test_false_in_either_spelling_means_none_and_a_third_level_stays_apart(lake, tmp_path):
    path = annotation(tmp_path / "annotation.json", RECORD, RECORD | {"img_path": "Images/1/2.jpg", "subsub_class_name": "FLASE"},
                      RECORD | {"img_path": "Images/1/3.jpg", "subsub_class_name": "羊奶粉"}, RECORD | {"img_path": "FALSE"})
    run("mep3m", path)
    assert [(r["listing_id"], r["breadcrumbs"], r["subsub_class_name"], r["image_urls"]) for r in rows(RAW_LISTINGS)] == [
        ("1/1", ["母婴/玩具/童装", "孕妈奶粉"], None, ["Images/1/1.jpg"]), ("1/2", ["母婴/玩具/童装", "孕妈奶粉"], None, ["Images/1/2.jpg"]),
        ("1/3", ["母婴/玩具/童装", "孕妈奶粉"], "羊奶粉", ["Images/1/3.jpg"]), ("record-4", ["母婴/玩具/童装", "孕妈奶粉"], None, [])]


def test_records_that_cannot_be_used_are_rejected(lake, tmp_path):
    run("mep3m", annotation(tmp_path / "a.json", RECORD, RECORD, "text", RECORD | {"img_path": "x", "class_name": "FALSE", "sub_class_name": "FLASE"}))
    assert sorted(row["reason"] for row in rows(REJECTS)) == ["category path is empty", "listing id is repeated", "record is no object"]


def test_a_picture_path_never_leads_out_of_its_folder(lake, tmp_path):
    from tests.crawlers.feeds.test_listings_file import picture

    folder = tmp_path / "data"
    (folder / "Images" / "1").mkdir(parents=True)
    (folder / "Images" / "1" / "1.jpg").write_bytes(picture("red"))
    (tmp_path / "secret.jpg").write_bytes(picture("blue"))
    run("mep3m", annotation(tmp_path / "a.json", RECORD, RECORD | {"img_path": "../secret.jpg"}, RECORD | {"img_path": str(tmp_path / "secret.jpg")}),
        "--images", folder)
    assert [row["image_sha256"] is not None for row in rows(RAW_LISTINGS)] == [False, False, True]


@pytest.mark.parametrize(("content", "said"), [
    (b'[{"title": "a"', "is torn or no list"), (b'{"title": "a"}', "is torn or no list"), (b"[]", "holds no record"),
    (b'[{"title": "a"} {"title": "b"}]', "is no JSON after record"),
])
def test_an_annotation_file_that_breaks_off_says_so(lake, tmp_path, content, said):
    path = tmp_path / "annotation.json"
    path.write_bytes(content)
    with pytest.raises(LakehouseError, match=said):
        run("mep3m", path)


def test_an_import_that_broke_in_the_middle_is_marked_and_not_read_further(lake, tmp_path, monkeypatch):
    from crawlers.feeds import landing

    monkeypatch.setattr(landing, "BATCH_ROWS", 2)
    path = tmp_path / "annotation.json"
    good = ", ".join(json.dumps(RECORD | {"img_path": f"Images/1/{n}.jpg"}, ensure_ascii=False) for n in range(3))
    path.write_text(f"[{good}, {{broken}}]", encoding="utf-8")
    with pytest.raises(LakehouseError, match="is no JSON after record 3"):
        run("mep3m", path)
    assert [(row["finish_reason"], row["audit"]) for row in rows(CRAWL_RUNS)] == [("torn", "failed")]


def test_released_records_land(lake, shared_data):
    assert "1,000 listings landed, 0 rejected" in run("mep3m", shared_data / "mep3m" / "annotations-1k.json")
    assert arrow.read(RAW_LISTINGS, columns=["subsub_class_name"])["subsub_class_name"].null_count == 1000


def test_given_reads_json_false_too():
    assert [given(value) for value in (False, None, "false", "x")] == ["", "", "", "x"]
