from great_expectations.expectations.expectation import Expectation


def expectations() -> list[Expectation]:
    """crawl_pages, beyond what its declaration says."""
    return []
