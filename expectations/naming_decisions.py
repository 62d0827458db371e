"""What a person's decision must look like."""

from __future__ import annotations

from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.patterns import BLANK
from expectations.rules import ExpectColumnValuesToSatisfy


def expectations() -> list[Expectation]:
    """naming_decisions, beyond what its declaration says."""
    return [
        gxe.ExpectColumnValuesToNotMatchRegex(column="decision_id", regex=BLANK),
        gxe.ExpectColumnValuesToBeInSet(column="kind", value_set=["name", "merge", "separate", "third_level"]),
        ExpectColumnValuesToSatisfy(column="kind", rule="kind <> 'name' or value is not null"),
        ExpectColumnValuesToSatisfy(column="kind", rule="kind = 'name' or other_native_path is not null"),
        ExpectColumnValuesToSatisfy(column="other_native_path", rule="other_shop is not null"),
        ExpectColumnValuesToSatisfy(column="other_shop", rule="struct(other_shop, other_native_path) <> struct(shop, native_path)"),
        gxe.ExpectColumnValuesToNotMatchRegex(column="native_path", regex=BLANK),
        gxe.ExpectColumnValuesToNotMatchRegex(column="value", regex=BLANK),
        gxe.ExpectColumnValuesToNotMatchRegex(column="decided_by", regex=BLANK),
    ]
