"""Which version is champion: a challenger takes the alias only when it is better beyond chance on the same test rows."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from lakehouse import arrow, settings
from lakehouse.errors import LakehouseError
from lakehouse.registry import CHAMPION
from training import data, metrics, plan
from training.data import read_bytes
from training.served.tree import LEVELS
from training.tracking import CHALLENGER, client

FORMER = "former_champions"  # tag of the registered model: versions, newest last
ROWS_AT_ONCE = 1024


@dataclass(frozen=True)
class Comparison:
    """Two versions' right answers on the same rows."""

    champion: int
    challenger: int
    rows: int
    champion_top1: float
    challenger_top1: float
    difference: float  # challenger less champion
    low: float  # of its 95 % bootstrap interval
    high: float

    @property
    def better(self) -> bool:
        return self.low > 0

    def sentence(self) -> str:
        figures = (
            f"top-1 {self.challenger_top1:.4f} against {self.champion_top1:.4f} on the same {self.rows:,} test products: "
            f"{self.difference:+.4f}, 95 % interval {self.low:+.4f} to {self.high:+.4f}"
        )
        if self.better:
            return f"Version {self.challenger} is champion now, in place of version {self.champion}: {figures}."
        return f"Version {self.champion} stays champion; version {self.challenger} is not better beyond chance: {figures}."


@dataclass(frozen=True)
class Question:
    """What the models of a table are asked, and what makes two labels the same."""

    level: str
    identity: str  # `id` or `name`

    @property
    def parts(self) -> list[str]:
        return [f"{part}_{self.identity}" for part in LEVELS[: {"sub_class": 2, "path": 3}[self.level]]]


def question_of(table: str) -> Question:
    """Ids of products are never used again, while people may change a name; those of a file's labels are numbered anew by each import."""
    return Question("sub_class", "id") if table == "products" else Question("path", "name")


def right_answers(name: str, version: int, test: data.Examples, asked: Question) -> np.ndarray:
    """(n,) bool: whether the version's best label is the row's.

    Raises:
        LakehouseError: the version cannot be loaded.
    """
    import mlflow
    import pandas as pd

    try:
        model = mlflow.pyfunc.load_model(f"models:/{name}/{version}")
    except Exception as error:
        raise LakehouseError(f"{name} version {version} cannot be loaded: {type(error).__name__}: {str(error).splitlines()[0][:200]}") from None
    root, found = settings.load().path, []
    for start in range(0, len(test), ROWS_AT_ONCE):
        titles, images = (column.slice(start, ROWS_AT_ONCE).to_pylist() for column in (test.titles, test.images))
        answers = model.predict(
            pd.DataFrame({"title": titles, "image": [read_bytes(root, path) or b"" for path in images]}), params={"k": 1, "level": asked.level}
        )
        found += [[row[0].get(part) for part in asked.parts] for row in answers["labels"]]
    labels = [[label[part] for part in asked.parts] for label in test.labels.labels]
    return np.array([answer == labels[truth] for answer, truth in zip(found, test.truth, strict=True)])


def contest(name: str, challenger: str | None = None, *, table: str = "products", version: int | None = None) -> Comparison:
    """Champion and challenger on the test split of one table version; the alias moves if the challenger is better.

    Args:
        challenger: a version; by default the one that bears the alias `challenger`.

    Raises:
        LakehouseError: there is no champion, or no challenger but the champion itself.
    """
    registry = client()
    aliases = _aliases(registry, name)
    if CHAMPION not in aliases:
        raise LakehouseError(f"{name} has no champion yet; `mep3m train bilstm` registers the first.")
    old, new = int(aliases[CHAMPION]), challenger or aliases.get(CHALLENGER)
    if new is None or new == str(old):
        raise LakehouseError(f"{name} has no challenger besides its champion, version {old}; train another model first, or name a --challenger.")
    known = [str(found.version) for found in registry.search_model_versions(f"name='{name}'")]
    if new not in known:
        raise LakehouseError(f"{name} has no version {new}; there are {', '.join(sorted(known, key=int))}.")
    declared = plan.find_table(table)
    test = data.read(declared, arrow.pinned(declared, version))["test"]
    champion_right, challenger_right = (right_answers(name, number, test, question_of(declared.name)) for number in (old, int(new)))
    difference, low, high = metrics.bootstrap(challenger_right, champion_right)
    found = Comparison(old, int(new), len(test), float(champion_right.mean()), float(challenger_right.mean()), difference, low, high)
    if found.better:
        former = json.loads(registry.get_registered_model(name).tags.get(FORMER, "[]"))
        # First what must not be lost: ended between the two, the old one is champion still, and `rollback` passes it over.
        registry.set_registered_model_tag(name, FORMER, json.dumps([*former, old]))
        registry.set_registered_model_alias(name, CHAMPION, str(new))
    return found


@dataclass(frozen=True)
class Rollback:
    """What was champion, what is champion again, and the former champions between them that were deleted."""

    name: str
    gone: int | None  # None where the champion was deleted
    back: int
    deleted: list[int]

    def sentence(self) -> str:
        passed = f" Passed over, since deleted: version {', '.join(map(str, self.deleted))}." if self.deleted else ""
        instead = f", in place of version {self.gone}" if self.gone is not None else ""
        return f"Version {self.back} of {self.name} is champion again{instead}.{passed}"


def rollback(name: str) -> Rollback:
    """The newest former champion that still exists is champion again.

    The present one may be the last of the former ones, where `contest` or this function was ended between its two calls of the registry.

    Raises:
        LakehouseError: there was none before, or none is left.
    """
    registry = client()
    champion = _aliases(registry, name).get(CHAMPION)
    former = json.loads(registry.get_registered_model(name).tags.get(FORMER, "[]"))
    there = {int(found.version) for found in registry.search_model_versions(f"name='{name}'")}
    earlier = [version for version in dict.fromkeys(reversed(former)) if str(version) != champion]
    back = next((version for version in earlier if version in there), None)
    if back is None:
        deleted = f" that was not deleted ({', '.join(map(str, earlier))})" if earlier else ""
        raise LakehouseError(f"{name} has had no champion before the present one{deleted}; there is nothing to go back to.")
    registry.set_registered_model_alias(name, CHAMPION, str(back))
    registry.set_registered_model_tag(name, FORMER, json.dumps(former[: len(former) - 1 - former[::-1].index(back)]))
    return Rollback(name, int(champion) if champion else None, back, earlier[: earlier.index(back)])


def _aliases(registry, name: str) -> dict[str, str]:
    from mlflow.exceptions import MlflowException

    try:
        # A database gives versions as numbers, a server as text.
        return {alias: str(version) for alias, version in registry.get_registered_model(name).aliases.items()}
    except MlflowException:
        raise LakehouseError(f"No model {name!r} is registered; `mep3m train bilstm` registers the first.") from None
