"""Titles and category names as they are compared: cleaned, then cut into words. On Arrow arrays, so that Spark moves them in bulk."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from lakehouse.errors import LakehouseError

CHARACTERS_MAX = 1000       # longer than any shop's title; MEP-3M's longest are "more than 100"
SEGMENTERS = ("rjieba", "jieba")

# \p{Z} and the controls that mean white space; then every other control, format and private-use character
_WHITE = r"[\t\n\v\f\r\x1c-\x1f\x{85}\p{Z}]+"
_UNSEEN = r"[\p{Cc}\p{Cf}\p{Co}]+"
# jieba and its Rust build disagree on codes such as ARCG045-2 or P_860 and on 23.5CM; on their parts they agree
_DECIMAL = re.compile(r"([0-9]+\.[0-9]+)")
_INSIDE_A_CODE = re.compile(r"[-_]|(?<![0-9])\.|\.(?![0-9])")


class UnknownSegmenter(LakehouseError):
    """No such segmenter."""


def visible(texts: pa.Array) -> pa.Array:
    """Without control and format characters, white space folded to single blanks and trimmed. Null stays null.

    >>> visible(pa.array(["\\u200b家用\\x00电器\\t>  大家电 "])).to_pylist()
    ['家用电器 > 大家电']
    """
    texts = pc.replace_substring_regex(texts, _WHITE, " ")
    texts = pc.replace_substring_regex(texts, _UNSEEN, "")
    return pc.utf8_trim(pc.replace_substring_regex(texts, " +", " "), " ")


def clean(texts: pa.Array) -> pa.Array:
    """Titles in Unicode's NFKC (full-width forms become narrow ones), visible characters only. Null stays null.

    >>> clean(pa.array(["【第２件９．８】　脆甜\\x07苹果 ", "\\x00\\x01"])).to_pylist()
    ['【第2件9.8】 脆甜苹果', '']
    """
    return visible(pc.utf8_normalize(visible(texts), form="NFKC"))


def visible_levels(paths: pa.Array) -> pa.Array:
    """Breadcrumbs with each level made `visible`, empty levels left out. Null gives an empty list.

    >>> visible_levels(pa.array([["食品 ", "", " 水果"], None], pa.list_(pa.string()))).to_pylist()
    [['食品', '水果'], []]
    """
    levels = iter(visible(paths.flatten()).to_pylist())
    lengths = pc.fill_null(pc.list_value_length(paths), 0).to_pylist()
    return pa.array([[level for level in islice(levels, length) if level] for length in lengths], type=pa.list_(pa.string()))


def check_segmenter(name: str) -> None:
    """
    Raises:
        UnknownSegmenter: `name` names none.
    """
    if name not in SEGMENTERS:
        raise UnknownSegmenter(f"{name!r} is no segmenter; choose one of {', '.join(SEGMENTERS)}.")


@cache
def _segmenter(name: str) -> Callable[[str], list[str]]:
    check_segmenter(name)
    if name == "rjieba":
        import rjieba

        return rjieba.cut
    import logging

    import jieba

    jieba.setLogLevel(logging.WARNING)
    return jieba.lcut


@lru_cache(1 << 18)
def is_word(token: str) -> bool:
    """Whether a token holds a letter or a digit of any script; what does not is punctuation.

    >>> [is_word(token) for token in ("苹果", "5", "A", "【", "...", " ", "★")]
    [True, True, True, False, False, False, False]
    """
    return any(character.isalnum() for character in token)


def words(title: str, segmenter: str = "rjieba") -> list[str]:
    """The words of a cleaned title, in order, punctuation left out.

    Raises:
        UnknownSegmenter: `segmenter` names none.
    Source: MEP-3M, section 3.2 and Fig. 3 (titles are cut with jieba).

    >>> words("【包邮】红富士-苹果 9.8元 2.5KG")
    ['包邮', '红富士', '苹果', '9.8', '元', '2.5', 'KG']
    """
    cut = _segmenter(segmenter)
    return [token for token in cut(_INSIDE_A_CODE.sub(" ", _DECIMAL.sub(r" \1 ", title))) if is_word(token)]


def words_of(titles: pa.Array, segmenter: str = "rjieba") -> pa.Array:
    """Titles as lists of words. Null gives an empty list."""
    return pa.array([words(title, segmenter) if title else [] for title in titles.to_pylist()], type=pa.list_(pa.string()))
