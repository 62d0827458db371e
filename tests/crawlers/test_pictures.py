"""What a fetched picture is seen to be."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from multiprocessing import get_context

import pytest
from PIL import Image

from crawlers import pictures
from tests.crawlers.shop import picture, small_shop


def encoded(image: Image.Image, kind: str = "PNG", **more: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def frames(kind: str) -> bytes:
    first, *others = (Image.open(BytesIO(picture(n))) for n in range(3))
    return encoded(first, kind, save_all=True, append_images=others)


@pytest.mark.parametrize(("body", "verdict"), [
    (picture(1), "usable"), (picture(1, kind="GIF"), "usable"),
    (frames("GIF"), "animated"), (frames("WEBP"), "animated"), (frames("MPO"), "usable"), (frames("PNG"), "animated"),
    (picture(1, side=31), "tiny"), (encoded(Image.open(BytesIO(picture(1))).resize((640, 8))), "tiny"),
    (encoded(Image.new("RGB", (400, 400), "lightgrey")), "placeholder"),
], ids=["jpeg", "gif_of_one_frame", "gif", "webp", "mpo_of_two_views", "png", "small", "a_line", "one_colour"])
def test_what_a_picture_is(body, verdict):
    seen = pictures.look(body, "https://shop.example/img/1.jpg")
    with Image.open(BytesIO(body)) as image:
        assert (seen.verdict, seen.width, seen.height, seen.size_bytes) == (verdict, *image.size, len(body))


@pytest.mark.parametrize(("body", "reason"), [
    (b"", "picture_empty"), (b"  <html>404</html>", "picture_is_markup"), (b"%PDF-1.4", "picture_unknown_format"),
    (picture(1)[:-400], "picture_torn"), (picture(1, side=256, kind="PNG")[:300], "picture_torn"), (b"no picture at all" * 50, "picture_unknown_format"),
])
def test_a_broken_picture_says_why(body, reason):
    with pytest.raises(pictures.BrokenPicture, match=reason):
        pictures.look(body)


@pytest.mark.parametrize("path", [
    "/no-image.jpg", "/img/noimage.png", "/img/productNoPhoto.jpg", "/no_photo_400x400.jpg", "/placeholder.jpg", "/img/product-placeholder-600x600.png",
    "/media/catalog/product/placeholder/default/logo.jpg", "/default.png", "/img_default.jpg", "/image-not-found.png", "/coming_soon.jpg", "/spacer.gif",
    "/static/blank.png", "/x/lazyload.gif", "/loading.gif", "/grey.gif",
])
def test_a_picture_called_a_stand_in_is_a_placeholder(path):
    assert pictures.look(picture(1), f"https://shop.example{path}").verdict == "placeholder"


@pytest.mark.parametrize("path", [
    "/blankets/1.jpg", "/wool-blanket.jpg", "/casino-picnic.jpg", "/piano-img.jpg", "/volcano-photo.jpg", "/kimono-image.jpg", "/white.jpg", "/grey.jpg",
    "/white.png", "/google-pixel.jpg", "/12-home_default.jpg", "/product-0.png", "/fireplace-holder.jpg", "/loading-ramp.jpg", "/default/sofa.jpg",
])
def test_a_picture_whose_address_holds_such_letters_is_a_product_s(path):
    assert pictures.look(picture(1), f"https://shop.example{path}").verdict == "usable"


def test_large_pictures_of_several_crawls_are_decoded_one_at_a_time_and_keep_nobody_waiting(servers, crawl, monkeypatch):
    """Few bytes may be many pixels: these are of 30 kB."""
    under_way, most, where, look = 0, 0, set(), pictures.look

    def watched(body: bytes, url: str = "") -> pictures.Picture:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        where.add(threading.current_thread())
        try:
            return look(body, url)
        finally:
            under_way -= 1

    monkeypatch.setattr(pictures, "look", watched)
    shops = [servers(), servers()]
    for shop in shops:
        small_shop(shop, 6)
        for number in range(6):
            image = Image.new("RGB", (3000, 3000), "white")
            image.paste((number, 0, shop.port % 256), (0, 0, 1500, 1500))
            for view in range(3):
                shop.routes[f"/img/{number}-{view}.jpg"] = encoded(image)
    with ThreadPoolExecutor(2) as both:
        found = list(both.map(lambda shop: crawl(shop.url + "/", f"shop{shop.port}"), shops))

    assert [run["images"] for run in found] == [6, 6]
    assert most == 1
    assert where == {thread for thread in threading.enumerate() if thread.name.startswith("pictures")}


def store_all(root, bodies, together):
    together.wait()
    for seen, body in bodies:
        pictures.store(root, seen, body)


def test_two_crawls_store_the_same_pictures_at_once(tmp_path):
    seen = pictures.look(picture(300, 200))
    bodies = [(replace(seen, image_sha256=f"{n:064x}"), bytes([n % 251]) * 20_000) for n in range(400)]
    context = get_context("fork")
    together = context.Barrier(2)
    crawls = [context.Process(target=store_all, args=(tmp_path, bodies, together)) for _ in range(2)]
    for crawl in crawls:
        crawl.start()
    for crawl in crawls:
        crawl.join(60)
    assert [crawl.exitcode for crawl in crawls] == [0, 0]
    assert all((tmp_path / one.path).read_bytes() == body for one, body in bodies)
    assert not list(tmp_path.rglob("*.unfinished"))


def test_each_of_three_views_is_chosen_about_as_often_and_a_listings_choice_is_always_the_same():
    """Each count is within four standard deviations of a third of 300."""
    views = {str(number): [f"http://shop.example/img/{number}/{view}.jpg" for view in range(3)] for number in range(300)}
    chosen = {number: pictures.seeded_order("tea", number, urls)[0] for number, urls in views.items()}
    counts = Counter(url[-5] for url in chosen.values())
    assert set(counts) == {"0", "1", "2"} and all(abs(count - 100) < 33 for count in counts.values())
    assert {number: pictures.seeded_order("tea", number, urls[::-1])[0] for number, urls in views.items()} == chosen
    assert {number: pictures.seeded_order("another", number, urls)[0] for number, urls in views.items()} != chosen
