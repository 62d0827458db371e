"""Where a run stands, on disk: whole or not at all, so a kill at any moment leaves the last one to go on from."""

from __future__ import annotations

import io
import json
import logging
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

log = logging.getLogger("mep3m.train")


@dataclass
class Position:
    """Steps done, and what has been measured on the way."""

    epoch: int = 0
    step: int = 0  # of the epoch
    loss_sum: float = 0.0  # of the epoch so far, over its rows
    right: float = 0.0
    rows: float = 0.0
    history: list[dict] = field(default_factory=list)  # one entry an epoch that is over


def save(path: Path, arrays: list[np.ndarray], position: Position) -> bool:
    """The checkpoint in place of the one before. False, with a warning, where it cannot be written; the one before then stays."""
    packed = io.BytesIO()
    np.savez(
        packed,
        position=np.frombuffer(json.dumps(asdict(position)).encode(), np.uint8),
        **{f"a{number:05d}": array for number, array in enumerate(arrays)},
    )
    partial = path.with_suffix(".partial")
    try:
        with partial.open("wb") as file:
            file.write(packed.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        return True
    except OSError as error:
        log.warning(
            "The checkpoint %s could not be written (%s); training goes on, and a restart would begin from the one before. Free some space.",
            path,
            error.strerror or error,
        )
        partial.unlink(missing_ok=True)
        return False


def load(path: Path) -> tuple[list[np.ndarray], Position] | None:
    """The last whole checkpoint; None where there is none, or it is torn."""
    if not path.exists():
        return None
    try:
        with np.load(path) as packed:
            position = Position(**json.loads(packed["position"].tobytes()))
            return [packed[name] for name in sorted(packed.files) if name != "position"], position
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        log.warning("The checkpoint %s is not readable (%s); the run starts from its beginning.", path, error)
        return None
