"""What strategy `curated` remembers from one run to the next, as bytes: its reference, profiles and scores, and the code that made them.

What other code wrote is not read: its scores might not be what this code would say.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy import sparse

from spark_jobs.methods.curated_names import Rarity
from spark_jobs.methods.curated_reference import Profiles, Reference
from spark_jobs.methods.curated_score import Known, Scored
from spark_jobs.methods.curated_votes import Space
from spark_jobs.strategies import code


@dataclass(frozen=True)
class Memory:
    known: Known
    digests: np.ndarray     # (categories,) of what each was profiled from

    def forgotten(self) -> Memory:
        return Memory(self.known.forgotten(), np.zeros(0, np.int64))


def changed(sub_classes: pa.Table, memory: Memory | None) -> np.ndarray:
    """Which sub-classes are new or not what they were.

    Args:
        sub_classes: (shop, native_path, digest).
    """
    if memory is None:
        return np.ones(sub_classes.num_rows, bool)
    before = dict(zip(memory.known.keys, memory.digests.tolist(), strict=True))
    now = zip(sub_classes["shop"].to_pylist(), sub_classes["native_path"].to_pylist(), sub_classes["digest"].to_pylist(), strict=True)
    return np.array([before.get((shop, path)) != digest for shop, path, digest in now], dtype=bool)


def written(known: Known, digests: np.ndarray) -> bytes:
    reference, profiles, scored = known.reference, known.profiles, known.scored
    said = {"code": code(), "shops": list(reference.shops), "words": reference.words, "otherwise": reference.rarity.otherwise,
            "sharpness": [space.sharpness for space in (*reference.spaces, reference.pooled)], "features": sorted(scored.features),
            "keys": list(known.keys), "reference_keys": list(reference.keys), "reference_listings": reference.listings}
    arrays = {"said": np.frombuffer(json.dumps(said).encode(), np.uint8), "digests": digests,
              **{name: getattr(reference, name) for name in
                 ("buckets", "rare", "shop_means", "weights", "place", "members", "pooled_weights", "class_of")},
              **{name: getattr(scored, name) for name in ("i", "j", "score", "i_in_j", "j_in_i")}}
    for n, name in enumerate(said["features"]):
        arrays[f"feature{n}"] = scored.features[name]
    for n, (pieces, weights) in enumerate(zip(reference.rarity.pieces, reference.rarity.weights, strict=True)):
        arrays |= {f"pieces{n}": pieces, f"rarity{n}": weights}
    matrices = {"spaces": profiles.spaces, "texts": profiles.texts, "pooled": profiles.pooled,
                **{f"sums{n}": space.sums for n, space in enumerate((*reference.spaces, reference.pooled))}}
    for name, matrix in matrices.items():
        arrays |= {f"{name}.{part}": np.asarray(getattr(matrix, part)) for part in ("data", "indices", "indptr", "shape")}
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def read(data: bytes) -> Memory | None:
    """None where other code wrote it."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        said = json.loads(arrays["said"].tobytes())
        if said["code"] != code():
            return None

        def matrix(name: str) -> sparse.csr_array:
            data, indices, indptr, shape = (arrays[f"{name}.{part}"] for part in ("data", "indices", "indptr", "shape"))
            return sparse.csr_array((data, indices, indptr), shape=tuple(shape.tolist()))

        *spaces, pooled = (Space(matrix(f"sums{n}"), sharpness) for n, sharpness in enumerate(said["sharpness"]))
        cuts = range(sum(name.startswith("pieces") for name in arrays.files))
        rarity = Rarity(tuple(arrays[f"pieces{n}"] for n in cuts), tuple(arrays[f"rarity{n}"] for n in cuts), said["otherwise"])
        reference = Reference(keys=[tuple(key) for key in said["reference_keys"]], listings=said["reference_listings"], shops=said["shops"],
                              words=said["words"], spaces=spaces, pooled=pooled, rarity=rarity, **{name: arrays[name] for name in
                              ("buckets", "rare", "shop_means", "weights", "place", "members", "pooled_weights", "class_of")})
        scored = Scored(*(arrays[name] for name in ("i", "j", "score", "i_in_j", "j_in_i")),
                        {name: arrays[f"feature{n}"] for n, name in enumerate(said["features"])})
        profiles = Profiles(matrix("spaces"), matrix("texts"), matrix("pooled"))
        return Memory(Known([tuple(key) for key in said["keys"]], reference, profiles, scored), arrays["digests"])
