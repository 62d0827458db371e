"""What a decision about a pair must look like."""

from __future__ import annotations

from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.patterns import BLANK
from expectations.rules import ExpectColumnValuesToSatisfy


def expectations() -> list[Expectation]:
    """alignments, beyond what its declaration says."""
    return [
        ExpectColumnValuesToSatisfy(column="shop_a", rule="shop_a < shop_b or shop_a = shop_b and native_path_a < native_path_b"),

        gxe.ExpectColumnValuesToBeInSet(column="relation", value_set=["equivalent", "broader", "narrower", "overlapping", "none"]),
        gxe.ExpectColumnValuesToBeInSet(column="zone", value_set=["merged", "review", "apart"]),
        ExpectColumnValuesToSatisfy(column="zone", rule="zone <> 'merged' or relation <> 'none'"),
        gxe.ExpectColumnValuesToBeBetween(column="confidence", min_value=0, max_value=1),
        gxe.ExpectColumnValuesToBeInSet(column="strategy", value_set=["paper", "curated"]),
        gxe.ExpectColumnValuesToNotMatchRegex(column="decided_by", regex=BLANK),
        gxe.ExpectColumnValuesToNotMatchRegex(column="evidence", regex=BLANK),
    ]
