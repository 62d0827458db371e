"""A running `mep3m sample-shops serve`, as a process of its own."""

import json
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest


@contextmanager
def serving(ready_file, *options):
    """The shops of the ready file while the server runs; stopped by SIGTERM, which must end it with 0."""
    command = [sys.executable, "-m", "lakehouse.cli", "sample-shops", "serve", "--port", "0", "--ready-file", str(ready_file), *map(str, options)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        deadline = time.monotonic() + 60
        while not ready_file.exists():
            assert process.poll() is None, process.stdout.read()
            assert time.monotonic() < deadline, "the shops do not listen after a minute"
            time.sleep(0.05)
        yield json.loads(ready_file.read_text())
    finally:
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output
    assert not ready_file.exists()


@pytest.fixture(scope="session")
def shops(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("ready") / "ready.json", "--listings", 1000, "--seed", 5) as lines:
        yield {line["shop"]: line for line in lines}
