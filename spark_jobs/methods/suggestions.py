"""Curated classes that an unmapped class of a shop resembles, by the words of its titles and the names under it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from spark_jobs.methods.content_similarity import term_vectors

SHOWN, WORDS = 3, 5


def suggest(sub_classes: pa.Table) -> list[dict[str, Any]]:
    """Unmapped classes, most listings first, each with up to three curated classes, how similar they are, 0 to 1, and the words that tell most.

    A sub-class counts by the logarithm of its words' counts, each word the more the fewer sub-classes have it; the classes'
    sums are compared by cosine. The names of sub-classes count as words of their own.

    Args:
        sub_classes: (shop, native_class, native_sub_class, class_name (null where unmapped), listings, term_counts).
    """
    rows = sub_classes.select(["shop", "native_class", "native_sub_class", "class_name", "listings"]).to_pylist()
    waiting = sorted({(row["shop"], row["native_class"]) for row in rows if row["class_name"] is None})
    curated = sorted({row["class_name"] for row in rows if row["class_name"] is not None})
    if not waiting:
        return []
    counts = term_vectors(sub_classes["term_counts"]).astype(float)
    terms = pc.dictionary_encode(sub_classes["term_counts"].combine_chunks().flatten().field("term")).dictionary.to_pylist() or [""]
    names, code = np.unique([row["native_sub_class"] for row in rows], return_inverse=True)
    named = sparse.csr_array((np.full(len(rows), 20.0), (np.arange(len(rows)), code)), shape=(len(rows), len(names)))
    counts = sparse.csr_array(sparse.hstack([counts, named]))
    rarity = np.log((1 + len(rows)) / (1 + np.bincount(counts.indices, minlength=counts.shape[1])))
    counts.data = np.log1p(counts.data) * rarity[counts.indices]
    groups = {**{key: n for n, key in enumerate(waiting)}, **{name: len(waiting) + n for n, name in enumerate(curated)}}
    of = np.array([groups[(row["shop"], row["native_class"]) if row["class_name"] is None else row["class_name"]] for row in rows])
    sums = sparse.csr_array((np.ones(len(rows)), (of, np.arange(len(rows)))), shape=(len(groups), len(rows))) @ counts
    words = [*terms, *names.tolist()]

    def shared(one: int, other: int) -> list[str]:
        both = sparse.coo_array(sums[[one]].multiply(sums[[other]]))
        told = [words[both.col[n]] for n in np.argsort(-both.data, kind="stable")[:2 * WORDS]]
        return list(dict.fromkeys(word for word in told if word))[:WORDS]

    norms = np.sqrt(sums.multiply(sums).sum(axis=1))
    norms[norms == 0] = 1
    cosines = (sums[:len(waiting)] @ sums[len(waiting):].T).toarray() / np.outer(norms[:len(waiting)], norms[len(waiting):])
    listings = Counter()
    for row in rows:
        listings[row["shop"], row["native_class"]] += row["listings"]
    found = []
    for n, key in enumerate(waiting):
        best = sorted(range(len(curated)), key=lambda c: (-cosines[n, c], curated[c]))[:SHOWN]
        found.append({"shop": key[0], "native_class": key[1], "listings": listings[key], "suggestions": [
            {"class_name": curated[c], "similarity": round(float(cosines[n, c]), 3), "shared": shared(n, len(waiting) + c)}
            for c in best if cosines[n, c] > 0]})
    return sorted(found, key=lambda one: (-one["listings"], one["shop"], one["native_class"]))
