"""What a native category's place in the tree must look like."""

from __future__ import annotations

from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.labels import labels
from expectations.patterns import BLANK


def expectations() -> list[Expectation]:
    """label_mapping, beyond what its declaration says."""
    return [
        *labels(),
        gxe.ExpectColumnValuesToNotMatchRegex(column="evidence", regex=BLANK),
        gxe.ExpectColumnValuesToNotMatchRegex(column="decided_by", regex=BLANK),
    ]
