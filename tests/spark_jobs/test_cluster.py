"""The same jobs on a Spark standalone cluster: a master and two workers on this machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "alignment.py"


@pytest.mark.slow
@pytest.mark.jvm
@pytest.mark.parametrize("strategy", ["paper", "curated"])
def test_two_workers_give_what_one_process_gives(strategy):
    done = subprocess.run([sys.executable, str(BENCHMARK), "--cluster", "--strategy", strategy, "--titles", "10", "--sub-classes", "300"],
                          capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stderr[-2000:]
    got = json.loads(done.stdout.splitlines()[-1])
    assert got["same_result"] and got["alone"]["merged"] == got["cluster_of_two_workers"]["merged"] > 100
