"""Term-frequency features of many texts at once (MEP-3M, Eq. 2), on Arrow arrays."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

CHARACTERS = 22_000         # MEP-3M, section 3.1: "the first 22000 characters", some 450 titles
TYPE = pa.list_(pa.struct([("term", pa.string()), ("count", pa.int32())]))


def lower(texts: pa.Array) -> pa.Array:
    """Lists of words in lower case.

    >>> lower(pa.array([["NIKE", "鞋"], None])).to_pylist()
    [['nike', '鞋'], []]
    """
    lengths = np.asarray(pc.fill_null(pc.list_value_length(texts), 0), dtype=np.int64)
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    return pa.ListArray.from_arrays(offsets, pc.utf8_lower(texts.flatten()))


def count_terms(texts: pa.Array) -> pa.Array:
    """How often each word occurs in each text, by word.

    Args:
        texts: lists of words; null counts as empty.
    Returns:
        list<struct<term, count>>, terms in code point order, as many lists as texts.

    >>> count_terms(pa.array([["苹果", "红", "苹果"], []], pa.list_(pa.string()))).to_pylist()
    [[{'term': '红', 'count': 1}, {'term': '苹果', 'count': 2}], []]
    """
    lengths = np.asarray(pc.fill_null(pc.list_value_length(texts), 0), dtype=np.int64)
    encoded = pc.dictionary_encode(texts.flatten())
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    order = np.asarray(pc.sort_indices(encoded.dictionary))         # UTF-8 bytes sort as code points do
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    vocabulary = max(len(order), 1)
    cells = np.repeat(np.arange(len(lengths)), lengths) * vocabulary + (rank[np.asarray(encoded.indices)] if len(order) else 0)
    cells, counts = np.unique(cells, return_counts=True)
    offsets = np.searchsorted(cells, np.arange(len(lengths) + 1) * vocabulary)
    terms = encoded.dictionary.take(pa.array(order[cells % vocabulary] if len(order) else [], pa.int64()))
    values = pa.StructArray.from_arrays([terms, pa.array(counts, pa.int32())], fields=list(TYPE.value_type))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values).cast(TYPE)
