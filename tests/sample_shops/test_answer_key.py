"""The answer key: in the form of the real listings, true to the catalogue, the same bytes each time."""

import csv
import gzip
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from lakehouse.errors import LakehouseError
from sample_shops import answer_key
from sample_shops.catalogue import Catalogue
from sample_shops.commands import app
from sample_shops.sources import read_listings


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("key")
    result = CliRunner().invoke(app, ["generate", str(made), "--listings", "3000", "--seed", "7"])
    assert result.exit_code == 0, result.output
    return made


def test_the_same_seed_gives_the_same_bytes(folder, tmp_path):
    answer_key.write(Catalogue(3000, 7), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["class_map.csv", "gold_pairs.tsv", "listings.tsv.gz"]
    assert all((folder / path.name).read_bytes() == path.read_bytes() for path in tmp_path.iterdir())


def test_listings_are_those_of_the_catalogue(folder):
    rows = list(read_listings(folder / "listings.tsv.gz"))
    catalogue = Catalogue(3000, 7)
    assert len(rows) == 3000
    for row, listing in zip(rows, catalogue, strict=True):
        assert row == (listing.shop, listing.listing_id, listing.path[0], listing.path[-1], ">".join(listing.path), listing.title, listing.label_path)
        assert listing.label_path.count(">") == 2


def test_the_class_map_puts_every_first_level_into_one_of_the_fourteen(folder):
    rows = list(csv.DictReader((folder / "class_map.csv").open(encoding="utf-8")))
    assert len(rows) == 42 and len({row["curated_class"] for row in rows}) == 14
    assert sum(int(row["listings"]) for row in rows) == 3000
    assert all(float(row["share"]) > 0.9 for row in rows)


def test_gold_pairs_are_mutual_and_leave_out_the_broader(folder):
    rows = list(csv.DictReader((folder / "gold_pairs.tsv").open(encoding="utf-8"), delimiter="\t"))
    assert len(rows) > 60
    assert all(row["platform_a"] < row["platform_b"] and float(row["label_overlap"]) >= 0.6 for row in rows)
    assert all(min(int(row["n_a"]), int(row["n_b"])) >= 5 for row in rows)
    ends = Counter((row[f"platform_{x}"], row[f"path_{x}"], row[f"platform_{y}"]) for row in rows for x, y in ("ab", "ba"))
    assert set(ends.values()) == {1}
    names = {(row["path_a"].split(">")[-1], row["path_b"].split(">")[-1]) for row in rows}
    assert ("婴幼奶粉", "婴幼儿奶粉") in names and ("电饭煲", "电饭锅") in names
    assert not any({"水果", "苹果"} == set(pair) for pair in names)
    same = [row["leaf_identical"] == "1" for row in rows]
    assert 0.2 < sum(same) / len(same) < 0.9


def test_it_has_the_form_of_the_real_files(folder, shared_data):
    real = shared_data / "shops2014"
    for name in ("class_map.csv", "gold_pairs.tsv"):
        assert (folder / name).open(encoding="utf-8").readline().strip() == (real / name).open(encoding="utf-8").readline().strip()
    with gzip.open(folder / "listings.tsv.gz", "rt") as ours, gzip.open(real / "listings.tsv.gz", "rt") as theirs:
        assert ours.readline() == theirs.readline()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LakehouseError, match="cannot be made: Not a directory"):
        answer_key.write(Catalogue(500), tmp_path / "file" / "key")


counters = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 50), min_size=1).map(Counter)


@given(counters, counters)
def test_label_overlap_is_a_symmetric_share(a, b):
    overlap = answer_key.label_overlap(a, b)
    assert overlap == pytest.approx(answer_key.label_overlap(b, a))
    assert 0 <= overlap <= 1 + 1e-9
    assert answer_key.label_overlap(a, a) == pytest.approx(1)


def test_a_category_whose_best_match_prefers_another_has_no_pair():
    shares = {("a", "甲>果"): Counter({"x>x>x": 10}), ("a", "甲>果类"): Counter({"x>x>x": 8, "y>y>y": 1}), ("b", "乙>果"): Counter({"x>x>x": 9}),
              ("b", "乙>少"): Counter({"x>x>x": 4})}
    assert answer_key.gold_pairs(shares) == [("a", "甲>果", 10, "b", "乙>果", 9, "1.000", "x|x|x", 1)]
