"""Audit a table: a staged batch before it is published, landed rows where they lie."""

from __future__ import annotations

import argparse
import logging
import sys
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from expectations.audit import Finding, audit, rows_of
from lakehouse import arrow, job, settings, spark, tables
from lakehouse.errors import BatchRefused, LakehouseError
from lakehouse.tables import CRAWL_RUNS, QUALITY_RESULTS, Origin, Table

log = logging.getLogger("mep3m.gate")
LANDED = tuple(table for table in tables.ALL if table.origin is Origin.LANDED)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", help="the table's name")
    parser.add_argument("--run-id", default="", help="names the run in quality_results; the batch's own by default")
    args = parser.parse_args(argv)
    try:
        let_through(tables.find(args.table), args.run_id)
    except LakehouseError as error:
        print(f"mep3m: {error}", file=sys.stderr)
        return 1
    return 0


def let_through(table: Table, run_id: str = "") -> None:
    """Audit the table's staged batch and publish it; audit a landed or recorded table where it lies.

    Raises:
        BatchRefused: an expectation does not hold; for landed tables, no crawl is left to go on with.
        MissingTable: no batch is staged.
    """
    started = time.monotonic()
    if table.origin is Origin.LANDED:
        audit_crawls(run_id or uuid.uuid4().hex[:12])
    elif table.origin is Origin.RECORDED:
        audit_in_place(table, run_id or uuid.uuid4().hex[:12])
    else:
        audit_and_publish(table, run_id)
    make_known(table)
    log.info("%s: passed, %.1f s", table.name, time.monotonic() - started)


def make_known(table: Table) -> None:
    """The table in a catalog that is shared."""
    if settings.load().catalog_is_shared and arrow.version(table) is not None:
        spark.register(table)


def audit_and_publish(table: Table, run_id: str = "") -> None:
    """The staged batch into its table, if it passes."""
    batch, rows, lineage = spark.staged(table), arrow.rows_at(spark.staging_location(table)), spark.staged_lineage(table)
    run_id = run_id or lineage.get("run_id") or uuid.uuid4().hex[:12]
    findings = audit(table, batch, rows)
    record(table, findings, run_id)
    if failed := failures(findings):
        raise BatchRefused(f"{table.full_name}: the batch stays in staging and nothing was published, since it does not hold {failed}; "
                           f"{_look(run_id)}.")
    job.publish_rejects(table, lineage)
    published = spark.publish(table, batch, lineage, rows=rows)         # last: who reads its commit may take all as done
    log.info("%s: %d added, %d changed, %d removed", table.name, published.added, published.changed, published.removed)


def audit_in_place(table: Table, run_id: str) -> None:
    """What the frame itself, or an import, recorded, as it stands."""
    batch = spark.read(table).cache()
    try:
        findings = audit(table, batch)
    finally:
        batch.unpersist()
    record(table, findings, run_id)
    if failed := failures(findings):
        raise BatchRefused(f"{table.full_name} does not hold {failed}; {_look(run_id)}.")


def _look(run_id: str) -> str:
    return f"see mep3m sql \"select * from ops.quality_results where run_id = '{run_id}' and not success\""


def audit_crawls(run_id: str) -> None:
    """Every finished crawl that nobody has audited yet: `passed` only if its rows pass in all landed tables.

    A crawl is judged whole, so whichever landed table the gate is called for, all of them are looked at; called for the
    next one it finds nothing left to do. Suites of landed tables judge rows, or crawls one by one, so that the rows of
    several crawls can be audited together: only where something fails are they looked at apart.

    Raises:
        BatchRefused: there is no passed crawl to go on with; a failed one beside passed ones stops nothing.
    """
    for table in LANDED:
        arrow.create(table)
    runs = {row["crawl_id"]: row for row in arrow.read(CRAWL_RUNS).to_pylist()}
    pending = sorted(key for key, row in runs.items() if row["audit"] == "pending" and row["finished_at"] is not None)
    if pending:
        notes = _notes(pending, run_id)
        for crawl_id in pending:
            runs[crawl_id] |= {"audit": "failed" if notes[crawl_id] else "passed",
                               "audit_notes": [*(runs[crawl_id]["audit_notes"] or ()), *notes[crawl_id]]}
            if notes[crawl_id]:
                print(f"mep3m: crawl {crawl_id} failed its audit and is not read further: {'; '.join(notes[crawl_id])}.", file=sys.stderr)
        arrow.upsert(CRAWL_RUNS, arrow.batch(CRAWL_RUNS, [_pairs(runs[crawl_id]) for crawl_id in pending]))
    if any(row["audit"] == "passed" for row in runs.values()):
        return
    finished = any(row["finished_at"] is not None for row in runs.values())
    waiting = "all that finished failed their audit" if finished else "none has finished" if runs else "nothing has landed"
    raise BatchRefused(f"No crawl can be read further: {waiting}; run `mep3m crawl` or `mep3m import`, or see audit_notes in bronze.crawl_runs.")


def _pairs(row: dict) -> dict:
    """A row as it was read, its map as Arrow takes maps back."""
    return row | {"counters": list(dict(row["counters"] or {}).items())}


def _notes(crawls: list[str], run_id: str) -> dict[str, list[str]]:
    """What is wrong with each crawl: all together first, one by one where that fails."""
    found: dict[str, list[str]] = {crawl_id: [] for crawl_id in crawls}
    for table in LANDED:
        together = _audit_landed(table, crawls, run_id if len(crawls) > 1 else crawls[0])
        if not failures(together):
            continue
        for crawl_id in crawls:
            alone = together if len(crawls) == 1 else _audit_landed(table, [crawl_id], crawl_id)
            found[crawl_id] += [f"{table.name} does not hold {one}" for one in alone if not one.success]
    return found


def _audit_landed(table: Table, crawls: list[str], run_id: str) -> list[Finding]:
    from pyspark.sql import functions as F

    batch = spark.read(table).where(F.col("crawl_id").isin(crawls)).cache()
    try:
        findings = audit(table, batch)
    finally:
        batch.unpersist()
    record(table, findings, run_id)
    return findings


def failures(findings: list[Finding]) -> str:
    """The failed expectations in words; empty if there is none."""
    return "; ".join(f"{one} ({one.unexpected} of {one.rows} rows)" for one in findings if not one.success)


def record(table: Table, findings: list[Finding], run_id: str) -> None:
    """Results are kept whatever they say, and before anything is published."""
    arrow.upsert(QUALITY_RESULTS, arrow.batch(QUALITY_RESULTS, rows_of(findings, table, run_id, datetime.now(UTC))))


if __name__ == "__main__":
    sys.exit(main())
