"""A page is read in time that grows with its length, whatever it is full of."""

from __future__ import annotations

import json
import time

import pytest

from crawlers.pages.generic import extract_listing

HEADING = "<h1>Nice lamp</h1>"
PROCESSOR_SECONDS = 5  # each takes about one; without its bound 10 to some thousand


def page(title: str = "Nice lamp", body: str = "", head: str = "") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body>{body}{HEADING}</body></html>"


SEPARATORS = "ab - " * 20_000
FULL = {
    "separators_in_the_title": page(SEPARATORS),
    "separators_in_og_title": page(head=f'<meta property="og:title" content="{SEPARATORS}">'),
    "attributes_of_one_element": page(body="<p " + " ".join(f'data-crumb{n}="x > y"' for n in range(20_000)) + ">a</p>"),
    "values_that_never_end": page(body="<script>" + "x={product:" * 50_000 + "</script>"),
    "texts_of_json_that_never_end": page(body="<script>" + "JSON.parse('product\\'" * 30_000 + "</script>"),
    "items_in_items": page(body='<div itemscope itemtype="http://schema.org/Product"><span itemprop="name">Lamp</span>' * 1000),
    "headings": page(body="".join(f"<h1>Nice lamp x{n}</h1>" for n in range(20_000))),
    "pictures": page(body="".join(f'<div class="gallery"><img src="/a{n}.jpg" alt="Nice lamp {n}"></div>' for n in range(15_000))),
    "paths": page(body="".join(f'<ul class="breadcrumb"><li><a href="/">Home</a></li> &gt; <li><a href="/c/{n}">c</a></li></ul>' for n in range(4000))),
    "links_home": page(body="".join(f'<h2 class="title">{f"Shopx{n} " * 20}</h2><a href="/">Sh{n}opp</a>' for n in range(4000))),
    "elements_in_elements": page(body='<div class="breadcrumb"><a href="/c">x</a> &gt; ' * 10_000),
    "products_in_the_markup": page(body='<script type="application/ld+json">{"@type":"Product","name":"Nice lamp","offers":{}}</script>' * 8000),
}


@pytest.mark.parametrize("kind", FULL)
def test_a_page_full_of(kind: str):
    started = time.process_time()
    found = extract_listing(FULL[kind], "https://a.example/p/1.html")
    assert time.process_time() - started < PROCESSOR_SECONDS
    assert found.name


def test_a_path_of_ten_thousand_levels_is_none():
    steps = [{"@type": "ListItem", "position": n, "name": f"Level {n}", "item": f"/c/{n}"} for n in range(10_000)]
    script = json.dumps({"@type": "BreadcrumbList", "itemListElement": steps})
    assert extract_listing(page(body=f'<script type="application/ld+json">{script}</script>'), "https://a.example/p/1.html").breadcrumbs == []


def test_a_title_of_100_kb_and_separators_is_no_name():
    found = extract_listing(f"<title>{SEPARATORS}</title><h1>{SEPARATORS}</h1>", "https://a.example/p/1.html")
    assert (found.name, found.oddities) == ("", ["title_too_long"])
