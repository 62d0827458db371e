"""How good the alignment of four real shops is: what docs/alignment.md says of it stays true."""

from __future__ import annotations

import pytest

from benchmarks import alignment_quality as quality
from spark_jobs.methods import evaluation
from spark_jobs.methods.curated_score import score_pairs


@pytest.fixture(scope="module")
def shops(shared_data) -> quality.Shops:
    return quality.Shops.at(shared_data.parent)


@pytest.mark.medium
def test_curated_on_four_real_shops(shops):
    got = quality.figures(shops, shops.judged(score_pairs(shops.given)[0]))
    assert got.strict >= 0.69 and got.tolerant >= 0.81
    assert got.merged_share >= 0.5 and got.merged_precision >= 0.94
    assert got.narrower.precision >= 0.45 and got.narrower.recall >= 0.15


@pytest.mark.medium
def test_equation_3_on_four_real_shops(shops):
    """To the letter F1 .325 and with identical names merged .52, as through the engine (docs/alignment.md)."""
    passing, named_alike = quality.equation_3(shops)
    assert evaluation.strict(shops.large(passing), shops.key).f1 == pytest.approx(0.325, abs=0.01)
    assert evaluation.strict(shops.large(passing | named_alike), shops.key).f1 == pytest.approx(0.52, abs=0.01)
