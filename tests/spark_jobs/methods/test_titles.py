import gzip
import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spark_jobs.methods import titles


@given(st.lists(st.one_of(st.none(), st.text(max_size=40)), max_size=5))
def test_cleaning_again_changes_nothing(texts):
    once = titles.clean(pa.array(texts, pa.string()))
    assert titles.clean(once).to_pylist() == once.to_pylist()


@given(st.text(max_size=60, alphabet=st.characters(codec="utf-8", max_codepoint=0xFFFF)))
def test_a_clean_title_shows_every_character_it_has(text):
    [cleaned] = titles.clean(pa.array([text], pa.string())).to_pylist()
    assert {unicodedata.category(character) for character in cleaned} & {"Cc", "Cf", "Co", "Zl", "Zp"} == set()
    assert "  " not in cleaned and cleaned == cleaned.strip(" ")


def test_what_only_looks_like_text_is_empty():
    nothing = ["", " \t\r\n", "\u3000", "\x00\x1b", "\u200b\ufeff\u200f"]
    assert titles.clean(pa.array(nothing)).to_pylist() == [""] * len(nothing)


def test_levels_keep_the_shops_own_forms_and_lose_what_cannot_be_seen():
    paths = pa.array([["食品（进口）", "\u200b", " 水果\u200b "], [], None], pa.list_(pa.string()))
    assert titles.visible_levels(paths).to_pylist() == [["食品（进口）", "水果"], [], []]
    assert titles.visible_levels(paths.slice(1)).to_pylist() == [[], []]


@given(st.text(alphabet="苹果红富士ABc019 .-,、【】★+", max_size=40))
def test_words_leave_out_nothing_but_punctuation(title):
    kept = "".join(titles.words(title))
    assert [c for c in title if c.isalnum()] == [c for c in kept if c.isalnum()]


def test_no_such_segmenter():
    with pytest.raises(titles.UnknownSegmenter, match="'hanlp' is no segmenter; choose one of rjieba, jieba"):
        titles.check_segmenter("hanlp")


@pytest.mark.medium
def test_both_segmenters_cut_real_titles_alike(shared_data):
    with gzip.open(shared_data / "shops2014" / "listings.tsv.gz", "rt", encoding="utf-8") as lines:
        raw = [line.split("\t")[5] for number, line in enumerate(lines) if number % 15 == 1]
    cleaned = titles.clean(pa.array(raw)).to_pylist()
    assert len(cleaned) > 1000
    assert [title for title in cleaned if titles.words(title, "rjieba") != titles.words(title, "jieba")] == []
