"""What a model is worth: one function for all models, at all levels of the label tree. numpy only; scikit-learn checks it in the tests."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.data import Examples
from training.served.tree import LEVELS, LabelTree

BINS = 15
WORST_PAIRS = 20
SCORES_AT_ONCE = 1 << 24
ROUNDED_BITS = 8  # of a float32's 23 behind the point: scores that differ by less than one in 30,000 count as ties in the micro average


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
    return _area(hits[last], last + 1)


def micro_average_precision(truth: np.ndarray, scores: np.ndarray) -> float:
    """The same over the scores of all labels together, in bounded memory: counted by score, since the paper's test split has 360 million.

    Args:
        truth: (n,) numbers of labels, -1 where a row has none of them; one without a score is never found, so recall stays below 1.
        scores: (n, labels), from 0 to 1, read as float32 without their last 8 bits.
    """
    everything, hits = (np.zeros((int(np.float32(1).view(np.uint32)) >> ROUNDED_BITS) + 1, np.int64) for _ in range(2))
    rows = max(1, SCORES_AT_ONCE // max(1, scores.shape[1]))
    for start in range(0, len(scores), rows):
        # Floats that are not negative are in the order of their bits.
        place = np.minimum(scores[start : start + rows], 1).astype(np.float32).view(np.uint32) >> ROUNDED_BITS
        some = truth[start : start + rows]
        known = np.flatnonzero((some >= 0) & (some < scores.shape[1]))
        everything += np.bincount(place.ravel(), minlength=len(everything))
        hits += np.bincount(place[known, some[known]], minlength=len(hits))
    occurring = np.flatnonzero(everything)[::-1]
    found = np.cumsum(hits[occurring])
    return _area(found, np.cumsum(everything[occurring])) * float(found[-1]) / float((truth >= 0).sum()) if hits.any() else 0.0


def _area(found: np.ndarray, shown: np.ndarray) -> float:
    """Under the curve of precision over recall: right ones and all ones above each threshold, from the highest down to none."""
    return float(np.sum(found / shown * np.diff(found / found[-1], prepend=0.0)))


def f1_by_class(truth: np.ndarray, guess: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(support, precision, recall, F1), each (classes,) or longer where a truth has a higher number; 0 where undefined."""
    classes = max(classes, int(truth.max(initial=0)) + 1)
    support = np.bincount(truth, minlength=classes)
    guessed = np.bincount(guess, minlength=classes)
    right = np.bincount(truth[truth == guess], minlength=classes)
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


def among_best(scores: np.ndarray, truth: np.ndarray, k: int = 5) -> np.ndarray:
    """(n,) bool: whether the truth is among the k labels of the highest scores."""
    if k >= scores.shape[1]:
        return truth < scores.shape[1]
    return (np.argpartition(-scores, k - 1, axis=1)[:, :k] == truth[:, None]).any(axis=1)


