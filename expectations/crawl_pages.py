"""What a crawl's memory must look like, so that a later crawl can trust it."""

from __future__ import annotations

from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.patterns import BLANK, SHA256
from expectations.rules import ExpectColumnValuesToSatisfy


def expectations() -> list[Expectation]:
    """crawl_pages, beyond what its declaration says.

    Every expectation judges a row, or a crawl, alone, so that several crawls can be audited together.
    """
    return [
        gxe.ExpectColumnValuesToNotMatchRegex(column="url", regex=BLANK),
        gxe.ExpectColumnValuesToBeInSet(column="kind", value_set=["sitemap", "category", "product", "image"]),
        gxe.ExpectColumnValuesToBeInSet(column="status", value_set=["seen", "fetched", "unchanged", "failed"]),
        ExpectColumnValuesToSatisfy(column="status", rule="status <> 'failed' or reason is not null"),
        gxe.ExpectColumnValuesToBeBetween(column="http_status", min_value=100, max_value=599),
        gxe.ExpectColumnValuesToNotMatchRegex(column="reason", regex=BLANK),
        gxe.ExpectColumnValuesToMatchRegex(column="image_sha256", regex=SHA256),
    ]
