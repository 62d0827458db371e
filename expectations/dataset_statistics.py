from great_expectations.expectations.expectation import Expectation


def expectations() -> list[Expectation]:
    """dataset_statistics, beyond what its declaration says."""
    return []
