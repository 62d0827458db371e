from great_expectations.expectations.expectation import Expectation

from expectations import products


def expectations() -> list[Expectation]:
    """labelled_products: whatever holds for `products`."""
    return products.expectations()
