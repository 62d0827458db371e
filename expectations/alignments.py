from great_expectations.expectations.expectation import Expectation


def expectations() -> list[Expectation]:
    """alignments, beyond what its declaration says."""
    return []
