"""Release: the data set as files, in the paper's layout.

Not by itself: a person starts it and says where to (`folder`; `release` under the lake's root by default). The release appears
whole or not at all, and takes the place of an earlier one in the same folder.
"""

from __future__ import annotations

from airflow.sdk import DAG, Param

from airflow_dags.wiring import SETTINGS, command

with DAG(
    "release", schedule=None, doc_md=__doc__, **SETTINGS,
    params={"folder": Param("", type="string", description="Where the data set goes."),
            "options": Param("", type="string", description="Further options of mep3m release, such as --license CC-BY-4.0.")},
):
    release = command("release", "release", '"${FOLDER:-$LAKEHOUSE_ROOT/release}"', "--replace", "$OPTIONS",
                      given={"FOLDER": "{{ params.folder }}", "OPTIONS": "{{ params.options }}"})
