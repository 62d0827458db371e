"""What people's class map must look like."""

from __future__ import annotations

from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.patterns import BLANK
from expectations.rules import ExpectQueryToGiveNoRows


def expectations() -> list[Expectation]:
    """class_map, beyond what its declaration says."""
    return [
        gxe.ExpectColumnValuesToNotMatchRegex(column="shop", regex=BLANK),
        gxe.ExpectColumnValuesToNotMatchRegex(column="native_class", regex=BLANK),
        gxe.ExpectColumnValuesToBeBetween(column="class_id", min_value=1),
        gxe.ExpectColumnValuesToNotMatchRegex(column="class_name", regex=BLANK),
        gxe.ExpectColumnValuesToNotMatchRegex(column="decided_by", regex=BLANK),
        ExpectQueryToGiveNoRows(
            description="A class id has one name.",
            unexpected_rows_query="select class_id from {batch} group by class_id having count(distinct class_name) > 1",
        ),
        ExpectQueryToGiveNoRows(
            description="A class name has one id.",
            unexpected_rows_query="select class_name from {batch} group by class_name having count(distinct class_id) > 1",
        ),
    ]
