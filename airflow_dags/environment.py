"""The Airflow of a lake: its home under the lake's root, its DAGs those of this folder. Everything else is Airflow's own default."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from lakehouse import settings

DAGS = Path(__file__).resolve().parent


def environment(given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that `airflow` needs; those already given stand."""
    root = settings.load().path
    port = given.get("AIRFLOW__API__PORT", "8080")
    ours = {
        "LAKEHOUSE_ROOT": str(root),                                    # tasks run in folders of their own
        "AIRFLOW_HOME": str(root / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "true",        # no password: the server listens on loopback alone
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": port,
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",           # where tasks report to, too: it must follow the port
        "AIRFLOW__API__WORKERS": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{given.get('PATH', os.defpath)}",
    }
    return ours | {name: given[name] for name in ours if name in given and name not in ("PATH", "LAKEHOUSE_ROOT")}
