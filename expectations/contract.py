"""What a table's declaration already says, as expectations: so that no suite repeats it."""

from __future__ import annotations

from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.rules import ExpectQueryToGiveNoRows, ExpectTableColumnTypesToEqual
from lakehouse.tables import Table


def expectations(table: Table) -> list[Expectation]:
    """Columns and types exactly as declared, no null where none is allowed, one row a key."""
    key = ", ".join(f"`{column}`" for column in table.key)
    whole = " and ".join(f"`{column}` is not null" for column in table.key)
    return [
        gxe.ExpectTableColumnsToMatchOrderedList(column_list=list(table.column_names)),
        ExpectTableColumnTypesToEqual(types={column.name: column.type for column in table.columns}),
        *(gxe.ExpectColumnValuesToNotBeNull(column=column.name) for column in table.columns if not column.nullable),
        ExpectQueryToGiveNoRows(
            description=f"There is one row a key ({', '.join(table.key)}).",
            unexpected_rows_query=f"select {key} from {{batch}} where {whole} group by {key} having count(*) > 1"),
    ]
