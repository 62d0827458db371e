"""How good an alignment is: pairs against an answer key, curated sub-classes against people's labels, relations against both.

Pairs are frozensets of two categories, a category is (shop, path). People's labels are counts per category; they measure and are
never an input of a strategy.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import DisjointSet

Category = tuple[str, str]
Pair = frozenset
OVERLAP_MIN, OVERLAP_SLACK = 0.6, 0.1   # of a pair that counts although the key chose its twin
LISTINGS_MIN = 5                        # of the key: smaller categories are not in it
LARGE = 10                              # titles from which on a category says clearly what it holds
ROUNDING = 1e-6


def pair(one: Category, other: Category) -> Pair:
    return frozenset((one, other))


def f1(precision: float, recall: float) -> float:
    """The harmonic mean; 0 where both are 0."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@dataclass(frozen=True)
class Score:
    precision: float
    recall: float
    found: int
    in_key: int

    @property
    def f1(self) -> float:
        return f1(self.precision, self.recall)

    def rounded(self) -> dict[str, float | int]:
        return {"precision": round(self.precision, 4), "recall": round(self.recall, 4), "f1": round(self.f1, 4),
                "found": self.found, "in_key": self.in_key}


def strict(found: Collection[Pair], key: Collection[Pair]) -> Score:
    """
    >>> a, b, c = ("jd", "a"), ("yixun", "b"), ("yixun", "c")
    >>> strict({pair(a, b), pair(a, c)}, {pair(a, b)}).rounded()["precision"]
    0.5
    """
    right = len(set(found) & set(key))
    return Score(right / max(len(found), 1), right / max(len(key), 1), len(found), len(key))


class Labels:
    """People's labels of the listings of each category.

    Args:
        counts: listings by label, by category.
        listings_min: the key's: a category with fewer is nobody's best.
    """

    def __init__(self, counts: Mapping[Category, Mapping[str, int]], listings_min: int = 5) -> None:
        self.listings_min = listings_min
        self.counts = {category: dict(of) for category, of in counts.items() if sum(of.values())}
        self.sizes = {category: sum(of.values()) for category, of in self.counts.items()}
        self.shares = {category: {label: n / self.sizes[category] for label, n in of.items()} for category, of in self.counts.items()}
        holders: dict[str, list[Category]] = defaultdict(list)
        for category, of in sorted(self.shares.items()):
            for label in of:
                holders[label].append(category)
        self._overlaps: dict[Category, dict[Category, float]] = {}
        self._best: dict[tuple[Category, str], float] = {}
        for category, of in self.shares.items():
            shared: dict[Category, float] = defaultdict(float)
            for label, share in of.items():
                for other in holders[label]:
                    shared[other] += min(share, self.shares[other][label])
            self._overlaps[category] = dict(shared)
            for other, overlap in shared.items():
                if other != category and self.sizes[other] >= listings_min:
                    place = (category, other[0])
                    self._best[place] = max(self._best.get(place, 0.0), overlap)

    def overlap(self, one: Category, other: Category) -> float:
        """Sum over labels of the smaller share, 0 to 1."""
        return self._overlaps.get(one, {}).get(other, 0.0)

    def overlapping(self, one: Category) -> list[Category]:
        """The categories that share a label with `one`."""
        return sorted(self._overlaps.get(one, {}))

    def best(self, one: Category, shop: str) -> float:
        """The highest overlap that `one` has with any category of the shop."""
        return self._best.get((one, shop), 0.0)

    def contained(self, one: Category, other: Category) -> float:
        """The share of `one`'s listings whose label the other has too, for at least one listing in twenty."""
        there = self.shares.get(other, {})
        return sum(share for label, share in self.shares.get(one, {}).items() if there.get(label, 0.0) >= 0.05)

    def tolerated(self, one: Category, other: Category) -> bool:
        """Whether a pair counts although the key may hold a twin: the overlap is at least 0.6 and within 0.1 of the best of either end."""
        overlap = self.overlap(one, other)
        best = max(self.best(one, other[0]), self.best(other, one[0]))
        return overlap >= OVERLAP_MIN - ROUNDING and overlap >= best - OVERLAP_SLACK - ROUNDING

    def mutual_best(self) -> set[Pair]:
        """A key: each is the other's best of its shop, with an overlap of at least 0.6; of equals the first by path."""
        best: dict[tuple[Category, str], tuple[float, Category]] = {}
        for one, overlaps in sorted(self._overlaps.items()):
            for other, overlap in sorted(overlaps.items()):
                if other[0] != one[0] and min(self.sizes[one], self.sizes[other]) >= self.listings_min:
                    place = (one, other[0])
                    if overlap > best.get(place, (0.0, one))[0] + ROUNDING:
                        best[place] = (overlap, other)
        return {pair(one, other) for (one, _), (overlap, other) in best.items()
                if overlap >= OVERLAP_MIN - ROUNDING and best[other, one[0]][1] == one}


