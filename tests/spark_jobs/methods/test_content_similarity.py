from collections import Counter
from math import isclose, sqrt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spark_jobs.methods.content_similarity import UnknownWeight, content_similarities, term_vectors
from spark_jobs.methods.term_counts import TYPE, count_terms

TEXTS = st.lists(st.lists(st.sampled_from("苹果橙子芒水"), max_size=9), min_size=1, max_size=6)


def vectors(texts, weight="counts"):
    return term_vectors(count_terms(pa.array(texts, pa.list_(pa.string()))), weight)


def cosine(a: Counter, b: Counter) -> float:
    norms = sqrt(sum(n * n for n in a.values())) * sqrt(sum(n * n for n in b.values()))
    return sum(a[term] * b[term] for term in a) / norms if norms else 0.0


@given(TEXTS, st.sampled_from(["counts", "presence"]))
def test_all_pairs_against_a_cosine_written_out(texts, weight):
    bags = [Counter(text) if weight == "counts" else Counter(set(text)) for text in texts]
    i, j = map(np.ravel, np.indices((len(texts), len(texts))))
    for score, a, b in zip(content_similarities(vectors(texts, weight), i, j), i, j, strict=True):
        assert isclose(score, cosine(bags[a], bags[b]), abs_tol=1e-12)


@given(TEXTS, st.randoms())
def test_neither_order_nor_company_changes_a_digit(texts, random):
    i, j = map(np.ravel, np.indices((len(texts), len(texts))))
    scores = content_similarities(vectors(texts), i, j).reshape(len(texts), -1)
    assert (scores == scores.T).all()
    assert all(scores[n, n] == (1 if text else 0) for n, text in enumerate(texts))
    assert ((scores >= 0) & (scores <= 1)).all()
    order = list(range(len(texts)))
    random.shuffle(order)
    shuffled = vectors([texts[n] for n in order] + [["别", "的"]])
    assert (content_similarities(shuffled, i, j).reshape(len(texts), -1) == scores[np.ix_(order, order)]).all()


def test_what_is_compared_stays_as_it_was():
    given = vectors([["水", "果", "茶"], ["茶", "水", "水"], ["茶", "果"]])      # columns in the order of their first mention
    i, j = map(np.ravel, np.indices((3, 3)))
    before = given.toarray()
    assert (content_similarities(given, i, j) == content_similarities(given, i, j)).all()
    assert (given.toarray() == before).all()


def test_counts_and_presence_differ():
    texts = [["果", "果", "果", "水"], ["果", "水", "水", "水"]]
    pair = np.array([0]), np.array([1])
    assert content_similarities(vectors(texts), *pair)[0] == pytest.approx(0.6)
    assert content_similarities(vectors(texts, "presence"), *pair)[0] == 1.0


def test_no_such_weight():
    with pytest.raises(UnknownWeight, match="'tfidf' weighs no term"):
        term_vectors(pa.array([], TYPE), "tfidf")


def test_nothing_to_compare():
    assert content_similarities(vectors([[]]), np.zeros(0, int), np.zeros(0, int)).tolist() == []
