from great_expectations.expectations.expectation import Expectation


def expectations() -> list[Expectation]:
    """crawl_runs, beyond what its declaration says."""
    return []
