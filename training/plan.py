"""A run as it was asked for: enough to repeat it, written beside everything that it makes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from lakehouse import settings, tables
from lakehouse.errors import LakehouseError
from training import models
from training.models.config import Config
from training.models.linear_ngrams import LinearConfig

FOLDER = "trained"  # under the lake's root


@dataclass(frozen=True)
class Plan:
    """Everything that a run's result follows from, and (`checkpoint_steps`, `hosts_script`, ...) how it is run."""

    model: str
    table: str
    version: int  # of the table
    level: str  # `sub_class` or `path`: what the headline figures are of
    recipe: dict = field(default_factory=dict)  # of training.loop.Recipe
    sizes: dict = field(default_factory=dict)  # of training.models.config.Config, labels and vocabulary left out; or of LinearConfig, but the seed
    pictures_only: bool = False  # fusion models: leave rows without a picture out, in training and in test
    weights: str = ""  # hash of the file that `sizes` names as weights
    processes: int = 1  # each draws dropout for its own part of a batch
    checkpoint_steps: int = 500
    compress: bool = False
    hosts_script: str = ""  # prints the hosts that are there now; makes the run elastic
    least: int = 1  # processes that an elastic run begins and goes on with
    interfaces: str = ""  # of the network between an elastic run's hosts; Horovod finds them where two hosts are there at the start
    parent: str = ""  # MLflow run of the comparison that this run is part of
    challenger: bool = False  # registered as challenger even where there is no champion yet
    code: str = ""  # hash of this package

    @property
    def entry(self) -> models.Entry:
        return find_model(self.model)

    @property
    def name(self) -> str:
        """The same for the same result, so that a run that was killed is found again."""
        how = ("checkpoint_steps", "hosts_script", "least", "interfaces", "parent", "challenger")
        asked = {key: value for key, value in asdict(self).items() if key not in how}
        asked["sizes"] = {key: value for key, value in self.sizes.items() if key != "weights"}  # its hash says what it holds
        return f"{self.model}-{hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:10]}"

    @property
    def folder(self) -> Path:
        return settings.load().path / FOLDER / self.name

    def save(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        write_json(self.folder / "plan.json", asdict(self))

    @classmethod
    def load(cls, folder: Path) -> Plan:
        read = json.loads((folder / "plan.json").read_text("utf-8"))
        return cls(**{name: read[name] for name in (f.name for f in fields(cls)) if name in read})


def write_json(path: Path, value) -> None:
    """The file whole, in place of the one before."""
    partial = path.with_suffix(path.suffix + ".partial")
    partial.write_text(json.dumps(value, ensure_ascii=False, indent=1), "utf-8")
    partial.replace(path)


def find_model(name: str) -> models.Entry:
    """
    Raises:
        LakehouseError: no model is called so.
    """
    if name not in models.ALL:
        raise LakehouseError(f"No model is called {name!r}; there are {', '.join(models.ALL)}.")
    return models.ALL[name]


def find_table(name: str) -> tables.Table:
    """A table that models can be trained on.

    Raises:
        LakehouseError: the table has no title, split and labels.
    """
    table = tables.find(name)
    missing = {"product_id", "title", "img_path", "split", "class_id", "sub_class_id"} - set(table.column_names)
    if missing:
        raise LakehouseError(
            f"{table.full_name} cannot be trained on, since it has no {', '.join(sorted(missing))}; name products or labelled_products."
        )
    return table


def file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def code_hash() -> str:
    """Of every program file of this package: other code may give another model."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for path in sorted(here.rglob("*.py")):
        digest.update(str(path.relative_to(here)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def adaptive(rows: int, batch: int, labels: int) -> tuple[int, int]:
    """Epochs, and epochs between halvings of the rate, for so many training rows and labels.

    The paper halves every 2 epochs of 37,000 steps each. A small table has few steps an epoch, so both stretch until 400 steps are
    made, or two for each label where there are many; never below the paper's own 10 and 2, never above 30 and 6.

    >>> adaptive(2_400_000, 64, 599), adaptive(2_400, 64, 108), adaptive(8_800, 64, 1_836)
    ((10, 2), (11, 2), (27, 5))
    """
    steps = max(1, -(-rows // batch))
    epochs = min(30, max(10, -(-max(400, 2 * labels) // steps)))
    return epochs, epochs // 5


def units(rows: int) -> int:
    """Of an LSTM in each direction: half as many where the table is small, which also halves the time."""
    return 64 if rows < 20_000 else 128


def learning_rate(rows: int) -> float:
    """Of Adam at batch 64: the paper's 1e-3, and three times that where the table is small and steps are few."""
    return 3e-3 if rows < 20_000 else 1e-3


def config(plan: Plan, paths: int, vocabulary: int) -> Config:
    return Config(paths=paths, vocabulary=vocabulary, **plan.sizes)


def linear_config(plan: Plan) -> LinearConfig:
    return LinearConfig(seed=plan.recipe["seed"], **plan.sizes)


def numbers(plan: Plan) -> dict:
    """Every setting that the run was trained with, those that were left at their defaults too."""
    from training.loop import Recipe

    if not plan.entry.in_keras:
        return asdict(linear_config(plan))
    sizes = asdict(config(plan, 0, 0))
    return {**asdict(Recipe(**plan.recipe)), **{name: value for name, value in sizes.items() if name not in ("paths", "vocabulary")}}