def tolerant(found: Collection[Pair], key: Collection[Pair], labels: Labels) -> Score:
    """Precision: pairs found that are in the key or `tolerated`. Recall: pairs of the key of which one end has such a pair in the other's shop."""
    right = [one for one in found if one in key or labels.tolerated(*sorted(one))]
    reached = {(end, other[0]) for one in right for end, other in (sorted(one), sorted(one, reverse=True))}
    covered = sum(any((end, other[0]) in reached for end, other in (sorted(one), sorted(one, reverse=True))) for one in key)
    return Score(len(right) / max(len(found), 1), covered / max(len(key), 1), len(found), len(key))


def _contingency(clusters: Mapping[Category, Hashable], labels: Labels,
                 among: Container[Category] | None = None) -> tuple[Counter, Counter, Counter, int]:
    cells, of_cluster, of_label = Counter(), Counter(), Counter()
    for category, counts in labels.counts.items():
        if among is not None and category not in among:
            continue
        cluster = clusters.get(category, ("alone", category))
        for label, n in counts.items():
            cells[cluster, label] += n
            of_cluster[cluster] += n
            of_label[label] += n
    return cells, of_cluster, of_label, sum(of_cluster.values())


def b_cubed(clusters: Mapping[Category, Hashable], labels: Labels, among: Container[Category] | None = None) -> dict[str, float]:
    """Of a listing: the share of its cluster that has its label (precision), and of its label that is in its cluster (recall); means over listings.

    Args:
        clusters: each category's curated sub-class; one without stands alone.
        among: categories whose listings count; all by default.
    Source: Bagga and Baldwin, 1998.
    """
    cells, of_cluster, of_label, total = _contingency(clusters, labels, among)
    if not total:
        return {"precision": 0.0, "recall": 0.0, "f1": 0.0}
    precision = sum(n * n / of_cluster[cluster] for (cluster, _), n in cells.items()) / total
    recall = sum(n * n / of_label[label] for (_, label), n in cells.items()) / total
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1(precision, recall), 4)}


def v_measure(clusters: Mapping[Category, Hashable], labels: Labels, among: Container[Category] | None = None) -> dict[str, float]:
    """Homogeneity, completeness and their harmonic mean, over listings.

    Args:
        clusters, among: as for `b_cubed`.
    Source: Rosenberg and Hirschberg, 2007.
    """
    cells, of_cluster, of_label, total = _contingency(clusters, labels, among)
    if not total:
        return {"homogeneity": 0.0, "completeness": 0.0, "v_measure": 0.0}

    def entropy(counts: Iterable[int]) -> float:
        return -sum(n / total * math.log(n / total) for n in counts)

    label_given_cluster = -sum(n / total * math.log(n / of_cluster[cluster]) for (cluster, _), n in cells.items())
    cluster_given_label = -sum(n / total * math.log(n / of_label[label]) for (_, label), n in cells.items())
    labels_at_all, clusters_at_all = entropy(of_label.values()), entropy(of_cluster.values())
    homogeneity = 1 - label_given_cluster / labels_at_all if labels_at_all else 1.0
    completeness = 1 - cluster_given_label / clusters_at_all if clusters_at_all else 1.0
    return {"homogeneity": round(homogeneity, 4), "completeness": round(completeness, 4), "v_measure": round(f1(homogeneity, completeness), 4)}


ROUNDS = 500        # of a bootstrap


def interval(parts: np.ndarray, value: Callable[[np.ndarray], np.ndarray], *, seed: int = 0) -> list[float]:
    """The 95 % bootstrap interval of what `value` makes of the columns' sums, when rows are drawn; nothing where there are none.

    Args:
        parts: a row for what is drawn together.
        value: from (rounds, columns) to a number a round.
    """
    if not len(parts):
        return []
    random = np.random.default_rng(seed)
    drawn = np.array([parts[random.integers(0, len(parts), len(parts))].sum(axis=0) for _ in range(ROUNDS)])
    return [round(float(end), 4) for end in np.percentile(value(drawn), (2.5, 97.5))]


