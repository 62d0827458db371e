from great_expectations.expectations.expectation import Expectation


def expectations() -> list[Expectation]:
    """products, beyond what its declaration says."""
    return []
