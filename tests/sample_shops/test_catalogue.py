"""The generated catalogue: the same seed gives the same shops, at any size, with the names that real shops have."""

from collections import Counter
from io import BytesIO

import pytest
from PIL import Image

from lakehouse.errors import LakehouseError
from sample_shops import pictures, tree
from sample_shops.catalogue import Catalogue


@pytest.fixture(scope="module")
def catalogue():
    return Catalogue(3000, 7)


def native_names(catalogue, sub_class):
    """What each shop calls a sub-class, and what it calls the paths' last levels."""
    position = next(k for k, kind in enumerate(catalogue.tree.sub_classes) if kind.name == sub_class)
    found = {}
    for unit in catalogue.tree.units:
        if unit.sub_class == position:
            category = catalogue.categories[unit.category]
            found.setdefault(category.shop, set()).add(category.path[-1])
    return [found[shop] for shop in sorted(found)]


def test_same_seed_same_listings_and_another_seed_others(catalogue):
    assert catalogue.sample(200) == Catalogue(3000, 7).sample(200)
    assert catalogue.sample(200) != Catalogue(3000, 8).sample(200)


def test_a_listing_is_a_function_of_its_number(catalogue):
    in_order = list(catalogue)
    assert [catalogue.listing(i) for i in (2999, 0, 1500)] == [in_order[2999], in_order[0], in_order[1500]]


def test_ids_are_unique_and_lead_back(catalogue):
    ids = [listing.listing_id for listing in catalogue]
    assert len(set(ids)) == 3000
    assert [catalogue.find(listing_id) for listing_id in ids] == list(range(3000))
    assert catalogue.find("ffffffffffff") is None and catalogue.find("no id") is None


@pytest.mark.parametrize("asked", [
    {"listings": 499}, {"listings": 3_000_001}, {"listings": 1000, "shops": 2}, {"listings": 1000, "sub_classes": 100_001}])
def test_sizes_out_of_bounds_are_refused_with_the_bounds(asked):
    with pytest.raises(LakehouseError, match="ask for"):
        Catalogue(**asked)


@pytest.mark.medium
def test_the_smallest_and_the_largest_catalogue_answer_at_once():
    assert len(Catalogue(500).sample(1000)) == 500
    largest = Catalogue(3_000_000)
    assert largest.find(largest.listing(2_999_999).listing_id) == 2_999_999
    assert {"class_id": len({kind.class_id for kind in largest.tree.sub_classes}), "sub_classes": len(largest.tree.sub_classes)} == {
        "class_id": 14, "sub_classes": 599}      # paper, Table 2


def test_more_shops_and_sub_classes_on_request():
    wide = Catalogue(2000, shops=6, sub_classes=2000)
    assert wide.shops == ("bailing", "qingteng", "xinghe", "mulan", "songtao", "shop06")
    names = [kind.name for kind in wide.tree.sub_classes]
    assert len(set(names)) == 2000
    pairs = [kind.native_names[:2] for kind in wide.tree.sub_classes[104:]]
    kept = [pair for pair in pairs if None not in pair]
    assert 0.85 < len(kept) / len(pairs) < 0.97                                 # some shops lack it
    assert 0.2 < sum(a == b for a, b in kept) / len(kept) < 0.6                 # some call it otherwise


def test_first_levels_are_the_fourteen_classes_under_names_of_each_shop(catalogue):
    first_levels = {(category.shop, category.path[0]) for category in catalogue.categories}
    assert Counter(shop for shop, _ in first_levels) == {0: 14, 1: 14, 2: 14}
    assert {name for shop, name in first_levels if shop == 0} != {name for shop, name in first_levels if shop == 1}


@pytest.mark.parametrize(("sub_class", "expected"), [
    ("洗澡用具", [{"洗澡用具"}] * 3),                                              # identical (paper, Table 3)
    ("婴幼儿奶粉", [{"婴幼奶粉"}, {"婴幼儿奶粉"}, {"婴幼儿奶粉"}]),                   # nearly
    ("饮料", [{"饮料"}, {"饮料饮品"}, {"饮料饮品"}]),
    ("水具酒具", [{"水具酒具"}, {"杯壶"}, {"水杯/水壶"}]),                            # another word for the same thing
])
def test_names_differ_as_they_do_in_reality(catalogue, sub_class, expected):
    assert native_names(catalogue, sub_class) == expected


