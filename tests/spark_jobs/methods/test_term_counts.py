from collections import Counter

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from spark_jobs.methods.term_counts import TYPE, count_terms


@given(st.lists(st.one_of(st.none(), st.lists(st.text(alphabet="苹果a😀B", min_size=1, max_size=3), max_size=8)), max_size=5))
def test_counts_are_those_of_a_counter_by_word(texts):
    counted = count_terms(pa.array(texts, pa.list_(pa.string())))
    assert counted.type == TYPE
    assert [[(one["term"], one["count"]) for one in row] for row in counted.to_pylist()] == \
        [sorted(Counter(words or ()).items()) for words in texts]


def test_a_slice_is_counted_by_itself():
    texts = pa.array([["a", "b"], ["b", "b"], ["c"]], pa.list_(pa.string()))
    assert count_terms(texts.slice(1, 1)).to_pylist() == [[{"term": "b", "count": 2}]]
