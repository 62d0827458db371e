"""Starts a run's worker processes: under horovodrun where there are several, alone otherwise; says in one sentence what went wrong."""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from lakehouse.errors import LakehouseError
from training.plan import Plan
from training.world import horovod_installed

log = logging.getLogger("mep3m.train")
FOR_PEOPLE = f"{log.name}: "  # begins the lines of a worker's log that are passed on
ENDING_S = 20  # horovodrun gives its own processes 5 and then kills them
PREFIX = re.compile(r"^\[\d+,(\d+)\]<std(?:out|err)>:|^\[(\d+)\]<std(?:out|err)>:")


def processes(wanted: int | None, *, elastic: bool = False, least: int = 1) -> int:
    """How many processes to start: those wanted, by default one a core, two at most; one where Horovod is not installed.

    Args:
        elastic: they may be on other machines.
        least: processes that an elastic run begins with.
    Raises:
        LakehouseError: none, fewer than the least, or more than two a core, which would only wait for one another.
    """
    cores = len(os.sched_getaffinity(0))
    if wanted is not None and (wanted < 1 or (wanted > 2 * cores and not elastic)):
        raise LakehouseError(f"--np is {wanted}; name {'1 process or more' if wanted < 1 else f'{2 * cores} or fewer, as many as two a core'}.")
    chosen = wanted or min(2, cores)
    if elastic and least > chosen:
        raise LakehouseError(f"--min-np is {least}, which is more than the {chosen} of --np; name {chosen} or fewer.")
    if (elastic or chosen > 1) and not horovod_installed():
        log.warning("Horovod is not installed, so the model is trained in one process; `make setup` installs it.")
        return 1
    return chosen


def command(plan: Plan) -> list[str]:
    """Starts the run's workers; `horovodrun`'s where they are several, or may become so."""
    worker = [sys.executable, "-m", "training.worker", str(plan.folder)]
    if plan.hosts_script and horovod_installed():
        least = str(plan.least)
        several = ["-np", least, "--min-np", least, "--max-np", str(plan.processes), "--host-discovery-script", plan.hosts_script]
        if plan.interfaces:
            several += ["--network-interfaces", plan.interfaces]
    elif plan.processes > 1:
        several = ["-np", str(plan.processes)]
    else:
        return worker
    return [horovodrun(), "--gloo", *several, *worker]


def run(plan: Plan, held: int) -> None:
    """The workers, until they are done; their leader's words are passed on.

    Args:
        held: the open file that `runs.alone` gave.

    Raises:
        LakehouseError: they ended without a model; the reason is the worker's own where it gave one.
    """
    folder = plan.folder
    (folder / "error.txt").unlink(missing_ok=True)
    environment = {
        **os.environ,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "1"),
        "PYTHONUNBUFFERED": "1",
        "PYTHONHASHSEED": "0",
    }
    with (folder / "worker.log").open("wb", buffering=0) as written:
        process = subprocess.Popen(
            command(plan), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=environment, pass_fds=[held]
        )
        try:
            for line in process.stdout:
                with suppress(OSError):  # a full disk costs lines of the log, not the run
                    written.write(line.encode())
                text = PREFIX.sub("", line).rstrip()
                if text.startswith(FOR_PEOPLE):
                    print(text.removeprefix(FOR_PEOPLE), file=sys.stderr, flush=True)
        except BaseException as stop:
            _end(process)
            if not isinstance(stop, Exception):
                print(f"{plan.model} was stopped; the same command goes on with it.", file=sys.stderr)
            raise
        code = process.wait()
    # The report is the last thing that a leader writes; an elastic run that lost a worker ends with an error code all the same.
    if not (folder / "report.json").exists():
        reason = folder / "error.txt"
        if reason.exists():
            raise LakehouseError(reason.read_text("utf-8"))
        raise LakehouseError(
            f"Training {plan.model} ended with {code} before it was done; {folder / 'worker.log'} says why, "
            "and the same command goes on from the last checkpoint."
        )


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(ENDING_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def horovodrun() -> str:
    beside = Path(sys.executable).with_name("horovodrun")
    found = str(beside) if beside.exists() else shutil.which("horovodrun")
    if not found:
        raise LakehouseError("horovodrun is not on the path; `make setup` installs it, and --np 1 does without.")
    return found
