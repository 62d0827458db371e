import pytest

from lakehouse.tables import LISTING_TOKENS, LISTINGS
from spark_jobs import listing_tokens
from spark_jobs.methods.titles import UnknownSegmenter
from tests.spark_jobs.lake_rows import collected, frame

pytestmark = pytest.mark.jvm


@pytest.mark.parametrize("segmenter", ["rjieba", "jieba"])
def test_same_rows_in_same_rows_out(spark, segmenter):
    titles = ["【包邮】红富士苹果 2.5KG", "苹果", "!!!"]
    given = frame(spark, LISTINGS, *({"shop": "jd", "listing_id": str(n), "title": title} for n, title in enumerate(titles)))
    batch = listing_tokens.build(given, segmenter=segmenter)
    assert batch.dtypes == [(c.name, c.type) for c in LISTING_TOKENS.columns]
    assert collected(batch, "listing_id", "tokens") == [("0", ["包邮", "红富士", "苹果", "2.5", "KG"]), ("1", ["苹果"]), ("2", [])]


def test_an_unknown_segmenter_is_refused_before_anything_runs(spark):
    with pytest.raises(UnknownSegmenter, match="'x' is no segmenter"):
        listing_tokens.build(frame(spark, LISTINGS), segmenter="x")
