"""Strategy `curated` on arrays: which categories of different shops hold the same products, from names and titles alone.

1. Text: cosines of categories' term weights, three weightings of words and of n-grams.
2. Label space: where the titles of each category would go in every shop (`curated_votes`).
3. Names (`curated_names`).
4. Pooling: the surest pairs are put together, all titles classified again into what results, and categories compared by that.

What all titles together say is in the `Reference`; a category's `Profiles` row follows from it and the category's own titles, and a
pair's score from its two rows. So with what is `Known` from an earlier run only new or changed categories are profiled and only pairs
with one of them are scored, with the same result, to the last bit, as if everything were.

No answer key is read here. docs/alignment.md says of every constant where it comes from and what a fifth more or less of it changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.cluster.hierarchy import DisjointSet

from spark_jobs.methods.curated_names import name_similarities
from spark_jobs.methods.curated_reference import (
    Categories,
    Key,
    Profiles,
    Reference,
    first_profiles,
    made_of,
    mean_vectors,
    members_among,
    pooled_into,
    pooled_profiles,
)
from spark_jobs.methods.curated_titles import Titles, folded
from spark_jobs.methods.curated_votes import POSTINGS
from spark_jobs.methods.sparse_rows import best_products, held_by, row_minima, row_products, weightiest

CANDIDATES = 6          # per category, shop and view; with ten the same pairs of four real shops are equivalent
SOUGHT = 100            # classes with most votes of a category, by which the nearest in votes are sought; with all, no figure of real shops differs
POOLED = 0.75           # share of the mutual best pairs that are put together, surest first (as in the study that this starts from)
CONTAINING = 4          # a votes where b does if b gives the class at least a quarter of what a does
CONTAINED_KEPT = 0.4
NAME_WEIGHT, TEXT_WEIGHT, FIRST_WEIGHT, DIRECT_WEIGHT = 0.1, 0.5, 0.6, 0.15


@dataclass(frozen=True)
class Scored:
    """Candidate pairs i < j with every score; `i_in_j` is the share of i's titles whose votes fall where j's do."""

    i: np.ndarray
    j: np.ndarray
    score: np.ndarray
    i_in_j: np.ndarray
    j_in_i: np.ndarray
    features: dict[str, np.ndarray] = field(default_factory=dict)

    def only(self, chosen: np.ndarray) -> Scored:
        return Scored(self.i[chosen], self.j[chosen], self.score[chosen], self.i_in_j[chosen], self.j_in_i[chosen],
                      {name: values[chosen] for name, values in self.features.items()})


@dataclass(frozen=True)
class Known:
    """All that one run leaves to the next."""

    keys: Sequence[Key]
    reference: Reference
    profiles: Profiles
    scored: Scored

    def forgotten(self) -> Known:
        """The reference alone: with it every category is profiled and every pair scored as if there had been no earlier run."""
        nothing, none = np.zeros(0), np.zeros(0, np.int64)
        profiles = Profiles(*(matrix[none] for matrix in (self.profiles.spaces, self.profiles.texts, self.profiles.pooled)))
        return Known([], self.reference, profiles, Scored(none, none, nothing, nothing, nothing, dict.fromkeys(self.scored.features, nothing)))


def nearest(vectors: sparse.csr_array, shops: np.ndarray, top: int = CANDIDATES, sought: int | None = None, threads: int = 2) -> np.ndarray:
    """Pairs i < j, as i * categories + j, where one is among the `top` nearest of the other in the other's shop; the own shop counts as one too.

    Args:
        sought: entries of each row that are looked up in the others, the weightiest; all by default.
    """
    found = []
    rows = vectors if sought is None else weightiest(vectors, sought, threads)
    for there in [np.flatnonzero(shops == shop) for shop in np.unique(shops)]:
        bounds = np.array([0, len(there)])
        best, _ = best_products(rows, held_by(vectors[there], bounds, POSTINGS, threads), bounds, top + 1, threads)
        row, _, place = np.nonzero(best >= 0)
        column = there[best[row, 0, place]]
        found.append((np.minimum(row, column) * len(shops) + np.maximum(row, column))[row != column])
    return np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)


def mutual_best(i: np.ndarray, j: np.ndarray, score: np.ndarray, shops: np.ndarray) -> np.ndarray:
    """Positions of the pairs of different shops in which each is the other's best of its shop, best first; of equals the earlier."""
    across = np.flatnonzero((shops[i] != shops[j]) & (score > 0))
    order = across[np.lexsort((j[across], i[across], -score[across]))]
    shop_count = int(shops.max(initial=0)) + 1
    chosen = np.ones(len(order), bool)
    for one, other in ((i, j), (j, i)):
        place = one[order] * shop_count + shops[other[order]]
        first = np.zeros(len(order), bool)
        first[np.unique(place, return_index=True)[1]] = True
        chosen &= first
    return order[chosen]


