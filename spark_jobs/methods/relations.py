"""What two categories are to one another, how sure that is, and why, in words a person understands.

Pairs arrive with their scores; each is judged beside the other candidates of its two ends, since "the best there is" means more
than any number by itself.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa

EQUIVALENT, BROADER, NARROWER, OVERLAPPING, NONE = "equivalent", "broader", "narrower", "overlapping", "none"
MERGED, REVIEW, APART = "merged", "review", "apart"


def ranks_among(end: np.ndarray, other_shop: np.ndarray, score: np.ndarray, tie: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each pair seen from one end: its rank (0 the best) among the end's pairs with the other shop, and the position of the best other pair.

    Args:
        tie: decides between equal scores, lower first.
    Returns:
        ranks, and positions of the best pair besides this one, -1 where there is none.
    """
    order = np.lexsort((tie, -score, other_shop, end))
    new = np.ones(len(order), bool)
    new[1:] = (end[order][1:] != end[order][:-1]) | (other_shop[order][1:] != other_shop[order][:-1])
    starts = np.flatnonzero(new)
    group = np.cumsum(new) - 1
    rank = np.arange(len(order)) - starts[group]
    sizes = np.diff(np.append(starts, len(order)))[group]
    best_other = np.where(rank > 0, order[starts[group]], np.where(sizes > 1, order[np.minimum(starts[group] + 1, len(order) - 1)], -1))
    ranks, others = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
    ranks[order], others[order] = rank, best_other
    return ranks, others


LEAD, SINGLE, NAMES = 0.5, 0.3, 0.3     # of `certainty`: the lead over the next best, a single kind, like names; beside 1 for each half
EQUIVALENT_MIN = 0.60   # of `certainty`, from which a mutual best is equivalent: where as many pairs are taken as the shops share kinds
MERGED_MIN = 0.80       # of certainty, from which a pair is merged without a person, even where a twin is better still: the better half
DOUBLE_MIN, DOUBLE_SHOWN = 0.80, 0.72       # of the score inside one shop: merged, shown
SHOWN_MIN = 0.52        # of certainty, from which a mutual best that is not certain enough is shown to a person
FEW_SHOWN = 0.80        # of the score, from which the best candidate of a category with too few listings is shown
CONTAINED_MIN, CONTAINED_LEAD = 0.4, 0.3    # of a's votes that fall where b's do, and how many more than of b's where a's do, for "a is narrower"
SIBLINGS_MIN = 2        # so many of a shop lie in b before b counts as their broader one
OVERLAPPING_MIN = 0.45  # of the votes that fall alike


