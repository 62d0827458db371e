"""The gate: nothing that fails its audit is ever visible, and everything that was found is on record."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from expectations import gate
from lakehouse import arrow, tables
from lakehouse import spark as engine
from tests.expectations.rows import FIXTURES
from tests.expectations.test_suites import frame

pytestmark = pytest.mark.jvm
PREDICTIONS, CLASS_MAP = tables.PREDICTIONS, tables.CLASS_MAP


def stage(table: tables.Table, rows: list[dict], run_id: str) -> None:
    engine.stage(table, frame(table, rows), {"run_id": run_id, "inputs": {}})


def results(**wanted) -> list[dict]:
    return [row for row in arrow.read(tables.QUALITY_RESULTS).to_pylist() if all(row[name] == value for name, value in wanted.items())]


def good(name: str) -> list[dict]:
    return FIXTURES[name].good_rows


def test_a_good_batch_is_published_with_where_it_came_from_and_every_result_on_record(spark):
    stage(CLASS_MAP, good("class_map"), "first")
    assert gate.main(["class_map"]) == 0
    assert arrow.read(CLASS_MAP).num_rows == 2
    recorded = results(table="class_map", run_id="first")
    assert len(recorded) == len({(row["expectation"], row["column"], row["details"]) for row in recorded}) > 10
    assert all(row["success"] and row["rows"] == 2 and row["unexpected"] == 0 for row in recorded)
    assert arrow.last_commit(arrow.location(CLASS_MAP)) == {"run_id": "first", "inputs": {}}


def test_a_spoilt_batch_stays_in_staging_with_its_reasons(spark, capsys):
    stage(CLASS_MAP, good("class_map"), "first")
    gate.main(["class_map"])
    before = arrow.version(CLASS_MAP)
    stage(CLASS_MAP, [*good("class_map"), FIXTURES["class_map"].row(9) | {"decided_by": " "}], "second")
    assert gate.main(["class_map", "--run-id", "another"]) == 1
    assert arrow.version(CLASS_MAP) == before
    assert engine.staged(CLASS_MAP).count() == 3
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1 and "silver.class_map" in said and "expect_column_values_to_not_match_regex(decided_by" in said
    (failed,) = results(run_id="another", success=False)
    assert (failed["column"], failed["rows"], failed["unexpected"]) == ("decided_by", 3, 1)
    assert json.loads(failed["details"])["examples"] == [" "]


def test_a_first_batch_that_is_spoilt_leaves_no_table(spark):
    stage(PREDICTIONS, FIXTURES["predictions"].rows({"labels": []}, 1), "first")
    assert gate.main(["predictions"]) == 1
    assert arrow.version(PREDICTIONS) is None


def test_the_same_batch_audited_again_adds_nothing(spark):
    stage(CLASS_MAP, good("class_map"), "first")
    gate.main(["class_map"])
    version, recorded = arrow.version(CLASS_MAP), len(results())
    assert gate.main(["class_map"]) == 0
    assert (arrow.version(CLASS_MAP), len(results())) == (version, recorded)


def land(crawls: list[dict], listings: list[dict]) -> None:
    for table, rows in ((tables.CRAWL_RUNS, crawls), (tables.RAW_LISTINGS, listings)):
        as_arrow = [{name: list(value.items()) if isinstance(value, dict) else value for name, value in row.items()} for row in rows]
        arrow.upsert(table, arrow.batch(table, as_arrow))


def crawl(crawl_id: str, **changes) -> dict:
    return FIXTURES["crawl_runs"].row(1) | {"crawl_id": crawl_id} | changes


def listing(n: int, crawl_id: str, **changes) -> dict:
    return FIXTURES["raw_listings"].row(n) | {"crawl_id": crawl_id} | changes


def audits() -> dict[str, tuple[str, list[str]]]:
    return {row["crawl_id"]: (row["audit"], row["audit_notes"]) for row in arrow.read(tables.CRAWL_RUNS).to_pylist()}


def test_a_crawl_passes_only_if_its_rows_pass_in_every_landed_table(spark, capsys):
    land([crawl("good"), crawl("odd"), crawl("running", finished_at=None, finish_reason=None), crawl("noticed", audit_notes=["Few pictures."])],
         [listing(1, "good"), listing(2, "odd"), listing(3, "odd", image_sha256="none"), listing(4, "running", image_sha256="none")])
    assert gate.main(["raw_listings", "--run-id", "r"]) == 0
    found = audits()
    assert found["good"] == ("passed", [])
    assert found["running"] == ("pending", [])
    assert found["odd"][0] == "failed" and "raw_listings" in found["odd"][1][0] and "image_sha256" in found["odd"][1][0]
    assert found["noticed"][0] == "failed" and found["noticed"][1][0] == "Few pictures."
    assert "crawl odd failed its audit" in capsys.readouterr().err
    assert {row["success"] for row in results(run_id="odd", table="raw_listings")} == {True, False}
    assert dict(next(row["counters"] for row in arrow.read(tables.CRAWL_RUNS).to_pylist())) == {"read": 11}


def test_an_audit_is_done_once_whichever_table_it_is_asked_for(spark):
    land([crawl("good")], [listing(1, "good")])
    for table in gate.LANDED:
        assert gate.main([table.name]) == 0
    version, recorded = arrow.version(tables.CRAWL_RUNS), len(results())
    assert gate.main(["crawl_runs"]) == 0
    assert (arrow.version(tables.CRAWL_RUNS), len(results())) == (version, recorded)
    land([crawl("later")], [listing(1, "later")])
    assert gate.main(["crawl_pages"]) == 0
    assert {audit for audit, _ in audits().values()} == {"passed"}


@pytest.mark.parametrize(("crawls", "says"), [
    ([], "nothing has landed"),
    ([crawl("a", finished_at=None, finish_reason=None)], "none has finished"),
    ([crawl("a", finish_reason="landing_failed")], "all that finished failed their audit"),
])
def test_without_a_passed_crawl_it_says_so_and_what_to_do(spark, capsys, crawls, says):
    if crawls:
        land(crawls, [])
    assert gate.main(["crawl_runs"]) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert says in said and "mep3m crawl" in said


def test_what_the_frame_records_is_audited_where_it_lies(spark):
    arrow.upsert(tables.REJECTS, arrow.batch(tables.REJECTS, good("rejects")))
    assert gate.main(["rejects", "--run-id", "r"]) == 0
    assert gate.main(["quality_results", "--run-id", "r"]) == 0
    arrow.upsert(tables.REJECTS, arrow.batch(tables.REJECTS, [FIXTURES["rejects"].row(7) | {"reason": ""}]))
    assert gate.main(["rejects", "--run-id", "s"]) == 1
    assert [row["column"] for row in results(run_id="s", success=False)] == ["reason"]


def test_results_tell_when_they_were_found(spark):
    before = datetime.now(UTC)
    stage(CLASS_MAP, good("class_map"), "first")
    gate.main(["class_map"])
    assert before <= results()[0]["checked_at"] <= datetime.now(UTC)


def test_without_a_staged_batch_it_says_so(spark, capsys):
    assert gate.main(["class_map"]) == 1
    assert capsys.readouterr().err == "mep3m: No batch of class_map is staged; run `mep3m build class_map`.\n"
