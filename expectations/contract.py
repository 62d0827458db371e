"""What a table's declaration already says, as expectations: so that no suite repeats it."""

from __future__ import annotations

from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.rules import ExpectTableColumnTypesToEqual
from lakehouse.tables import Table


def expectations(table: Table) -> list[Expectation]:
    """Columns and types exactly as declared, no null where none is allowed, one row a key."""
    unique = (gxe.ExpectColumnValuesToBeUnique(column=table.key[0]) if len(table.key) == 1
              else gxe.ExpectCompoundColumnsToBeUnique(column_list=list(table.key), ignore_row_if="any_value_is_missing"))
    return [
        gxe.ExpectTableColumnsToMatchOrderedList(column_list=list(table.column_names)),
        ExpectTableColumnTypesToEqual(types={column.name: column.type for column in table.columns}),
        *(gxe.ExpectColumnValuesToNotBeNull(column=column.name) for column in table.columns if not column.nullable),
        unique,
    ]
