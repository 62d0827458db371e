"""What goes wrong in words that a person can act on."""


class LakehouseError(Exception):
    """One sentence: what is wrong, with the offending name or value, and what to do. Printed without a traceback."""


class UnknownTable(LakehouseError):
    """No table is declared under the name."""


class MissingTable(LakehouseError):
    """The table is declared but nothing has been written to it yet."""


class SchemaMismatch(LakehouseError):
    """A batch differs from the table's declaration; the message lists every difference."""


class BatchRefused(LakehouseError):
    """A batch failed its expectations and stays in staging."""
