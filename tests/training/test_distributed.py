"""Real processes under horovodrun: equal weights on all, and the same training as one process with the same batch."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from training import launch

pytestmark = pytest.mark.medium

PROGRAM = Path(__file__).with_name("rank_program.py")


def weights(path: Path, network: str = "w") -> list[np.ndarray]:
    with np.load(path) as packed:
        return [packed[name] for name in sorted(packed.files) if name.startswith(network)]


def test_two_processes_end_with_equal_weights_and_the_losses_of_one(tmp_path):
    pytest.importorskip("horovod", reason="Horovod is not installed")
    one = subprocess.Popen([sys.executable, str(PROGRAM), str(tmp_path)], stderr=subprocess.PIPE)
    two = subprocess.run([launch.horovodrun(), "-np", "2", "--gloo", sys.executable, str(PROGRAM), str(tmp_path)], capture_output=True, text=True,
                         check=False)
    assert one.wait() == 0, one.stderr.read()
    assert two.returncode == 0, two.stdout + two.stderr
    first, second = weights(tmp_path / "2-0.npz"), weights(tmp_path / "2-1.npz")
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    np.testing.assert_allclose(np.load(tmp_path / "2-0.npz")["losses"], np.load(tmp_path / "1-0.npz")["losses"], rtol=1e-4)
    for a, b in zip(first, weights(tmp_path / "1-0.npz"), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-3)
    compressed, exact = (np.load(tmp_path / "2-0.npz")[name] for name in ("compressed", "exact"))
    assert (compressed != exact).any(), "gradients crossed uncompressed"
    np.testing.assert_allclose(compressed, exact, rtol=1e-2)
    table = np.load(tmp_path / "2-0.npz")["table"]
    assert table.dtype == np.float32 and (table == np.float32(np.float16(1 / 3) / np.float16(2))).all(), "a table's gradients crossed uncompressed"
    # A clipped norm is that of whole rows, however many processes bring a part of one.
    np.testing.assert_allclose(np.load(tmp_path / "2-0.npz")["clipped"], np.load(tmp_path / "1-0.npz")["clipped"], rtol=1e-4)
    for a, b in zip(weights(tmp_path / "2-0.npz", "b"), weights(tmp_path / "1-0.npz", "b"), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-3)
    # Batch normalisation also keeps statistics, which no gradient moves and each process takes from rows of its own.
    normalised = [weights(tmp_path / f"2-{rank}.npz", "n") for rank in (0, 1)]
    assert all(np.array_equal(a, b) for a, b in zip(*normalised, strict=True))