def judge(rows: pa.Table) -> pa.Table:
    """Relation, zone, confidence and evidence of each pair.

    Two categories of different shops are `equivalent` if each is the other's best and their `certainty` reaches `EQUIVALENT_MIN`, and
    from `MERGED_MIN` on in any case: the best may be one of two twins. From there on they are merged by themselves. Categories of one
    shop are doubles by their score alone, since a shop may file one thing under more than two paths.
    A category with too few listings is merged with nothing; its best candidate is shown where it is very much like it.
    a is `narrower` than b if far more of a lies in b than of b in a, and at least one more category of a's shop lies in b too.

    Args:
        rows: the columns of sub_class_pairs.
    Returns:
        (the columns of alignments), in the order of `rows`.
    """
    ends = list(zip(rows["shop_a"].to_pylist(), rows["native_path_a"].to_pylist(), strict=True))
    others = list(zip(rows["shop_b"].to_pylist(), rows["native_path_b"].to_pylist(), strict=True))
    known = {category: n for n, category in enumerate(sorted({*ends, *others}))}
    a, b = (np.array([known[one] for one in of], dtype=np.int64) for of in (ends, others))
    shops = {shop: n for n, shop in enumerate(sorted({shop for shop, _ in known}))}
    shop = np.array([shops[category[0]] for category in known], dtype=np.int64)
    names = dict(zip(ends, rows["name_a"].to_pylist(), strict=True)) | dict(zip(others, rows["name_b"].to_pylist(), strict=True))
    features = features_of(rows)
    score = np.asarray(rows["score"], dtype=float)
    eligible = np.where(features["enough"] > 0, score, 0.0)
    rank_a, next_a = ranks_among(a, shop[b], eligible, b)
    rank_b, next_b = ranks_among(b, shop[a], eligible, a)
    second = np.maximum(np.where(next_a >= 0, eligible[next_a], 0), np.where(next_b >= 0, eligible[next_b], 0))
    enough = eligible > 0
    best = (rank_a == 0) & (rank_b == 0) & enough
    certain = certainty(score, second, features)
    same_shop = shop[a] == shop[b]
    merged = enough & np.where(same_shop, score >= DOUBLE_MIN, certain >= MERGED_MIN)
    equivalent = merged | np.where(same_shop, enough & (score >= DOUBLE_SHOWN), best & (certain >= EQUIVALENT_MIN))
    inside, outside = (np.asarray(rows[column], dtype=float) for column in ("contained_a_in_b", "contained_b_in_a"))
    narrower, broader = within(a, b, shop, ~equivalent & ~same_shop & enough, inside, outside)
    shown = (best & ~same_shop & (certain >= SHOWN_MIN)) | narrower | broader | equivalent
    shown[best_of_the_few(a, b, np.where(same_shop, 0, score), features["enough"] > 0)] = True
    overlapping = enough & (features["alike"] >= OVERLAPPING_MIN)
    relation = np.select([equivalent, narrower, broader, overlapping], [EQUIVALENT, NARROWER, BROADER, OVERLAPPING], NONE)
    zone = np.select([merged, shown], [MERGED, REVIEW], APART)
    confidence = np.select([relation == EQUIVALENT, relation == NARROWER, relation == BROADER, relation == OVERLAPPING],
                           [certain, inside, outside, features["alike"]], 1 - score)
    by_rank = list(known)
    said = []
    for n, (one, other) in enumerate(zip(ends, others, strict=True)):
        rival = next_a[n] if (next_a[n] >= 0 and (next_b[n] < 0 or eligible[next_a[n]] >= eligible[next_b[n]])) else next_b[n]
        if rival >= 0 and eligible[rival] > 0:
            mine = next_a[n] == rival
            end, stranger = (a[n], b[rival] if a[rival] == a[n] else a[rival]) if mine else (b[n], a[rival] if b[rival] == b[n] else b[rival])
            instead = f"{names[by_rank[end]]} / {names[by_rank[stranger]]} {score[rival]:.2f}"
        else:
            instead = ""
        said.append(evidence(names[one], names[other], {name: float(of[n]) for name, of in features.items()}, float(score[n]), str(relation[n]),
                             bool(best[n]), instead, bool(same_shop[n]), float(inside[n]), float(outside[n])))
    strategy = pa.array(["curated"] * len(ends), pa.string())
    return pa.table({
        "shop_a": rows["shop_a"], "native_path_a": rows["native_path_a"], "shop_b": rows["shop_b"], "native_path_b": rows["native_path_b"],
        "relation": pa.array(relation.tolist(), pa.string()), "zone": pa.array(zone.tolist(), pa.string()),
        "confidence": pa.array(np.clip(confidence, 0, 1), pa.float64()), "strategy": strategy, "decided_by": strategy,
        "evidence": pa.array(said, pa.string()),
    })


def certainty(score: np.ndarray, second: np.ndarray, features: dict[str, np.ndarray]) -> np.ndarray:
    """How certain it is that a pair is one: how good and clear the choice is, and how far both ends hold one and the same kind.

    The first is the score and half its lead over the next best that either end could have; the second is the share of titles that go
    to the same kinds, a little more where that is a single kind and where the names agree. Together roughly 0 to 1.
    """
    clear = score + LEAD * (score - second)
    same = features["alike"] + SINGLE * features["single"] + NAMES * features["names"]
    return (clear + same) / (2 + SINGLE + NAMES)


def best_of_the_few(a: np.ndarray, b: np.ndarray, score: np.ndarray, enough: np.ndarray) -> np.ndarray:
    """Positions of pairs of one category with too few listings and its best candidate among the others, from `FEW_SHOWN` on."""
    many = np.zeros(int(max(a.max(initial=-1), b.max(initial=-1))) + 1, bool)
    many[a[enough]] = many[b[enough]] = True
    pairs = np.flatnonzero((many[a] != many[b]) & (score >= FEW_SHOWN))
    pairs = pairs[np.argsort(-score[pairs], kind="stable")]
    return pairs[np.unique(np.where(many[a], b, a)[pairs], return_index=True)[1]]