def f1s(precision: np.ndarray, recall: np.ndarray) -> np.ndarray:
    """As `f1`, of many."""
    return 2 * precision * recall / np.where(precision + recall, precision + recall, 1)


def listings_intervals(clusters: Mapping[Category, Hashable], labels: Labels, among: Container[Category] | None = None) -> dict[str, list[float]]:
    """The 95 % bootstrap intervals of B-cubed F1 and V-measure: the listings of a category are drawn together.

    Args:
        clusters, among: as for `b_cubed`.
    """
    cells, of_cluster, of_label, total = _contingency(clusters, labels, among)
    chosen = [category for category in sorted(labels.counts) if among is None or category in among]
    counted = [(place, n, cells[cluster, label], of_cluster[cluster], of_label[label]) for place, category in enumerate(chosen)
               for cluster in [clusters.get(category, ("alone", category))] for label, n in labels.counts[category].items()]
    place, listings, together, in_cluster, in_label = np.array(counted, dtype=float).reshape(-1, 5).T
    terms = (np.ones_like(listings), together / in_cluster, together / in_label, np.log(in_cluster / together), np.log(total / in_label),
             np.log(in_label / together), np.log(total / in_cluster))
    parts = np.stack([np.bincount(place.astype(int), listings * term) for term in terms], axis=1)

    def b_cubed_f1(sums: np.ndarray) -> np.ndarray:
        drawn, precision, recall = sums.T[:3]
        return f1s(precision / drawn, recall / drawn)

    def v(sums: np.ndarray) -> np.ndarray:
        unsure_of_label, labels_at_all, unsure_of_cluster, clusters_at_all = sums.T[3:]
        return f1s(*(1 - unsure / np.where(at_all, at_all, 1) for unsure, at_all in
                     ((unsure_of_label, labels_at_all), (unsure_of_cluster, clusters_at_all))))

    return {"b_cubed_f1": interval(parts, b_cubed_f1), "v_measure": interval(parts, v)}


def components(pairs: Iterable[Pair], also: Iterable[Category] = ()) -> dict[Category, Category]:
    """Each category's cluster after the pairs are joined, named by its smallest member."""
    sets = DisjointSet(also)
    for one, other in map(sorted, pairs):
        sets.add(one)
        sets.add(other)
        sets.merge(one, other)
    return {one: name for members in sets.subsets() for name in [min(members)] for one in members}


def intervals(found: Collection[Pair], key: Collection[Pair], labels: Labels | None, merged: Collection[Pair] = ()) -> dict[str, list[float]]:
    """95 % bootstrap intervals of strict and tolerant F1, and of the precision of those found that were merged without a person.

    Groups of pairs that hang together (one category in two pairs) are drawn together, or the interval would be too narrow.
    """
    cluster = components([*found, *key])
    groups = sorted(set(cluster.values()))
    position = {group: n for n, group in enumerate(groups)}
    kinds = np.zeros((len(groups), 8))      # found, in the key, both; right, covered tolerantly; merged, in the key, right tolerantly
    right = {one for one in found if one in key or (labels and labels.tolerated(*sorted(one)))}
    reached = {(end, other[0]) for one in right for end, other in (sorted(one), sorted(one, reverse=True))}
    for one in found:
        alone = one in merged
        kinds[position[cluster[min(one)]]] += (1, 0, one in key, one in right, 0, alone, alone and one in key, alone and one in right)
    for one in key:
        covered = any((end, other[0]) in reached for end, other in (sorted(one), sorted(one, reverse=True)))
        kinds[position[cluster[min(one)]]] += (0, 1, 0, 0, covered, 0, 0, 0)
    if not groups:
        return {}

    def of(found: int, key: int, precise: int, recalled: int) -> Callable[[np.ndarray], np.ndarray]:
        return lambda sums: f1s(sums[:, precise] / np.maximum(sums[:, found], 1), sums[:, recalled] / np.maximum(sums[:, key], 1))

    def share(part: int) -> Callable[[np.ndarray], np.ndarray]:
        return lambda sums: sums[:, part] / np.maximum(sums[:, 5], 1)

    values = {"strict_f1": of(0, 1, 2, 2)} | ({"merged_strict_precision": share(6)} if merged else {})
    if labels is not None:
        values |= {"tolerant_f1": of(0, 1, 3, 4)} | ({"merged_tolerant_precision": share(7)} if merged else {})
    return {name: interval(kinds, value) for name, value in values.items()}


# ------------------------------------------------------------------------------------------------------------- relations

