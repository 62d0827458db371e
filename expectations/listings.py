from great_expectations.expectations.expectation import Expectation


def expectations() -> list[Expectation]:
    """listings, beyond what its declaration says."""
    return []
