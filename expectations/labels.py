"""What a place in the curated tree must look like, in whichever table it stands."""

from __future__ import annotations

from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.patterns import BLANK
from expectations.rules import ExpectColumnValuesToSatisfy, ExpectQueryToGiveNoRows


def labels() -> list[Expectation]:
    """Of class, sub-class and third level: (class_id, class_name, sub_class_id, sub_class_name, subsub_class_id, subsub_class_name)."""
    return [
        gxe.ExpectColumnValuesToBeBetween(column="class_id", min_value=1),
        gxe.ExpectColumnValuesToNotMatchRegex(column="class_name", regex=BLANK),
        gxe.ExpectColumnValuesToBeBetween(column="sub_class_id", min_value=1),
        gxe.ExpectColumnValuesToNotMatchRegex(column="sub_class_name", regex=BLANK),
        ExpectColumnValuesToSatisfy(column="subsub_class_id", rule="subsub_class_name is not null"),
        ExpectColumnValuesToSatisfy(column="subsub_class_name", rule="subsub_class_id is not null"),
        ExpectColumnValuesToSatisfy(column="subsub_class_id", rule="subsub_class_id <> sub_class_id"),
        ExpectQueryToGiveNoRows(
            description="A sub-class lies in one class and has one name.",
            unexpected_rows_query="select sub_class_id from {batch} group by sub_class_id "
                                  "having count(distinct class_id, sub_class_name) > 1",
        ),
        ExpectQueryToGiveNoRows(
            description="A class id has one name.",
            unexpected_rows_query="select class_id from {batch} group by class_id having count(distinct class_name) > 1",
        ),
    ]
