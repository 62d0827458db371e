"""What a crawl must look like before anyone reads what it landed."""

from __future__ import annotations

from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.patterns import BLANK
from expectations.rules import ExpectColumnValuesToSatisfy


def expectations() -> list[Expectation]:
    """crawl_runs, beyond what its declaration says.

    Every expectation judges a row, or a crawl, alone, so that several crawls can be audited together.
    """
    return [
        gxe.ExpectColumnValuesToNotMatchRegex(column="crawl_id", regex=BLANK),
        gxe.ExpectColumnValuesToMatchRegex(column="shop", regex=r"(?U)^[\w.\-]{1,64}$"),
        gxe.ExpectColumnValuesToNotMatchRegex(column="source", regex=BLANK),
        ExpectColumnValuesToSatisfy(column="finished_at", rule="finished_at >= started_at"),
        ExpectColumnValuesToSatisfy(column="finish_reason", rule="finished_at is not null"),
        gxe.ExpectColumnValuesToNotBeInSet(column="finish_reason", value_set=["landing_failed", "torn"]),
        gxe.ExpectColumnValuesToBeBetween(column="listings", min_value=0),
        gxe.ExpectColumnValuesToBeBetween(column="images", min_value=0),
        gxe.ExpectColumnValuesToBeBetween(column="rejects", min_value=0),
        gxe.ExpectColumnValuesToBeInSet(column="audit", value_set=["pending", "passed", "failed"]),
        # Monitors that watched the crawl write here what they found: a crawl with a failed monitor is a failed crawl.
        ExpectColumnValuesToSatisfy(column="audit_notes", rule="size(audit_notes) = 0"),
    ]
