from great_expectations.expectations.expectation import Expectation


def expectations() -> list[Expectation]:
    """label_mapping, beyond what its declaration says."""
    return []
