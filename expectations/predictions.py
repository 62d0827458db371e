from great_expectations.expectations.expectation import Expectation


def expectations() -> list[Expectation]:
    """predictions, beyond what its declaration says."""
    return []
