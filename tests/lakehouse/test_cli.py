"""The command as a newcomer meets it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lakehouse.cli import COMMANDS


def mep3m(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "lakehouse.cli", *arguments], capture_output=True, text=True, check=False,
                          env={**os.environ, **environment}, timeout=120)


def test_help_lists_every_program_and_imports_none():
    probe = ("import sys; sys.argv = ['mep3m', '--help']\n"
             "from lakehouse.cli import app\n"
             "try: app()\nexcept SystemExit: pass\n"
             "heavy = {'pyspark', 'tensorflow', 'scrapy', 'great_expectations', 'mlflow', 'pandas'} & set(sys.modules)\n"
             "assert not heavy, heavy")
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    for name in COMMANDS:
        assert f"  {name} " in done.stdout


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_program_is_there_and_explains_itself(name):
    import importlib

    import typer

    module, attribute, _ = COMMANDS[name]
    program = typer.main.get_command(getattr(importlib.import_module(module), attribute))
    children = list(getattr(program, "commands", {}).values()) or [program]
    assert all(child.help or child.short_help for child in children)


def test_an_unknown_table_is_one_sentence_and_a_non_zero_exit(lake):
    done = mep3m("tables", "nix")
    assert done.returncode == 1
    assert done.stderr.strip() == "mep3m: No table is called 'nix'; `mep3m tables` lists them."


def test_an_unknown_command_is_named():
    done = mep3m("craw")
    assert done.returncode == 2
    assert "craw" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.medium
def test_tables_shows_rows_of_an_empty_lake(lake):
    done = mep3m("tables", LAKEHOUSE_ROOT=str(lake))
    assert done.returncode == 0
    assert "gold.products" in done.stdout


@pytest.mark.medium
def test_without_java_building_says_what_to_install(lake, tmp_path):
    started = time.monotonic()
    done = mep3m("sql", "select 1", LAKEHOUSE_ROOT=str(lake), JAVA_HOME=str(tmp_path), PATH=f"{Path(sys.executable).parent}:/bin")
    assert done.returncode == 1
    assert "openjdk-17" in done.stderr and "Traceback" not in done.stderr
    assert time.monotonic() - started < 60


@pytest.mark.jvm
def test_a_mistake_in_sql_is_one_sentence(lake):
    done = mep3m("sql", "select nix from gold.products", LAKEHOUSE_ROOT=str(lake))
    assert done.returncode == 1
    assert "gold" in done.stderr.splitlines()[-1] and "Traceback" not in done.stderr


@pytest.mark.medium
@pytest.mark.parametrize(("words", "told"), [
    (("--limit-per-shop", "3", "--image-map", "x.csv"), "--limit-per-shop and --image-map can be given with --listings alone; name a listings file."),
    (("--shops", "x.csv", "--listings", "x.csv"), "--shops and --listings name two sources; give one of them."),
    (("--class-map", "x.csv"), "x.csv is empty; it needs a header line"),
    (("--model", "bilstm", "--model", "bigru"), "No model is called 'bigru'; there are"),
])
def test_what_a_run_cannot_do_is_said_before_it_begins(lake, tmp_path, words, told):
    (tmp_path / "x.csv").touch()
    done = mep3m("run", *(str(tmp_path / word) if word == "x.csv" else word for word in words), LAKEHOUSE_ROOT=str(lake))
    assert done.returncode == 1 and done.stdout == "" and told in done.stderr
    assert list(lake.iterdir()) == []


@pytest.mark.medium
def test_a_run_without_java_crawls_nothing(lake, tmp_path):
    done = mep3m("run", LAKEHOUSE_ROOT=str(lake), JAVA_HOME=str(tmp_path))
    assert done.returncode == 1 and done.stdout == "" and "openjdk-17" in done.stderr
    assert list(lake.iterdir()) == []


@pytest.mark.medium
def test_a_missing_listings_file_stops_before_anything_is_done(lake):
    done = mep3m("run", "--listings", "/nowhere/listings.tsv", LAKEHOUSE_ROOT=str(lake))
    assert done.returncode == 1
    assert "/nowhere/listings.tsv is not there" in done.stderr
