"""What the curated tree must look like."""

from __future__ import annotations

from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.patterns import BLANK
from expectations.rules import ExpectColumnValuesToSatisfy, ExpectQueryToGiveNoRows


def expectations() -> list[Expectation]:
    """taxonomy, beyond what its declaration says."""
    return [
        gxe.ExpectColumnValuesToBeInSet(column="level", value_set=[1, 2, 3]),
        gxe.ExpectColumnValuesToBeBetween(column="node_id", min_value=1),
        gxe.ExpectColumnValuesToNotMatchRegex(column="name", regex=BLANK),
        ExpectColumnValuesToSatisfy(column="level", rule="level = 1 or parent_id is not null"),
        ExpectColumnValuesToSatisfy(column="parent_id", rule="level <> 1"),
        ExpectColumnValuesToSatisfy(column="members", rule="level <> 1 or size(members) = 0"),
        ExpectColumnValuesToSatisfy(column="members", rule="level = 1 or retired or size(members) > 0"),
        ExpectColumnValuesToSatisfy(column="members", rule="size(array_distinct(members)) = size(members)"),
        ExpectColumnValuesToSatisfy(column="predecessors", rule="not array_contains(predecessors, node_id)"),
        ExpectQueryToGiveNoRows(
            description="A living node's parent lives, one level up.",
            unexpected_rows_query="select child.level, child.node_id from {batch} child left anti join {batch} parent on not parent.retired "
                                  "and parent.level = child.level - 1 and parent.node_id = child.parent_id "
                                  "where child.level in (2, 3) and child.parent_id is not null and not child.retired",
        ),
        ExpectQueryToGiveNoRows(
            description="Levels 2 and 3 share one sequence of ids, as in the paper.",
            unexpected_rows_query="select node_id from {batch} where level in (2, 3) group by node_id having count(distinct level) > 1",
        ),
        ExpectQueryToGiveNoRows(
            description="A native category is in one living node.",
            unexpected_rows_query="select array(member) as members from (select explode(array_distinct(members)) as member from {batch} "
                                  "where not retired) group by member having count(*) > 1",
        ),
    ]
