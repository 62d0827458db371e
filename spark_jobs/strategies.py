"""The strategies of alignment, by name, and what can be chosen about them.

A strategy is a module of two functions on DataFrames:

    pairs(native_sub_classes, listings, options, earlier) -> (the columns of sub_class_pairs)
    decide(sub_class_pairs, native_sub_classes, options) -> (the columns of alignments)

With what an earlier run left, only pairs of new or changed sub-classes are scored; the others' scores are carried over.
"""

from __future__ import annotations

import zlib
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from lakehouse.errors import LakehouseError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

MODULES = {"paper": "spark_jobs.methods.paper", "curated": "spark_jobs.methods.curated"}
DEFAULT = "curated"
CALIBRATED = "identical-names"
IDENTICAL_NAMES = ("merge", "criterion")


class UnknownStrategy(LakehouseError):
    """No such strategy."""


@dataclass(frozen=True)
class Options:
    """What strategy `paper` leaves open; the defaults are the paper's."""

    weight: str = "counts"                  # of a term in Eq. 2: counts or presence
    threshold: float | None = 0.75          # of S_content in Eq. 3; None: the mean of the pairs with identical names
    identical_names_merge: bool = True      # whatever their S_content (Table 3, the fifth example)
    shortest_term: int = 2                  # in characters, of Eq. 2: the package that the paper used counts no word of one


@dataclass(frozen=True)
class Earlier:
    """What the run before left."""

    pairs: DataFrame | None = None                  # the table as it stands
    native_sub_classes: DataFrame | None = None     # as they were when it was scored
    memory: Callable[[], bytes | None] = lambda: None       # what the strategy asked to be remembered
    remember: Callable[[bytes], None] = lambda _: None
    anew: bool = False      # nothing is carried over; what was remembered may still be what is measured against


@cache
def code() -> str:
    """A sum over the modules that scores are made by."""
    folder = Path(__file__).parent / "methods"
    return f"{zlib.crc32(b''.join(path.read_bytes() for path in sorted(folder.glob('*.py')))):08x}"


def find(name: str) -> ModuleType:
    """The module of the strategy called `name`.

    Raises:
        UnknownStrategy: there is none.
    """
    if name not in MODULES:
        raise UnknownStrategy(f"{name!r} is no strategy; choose one of {', '.join(MODULES)}.")
    return import_module(MODULES[name])


def add_arguments(parser: ArgumentParser) -> None:
    """The options of both jobs that a strategy has a part in, so that one command line serves both."""
    parser.add_argument("--strategy", default=None, help=f"{' or '.join(MODULES)} ({DEFAULT} by default)")
    parser.add_argument("--weight", default="counts", help="of a term in S_content: counts (default) or presence")
    parser.add_argument("--threshold", default="0.75", help=f"of S_content: a number, or {CALIBRATED} for the mean of the pairs with identical names")
    parser.add_argument("--identical-names", choices=IDENTICAL_NAMES, default=IDENTICAL_NAMES[0],
                        help="merge: identical names are merged whatever their S_content; criterion: Eq. 3 holds for them too")
    parser.add_argument("--shortest-term", type=int, default=2, metavar="N",
                        help="of S_content, in characters: 2 (default) as the package that the paper used, 1 for every word")
    parser.add_argument("--new-reference", action="store_true",
                        help="for `curated`: make the reference that profiles are measured against from the listings of now, and score anew")


def options(args: Namespace) -> Options:
    return chosen(args.weight, args.threshold, args.identical_names, args.shortest_term)


def chosen(weight: str, threshold: str, identical_names: str, shortest_term: int) -> Options:
    """Options as a command line has them.

    Raises:
        LakehouseError: the threshold is neither a number from 0 to 1 nor the word for calibration, or identical names are neither merged nor judged.
    """
    if identical_names not in IDENTICAL_NAMES:
        raise LakehouseError(f"--identical-names is {identical_names!r}; give {' or '.join(IDENTICAL_NAMES)}.")
    try:
        number = None if threshold == CALIBRATED else float(threshold)
    except ValueError:
        number = -1.0
    if number is not None and not 0 <= number <= 1:
        raise LakehouseError(f"--threshold is {threshold!r}; give a number from 0 to 1, or {CALIBRATED}.")
    return Options(weight, number, identical_names == IDENTICAL_NAMES[0], shortest_term)
