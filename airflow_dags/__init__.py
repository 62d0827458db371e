"""One DAG a file; wiring only."""
