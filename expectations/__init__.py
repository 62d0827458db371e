"""What every table is held to: one suite a table, and the gate that lets a batch through."""
