"""A run's folder: one process writes it, and the MLflow run that it shows as is over when that process is."""

from __future__ import annotations

import fcntl
import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lakehouse import settings
from lakehouse.errors import LakehouseError
from training import plan, tracking

log = logging.getLogger("mep3m.train")


class Held(LakehouseError):
    """Another process writes the folder."""


@contextmanager
def alone(folder: Path, what: str) -> Iterator[int]:
    """Holds the folder, so that no two write into it; gives the file that workers hold too, since they may outlive this process.

    Args:
        what: is done there, for the sentence.

    Raises:
        Held: another process holds it.
    """
    lock = folder.with_name(f".{folder.name}.lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Held(f"{what} by another process; wait for it, or end it.") from None
        yield held.fileno()


@contextmanager
def stoppable() -> Iterator[None]:
    """A request to end (SIGTERM, or a terminal that closes) stops what is inside as Ctrl-C does, with time to end workers and runs."""

    def stop(number: int, _) -> None:
        raise SystemExit(128 + number)

    former = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number, handler in former.items():
        if handler != signal.SIG_IGN:  # nohup's
            signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


@contextmanager
def ended(folder: Path) -> Iterator[None]:
    """Whatever stops what is inside, the folder's MLflow run does not stay RUNNING: FAILED after an error, KILLED after a signal."""
    try:
        yield
    except BaseException as error:
        end(folder, "FAILED" if isinstance(error, Exception) else "KILLED")
        raise


def end(folder: Path, status: str) -> None:
    """The folder's MLflow run, if it is RUNNING, as `status`. Where MLflow does not answer, `end_abandoned` does it another time."""
    if _shown(folder):
        try:
            _end(tracking.client(), folder, status)
        except Exception as error:  # whatever ails a registry, the reason why the run is over is worth more
            log.info("MLflow could not be told that %s is over (%s).", folder.name, type(error).__name__)


def end_abandoned(registry) -> None:
    """Mark the runs that show as RUNNING and that nobody works at as KILLED: their process had no time to."""
    from mlflow.exceptions import MlflowException

    for folder in filter(_shown, (settings.load().path / plan.FOLDER).glob("*")):
        with suppress(Held, MlflowException):  # another registry's run is none of this one's
            with alone(folder, folder.name):
                pass  # held no longer than it takes to see that nobody does
            _end(registry, folder, "KILLED")


def _shown(folder: Path) -> bool:
    """Whether MLflow shows the folder's run, which is not registered yet."""
    return (folder / tracking.RUN).exists() and not (folder / "registered.json").exists()


def _end(registry, folder: Path, status: str) -> None:
    run = registry.get_run((folder / tracking.RUN).read_text("utf-8")).info
    if run.status == "RUNNING":
        registry.set_terminated(run.run_id, status)
