"""What a model's labels of a product must look like."""

from __future__ import annotations

from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.patterns import BLANK
from expectations.rules import ExpectColumnValuesToSatisfy


def expectations() -> list[Expectation]:
    """predictions, beyond what its declaration says."""
    return [
        gxe.ExpectColumnValuesToNotMatchRegex(column="product_id", regex=BLANK),
        gxe.ExpectColumnValuesToNotMatchRegex(column="model", regex=BLANK),
        gxe.ExpectColumnValuesToBeBetween(column="version", min_value=1),
        ExpectColumnValuesToSatisfy(column="labels", rule="size(labels) between 1 and 5"),
        ExpectColumnValuesToSatisfy(column="labels", rule="forall(labels, one -> one.probability between 0 and 1)"),
        ExpectColumnValuesToSatisfy(column="labels", rule="labels.probability = reverse(array_sort(labels.probability))"),
        ExpectColumnValuesToSatisfy(column="labels", rule="aggregate(labels.probability, 0D, (sum, one) -> sum + one) <= 1.0001"),
        ExpectColumnValuesToSatisfy(column="labels", rule="size(array_distinct(labels.sub_class_id)) = size(labels)"),
    ]
