import difflib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spark_jobs.methods import label_similarity as method
from spark_jobs.methods.label_similarity import block_by_shared_character, label_similarity

NAMES = st.text(alphabet="婴幼儿奶粉湿巾/咖啡茶", min_size=0, max_size=9)
TABLE_3 = (     # MEP-3M, Table 3
    ("儿童餐具", "儿童餐具", 1.00), ("孕妈奶粉", "孕妈奶粉", 1.00), ("空调", "空调", 1.00), ("骑行装备", "骑行装备", 1.00), ("洗澡用具", "洗澡用具", 1.00),
    ("婴幼奶粉", "婴幼儿奶粉", 0.89), ("婴儿湿巾", "湿巾", 0.67), ("咖啡/奶茶", "咖啡", 0.57), ("饮料", "饮料饮品", 0.67), ("办公文具", "办公文仪", 0.75),
)


@pytest.mark.parametrize(("a", "b", "published"), TABLE_3)
def test_the_published_digits(a, b, published):
    assert round(label_similarity(a, b), 2) == published


@given(NAMES.filter(bool), NAMES.filter(bool))
def test_the_digits_are_difflibs(a, b):
    assert label_similarity(a, b) == difflib.SequenceMatcher(None, a, b).ratio()


@given(st.text(alphabet="ab奶粉", min_size=1, max_size=30), st.text(alphabet="ab奶粉", min_size=1, max_size=30), st.integers(1, 40), st.integers(1, 40))
def test_difflibs_treatment_of_200_characters_and_more(a, b, times, other_times):
    assert label_similarity(a * times, b * other_times) == difflib.SequenceMatcher(None, a * times, b * other_times).ratio()


def test_long_names_are_really_treated_otherwise():
    name, other = "奶" * 250, "粉" + "奶" * 250
    assert label_similarity(name, other) == 0 != difflib.SequenceMatcher(None, name, other, autojunk=False).ratio()


@given(NAMES, NAMES)
def test_bounds_and_self_similarity(a, b):
    assert 0 <= label_similarity(a, b) <= 1
    assert label_similarity(a, a) == (1 if a else 0)
    assert (label_similarity(a, b) == 0) == (not set(a) & set(b))


@given(st.lists(NAMES, max_size=12), st.lists(NAMES, max_size=12), st.sampled_from([0.3, 0.5, 0.75, 1.0]))
def test_blocking_loses_no_pair(names, others, threshold):
    found = [(int(i), int(j)) for rows, columns in block_by_shared_character(names, others, threshold) for i, j in zip(rows, columns, strict=True)]
    wanted = {(i, j) for i, a in enumerate(names) for j, b in enumerate(others) if label_similarity(a, b) >= threshold}
    assert len(found) == len(set(found))
    assert wanted <= set(found)


def test_blocking_in_chunks_finds_the_same(monkeypatch):
    names = ["".join(word) for word in np.random.default_rng(1).choice(list("婴幼儿奶粉湿巾咖啡茶水果"), (60, 4))]

    def found() -> set:
        return {(int(i), int(j)) for rows, columns in block_by_shared_character(names, names) for i, j in zip(rows, columns, strict=True)}

    whole = found()
    monkeypatch.setattr(method, "NAMES_AT_ONCE", 7)
    assert found() == whole
    assert len(whole) < 60 * 60
