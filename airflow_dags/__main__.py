"""python -m airflow_dags: print docs/dags.md; `env` prints the variables of this lake's Airflow, `standalone` starts it."""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
from pathlib import Path

from airflow_dags.environment import DAGS, environment


def markdown() -> str:
    """docs/dags.md, whole: what Airflow itself reads from the DAG files."""
    lines = ["# DAGs", "", "Printed from `airflow_dags/` by `make docs`; not edited by hand. How to run them: `airflow_dags/README.md`.", ""]
    for dag in sorted(load().dags.values(), key=lambda dag: dag.dag_id):
        first, _, rest = dag.doc_md.strip().partition("\n")
        lines += [f"## {dag.dag_id}", "", first, *rest.splitlines(), "", "| task | command | after |", "| --- | --- | --- |"]
        for task in dag.topological_sort():
            words = getattr(task, "bash_command", "").split("mep3m ", 1)[-1].replace("|", "\\|")
            after = ", ".join(f"`{name}`" for name in sorted(task.upstream_task_ids)) or "-"
            lines.append(f"| `{task.task_id}` | {f'`mep3m {words}`' if words else task.task_type} | {after} |")
        lines.append("")
    return "\n".join(lines)


def load():
    """The DAGs as Airflow's own parser finds them, without its database."""
    os.environ.setdefault("AIRFLOW_HOME", str(Path(tempfile.gettempdir()) / "mep3m-airflow-home"))
    os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "false"
    os.environ["AIRFLOW__LOGGING__LOGGING_LEVEL"] = "ERROR"         # it logs to where the page is printed
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(dag_folder=str(DAGS), bundle_name="mep3m")


def main(arguments: list[str]) -> None:
    if arguments == ["env"]:
        print("\n".join(f"export {name}={shlex.quote(value)}" for name, value in environment().items()))
    elif arguments == ["standalone"]:
        made = environment()
        Path(made["AIRFLOW_HOME"]).mkdir(parents=True, exist_ok=True)
        os.execve(Path(sys.executable).with_name("airflow"), ["airflow", "standalone"], os.environ | made)
    elif not arguments:
        print(markdown(), end="")
    else:
        sys.exit("python -m airflow_dags [env | standalone]")


if __name__ == "__main__":
    main(sys.argv[1:])
