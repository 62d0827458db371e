"""A worker is killed in the middle; the other goes on from the last commit and finishes."""

import os
import signal
import subprocess
import sys
import time

import pytest

from lakehouse import arrow, tables
from tests.training.conftest import rows


@pytest.mark.slow
def test_a_run_outlives_a_lost_worker(lake):
    pytest.importorskip("horovod", reason="Horovod is not installed")
    arrow.append(tables.PRODUCTS, arrow.batch(tables.PRODUCTS, rows(lake, pictures=False)))
    hosts = lake / "hosts.sh"
    # Two names of this machine: Horovod gives up on a whole host when one of its workers dies.
    hosts.write_text("#!/bin/sh\necho localhost:1\necho 127.0.0.1:1\n")
    hosts.chmod(0o755)
    command = [sys.executable, "-m", "lakehouse.cli", "train", "bilstm", "--np", "2", "--hosts-script", str(hosts), "--epochs", "40", "--units", "8",
               "--dimensions", "8", "--batch", "16", "--checkpoint-steps", "5"]
    process = subprocess.Popen(command, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        said = []
        for line in process.stderr:
            said.append(line)
            if "epoch 2 of 40" in line:
                break
        os.kill(youngest_worker(process.pid), signal.SIGKILL)
        said += process.stderr.readlines()
        assert process.wait() == 0, "".join(said)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert any("epoch 40 of 40" in line for line in said)
    report = next((lake / "trained").glob("bilstm-*/report.json")).read_text()
    assert '"processes": 1' in report


def youngest_worker(launcher: int) -> int:
    """The process id of the last started training process below the launcher."""
    import psutil

    workers = [child for child in psutil.Process(launcher).children(recursive=True) if "training.worker" in child.cmdline()
               and "horovodrun" not in " ".join(child.cmdline()) and child.name().startswith("python")]
    assert workers
    time.sleep(0.1)
    return max(workers, key=lambda child: (child.create_time(), child.pid)).pid
