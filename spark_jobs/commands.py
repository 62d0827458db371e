"""Programs of the `mep3m` command that this package owns, by the names that lakehouse/cli.py gives them."""

from __future__ import annotations

from spark_jobs.class_map_command import class_map
from spark_jobs.evaluate_command import evaluate
from spark_jobs.names_command import names

__all__ = ["class_map", "evaluate", "names"]     # and review, score


def __getattr__(attribute: str):
    """Programs that bring more than this one needs are imported when they are asked for."""
    from importlib import import_module

    if attribute in ("review", "score"):
        return getattr(import_module(f"spark_jobs.{attribute}_command"), attribute)
    raise AttributeError(attribute)
