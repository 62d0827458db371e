"""The one function of figures, against scikit-learn's."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from training import metrics
from training.data import NO_LABEL, Examples
from training.served.tree import LabelTree


def scores_and_truth(rows: int, labels: int, seed: int):
    chance = np.random.default_rng(seed)
    scores = chance.dirichlet(np.ones(labels), rows).round(2)     # rounded, so that ties occur
    return scores, chance.integers(0, labels, rows)


@settings(deadline=None, max_examples=25)     # the machine may be busy
@given(st.integers(2, 60), st.integers(2, 9), st.integers(0, 10_000))
def test_figures_of_a_level_are_those_of_scikit_learn(rows, labels, seed):
    scores, truth = scores_and_truth(rows, labels, seed)
    found = metrics.at_level(scores, truth)
    guess, occurring = scores.argmax(axis=1), np.unique(truth)
    onehot = np.eye(labels, dtype=bool)[truth]
    assert found["top1"] == pytest.approx(reference.accuracy_score(truth, guess))
    assert found["ap_macro"] == pytest.approx(np.mean([reference.average_precision_score(onehot[:, k], scores[:, k]) for k in occurring]))
    assert found["ap_micro"] == pytest.approx(reference.average_precision_score(onehot, scores, average="micro"))
    assert found["f1_macro"] == pytest.approx(reference.f1_score(truth, guess, labels=occurring, average="macro", zero_division=0))
    assert found["f1_weighted"] == pytest.approx(reference.f1_score(truth, guess, average="weighted", zero_division=0))


def test_top5_is_that_of_scikit_learn():
    chance = np.random.default_rng(1)
    scores, truth = chance.dirichlet(np.ones(30), 400), chance.integers(0, 30, 400)
    assert metrics.at_level(scores, truth)["top5"] == pytest.approx(reference.top_k_accuracy_score(truth, scores, k=5, labels=np.arange(30)))


def test_a_row_of_an_unknown_label_is_wrong_everywhere():
    scores = np.array([[0.9, 0.1], [0.2, 0.8]])
    found = metrics.at_level(scores, np.array([0, NO_LABEL]))
    assert (found["top1"], found["top5"], found["unseen_rows"]) == (0.5, 0.5, 1.0)


def test_a_sure_and_right_model_is_calibrated_and_a_sure_and_wrong_one_is_not():
    assert metrics.calibration_error(np.ones(4), np.ones(4)) == 0
    assert metrics.calibration_error(np.ones(4), np.zeros(4)) == 1


def label(class_id, sub_class_id, third=None):
    return {"class_id": class_id, "class_name": f"c{class_id}", "sub_class_id": sub_class_id, "sub_class_name": f"s{sub_class_id}",
            "subsub_class_id": third, "subsub_class_name": third and f"t{third}"}


TREE = LabelTree([label(1, 10), label(2, 20, 200), label(2, 20, 201), label(2, 21)])


def examples(*truth: int) -> Examples:
    titles = pa.chunked_array([["x"] * len(truth)])
    return Examples(titles, titles, pa.chunked_array([pa.nulls(len(truth), pa.string())]), np.array(truth), TREE)


def test_levels_add_up_and_disagreement_is_told():
    # The best path is c1, but class 2 has more in sum: the best labels of the levels contradict one another.
    scores = np.array([[0.4, 0.3, 0.3, 0.0], [0.0, 0.9, 0.05, 0.05]])
    found = metrics.evaluate(scores, examples(1, 2), TREE, "sub_class")["metrics"]
    assert found["class_top1"] == 1.0 and found["sub_class_top1"] == 1.0 and found["top1"] == 1.0
    assert found["path_top1"] == 0.0 and found["exact_path"] == 0.0 and found["subsub_class_top1"] == 0.0
    assert found["consistency"] == 0.5
    # Rows: (2, 20, 200) taken for (1, 10): 0 nodes shared of 3 and 2; (2, 20, 201) for (2, 20, 200): 2 of 3 and 3.
    assert found["hierarchical_f1"] == pytest.approx(2 * 2 / (3 + 2 + 3 + 3))


def test_confusions_are_counted_worst_first():
    scores = np.eye(4)[[3, 3, 3, 0]]
    found = metrics.evaluate(scores, examples(0, 0, 1, 0), TREE, "path")
    assert found["confusions"][0] == {"label": "c1 > s10", "taken_for": "c2 > s21", "rows": 2}
    assert {row["label"]: row["support"] for row in found["per_class"]}["c1 > s10"] == 3


def test_the_interval_holds_the_difference_and_narrows_with_more_rows():
    chance = np.random.default_rng(0)
    few, many = ((chance.random(n) < 0.8, chance.random(n) < 0.7) for n in (100, 10_000))
    mean, low, high = metrics.bootstrap(*few)
    assert low <= mean <= high
    _, low_of_many, high_of_many = metrics.bootstrap(*many)
    assert high_of_many - low_of_many < (high - low) / 5 and low_of_many > 0
