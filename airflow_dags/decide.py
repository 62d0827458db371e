"""Decide: ask a person for what only a person can decide, as long as it takes, while everything else goes on.

A new taxonomy asks once. The tasks `pending_classes` and `pending_names` print what waits: classes that nobody has mapped, merged
sub-classes without a chosen name. Decide with `mep3m class-map import` and `mep3m names decide`, then answer "Decided"; the decisions are
audited and set off `curate`. Without an answer the question is withdrawn after a week, and nothing has been held up.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.hitl import HITLBranchOperator
from airflow.sdk import DAG

from airflow_dags.wiring import SETTINGS, asset, built, command
from lakehouse import tables

DECIDED, LATER = "Decided: curate again", "Not now"

with DAG("decide", schedule=asset(tables.TAXONOMY), doc_md=__doc__, **SETTINGS):
    classes, names = command("pending_classes", "class-map", "pending"), command("pending_names", "names", "pending")
    people = HITLBranchOperator(
        task_id="people", subject="Classes and names wait for a person", body=__doc__, options=[DECIDED, LATER], defaults=[LATER],
        options_mapping={DECIDED: "class_map", LATER: "later"}, response_timeout=timedelta(days=7))
    class_map, naming_decisions = built(tables.CLASS_MAP), built(tables.NAMING_DECISIONS)
    later = EmptyOperator(task_id="later")

    classes >> names >> people >> [class_map, later]
    class_map >> naming_decisions