def at_level(scores: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """All figures of one level.

    AP and F1: macro is the mean over the labels that occur in `truth`; micro pools all labels' scores; weighted goes by support. A label
    that the model has no output for, since no training row has it, is found by nobody: its rows are wrong, and its AP and F1 are 0.

    Args:
        scores: (n, labels), rows summing to 1.
        truth: (n,) numbers of labels; those from `labels` on are labels that the model has no output for.
    """
    n, classes = scores.shape
    guess = scores.argmax(axis=1)
    support, _, _, f1 = f1_by_class(truth, guess, classes)
    occurring = np.flatnonzero(support)
    precisions = [average_precision(truth == label, scores[:, label]) if label < classes else 0.0 for label in occurring]
    return {
        "top1": float((guess == truth).mean()),
        "top5": float(among_best(scores, truth).mean()),
        "ap_macro": float(np.mean(precisions)),
        "ap_micro": micro_average_precision(truth, scores),
        "f1_macro": float(f1[occurring].mean()),
        "f1_weighted": float((f1 * support).sum() / n),
        "calibration_error": calibration_error(scores.max(axis=1), guess == truth),
        "labels": float(classes),
        "unseen_labels": float((occurring >= classes).sum()),
        "unseen_rows": float((truth >= classes).sum()),
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
        `metrics` (name: number; the headline level without a prefix of its own), `per_class`, `confusions`, and `right`: a 1 for each row
        whose best label at `level` is its own, else a 0, so that two models can be compared row by row.
    """
    true_paths = [examples.labels.paths[number] for number in examples.truth]
    metrics: dict[str, float] = {}
    best, truth, found = {}, {}, {}
    for name, depth in {"class": 1, "sub_class": 2, "path": 3}.items():
        place = {node: number for number, node in enumerate(tree.nodes[name])}
        truth[name] = np.array([place.setdefault(path[:depth], len(place)) for path in true_paths], np.int64)
        at = tree.at(name, scores)
        figures = at_level(at, truth[name])
        metrics |= {f"{name}_{key}": value for key, value in figures.items()}
        best[name] = at.argmax(axis=1)
        if name == level:
            metrics |= figures
            per_class, confusions = _details(_names(examples.labels, list(place)), truth[name], best[name])
            found["right"] = "".join("01"[is_right] for is_right in (truth[name] == best[name]).tolist())
    third = np.array([path[2] is not None for path in true_paths])
    if third.any():
        metrics |= _third_level(scores, truth["path"], third, np.array([path[2] is not None for path in tree.paths]))
    guessed = [tree.paths[number] for number in tree.likeliest(scores, level)]
    metrics["exact_path"] = float(np.mean([a == b for a, b in zip(true_paths, guessed, strict=True)]))
    agree = [
        tree.nodes["class"][c] == tree.nodes["sub_class"][s][:1] and tree.nodes["sub_class"][s] == tree.paths[p][:2]
        for c, s, p in zip(best["class"], best["sub_class"], best["path"], strict=True)
    ]
    metrics["consistency"] = float(np.mean(agree))
    metrics["hierarchical_f1"] = hierarchical_f1(true_paths, guessed)
    metrics["rows"] = float(len(scores))
    return {"metrics": metrics, "per_class": per_class, "confusions": confusions, **found}


def _third_level(scores: np.ndarray, truth: np.ndarray, third: np.ndarray, has_third: np.ndarray) -> dict[str, float]:
    """Of the rows that have a third level, the share whose path is found, and its calibration; of their labels AP and F1 over all rows.

    Args:
        scores: (n, paths).
        truth: (n,) numbers of paths.
        third: (n,) bool, the rows that have one.
        has_third: (paths,) bool, the outputs that have one.
    """
    guess, labels, paths = scores.argmax(axis=1), np.unique(truth[third]), scores.shape[1]
    support, _, _, f1 = f1_by_class(truth, guess, paths)
    place = np.where(has_third, np.cumsum(has_third) - 1, -1)  # among the outputs that have one
    among = np.where(third, has_third.sum(), -1)
    known = truth < paths
    among[known] = place[truth[known]]
    return {
        "subsub_class_top1": float((guess == truth)[third].mean()),
        "subsub_class_top5": float(among_best(scores[third], truth[third]).mean()),
        "subsub_class_ap_macro": float(np.mean([average_precision(truth == label, scores[:, label]) if label < paths else 0.0 for label in labels])),
        "subsub_class_ap_micro": micro_average_precision(among, scores[:, has_third]),
        "subsub_class_f1_macro": float(f1[labels].mean()),
        "subsub_class_f1_weighted": float((f1 * support)[labels].sum() / third.sum()),
        "subsub_class_calibration_error": calibration_error(scores.max(axis=1)[third], (guess == truth)[third]),
    }


def _names(labels: LabelTree, nodes: list[tuple]) -> list[str]:
    """Each node's names from the class down."""
    first: dict[tuple, dict] = {}
    for label, path in zip(labels.labels, labels.paths, strict=True):
        for depth in range(1, len(LEVELS) + 1):
            first.setdefault(path[:depth], label)
    return [" > ".join(name for part in LEVELS[: len(node)] if (name := first[node][f"{part}_name"])) for node in nodes]


def _details(names: list[str], truth: np.ndarray, guess: np.ndarray) -> tuple[list[dict], list[dict]]:
    support, precision, recall, f1 = f1_by_class(truth, guess, len(names))
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
    wrong = truth != guess
    pairs, counts = (
        np.unique(np.stack([truth[wrong], guess[wrong]], axis=1), axis=0, return_counts=True) if wrong.any() else (np.zeros((0, 2), int), [])
    )
    worst = np.argsort(-np.asarray(counts), kind="stable")[:WORST_PAIRS]
    return table, [{"label": names[pairs[number][0]], "taken_for": names[pairs[number][1]], "rows": int(counts[number])} for number in worst]


def bootstrap(better: np.ndarray, worse: np.ndarray, *, seed: int = 7, draws: int = 2000) -> tuple[float, float, float]:
    """Mean difference of two models' right answers on the same rows, with the ends of its 95 % interval over resampled rows.

    Args:
        better: (rows,), or (seeds, rows) of models trained with several seeds each, which are resampled beside the rows.
        worse: the same of the other model.

    >>> bootstrap(np.array([1, 1, 1, 1]), np.array([0, 0, 0, 0]))
    (1.0, 1.0, 1.0)
    """
    difference = np.atleast_2d(np.asarray(better, float) - np.asarray(worse, float))
    seeds, rows = difference.shape
    values, counts = np.unique(difference, axis=1, return_counts=True)
    # Resampling rows with replacement is a multinomial draw of how often each value of the difference comes up; so it is of seeds.
    chance = np.random.default_rng(seed)
    by_seed = chance.multinomial(rows, counts / rows, draws) @ values.T / rows  # (draws, seeds)
    drawn = (by_seed * chance.multinomial(seeds, np.full(seeds, 1 / seeds), draws)).sum(axis=1) / seeds
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(difference.mean()), float(low), float(high)
