"""A run's curves in MLflow while it trains. The run's folder stays the truth: where MLflow does not answer, training goes on without it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from training import runs, tracking
from training.plan import Plan

log = logging.getLogger("mep3m.train")


class Live:
    """The leader's line to MLflow."""

    def __init__(self, asked: Plan):
        self.asked, self._mlflow, self._silent = asked, None, False

    def begin(self) -> None:
        """Show the run before its first epoch is over."""
        self._try(lambda registry, run: registry.update_run(run, status="RUNNING"))
        self._try(lambda registry, _: runs.end_abandoned(registry))

    def epoch(self, history: list[dict]) -> None:
        """Log the epochs that the curves do not show yet."""
        self._try(lambda registry, run: tracking.log_history(registry, run, history))

    def _try(self, say: Callable) -> None:
        if self._silent:
            return
        try:
            self._mlflow = self._mlflow or tracking.client()
            say(self._mlflow, tracking.open_run(self._mlflow, self.asked))
        except Exception as error:  # whatever ails a registry is no reason to stop training; registering says it in full
            self._silent = True  # each try would wait for an answer again
            log.info("MLflow does not show this run while it trains (%s); its curves come with the registered model.", type(error).__name__)
