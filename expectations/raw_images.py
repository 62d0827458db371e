"""What a fetched picture's row must look like."""

from __future__ import annotations

from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.patterns import ABSOLUTE, BLANK, SHA256
from expectations.rules import ExpectColumnValuesToSatisfy


def expectations() -> list[Expectation]:
    """raw_images, beyond what its declaration says.

    Every expectation judges a row, or a crawl, alone, so that several crawls can be audited together.
    """
    return [
        gxe.ExpectColumnValuesToMatchRegex(column="image_sha256", regex=SHA256),
        gxe.ExpectColumnValuesToNotMatchRegex(column="url", regex=BLANK),
        ExpectColumnValuesToSatisfy(column="path", rule="contains(path, image_sha256)"),
        gxe.ExpectColumnValuesToNotMatchRegex(column="path", regex=ABSOLUTE),
        gxe.ExpectColumnValuesToMatchRegex(column="format", regex=r"^[a-z0-9]{2,8}$"),
        gxe.ExpectColumnValuesToBeBetween(column="width", min_value=1, max_value=65_535),
        gxe.ExpectColumnValuesToBeBetween(column="height", min_value=1, max_value=65_535),
        gxe.ExpectColumnValuesToBeBetween(column="channels", min_value=1, max_value=4),
        gxe.ExpectColumnValuesToBeBetween(column="size_bytes", min_value=1),
        gxe.ExpectColumnValuesToBeInSet(column="verdict", value_set=["usable", "animated", "tiny", "placeholder"]),
    ]
