"""What a scored pair must look like."""

from __future__ import annotations

from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.rules import ExpectColumnValuesToSatisfy


def expectations() -> list[Expectation]:
    """sub_class_pairs, beyond what its declaration says."""
    return [
        ExpectColumnValuesToSatisfy(column="shop_a", rule="shop_a < shop_b or shop_a = shop_b and native_path_a < native_path_b"),

        gxe.ExpectColumnValuesToBeBetween(column="label_similarity", min_value=0, max_value=1),
        ExpectColumnValuesToSatisfy(column="label_similarity", rule="name_a <> name_b or name_a = '' or label_similarity > 0.999999"),
        gxe.ExpectColumnValuesToBeBetween(column="content_similarity", min_value=0, max_value=1),
        gxe.ExpectColumnValuesToBeBetween(column="score", min_value=0, max_value=1),
        gxe.ExpectColumnValuesToBeBetween(column="contained_a_in_b", min_value=0, max_value=1),
        gxe.ExpectColumnValuesToBeBetween(column="contained_b_in_a", min_value=0, max_value=1),
        ExpectColumnValuesToSatisfy(column="features", rule="size(array_distinct(features.name)) = size(features)"),
        ExpectColumnValuesToSatisfy(column="features", rule="not exists(features, one -> one.value is null or isnan(one.value))"),
        gxe.ExpectColumnValuesToBeInSet(column="strategy", value_set=["paper", "curated"]),
    ]
