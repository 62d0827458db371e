"""What the rows of a crawl must look like; a single unreadable listing is the next table's to reject."""

from __future__ import annotations

from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.patterns import BLANK, SHA256
from expectations.rules import ExpectColumnValuesToSatisfy, ExpectQueryToGiveNoRows


def expectations() -> list[Expectation]:
    """raw_listings, beyond what its declaration says.

    Every expectation judges a row, or a crawl, alone, so that several crawls can be audited together.
    """
    return [
        gxe.ExpectColumnValuesToNotMatchRegex(column="shop", regex=BLANK),
        gxe.ExpectColumnValuesToNotMatchRegex(column="listing_id", regex=BLANK),
        gxe.ExpectColumnValuesToNotMatchRegex(column="url", regex=BLANK),
        ExpectColumnValuesToSatisfy(column="image_url", rule="array_contains(image_urls, image_url)"),
        ExpectColumnValuesToSatisfy(column="image_urls", rule="not exists(image_urls, url -> url is null or url = '')"),
        gxe.ExpectColumnValuesToMatchRegex(column="image_sha256", regex=SHA256),
        ExpectQueryToGiveNoRows(
            description="Few titles of a crawl are blank.",
            unexpected_rows_query="select crawl_id, avg(int(trim(title) = '')) as share from {batch} group by crawl_id having share > 0.05",
        ),
        ExpectQueryToGiveNoRows(
            description="Few listings of a crawl lack a breadcrumb.",
            unexpected_rows_query="select crawl_id, avg(int(size(breadcrumbs) = 0)) as share from {batch} group by crawl_id having share > 0.5",
        ),
        ExpectQueryToGiveNoRows(
            description="A crawl's titles are not one text, such as an error page's.",
            unexpected_rows_query="select crawl_id, count(*) as listings from {batch} where trim(title) <> '' group by crawl_id "
                                  "having listings >= 20 and count(distinct title) = 1",
        ),
        ExpectQueryToGiveNoRows(
            description="A crawl is of one shop.",
            unexpected_rows_query="select crawl_id, count(distinct shop) as shops from {batch} group by crawl_id having shops > 1",
        ),
    ]
