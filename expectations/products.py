"""What the data set's rows must look like."""

from __future__ import annotations

from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.labels import labels
from expectations.patterns import ABSOLUTE, BLANK
from expectations.rules import ExpectColumnValuesToSatisfy, ExpectQueryToGiveNoRows


def expectations() -> list[Expectation]:
    """products, beyond what its declaration says."""
    return [
        gxe.ExpectColumnValuesToMatchRegex(column="product_id", regex=r"^[0-9a-f]{20,64}$"),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["shop", "listing_id"]),
        *labels(),
        gxe.ExpectColumnValuesToNotMatchRegex(column="img_path", regex=ABSOLUTE),
        ExpectColumnValuesToSatisfy(column="img_path", rule="img_resolution is not null"),
        ExpectColumnValuesToSatisfy(column="img_resolution", rule="img_path is not null"),
        ExpectColumnValuesToSatisfy(column="img_resolution", rule="size(img_resolution) = 3"),
        ExpectColumnValuesToSatisfy(column="img_resolution", rule="forall(img_resolution, side -> side >= 1)"),
        gxe.ExpectColumnValuesToNotMatchRegex(column="title", regex=BLANK),
        gxe.ExpectColumnValuesToBeInSet(column="split", value_set=["train", "test"]),
        ExpectQueryToGiveNoRows(
            description="The split is 8:2, as far as so many draws of a hash can stray (five standard errors).",
            unexpected_rows_query="select count(*) as products, avg(int(split = 'train')) as train from {batch} "
                                  "having abs(train - 0.8) > 5 * sqrt(0.8 * 0.2 / products) + 1 / products",
        ),
    ]
