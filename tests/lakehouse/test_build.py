import pytest
from typer.testing import CliRunner

from lakehouse import build
from lakehouse.errors import LakehouseError

pytestmark = pytest.mark.medium


def run(*words: str):
    return CliRunner().invoke(build.app, list(words), catch_exceptions=False)


def test_what_follows_the_tables_is_their_jobs_not_a_table(lake, monkeypatch):
    seen = []
    monkeypatch.setattr(build, "build", lambda table, run_id, arguments: seen.append((table.name, arguments)))
    run("alignments", "sub_class_pairs", "--strategy", "paper", "--threshold", "0.7")
    assert seen == [(name, ["--strategy", "paper", "--threshold", "0.7"]) for name in ("sub_class_pairs", "alignments")]


def test_options_without_a_table_are_nobodys(lake):
    with pytest.raises(LakehouseError, match="--strategy belongs to some tables' own jobs; name them first"):
        run("--strategy", "paper")


def test_a_table_that_nobody_declared(lake):
    with pytest.raises(LakehouseError, match="No table is called 'paper'"):
        run("paper")


def test_a_whole_build_ends_with_the_audit_of_what_it_recorded(lake, monkeypatch):
    seen = []
    monkeypatch.setattr(build, "build", lambda table, run_id, arguments: seen.append(table.name))
    run()
    assert seen[0] == "crawl_runs" and seen[-2:] == ["rejects", "quality_results"] and "labelled_products" not in seen