def test_one_shop_has_fruit_where_another_has_kinds_of_fruit(catalogue):
    whole, split, _ = native_names(catalogue, "水果")
    assert whole == {"水果"} and {"苹果", "橙子", "芒果"} <= split


def test_the_same_word_stands_for_different_things(catalogue):
    meaning = {}
    for category in catalogue.categories:
        if category.shop == 0:
            meaning.setdefault(category.path[-1], set()).add(category.class_id)
    assert len(Catalogue(5200).categories) and meaning["贴膜"] == {12}
    in_other_shop = {category.class_id for category in catalogue.categories if category.shop == 1 and category.path[-1] == "贴膜"}
    assert in_other_shop == {1}     # of cars here, of phones there


@pytest.mark.medium
def test_sizes_have_a_long_tail():
    sizes = Counter(listing.label_path for listing in Catalogue(20_000))
    ordered = [count for _, count in sizes.most_common()]
    assert ordered[0] > 10 * ordered[len(ordered) // 2] > 10 * ordered[-1]


def test_titles_have_the_noise_of_titles(catalogue):
    titles = [listing.title for listing in catalogue]
    assert 20 < sum(map(len, titles)) / len(titles) < 60
    assert 0.01 < 1 - len(set(titles)) / len(titles) < 0.12         # copied titles; MEP-3M has 9.5 %
    for found in ("【", "（", "🔥", "　", "\u200b", "包邮", "送"):
        assert any(found in title for title in titles), found


def test_some_listings_are_in_the_wrong_category(catalogue):
    misfiled = sum(catalogue.categories[unit_category].number != filed for unit_category, filed in zip(
        (catalogue.tree.units[unit].category for unit in catalogue._units), catalogue.filed, strict=True))
    assert 0.005 < misfiled / 3000 < 0.03


def test_titles_of_one_category_come_in_any_number():
    small = Catalogue(500)
    titles = list(small.titles(0, 1200))
    assert len(titles) == 1200 and titles == list(small.titles(0, 1200)) and len(set(titles)) > 900


def test_another_revision_changes_one_title_in_fifty():
    before, after = Catalogue(3000), Catalogue(3000, revision=1)
    changed = [a.listing_id for a, b in zip(before, after, strict=True) if a.title != b.title]
    assert 30 < len(changed) < 90
    assert all(after.changed(after.find(listing_id)) == 1 for listing_id in changed)
    assert [(a.listing_id, a.path) for a in before] == [(b.listing_id, b.path) for b in after]


def test_pictures_are_what_their_names_say_and_the_same_each_time(catalogue):
    sizes, formats = Counter(), Counter()
    for index in range(300):
        name = catalogue.picture_names(index)[0]
        body, media_type = catalogue.picture(index, name)
        with Image.open(BytesIO(body)) as image:
            sizes[image.size] += 1
            formats[image.format] += 1
            assert media_type == f"image/{image.format.lower()}" and name.endswith({"JPEG": "jpg", "PNG": "png"}[image.format])
    assert sizes[220, 220] > 240 and len(sizes) > 3             # paper, section 3.2
    assert formats["JPEG"] > 280 and formats["PNG"] > 0
    pictures.draw.cache_clear()
    assert catalogue.picture(299, name)[0] == body
    assert catalogue.picture(299, "77.jpg") is None


def test_sub_classes_differ_in_their_pictures():
    """The mean colours of two kinds of shirt lie further apart than those of two halves of one kind."""
    def mean(name, variants):
        total = [0.0, 0.0, 0.0]
        for variant in variants:
            with Image.open(BytesIO(pictures.draw(pictures.Key("shirt", name, name, variant, 0)))) as image:
                pixel = image.convert("RGB").resize((8, 8)).crop((2, 2, 6, 6)).resize((1, 1)).getpixel((0, 0))
            total = [t + p / len(variants) for t, p in zip(total, pixel, strict=True)]
        return total

    def distance(a, b):
        return sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5

    one, again, other = mean("男T恤", range(40)), mean("男T恤", range(40, 80)), mean("女T恤", range(40))
    assert distance(one, other) > 2 * distance(one, again)


def test_the_vocabulary_is_whole():
    kinds = tree.vocabulary()
    assert len({kind.name for kind in kinds}) == len(kinds) == 104
    assert {kind.class_id for kind in kinds[:30]} == set(range(1, 15))      # the smallest catalogue has every class
