import pytest

from lakehouse.tables import CLASS_MAP, LISTING_TOKENS, LISTINGS, NATIVE_SUB_CLASSES
from spark_jobs import native_sub_classes
from spark_jobs.methods import term_counts
from tests.spark_jobs.lake_rows import collected, frame

pytestmark = pytest.mark.jvm


@pytest.fixture
def built(spark):
    def build(*titles: tuple[str, str, str, list[str]], mapped=(("jd", "食品", 5, "食品/酒水/生鲜/特产"),)):
        """Of (listing_id, path, title, tokens)."""
        rows = [{"shop": "jd", "listing_id": number, "native_path": path, "native_class": path.split(">")[0],
                 "native_sub_class": path.split(">")[-1], "title": title} for number, path, title, _ in titles]
        tokens = [{"shop": "jd", "listing_id": number, "tokens": words} for number, _, _, words in titles]
        classes = [dict(zip(("shop", "native_class", "class_id", "class_name"), one, strict=True)) for one in mapped]
        return native_sub_classes.build(frame(spark, LISTINGS, *rows), frame(spark, LISTING_TOKENS, *tokens), frame(spark, CLASS_MAP, *classes))
    return build


def test_a_row_a_path_with_its_counts_and_its_class(built):
    batch = built(("1", "食品>水果", "苹果Nike", ["苹果", "Nike"]), ("2", "食品>水果", "苹果", ["苹果"]), ("3", "图书>水果", "书", ["书"]))
    assert batch.dtypes == [(c.name, c.type) for c in NATIVE_SUB_CLASSES.columns]
    assert collected(batch, "native_path", "native_sub_class", "class_id", "listings", "titles_used", "characters_used", "term_counts") == [
        ("图书>水果", "水果", None, 1, 1, 1, [("书", 1)]),
        ("食品>水果", "水果", 5, 2, 2, 8, [("nike", 1), ("苹果", 2)]),
    ]


def test_titles_are_taken_whole_up_to_22_000_characters_in_an_order_of_their_own(built):
    titles = [(str(n), "食品>水果", "果" * 999, [f"t{n}"]) for n in range(40)]
    [row] = built(*titles).collect()
    assert (row.listings, row.titles_used, row.characters_used) == (40, 22, 22 * 999)
    assert len(row.term_counts) == 22 and term_counts.CHARACTERS == 22_000
    [again] = built(*reversed(titles)).collect()
    assert again == row
    assert {one.term for one in row.term_counts} != {f"t{n}" for n in range(22)}      # a hash's order, not the ids'


def test_a_sub_class_whose_titles_have_no_words_stays(built):
    [row] = built(("1", "食品>水果", "!!!", [])).collect()
    assert (row.listings, row.titles_used, row.term_counts) == (1, 1, [])