def pool(categories: int, shops: np.ndarray, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Each category's class after the pairs, in their order, are put together, at most one category of a shop in a class."""
    sets, holds = DisjointSet(range(categories)), [{int(shop)} for shop in shops]
    for one, other in zip(i.tolist(), j.tolist(), strict=True):
        first, second = sets[one], sets[other]
        if first != second and not holds[first] & holds[second]:
            sets.merge(first, second)
            holds[sets[first]] = holds[first] | holds[second]
    _, first, classes = np.unique([sets[one] for one in range(categories)], return_index=True, return_inverse=True)
    return np.unique(first[classes], return_inverse=True)[1]        # numbered by their first members


def candidates(given: Categories, profiles: Profiles, reference: Reference, shops: np.ndarray, threads: int = 2) -> np.ndarray:
    """Pairs worth scoring: near in votes, in texts or in names."""
    names = mean_vectors(reference.rarity.vectors([folded(name) for name in given.names]))
    votes = nearest(rooted(profiles, reference), shops, sought=SOUGHT, threads=threads)
    found = np.unique(np.concatenate([votes, *(nearest(view, shops, threads=threads) for view in (profiles.texts, names))]))
    return np.stack(np.divmod(found, max(given.count, 1)), axis=1)


def rooted(profiles: Profiles, reference: Reference) -> sparse.csr_array:
    """Square roots of the votes, scaled so that the dot product of two rows is the mean Bhattacharyya overlap of the shops' spaces, 0 to 1.

    A space weighs as much as it has classes to choose from: a shop of few tells little, one of a single class or of none nothing.
    """
    tells = np.array([space.classes - 1.0 for space in reference.spaces])
    weight = np.repeat(np.sqrt(tells / max(tells.sum(), 1e-12)), np.diff(reference.width())).astype(np.float32)
    root = profiles.spaces.sqrt()
    root.data = root.data * weight[root.indices]
    return root


def first_scores(given: Categories, profiles: Profiles, reference: Reference, i: np.ndarray, j: np.ndarray) -> dict[str, np.ndarray]:
    """What names, texts and votes in the shops' own classes say of each pair."""
    root = rooted(profiles, reference)
    found = {"votes": row_products(root, i, root, j), "texts": row_products(profiles.texts, i, profiles.texts, j),
             "names": name_similarities(given.names, i, j, reference.rarity),
             "a_to_b": votes_for(given, profiles, reference, i, j), "b_to_a": votes_for(given, profiles, reference, j, i)}
    found["first"] = (found["votes"] + TEXT_WEIGHT * found["texts"] + NAME_WEIGHT * found["names"]) / (1 + TEXT_WEIGHT + NAME_WEIGHT)
    return found


def whole_scores(given: Categories, profiles: Profiles, reference: Reference, shops: np.ndarray, i: np.ndarray, j: np.ndarray,
                 features: dict[str, np.ndarray]) -> Scored:
    """The pairs with every score.

    Args:
        features: from `first_scores`.
    """
    pooled, root, large = profiles.pooled, profiles.pooled.sqrt(), given.large
    single = np.asarray(pooled.multiply(pooled).sum(axis=1)).ravel()
    features = features | {
        "pooled": row_products(root, i, root, j), "alike": row_minima(pooled, i, pooled, j),
        "enough": (large[i] & large[j]).astype(float), "single": np.sqrt(single[i] * single[j]),
    }
    # What is large and yet no class came after the reference was made: then the other direction alone speaks, or none.
    position = reference.positions(given.keys)
    unknown = large & (np.where(position >= 0, reference.place[position], -1) < 0)
    there, back = ~unknown[j], ~unknown[i]
    direct = (features["a_to_b"] * there + features["b_to_a"] * back) / np.maximum(there.astype(int) + back, 1)
    weight = np.where((shops[i] != shops[j]) & (there | back), DIRECT_WEIGHT, 0)     # inside a shop a title's votes for the twin are the twin's loss
    score = (features["pooled"] + FIRST_WEIGHT * features["first"] + weight * direct) / (1 + FIRST_WEIGHT + weight)
    return Scored(i, j, np.clip(score, 0, 1), np.clip(row_minima(pooled, i, CONTAINING * pooled, j), 0, 1),
                  np.clip(row_minima(pooled, j, CONTAINING * pooled, i), 0, 1), {name: np.clip(of, 0, 1) for name, of in features.items()})


def score_pairs(given: Categories, known: Known | None = None, threads: int = 2) -> tuple[Scored, Known | None, int]:
    """Every candidate pair with its scores. The order of categories or titles changes nothing but which of two equals comes first.

    Args:
        known: what an earlier run left; a category that is not `fresh` is one of its, unchanged.
    Returns:
        the pairs, what the next run may use, and how many pairs were scored anew.
    """
    nothing = np.zeros(0)
    none = Scored(np.zeros(0, np.int64), np.zeros(0, np.int64), nothing, nothing, nothing)
    if known is not None:
        return _rescored(given, known, threads)
    if given.count < 2 or not len(given.titles):
        return none, None, 0
    shops = given.shops()[1]
    reference, rows = made_of(given)
    member = given.titles.category
    profiles, reference = first_profiles(reference, given, rows, member, threads)
    pairs = candidates(given, profiles, reference, shops, threads)
    i, j = pairs[:, 0], pairs[:, 1]
    features = first_scores(given, profiles, reference, i, j)
    reference = pooled_into(reference, given, rows, classes(given, shops, i, j, features["first"]))
    pooled, reference = pooled_profiles(reference, given, rows, member, threads)
    profiles = Profiles(profiles.spaces, profiles.texts, pooled)
    found = whole_scores(given, profiles, reference, shops, i, j, features)
    return found, Known(given.keys, reference, profiles, found), len(i)


def _rescored(given: Categories, known: Known, threads: int) -> tuple[Scored, Known, int]:
    """As `score_pairs`, with an earlier run's reference and what of its profiles and scores still holds."""
    reference, shops = known.reference, given.shops()[1]
    fresh = np.ones(given.count, bool) if given.fresh is None else given.fresh
    mine = np.flatnonzero(fresh)
    before = {key: n for n, key in enumerate(known.keys)}
    theirs = np.array([-1 if new else before[key] for key, new in zip(given.keys, fresh, strict=True)], dtype=np.int64)
    profiles = _profiled(given, mine, reference, threads).taking(mine, known.profiles, theirs)
    pairs = candidates(given, profiles, reference, shops, threads)
    i, j = pairs[:, 0], pairs[:, 1]
    code = theirs[i] * len(known.keys) + theirs[j]
    codes = known.scored.i * len(known.keys) + known.scored.j
    place = np.minimum(np.searchsorted(codes, code), max(len(codes) - 1, 0))
    carried = (theirs[i] >= 0) & (theirs[j] >= 0) & (len(codes) > 0)
    carried[carried] = codes[place[carried]] == code[carried]
    new = np.flatnonzero(~carried)
    scored = whole_scores(given, profiles, reference, shops, i[new], j[new], first_scores(given, profiles, reference, i[new], j[new]))

    def together(old: np.ndarray, anew: np.ndarray) -> np.ndarray:
        values = np.zeros(len(i))
        values[carried], values[new] = old[place[carried]], anew
        return values

    earlier = known.scored
    found = Scored(i, j, together(earlier.score, scored.score), together(earlier.i_in_j, scored.i_in_j), together(earlier.j_in_i, scored.j_in_i),
                   {name: together(earlier.features[name], of) for name, of in scored.features.items()})
    return found, Known(given.keys, reference, profiles, found), len(new)


def _profiled(given: Categories, mine: np.ndarray, reference: Reference, threads: int) -> Profiles:
    """Of the categories at `mine`, whose titles are given."""
    place = np.full(given.count, -1)
    place[mine] = np.arange(len(mine))
    titles = given.titles
    some = Categories([given.keys[n] for n in mine], [given.names[n] for n in mine], given.listings[mine],
                      Titles(place[titles.category], titles.starts, titles.buckets))
    rows, member = some.titles.matrix(reference.buckets), members_among(reference, some)
    profiles, _ = first_profiles(reference, some, rows, member, threads)
    return Profiles(profiles.spaces, profiles.texts, pooled_profiles(reference, some, rows, member, threads)[0])


def classes(given: Categories, shops: np.ndarray, i: np.ndarray, j: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Each category's pooled class after the surest pairs are put together; -1 where it is too small to be one."""
    large = given.large
    if not large.any():
        return np.arange(given.count)
    both_large = np.flatnonzero(large[i] & large[j])
    surest = both_large[mutual_best(i[both_large], j[both_large], first[both_large], shops)]
    surest = surest[:round(POOLED * len(surest))]
    class_of = np.where(large, pool(given.count, shops, i[surest], j[surest]), -1)
    class_of[large] = np.unique(class_of[large], return_inverse=True)[1]
    return class_of


def votes_for(given: Categories, profiles: Profiles, reference: Reference, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """The share of i's titles that would be filed under j in j's shop, 0 where j is no class."""
    known_shop = {shop: n for n, shop in enumerate(reference.shops)}
    begins = np.array([*reference.width()[:-1], 0])[[known_shop.get(shop, -1) for shop, _ in given.keys]]
    position = reference.positions(given.keys)
    place = np.where(position >= 0, reference.place[position], -1)
    column = np.where(place >= 0, begins + place, -1)
    found = np.zeros(len(i))
    here = np.flatnonzero(column[j] >= 0)
    if len(here):
        found[here] = np.asarray(profiles.spaces[i[here], column[j[here]]]).ravel()
    return found


def kept(found: Scored, shops: np.ndarray, top: int = 3) -> Scored:
    """The pairs that are among the `top` of either end in the other's shop: enough to see what the best was preferred to.

    Pairs of which one lies in the other stay too.
    """
    stays = np.zeros(len(found.i), bool)
    for one, other in ((found.i, found.j), (found.j, found.i)):
        order = np.lexsort((other, -found.score, shops[other], one))
        place = one[order] * (int(shops.max(initial=0)) + 1) + shops[other[order]]
        starts = np.flatnonzero(np.diff(place, prepend=-1))
        rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
        stays[order[rank < top]] = True
    across = shops[found.i] != shops[found.j]
    stays |= across & (np.maximum(found.i_in_j, found.j_in_i) >= CONTAINED_KEPT)
    return found.only(stays)
