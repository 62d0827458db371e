from great_expectations.expectations.expectation import Expectation


def expectations() -> list[Expectation]:
    """quality_results, beyond what its declaration says."""
    return []
