from great_expectations.expectations.expectation import Expectation


def expectations() -> list[Expectation]:
    """naming_decisions, beyond what its declaration says."""
    return []
