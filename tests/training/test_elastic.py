"""Workers come and go; training goes on from the last commit with those who are there."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from lakehouse import arrow, tables
from tests.training.conftest import rows

pytestmark = pytest.mark.slow
EPOCHS, WITHIN_S = 100, 240
# Two names of this machine: Horovod gives up on a whole host when one of its workers dies.
FIRST, SECOND = "localhost:1", "127.0.0.1:1"


@pytest.fixture
def hosts(lake) -> Path:
    """A file that names the hosts of the moment, beside products to train on."""
    pytest.importorskip("horovod", reason="Horovod is not installed")
    arrow.append(tables.PRODUCTS, arrow.batch(tables.PRODUCTS, rows(lake, pictures=False)))
    script = lake / "hosts.sh"
    script.write_text(f"#!/bin/sh\ncat {lake}/hosts.txt\n")
    script.chmod(0o755)
    return lake / "hosts.txt"


@contextmanager
def training(lake: Path) -> Iterator[subprocess.Popen]:
    """An elastic run of up to two processes, which is over within some minutes whatever happens."""
    command = [sys.executable, "-m", "lakehouse.cli", "train", "bilstm", "--np", "2", "--hosts-script", str(lake / "hosts.sh"), "--interfaces", "lo",
               "--epochs", str(EPOCHS), "--units", "8", "--dimensions", "8", "--batch", "16", "--checkpoint-steps", "5"]
    process = subprocess.Popen(command, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}, stderr=subprocess.PIPE, text=True, start_new_session=True)
    late = threading.Timer(WITHIN_S, lambda: os.killpg(process.pid, signal.SIGKILL))
    late.start()
    try:
        yield process
    finally:
        late.cancel()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def ended(process: subprocess.Popen, said: list[str]) -> list[int]:
    """The epochs that were over, in the order in which the leaders said so."""
    said += process.stderr.readlines()
    assert process.wait() == 0, "".join(said)
    return [int(found[1]) for line in said if (found := re.search(rf"epoch (\d+) of {EPOCHS}", line))]


def until(process: subprocess.Popen, words: str) -> list[str]:
    """What is said up to the first line with these words."""
    said = []
    for line in process.stderr:
        said.append(line)
        if words in line:
            break
    return said


def worker(process: subprocess.Popen, rank: int) -> psutil.Process:
    return next(child for child in psutil.Process(process.pid).children(recursive=True)
                if "training.worker" in child.cmdline() and "horovodrun" not in " ".join(child.cmdline()) and child.name().startswith("python")
                and child.environ().get("HOROVOD_RANK") == str(rank))


def report(lake: Path) -> dict:
    return json.loads(next((lake / "trained").glob("bilstm-*/report.json")).read_text())


@pytest.mark.parametrize("rank", [0, 1], ids=["leader", "other"])
def test_a_run_outlives_a_lost_worker_and_goes_on_from_the_last_commit(lake, hosts, rank):
    hosts.write_text(f"{FIRST}\n{SECOND}\n")
    with training(lake) as process:
        said = until(process, f"epoch 4 of {EPOCHS}")
        worker(process, rank).kill()
        over = ended(process, said)
    # One that began again would say the first epochs twice. What was over and not yet committed may be said twice.
    assert over == sorted(over) and set(over) == set(range(1, EPOCHS + 1))
    assert report(lake)["processes"] == 1 and len(report(lake)["history"]) == EPOCHS


def test_a_worker_that_comes_later_joins_in(lake, hosts):
    hosts.write_text(f"{FIRST}\n")
    with training(lake) as process:
        said = until(process, f"epoch 2 of {EPOCHS}")
        hosts.write_text(f"{FIRST}\n{SECOND}\n")
        over = ended(process, said)
    assert over == sorted(over) and set(over) == set(range(1, EPOCHS + 1))
    assert report(lake)["processes"] == 2
