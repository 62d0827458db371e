"""Crawl: read the shops and land what they show.

`LAKEHOUSE_SHOPS` names the file that lists the shops: `[{"shop": "jd", "url": "https://..."}]`; a run's parameter `shops` takes
its place. Crawls that were cut off are gone on with, the other shops are crawled anew. Landed listings set off `curate`, which audits
them before it reads them. One unwell shop keeps no other from that: `crawl` fails where no shop brought listings that its monitors accept, and
`objections` where they found anything wrong with the newest crawl of one of these shops.
"""

from __future__ import annotations

from datetime import UTC, datetime

from airflow.sdk import DAG, Param

from airflow_dags.wiring import SETTINGS, command
from lakehouse import tables

with DAG(
    "crawl", schedule="@daily", start_date=datetime(2026, 1, 1, tzinfo=UTC), doc_md=__doc__, **SETTINGS,
    params={"shops": Param("", type="string", description="A file that lists shops; LAKEHOUSE_SHOPS by default."),
            "options": Param("", type="string", description="Further options of mep3m crawl, such as --allow-address 127.0.0.1.")},
):
    given = {"SHOPS": "{{ params.shops }}", "OPTIONS": "{{ params.options }}"}
    crawl = command("crawl", "crawl", "--resume", "--quiet", "--shops", '"${SHOPS:-$LAKEHOUSE_SHOPS}"', "$OPTIONS", given=given,
                    outlets=(tables.CRAWL_RUNS, tables.RAW_LISTINGS, tables.RAW_IMAGES, tables.CRAWL_PAGES))

    objections = command("objections", "crawl", "--objections", "--shops", '"${SHOPS:-$LAKEHOUSE_SHOPS}"', given=given)

    crawl >> objections
