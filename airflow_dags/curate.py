"""Curate: turn landed listings into the curated taxonomy and the data set, auditing every table on the way.

Each task is one table: its job writes a batch to staging, Great Expectations audits it, and only then is it published; a refused
batch fails the task with the expectations it did not hold, and leaves the table as it was. Landed tables are audited where they lie:
a crawl that fails is read no further, and stops nothing as long as another one passed. The last task audits what the others recorded:
rejects and the audits' results. Set off by landed listings, and by what people
decide about classes and names. Nobody is waited for: what is undecided keeps a provisional name, or waits unmapped,
and the DAG `decide` asks for it.
"""

from __future__ import annotations

from airflow.sdk import DAG

from airflow_dags.wiring import SETTINGS, asset, built, command
from lakehouse import tables

with DAG("curate", schedule=asset(tables.RAW_LISTINGS) | asset(tables.NAMING_DECISIONS), doc_md=__doc__, **SETTINGS):
    crawl_runs, crawl_pages, raw_images, raw_listings = map(
        built, (tables.CRAWL_RUNS, tables.CRAWL_PAGES, tables.RAW_IMAGES, tables.RAW_LISTINGS))
    listings, listing_tokens, native_sub_classes, sub_class_pairs, alignments = map(
        built, (tables.LISTINGS, tables.LISTING_TOKENS, tables.NATIVE_SUB_CLASSES, tables.SUB_CLASS_PAIRS, tables.ALIGNMENTS))
    taxonomy, label_mapping, products, dataset_statistics = map(
        built, (tables.TAXONOMY, tables.LABEL_MAPPING, tables.PRODUCTS, tables.DATASET_STATISTICS))

    given = {"RUN_ID": "{{ run_id }}"}
    records = command("records", "build", tables.REJECTS.name, tables.QUALITY_RESULTS.name, "--run-id", '"$RUN_ID"', given=given)

    crawl_runs >> crawl_pages >> raw_images >> raw_listings >> listings
    listings >> listing_tokens >> native_sub_classes >> sub_class_pairs >> alignments
    alignments >> taxonomy >> label_mapping >> products >> dataset_statistics >> records