def within(a: np.ndarray, b: np.ndarray, shop: np.ndarray, allowed: np.ndarray, inside: np.ndarray,
           outside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which pairs have a narrower than b, and which broader, with `SIBLINGS_MIN` of one shop in the broader one."""
    narrower = allowed & (inside >= CONTAINED_MIN) & (inside - outside >= CONTAINED_LEAD)
    broader = allowed & (outside >= CONTAINED_MIN) & (outside - inside >= CONTAINED_LEAD)
    siblings: dict[tuple[int, int], set[int]] = defaultdict(set)
    for n in np.flatnonzero(narrower):
        siblings[int(b[n]), int(shop[a[n]])].add(int(a[n]))
    for n in np.flatnonzero(broader):
        siblings[int(a[n]), int(shop[b[n]])].add(int(b[n]))
    for n in np.flatnonzero(narrower):
        narrower[n] = len(siblings[int(b[n]), int(shop[a[n]])]) >= SIBLINGS_MIN
    for n in np.flatnonzero(broader):
        broader[n] = len(siblings[int(a[n]), int(shop[b[n]])]) >= SIBLINGS_MIN
    return narrower, broader


FEATURES = ("a_to_b", "alike", "b_to_a", "enough", "first", "names", "pooled", "single", "texts", "votes")


def features_of(rows: pa.Table) -> dict[str, np.ndarray]:
    """The features of each row by name; 0 where a row lacks one."""
    found = {name: np.zeros(rows.num_rows) for name in FEATURES}
    column = rows["features"].combine_chunks() if isinstance(rows["features"], pa.ChunkedArray) else rows["features"]
    entries = column.flatten()
    owner = np.repeat(np.arange(rows.num_rows), np.asarray(column.value_lengths(), dtype=np.int64))
    labels, values = np.asarray(entries.field("name").to_pylist(), dtype=object), np.asarray(entries.field("value"), dtype=float)
    for name in FEATURES:
        here = labels == name
        found[name][owner[here]] = values[here]
    return found


def evidence(name_a: str, name_b: str, features: dict[str, float], score: float, relation: str, best: bool, instead: str,
             same_shop: bool, inside: float, outside: float) -> str:
    """Why, in one or two sentences with their numbers.

    >>> features = {"a_to_b": .83, "b_to_a": .79, "alike": .74, "names": .67, "enough": 1}
    >>> told = evidence("训练鞋", "综合训练鞋", features, .81, "equivalent", True, "训练鞋 / 跑步鞋 0.41", False, .9, .9)
    >>> for part in told.split("; "):
    ...     print(part)
    训练鞋 / 综合训练鞋: titles of a go to b with 83 %, of b to a with 79 %
    74 % go to the same kinds of product
    names 0.67 alike
    score 0.81, each the best for the other
    next best 训练鞋 / 跑步鞋 0.41.
    """
    alike = f"{features['alike']:.0%}".replace("%", " %")
    there, back = (f"{features[way]:.0%}".replace("%", " %") for way in ("a_to_b", "b_to_a"))
    parts = [] if same_shop else [f"titles of a go to b with {there}, of b to a with {back}"]
    parts += [f"{alike} go to the same kinds of product", f"names {features['names']:.2f} alike"]
    parts.append(f"score {score:.2f}" + (", each the best for the other" if best else ""))
    if relation in (NARROWER, BROADER):
        low, high = (inside, outside) if relation == NARROWER else (outside, inside)
        which, other = ("a", "b") if relation == NARROWER else ("b", "a")
        parts.append(f"{which} lies in {other} with {low:.0%}, {other} in {which} with {high:.0%}".replace("%", " %"))
    if same_shop:
        parts.append("both of one shop")
    if not features["enough"]:
        parts.append("fewer than 5 listings on one side, too few to say")
    if instead:
        parts.append(f"next best {instead}")
    return f"{name_a or '(no name)'} / {name_b or '(no name)'}: {'; '.join(parts)}."
