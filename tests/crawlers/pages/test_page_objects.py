"""Every page object against its saved pages: the whole item, and each required field blanked in turn.

saved/<page object>/<case>/ holds page.html as the shop sent it and expected.json: {"url", "item"}. A page object without a saved page fails.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from web_poet import HttpResponse, default_registry, field, handle_urls
from web_poet.fields import item_from_fields_sync

from crawlers.pages.generic import ExtractedListing
from crawlers.pages.listing_page import ListingPage, own_page_class, read_listing

SAVED = Path(__file__).parent / "saved"
CASES = sorted(path.parent for path in SAVED.glob("*/*/expected.json"))
REQUIRED = ("name", "breadcrumbs", "image_urls")


def page_objects() -> dict[str, type[ListingPage]]:
    own_page_class("https://any.example/")
    rules = [rule.use for rule in default_registry.get_rules() if issubclass(rule.use, ListingPage) and rule.use.__module__.startswith("crawlers.")]
    return {one.__name__: one for one in (ListingPage, *rules)}


def item_of(case: Path, body: bytes) -> ExtractedListing:
    wanted = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    page = page_objects()[case.parent.name](HttpResponse(wanted["url"], body=body))
    return item_from_fields_sync(page, ExtractedListing)


def test_every_page_object_has_a_saved_page_and_every_saved_page_its_object():
    assert {case.parent.name for case in CASES} == set(page_objects())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_a_saved_page_gives_its_item(case):
    wanted = json.loads((case / "expected.json").read_text(encoding="utf-8"))["item"]
    assert item_of(case, (case / "page.html").read_bytes()).as_dict() == wanted


@pytest.mark.parametrize("required", REQUIRED)
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_a_required_field_that_is_blank_is_empty_and_has_no_rule(case, required):
    """Its texts are taken out of the page wherever they stand; what is left may not be made up from something else."""
    from crawlers.pages.document import decode

    wanted = json.loads((case / "expected.json").read_text(encoding="utf-8"))["item"]
    body = decode((case / "page.html").read_bytes())
    values = [wanted[required]] if isinstance(wanted[required], str) else wanted[required]
    for value in values:
        text = {"name": value, "breadcrumbs": f">{value}<", "image_urls": value.rsplit("/", 1)[-1]}[required]
        assert text in body
        body = body.replace(text, "><" if required == "breadcrumbs" else "")
    found = item_of(case, body.encode("utf-8"))
    got = getattr(found, required)
    assert not set([got] if isinstance(got, str) else got) & set(values)
    for other in REQUIRED:
        if other != required and required != "name":
            assert getattr(found, other) == wanted[other]


def test_a_shop_s_own_page_object_takes_over_the_fields_that_it_overrides():
    @handle_urls("own-shop.example")
    class OwnShopPage(ListingPage):
        @field
        def name(self) -> str:
            return "from the page object"

    html = b"<title>Mug - Shop</title><h1>Mug</h1><div class='gallery'><img src='/m.jpg'></div>"
    own, other = read_listing(html, "https://own-shop.example/1"), read_listing(html, "https://other.example/1")
    assert (own.name, own.image_urls) == ("from the page object", ["https://own-shop.example/m.jpg"])
    assert own.rules["name"] == "page object OwnShopPage" and own.rules["image_urls"] == "picture of the page"
    assert other.name == "Mug"
