"""What a shop's own sub-class must look like."""

from __future__ import annotations

from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.rules import ExpectColumnValuesToSatisfy


def expectations() -> list[Expectation]:
    """native_sub_classes, beyond what its declaration says."""
    return [
        ExpectColumnValuesToSatisfy(column="native_class", rule="split(native_path, '>')[0] = native_class"),
        ExpectColumnValuesToSatisfy(column="native_sub_class", rule="element_at(split(native_path, '>'), -1) = native_sub_class"),
        gxe.ExpectColumnValuesToBeBetween(column="class_id", min_value=1),
        ExpectColumnValuesToSatisfy(column="class_name", rule="class_id is not null"),
        ExpectColumnValuesToSatisfy(column="class_id", rule="class_name is not null"),
        gxe.ExpectColumnValuesToBeBetween(column="listings", min_value=1),
        gxe.ExpectColumnValuesToBeBetween(column="titles_used", min_value=0),
        ExpectColumnValuesToSatisfy(column="titles_used", rule="titles_used <= listings"),
        gxe.ExpectColumnValuesToBeBetween(column="characters_used", min_value=0, max_value=22_000),
        ExpectColumnValuesToSatisfy(column="term_counts", rule="forall(term_counts, one -> one.count >= 1)"),
        ExpectColumnValuesToSatisfy(column="term_counts", rule="size(array_distinct(term_counts.term)) = size(term_counts)"),
        ExpectColumnValuesToSatisfy(column="term_counts", rule="array_sort(term_counts.term) = term_counts.term"),
    ]
