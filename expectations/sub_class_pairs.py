from great_expectations.expectations.expectation import Expectation


def expectations() -> list[Expectation]:
    """sub_class_pairs, beyond what its declaration says."""
    return []