NARROW_MIN, WIDE_MAX, SHARED_MIN = 0.75, 0.5, 0.3
RELATIONS = ("equivalent", "broader", "narrower", "overlapping", "none")


def relations_by_labels(labels: Labels) -> dict[tuple[Category, Category], str]:
    """What people's labels say of each pair (a, b), a < b, of different shops that shares a label.

    `equivalent`: overlap of at least 0.6. `narrower`: at least three quarters of a's listings have labels that b has, of b's fewer than
    half have labels that a has, and b holds two such categories of a's shop. `overlapping`: an overlap of at least 0.3. Else `none`.
    """
    large = {one for one, size in labels.sizes.items() if size >= labels.listings_min}
    inside: dict[tuple[Category, str], set[Category]] = defaultdict(set)
    couples = [(one, other) for one in sorted(large) for other in labels.overlapping(one) if other in large and other[0] != one[0]]
    for one, other in couples:
        if (labels.overlap(one, other) < OVERLAP_MIN - ROUNDING and labels.contained(one, other) >= NARROW_MIN
                and labels.contained(other, one) < WIDE_MAX):
            inside[other, one[0]].add(one)
    found = {}
    for one, other in couples:
        if one > other:
            continue
        if labels.overlap(one, other) >= OVERLAP_MIN - ROUNDING:
            said = "equivalent"
        elif one in inside[other, one[0]] and len(inside[other, one[0]]) >= 2:
            said = "narrower"
        elif other in inside[one, other[0]] and len(inside[one, other[0]]) >= 2:
            said = "broader"
        else:
            said = "overlapping" if labels.overlap(one, other) >= SHARED_MIN else "none"
        found[one, other] = said
    return found


def by_relation(said: Mapping[tuple[Category, Category], str], key: Mapping[tuple[Category, Category], str]) -> dict[str, dict]:
    """Precision, recall and F1 of each relation, F1 with its 95 % bootstrap interval.

    `broader` and `narrower` of a pair are one relation seen from its two ends, and counted as `narrower`. Pairs of one first category
    (of the narrower one) are drawn together; in groups that hang together nearly all would be drawn at once.

    `none` is measured among the pairs that something was said of: of all others nothing says more.

    Args:
        said: of pairs of which the key could know.
        key: from `relations_by_labels`; a pair that it lacks shares no label.
    """
    def both(relations: Mapping[tuple[Category, Category], str]) -> dict[str, set]:
        sets: dict[str, set] = defaultdict(set)
        for (a, b), relation in relations.items():
            sets["narrower" if relation == "broader" else relation].add((b, a) if relation == "broader" else (a, b))
        return sets

    ours, theirs = both(said), both(key) | {"none": {ends for ends in said if key.get(ends, "none") == "none"}}

    def f1_of(sums: np.ndarray) -> np.ndarray:
        made, wanted, right = sums.T
        return f1s(right / np.maximum(made, 1), right / np.maximum(wanted, 1))

    result = {}
    for relation in ("equivalent", "narrower", "overlapping", "none"):
        made, wanted = ours[relation], theirs.get(relation, set())
        counts: dict[Category, list[int]] = defaultdict(lambda: [0, 0, 0])
        for ends in sorted(made | wanted):
            counts[ends[0]] = [n + one for n, one in zip(counts[ends[0]], (ends in made, ends in wanted, ends in made & wanted), strict=True)]
        result[relation] = strict(made, wanted).rounded() | {"f1_interval_95": interval(np.array([*counts.values()]), f1_of)}
    return result


def scores(found: Collection[Pair], key: Collection[Pair], labels: Labels | None) -> dict[str, dict]:
    """Strict and, with labels, tolerant scores, with their intervals."""
    return {"strict": strict(found, key).rounded()} | ({"tolerant": tolerant(found, key, labels).rounded()} if labels else {}) | {
        "intervals_95": intervals(found, key, labels)}


def per_shop_pair(found: Collection[Pair], key: Collection[Pair], labels: Labels | None, shops: Sequence[str]) -> dict[str, dict]:
    """`scores` of each two shops by themselves."""
    result = {}
    for n, one in enumerate(sorted(shops)):
        for other in sorted(shops)[n + 1:]:
            def between(pairs: Collection[Pair], ends=frozenset((one, other))) -> set[Pair]:
                return {p for p in pairs if {shop for shop, _ in p} == ends}

            ours, theirs = between(found), between(key)
            result[f"{one} / {other}"] = scores(ours, theirs, labels)
    return result
