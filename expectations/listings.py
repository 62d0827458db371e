"""What a cleaned listing must look like."""

from __future__ import annotations

from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.patterns import BLANK, FULL_WIDTH, SHA256, STRAY, UNSEEN
from expectations.rules import ExpectColumnValuesToSatisfy


def expectations() -> list[Expectation]:
    """listings, beyond what its declaration says."""
    return [
        gxe.ExpectColumnValuesToNotMatchRegex(column="listing_id", regex=BLANK),
        gxe.ExpectColumnValueLengthsToBeBetween(column="title", min_value=1, max_value=1_000),
        gxe.ExpectColumnValuesToNotMatchRegex(column="title", regex=UNSEEN),
        gxe.ExpectColumnValuesToNotMatchRegex(column="title", regex=STRAY),
        gxe.ExpectColumnValuesToNotMatchRegex(column="title", regex=FULL_WIDTH),
        gxe.ExpectColumnValuesToNotMatchRegex(column="native_class", regex=BLANK),
        gxe.ExpectColumnValuesToNotMatchRegex(column="native_sub_class", regex=BLANK),
        gxe.ExpectColumnValuesToNotMatchRegex(column="native_subsub_class", regex=BLANK),
        ExpectColumnValuesToSatisfy(column="native_class", rule="split(native_path, '>')[0] = native_class"),
        ExpectColumnValuesToSatisfy(column="native_sub_class", rule="element_at(split(native_path, '>'), -1) = native_sub_class"),
        gxe.ExpectColumnValuesToNotMatchRegex(column="native_path", regex=r">\s*>"),
        gxe.ExpectColumnValuesToMatchRegex(column="image_sha256", regex=SHA256),
    ]
