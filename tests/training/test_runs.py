"""However training ends, MLflow does not show it as running for ever, and what was trained is kept."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from lakehouse import arrow, tables
from tests.training.conftest import rows
from tests.training.test_chain import MEP3M, environment, mep3m
from training import runs

pytestmark = pytest.mark.slow
LONG = ("--batch", "8", "--epochs", "30", "--seed")
WITHIN_S = 60


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> Path:
    """Products without pictures, and a registry."""
    root = tmp_path_factory.mktemp("ended") / "lake"
    root.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAKEHOUSE_ROOT", str(root))
        arrow.append(tables.PRODUCTS, arrow.batch(tables.PRODUCTS, rows(root, pictures=False)))
    done = mep3m(root, "train", "linear_ngrams")
    assert done.returncode == 0, done.stderr
    return root


def shown(lake: Path, **tags: str) -> dict[str, tuple[str, str]]:
    """(status, parent) of the runs with these tags or name, by id."""
    import mlflow

    server = mlflow.MlflowClient(f"sqlite:///{lake}/mlflow.db", f"sqlite:///{lake}/mlflow.db")
    found = server.search_runs([server.get_experiment_by_name("mep3m").experiment_id], " and ".join(f"tags.`{k}` = '{v}'" for k, v in tags.items()))
    return {run.info.run_id: (run.info.status, run.data.tags.get("mlflow.parentRunId", "")) for run in found}


def begun(lake: Path, *words: str) -> psutil.Popen:
    """The command, once its model has written a checkpoint."""
    process = psutil.Popen([*MEP3M, *words], env=environment(lake), stderr=subprocess.PIPE, text=True, start_new_session=True)
    until = time.monotonic() + WITHIN_S
    while not list(lake.glob("trained/bilstm-*/checkpoint.npz")):
        assert process.poll() is None and time.monotonic() < until, process.stderr.read()
        time.sleep(0.05)
    return process


def test_a_comparison_of_which_one_model_fails_keeps_the_others_and_is_gone_on_with(lake, tmp_path):
    page = tmp_path / "results.md"
    command = ("compare", "hashed_ngrams", "linear_ngrams", "--np", "1", "--out", str(page), "--title", "Two")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAKEHOUSE_ROOT", str(lake))
        from training import programs

        folder = programs.plan_for("hashed_ngrams", "products", None, processes=1).folder
    with runs.alone(folder, "This"):
        failed = mep3m(lake, *command)
    assert failed.returncode == 1 and "1 of 2 models could not be trained" in failed.stderr and "| linear_ngrams |" in failed.stdout
    assert not page.exists()
    (before,) = shown(lake, **{"mlflow.runName": "Two"}).items()
    assert before[1] == ("FAILED", "")

    done = mep3m(lake, *command)
    assert done.returncode == 0 and "| hashed_ngrams |" in page.read_text() and "| linear_ngrams |" in page.read_text(), done.stderr
    (parent,) = shown(lake, **{"mlflow.runName": "Two"}).items()
    assert parent == (before[0], ("FINISHED", ""))
    for model in ("hashed_ngrams", "linear_ngrams"):
        assert list(shown(lake, architecture=model).values()) == [("FINISHED", parent[0])]


@pytest.mark.parametrize(("number", "words"), [
    (signal.SIGTERM, ("compare", "bilstm", "--units", "8", "--title", "Stopped", "--np", "2")), (signal.SIGINT, ("train", "bilstm", "--units", "8", "--np", "1"))])
def test_what_is_stopped_ends_its_workers_shows_as_killed_and_goes_on(lake, tmp_path, number, words):
    command = (*words, *LONG, str(int(number)), *(("--out", str(tmp_path / "results.md")) if words[0] == "compare" else ()))
    started = set(shown(lake))
    process = begun(lake, *command)
    family = [process, *process.children(recursive=True)]
    if number == signal.SIGINT:
        os.killpg(process.pid, number)     # as a terminal does
    else:
        process.send_signal(number)
    said = process.communicate()[1]
    assert process.returncode not in (0, None) and "bilstm was stopped; the same command goes on with it" in said and "Traceback" not in said
    assert not psutil.wait_procs(family, timeout=10)[1]
    new = {run: status for run, (status, _) in shown(lake).items() if run not in started}
    assert len(new) == (2 if words[0] == "compare" else 1) and set(new.values()) == {"KILLED"}

    done = mep3m(lake, *command)
    assert done.returncode == 0 and "Going on from epoch" in done.stderr, done.stderr
    assert {run: status for run, (status, _) in shown(lake).items() if run not in started} == dict.fromkeys(new, "FINISHED")


def test_what_was_killed_and_is_not_gone_on_with_is_marked_so_by_the_next_training(lake):
    process = begun(lake, "train", "bilstm", "--units", "8", *LONG, "3", "--np", "1")
    before = {run for run, (status, _) in shown(lake).items() if status == "RUNNING"}
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert len(before) == 1
    done = mep3m(lake, "train", "bilstm", "--units", "8", "--epochs", "1", "--np", "1")
    assert done.returncode == 0, done.stderr
    assert {status for status, _ in shown(lake).values()} == {"FINISHED", "KILLED"} and shown(lake)[before.pop()][0] == "KILLED"
