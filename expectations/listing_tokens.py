from great_expectations.expectations.expectation import Expectation


def expectations() -> list[Expectation]:
    """listing_tokens, beyond what its declaration says."""
    return []
