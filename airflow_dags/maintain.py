"""Maintain: keep the lake small.

Once a week small files of what crawls and audits append are put together, and files that no table has needed for a month are deleted.
Versions that a model was trained on, or that today's tables were made from, stay readable, however old they are.
"""

from __future__ import annotations

from airflow.sdk import DAG

from airflow_dags.wiring import SETTINGS, command

with DAG("maintain", schedule="@weekly", doc_md=__doc__, **SETTINGS):
    maintain = command("maintain", "maintain")
