"""What a title's words must look like."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.rules import ExpectColumnValuesToSatisfy, ExpectQueryToGiveNoRows


def expectations() -> list[Expectation]:
    """listing_tokens, beyond what its declaration says."""
    return [
        ExpectColumnValuesToSatisfy(column="tokens", rule="not exists(tokens, word -> word is null)"),
        ExpectColumnValuesToSatisfy(column="tokens", rule="not exists(tokens, word -> trim(word) = '')"),
        ExpectColumnValuesToSatisfy(column="tokens", rule=r"not exists(tokens, word -> word rlike '^\\p{P}+$')"),
        ExpectQueryToGiveNoRows(
            description="Most titles give words; if not, the segmenter is broken.",
            unexpected_rows_query="select count(*) as titles, avg(int(size(tokens) = 0)) as share from {batch} having share > 0.5",
        ),
    ]
