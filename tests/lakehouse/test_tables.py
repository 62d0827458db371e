import pytest

from lakehouse import tables
from lakehouse.errors import UnknownTable
from lakehouse.tables import Column, Schema, Table


def test_names_are_unique_across_the_lake():
    names = [table.name for table in tables.ALL]
    assert len(names) == len(set(names))


def test_every_table_is_after_its_sources_in_build_order():
    order = [table.name for table in tables.in_build_order()]
    for table in tables.ALL:
        for source in table.built_from:
            assert order.index(source.name) < order.index(table.name), f"{table.name} before {source.name}"


def test_a_declaration_refuses_a_repeated_column_and_a_key_without_column():
    column = Column("a", "string", "A.")
    with pytest.raises(ValueError, match="repeated columns"):
        Table("t", Schema.SILVER, "T.", (column, column), key=("a",))
    with pytest.raises(ValueError, match="name no column"):
        Table("t", Schema.SILVER, "T.", (column,), key=("b",))


def test_an_unknown_name_says_what_lists_the_known_ones():
    with pytest.raises(UnknownTable, match="mep3m tables"):
        tables.find("lisitngs")


def test_every_declared_type_has_an_arrow_type():
    from lakehouse import arrow

    for table in tables.ALL:
        assert arrow.schema(table).names == list(table.column_names)


def test_a_built_table_can_be_compared_row_by_row():
    """Maps have no equality in Spark, so publish could not tell a changed row."""
    for table in tables.ALL:
        if table.origin is not tables.Origin.LANDED:
            assert not [column.name for column in table.columns if "map<" in column.type], table.name
