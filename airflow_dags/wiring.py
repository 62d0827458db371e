"""What every DAG file is wired from: an asset for a table, a task for a table or a command. Nothing is run here."""

from __future__ import annotations

import shlex
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import Asset

from lakehouse.tables import Origin, Table

MEP3M = Path(sys.executable).with_name("mep3m")        # the environment's own, whatever the PATH of a worker
SETTINGS: dict[str, Any] = {
    "catchup": False,
    "max_active_runs": 1,           # two runs would stage the same table
    "max_active_tasks": 1,          # a laptop has memory for one driver; on a standing engine this may grow
    "default_args": {"owner": "mep3m", "retries": 1, "retry_delay": timedelta(seconds=30)},
    "tags": ["mep3m"],
}


def asset(table: Table) -> Asset:
    """The table as Airflow sees it: what one DAG brings up to date and another waits for."""
    return Asset(name=table.full_name, uri=f"mep3m://lake/{table.schema}/{table.name}")


def command(task_id: str, *words: str, given: dict[str, str] | None = None, outlets: tuple[Table, ...] = (), **options: Any) -> BashOperator:
    """A `mep3m` command as a task.

    Args:
        words: its arguments, as a shell reads them.
        given: variables for those words, from templates: what a run is given never becomes part of the shell's text.
        outlets: the tables that it brings up to date.
    """
    return BashOperator(task_id=task_id, bash_command=" ".join((shlex.quote(str(MEP3M)), *words)), env=given or {}, append_env=True,
                        outlets=[asset(table) for table in outlets], **options)


def built(table: Table, **options: Any) -> BashOperator:
    """The table's job, its gate, and its publication; for a landed table, its audit, which makes nothing new."""
    return command(table.name, "build", table.name, "--run-id", '"$RUN_ID"', given={"RUN_ID": "{{ run_id }}"},
                   outlets=() if table.origin is Origin.LANDED else (table,), doc_md=table.description, **options)
