"""The one function of figures, against scikit-learn's."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from training import metrics
from training.data import Examples
from training.served.tree import LabelTree


def scores_and_truth(rows: int, labels: int, seed: int):
    chance = np.random.default_rng(seed)
    scores = chance.dirichlet(np.ones(labels), rows).round(2)     # rounded, so that ties occur
    return scores, chance.integers(0, labels, rows)


@settings(deadline=None, max_examples=25)     # the machine may be busy
@given(st.integers(2, 60), st.integers(2, 9), st.integers(0, 10_000))
def test_figures_of_a_level_are_those_of_scikit_learn(rows, labels, seed):
    scores, truth = scores_and_truth(rows, labels, seed)
    truth[: seed % rows] += seed % 3      # some labels that the model has no output for
    known = truth < labels
    found = metrics.at_level(scores, truth)
    guess, occurring = scores.argmax(axis=1), np.unique(truth)
    onehot = np.eye(labels + 2, dtype=bool)[truth][:, :labels]
    assert found["top1"] == pytest.approx(reference.accuracy_score(truth, guess))
    by_label = [reference.average_precision_score(onehot[:, k], scores[:, k]) if k < labels else 0 for k in occurring]
    assert found["ap_macro"] == pytest.approx(np.mean(by_label))
    micro = reference.average_precision_score(onehot, scores, average="micro") if known.any() else 0
    assert found["ap_micro"] == pytest.approx(micro * known.mean()), "a row that nobody can find lowers every recall"
    assert found["f1_macro"] == pytest.approx(reference.f1_score(truth, guess, labels=occurring, average="macro", zero_division=0))
    assert found["f1_weighted"] == pytest.approx(reference.f1_score(truth, guess, average="weighted", zero_division=0))


def test_top5_is_that_of_scikit_learn():
    chance = np.random.default_rng(1)
    scores, truth = chance.dirichlet(np.ones(30), 400), chance.integers(0, 30, 400)
    assert metrics.at_level(scores, truth)["top5"] == pytest.approx(reference.top_k_accuracy_score(truth, scores, k=5, labels=np.arange(30)))


def test_labels_that_no_training_row_has_count_0_in_every_mean():
    scores, truth = np.array([[0.9, 0.1], [0.8, 0.2], [0.9, 0.1], [0.2, 0.8]]), np.array([0, 0, 2, 3])
    found = metrics.at_level(scores, truth)
    assert (found["top1"], found["top5"], found["unseen_rows"], found["unseen_labels"]) == (0.5, 0.5, 2, 2)
    guess = scores.argmax(axis=1)
    for mean in ("macro", "weighted"):
        wanted = reference.f1_score(truth, guess, labels=np.unique(truth), average=mean, zero_division=0)
        assert found[f"f1_{mean}"] == pytest.approx(wanted) and wanted < 0.5
    assert found["ap_macro"] == pytest.approx(reference.average_precision_score(truth == 0, scores[:, 0]) / 3)


def test_the_micro_average_of_many_scores_is_counted_in_parts(monkeypatch):
    chance = np.random.default_rng(2)
    scores = chance.dirichlet(np.full(40, 0.1), 3_000).astype(np.float32)
    truth = np.array([chance.choice(40, p=row / row.sum()) for row in scores.astype(float)])
    wanted = reference.average_precision_score(np.eye(40, dtype=bool)[truth], scores, average="micro")
    monkeypatch.setattr(metrics, "SCORES_AT_ONCE", 7_000)
    assert metrics.micro_average_precision(truth, scores) == pytest.approx(wanted, abs=1e-4)


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
    assert found["path_top1"] == 0.0 and found["subsub_class_top1"] == 0.0 and found["subsub_class_top5"] == 1.0
    assert found["consistency"] == 0.5
    # The path that is served lies below the best sub-class: (2, 20, 200) as it is; (2, 20, 201) taken for (2, 20, 200), 2 nodes of 3 and 3.
    assert found["exact_path"] == 0.5 and found["hierarchical_f1"] == pytest.approx(2 * (3 + 2) / (3 + 3 + 3 + 3))
    found = metrics.evaluate(scores, examples(1, 2), TREE, "path")["metrics"]
    # Where the path itself is ranked, (2, 20, 200) is taken for (1, 10): 0 nodes shared of 3 and 2.
    assert found["exact_path"] == 0.0 and found["hierarchical_f1"] == pytest.approx(2 * 2 / (3 + 2 + 3 + 3))


def test_f1_of_the_third_level_counts_other_rows_that_were_taken_for_its_labels():
    scores, truth = np.eye(4)[[1, 2, 1, 1]], [1, 2, 2, 0]
    found = metrics.evaluate(scores, examples(*truth), TREE, "path")["metrics"]
    for mean in ("macro", "weighted"):
        assert found[f"subsub_class_f1_{mean}"] == pytest.approx(reference.f1_score(truth, scores.argmax(axis=1), labels=[1, 2], average=mean))
    assert found["subsub_class_top1"] == pytest.approx(2 / 3)


@settings(deadline=None, max_examples=25)
@given(st.integers(2, 60), st.integers(0, 10_000))
def test_figures_of_the_third_level_are_those_of_scikit_learn(rows, seed):
    scores, truth = scores_and_truth(rows, 3, seed)       # of TREE without (2, 20, 201), which training did not see
    known = LabelTree([TREE.labels[0], TREE.labels[1], TREE.labels[3]])
    of_known = np.array([0, 1, 3])[truth]
    of_known[seed % rows] = seed % 4
    of_known[-1] = 1
    found = metrics.evaluate(scores, examples(*of_known), known, "path")["metrics"]
    third, seen, guess = np.isin(of_known, (1, 2)), of_known == 1, scores.argmax(axis=1)
    assert 0 < seen.sum() <= third.sum()
    precision = reference.average_precision_score(seen, scores[:, 1])
    assert found["subsub_class_ap_macro"] == pytest.approx(precision / (1 + (of_known == 2).any()))
    assert found["subsub_class_ap_micro"] == pytest.approx(precision * seen.sum() / third.sum(), abs=1e-4)
    confidence, right = scores.max(axis=1)[third], (guess[third] == 1) & seen[third]
    assert found["subsub_class_calibration_error"] == pytest.approx(metrics.calibration_error(confidence, right))
    assert found["subsub_class_top1"] == pytest.approx(reference.accuracy_score(seen[third], guess[third] == 1) if seen[third].all() else right.mean())


@settings(deadline=None, max_examples=25)
@given(st.integers(2, 60), st.integers(0, 10_000))
def test_the_micro_average_of_several_third_levels_is_that_of_scikit_learn(rows, seed):
    scores, truth = scores_and_truth(rows, 4, seed)
    truth[0] = 1
    found = metrics.evaluate(scores, examples(*truth), TREE, "path")["metrics"]
    onehot = np.eye(4, dtype=bool)[truth][:, 1:3]
    assert found["subsub_class_ap_micro"] == pytest.approx(reference.average_precision_score(onehot, scores[:, 1:3], average="micro"), abs=1e-4)
    occurring = [column for column in range(2) if onehot[:, column].any()]
    wanted = [reference.average_precision_score(onehot[:, column], scores[:, 1 + column]) for column in occurring]
    assert found["subsub_class_ap_macro"] == pytest.approx(np.mean(wanted))


def test_third_levels_of_which_training_saw_none_are_never_found():
    known = LabelTree([TREE.labels[0], TREE.labels[3]])
    found = metrics.evaluate(np.array([[0.9, 0.1], [0.2, 0.8]]), examples(1, 0), known, "path")["metrics"]
    assert (found["subsub_class_ap_macro"], found["subsub_class_ap_micro"], found["subsub_class_top1"]) == (0, 0, 0)


def test_what_training_did_not_see_is_in_the_table_and_right_rows_are_told_apart():
    known = LabelTree([label(1, 10), label(2, 20, 200)])
    found = metrics.evaluate(np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]]), examples(0, 3, 1), known, "sub_class")
    assert found["right"] == "100"
    table = {row["label"]: (row["support"], row["f1"]) for row in found["per_class"]}
    assert table["c2 > s21"] == (1, 0.0) and table["c2 > s20"] == (1, 0.0) and found["metrics"]["unseen_labels"] == 1
    assert {"label": "c2 > s21", "taken_for": "c2 > s20", "rows": 1} in found["confusions"]


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


def test_the_interval_of_several_seeds_is_that_of_drawing_products_and_seeds_anew():
    chance = np.random.default_rng(0)
    better, worse = (chance.random((3, 400)) < share for share in (np.array([[0.9], [0.8], [0.7]]), 0.6))
    drawn = []
    for _ in range(4000):
        products, seeds = chance.integers(0, 400, 400), chance.integers(0, 3, 3)
        drawn.append(better[seeds][:, products].mean() - worse[seeds][:, products].mean())
    mean, low, high = metrics.bootstrap(better, worse)
    assert mean == pytest.approx(better.mean() - worse.mean())
    assert (low, high) == pytest.approx(tuple(np.quantile(drawn, (0.025, 0.975))), abs=0.01)
    assert metrics.bootstrap(better[:1], worse[:1]) == metrics.bootstrap(better[0], worse[0])
