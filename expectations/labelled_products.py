"""What a data set that people labelled must look like: as `products`, whose columns it has."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations import products


def expectations() -> list[Expectation]:
    """labelled_products, beyond what its declaration says."""
    return products.expectations()
