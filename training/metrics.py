"""What a model is worth: one function for all models, at all levels of the label tree. numpy only; scikit-learn checks it in the tests."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.data import NO_LABEL, Examples
from training.served.tree import LabelTree

BINS = 15
WORST_PAIRS = 20
MICRO_AT_MOST = 50_000_000  # scores; above it the micro average is left out, since it sorts them all


def average_precision(truth: np.ndarray, scores: np.ndarray) -> float:
    """Sum of precision times the rise of recall over falling thresholds; ties count as one threshold.

    Args:
        truth: (n,) bool.
        scores: (n,).

    >>> round(average_precision(np.array([True, False, True]), np.array([.9, .8, .7])), 4)
    0.8333
    """
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], np.cumsum(truth[order])
    last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    found = hits[last]
    precision, recall = found / (last + 1), found / hits[-1]
    return float(np.sum(precision * np.diff(recall, prepend=0.0)))


def f1_by_class(truth: np.ndarray, guess: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(support, precision, recall, F1), each (classes,); 0 where undefined. A truth of NO_LABEL is nobody's."""
    known = truth != NO_LABEL
    support = np.bincount(truth[known], minlength=classes)
    guessed = np.bincount(guess, minlength=classes)
    right = np.bincount(truth[known & (truth == guess)], minlength=classes)
    precision = right / np.maximum(guessed, 1)
    recall = right / np.maximum(support, 1)
    return support, precision, recall, 2 * right / np.maximum(support + guessed, 1)


def calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error over 15 equal bins: how far stated confidence and the share of right answers lie apart.

    Source: Guo et al. 2017, section 2.
    """
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    sums = np.bincount(bins, confidence, BINS) - np.bincount(bins, right, BINS)
    return float(np.abs(sums).sum() / max(len(right), 1))


def at_level(scores: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """All figures of one level.

    AP and F1: macro is the mean over the labels that occur in `truth`; micro pools all labels' scores; weighted goes by support.

    Args:
        scores: (n, labels), rows summing to 1.
        truth: (n,), NO_LABEL where the model has no output for the label: such a row is wrong.
    """
    n, classes = scores.shape
    k = min(5, classes)
    top = np.argpartition(-scores, k - 1, axis=1)[:, :k] if k < classes else np.tile(np.arange(classes), (n, 1))
    guess = scores.argmax(axis=1)
    support, _, _, f1 = f1_by_class(truth, guess, classes)
    occurring = np.flatnonzero(support)
    strangers = int((truth == NO_LABEL).sum())
    micro = float("nan")
    if scores.size <= MICRO_AT_MOST:
        onehot = np.zeros(scores.shape, bool)
        known = truth != NO_LABEL
        onehot[np.flatnonzero(known), truth[known]] = True
        micro = average_precision(onehot.ravel(), scores.ravel()) if known.any() else 0.0
    # A label that no training row has takes part in every mean with 0.
    return {
        "top1": float((guess == truth).mean()),
        "top5": float((top == truth[:, None]).any(axis=1).mean()),
        "ap_macro": float(np.mean([average_precision(truth == label, scores[:, label]) for label in occurring])) if len(occurring) else 0.0,
        "ap_micro": micro,
        "f1_macro": float(f1[occurring].mean()) if len(occurring) else 0.0,
        "f1_weighted": float((f1 * support).sum() / max(support.sum() + strangers, 1)),
        "calibration_error": calibration_error(scores.max(axis=1), guess == truth),
        "labels": float(classes),
        "unseen_rows": float(strangers),
    }


def hierarchical_f1(truth: list[tuple], guess: list[tuple]) -> float:
    """F1 over all nodes of the true and the guessed paths, pooled over rows.

    Source: Kiritchenko et al. 2006, hierarchical precision and recall.

    >>> hierarchical_f1([(1, 2, 3)], [(1, 2, 4)])
    0.6666666666666666
    """

    def nodes(path: tuple) -> int:
        return sum(part is not None for part in path)

    shared = sum(
        next((depth for depth in range(len(a)) if a[depth] != b[depth] or a[depth] is None), len(a)) for a, b in zip(truth, guess, strict=True)
    )
    return 2 * shared / max(sum(map(nodes, truth)) + sum(map(nodes, guess)), 1)


def evaluate(scores: np.ndarray, examples: Examples, tree: LabelTree, level: str) -> dict[str, Any]:
    """Everything that is said of a model.

    Args:
        scores: (n, paths of `tree`), rows summing to 1.
        examples: the n rows; their labels need not all be in `tree`.
        level: the one that the headline figures, the table and the confusions are of: `sub_class` or `path`.

    Returns:
        `metrics` (name: number; the headline level without a prefix of its own), `per_class`, `confusions`.
    """
    true_paths = [examples.labels.paths[number] for number in examples.truth]
    depths = {"class": 1, "sub_class": 2, "path": 3}
    metrics: dict[str, float] = {}
    best = {}
    for name, depth in depths.items():
        place = {node: number for number, node in enumerate(tree.nodes[name])}
        truth = np.array([place.get(path[:depth], NO_LABEL) for path in true_paths], np.int64)
        at = tree.at(name, scores)
        figures = at_level(at, truth)
        metrics |= {f"{name}_{key}": value for key, value in figures.items()}
        best[name] = at.argmax(axis=1)
        if name == level:
            metrics |= figures
            per_class, confusions = _details(tree, name, truth, best[name])
    third = np.array([path[2] is not None for path in true_paths])
    guessed = [tree.paths[number] for number in best["path"]]
    if third.any():
        metrics["subsub_class_top1"] = float(np.mean([a == b for a, b, has in zip(true_paths, guessed, third, strict=True) if has]))
    metrics["exact_path"] = float(np.mean([a == b for a, b in zip(true_paths, guessed, strict=True)]))
    agree = [
        tree.nodes["class"][c] == tree.nodes["sub_class"][s][:1] and tree.nodes["sub_class"][s] == tree.paths[p][:2]
        for c, s, p in zip(best["class"], best["sub_class"], best["path"], strict=True)
    ]
    metrics["consistency"] = float(np.mean(agree))
    metrics["hierarchical_f1"] = hierarchical_f1(true_paths, guessed)
    metrics["rows"] = float(len(scores))
    return {"metrics": {name: value for name, value in metrics.items() if np.isfinite(value)}, "per_class": per_class, "confusions": confusions}


def _details(tree: LabelTree, level: str, truth: np.ndarray, guess: np.ndarray) -> tuple[list[dict], list[dict]]:
    nodes = tree.nodes[level]
    first = {node: next(label for label, path in zip(tree.labels, tree.paths, strict=True) if path[: len(node)] == node) for node in nodes}
    names = [
        " > ".join(label[f"{part}_name"] for part in ("class", "sub_class", "subsub_class")[: len(node)] if label[f"{part}_name"])
        for node, label in first.items()
    ]
    support, precision, recall, f1 = f1_by_class(truth, guess, len(nodes))
    table = [
        {
            "label": names[number],
            "support": int(support[number]),
            "precision": float(precision[number]),
            "recall": float(recall[number]),
            "f1": float(f1[number]),
        }
        for number in np.argsort(-support, kind="stable")
    ]
    wrong = (truth != guess) & (truth != NO_LABEL)
    pairs, counts = (
        np.unique(np.stack([truth[wrong], guess[wrong]], axis=1), axis=0, return_counts=True) if wrong.any() else (np.zeros((0, 2), int), [])
    )
    worst = np.argsort(-np.asarray(counts), kind="stable")[:WORST_PAIRS]
    return table, [{"label": names[pairs[number][0]], "taken_for": names[pairs[number][1]], "rows": int(counts[number])} for number in worst]


def bootstrap(better: np.ndarray, worse: np.ndarray, *, seed: int = 7, draws: int = 2000) -> tuple[float, float, float]:
    """Mean difference of two models' right answers on the same rows, with the ends of its 95 % interval over resampled rows.

    >>> bootstrap(np.array([1, 1, 1, 1]), np.array([0, 0, 0, 0]))
    (1.0, 1.0, 1.0)
    """
    difference = np.asarray(better, float) - np.asarray(worse, float)
    values, counts = np.unique(difference, return_counts=True)
    # Resampling rows with replacement is a multinomial draw of how often each value of the difference comes up.
    drawn = np.random.default_rng(seed).multinomial(len(difference), counts / len(difference), draws) @ values / len(difference)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(difference.mean()), float(low), float(high)
