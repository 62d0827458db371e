from great_expectations.expectations.expectation import Expectation


def expectations() -> list[Expectation]:
    """rejects, beyond what its declaration says."""
    return []
