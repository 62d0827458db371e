"""A checkpoint is whole or is not there."""

import subprocess
import sys

import numpy as np

from training import checkpoints
from training.checkpoints import Position


def test_arrays_and_position_come_back(tmp_path):
    arrays = [np.arange(6, dtype=np.float32).reshape(2, 3), np.array(4.0), np.array([1, 2], np.uint32)]
    assert checkpoints.save(tmp_path / "c.npz", arrays, Position(epoch=2, step=5, history=[{"epoch": 1, "loss": 0.5}]))
    loaded, position = checkpoints.load(tmp_path / "c.npz")
    assert all((a == b).all() and a.dtype == b.dtype for a, b in zip(loaded, arrays, strict=True))
    assert (position.epoch, position.step, position.history) == (2, 5, [{"epoch": 1, "loss": 0.5}])


def test_a_torn_checkpoint_starts_the_run_anew(tmp_path, caplog):
    checkpoints.save(tmp_path / "c.npz", [np.zeros(1000)], Position())
    torn = (tmp_path / "c.npz").read_bytes()[:500]
    (tmp_path / "c.npz").write_bytes(torn)
    assert checkpoints.load(tmp_path / "c.npz") is None
    assert "is not readable" in caplog.text


def test_a_full_disk_keeps_the_last_checkpoint_and_says_so(tmp_path):
    """The operating system's limit on a file's size ends a write just as a full disk does."""
    program = f"""
import resource, signal, logging, numpy as np
from pathlib import Path
from training import checkpoints
from training.checkpoints import Position
logging.basicConfig(format="%(message)s")
path = Path({str(tmp_path / "c.npz")!r})
assert checkpoints.save(path, [np.zeros(10)], Position(step=1))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
assert not checkpoints.save(path, [np.zeros(100_000)], Position(step=2))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "could not be written (File too large); training goes on" in done.stderr
    assert checkpoints.load(tmp_path / "c.npz")[1].step == 1
    assert [path.name for path in tmp_path.iterdir()] == ["c.npz"]
