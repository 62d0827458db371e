"""What the commands do, step by step, without a command line."""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import shutil
import sys
from dataclasses import fields
from pathlib import Path

from rich.console import Console

from lakehouse import arrow
from lakehouse.errors import LakehouseError
from training import launch, models, plan, runs, tracking
from training.models.config import Config
from training.models.linear_ngrams import LinearConfig
from training.models.towers import TOWERS
from training.plan import Plan

log = logging.getLogger("mep3m.train")
ABOVE_0 = (sys.float_info.min, sys.float_info.max, "above 0")
RANGES = {  # of the numbers that may be 0 or have an upper end: the least, the greatest, in words
    "seed": (0, 2**32 - 1, "a whole number from 0 to 4294967295"),
    "warmup": (0, sys.float_info.max, "0 or more"),
    "level_weight": (0, sys.float_info.max, "0 or more"),
    "gradient_norm": (0, sys.float_info.max, "0 or more"),
    "smoothing": (0, 0.99, "from 0 to 0.99"),
    "dropout": (0, 0.99, "from 0 to 0.99"),
    "word_dropout": (0, 0.99, "from 0 to 0.99"),
    "deep_dropout": (0, 0.99, "from 0 to 0.99"),
    "shift": (0, 0.5, "from 0 to 0.5"),
    "beta_1": (0, 0.999999, "from 0 to 0.999999"),
    "beta_2": (0, 0.999999, "from 0 to 0.999999"),
    "decay": (sys.float_info.min, 1, "above 0, and 1 at most"),
    "buckets": (2, 2**31 - 1, "a whole number from 2 to 2147483647"),
}


def has_gpu() -> bool:
    """Whether TensorFlow would find one, told without importing it."""
    return Path("/dev/nvidia0").exists() and importlib.util.find_spec("nvidia") is not None


def plan_for(
    model: str,
    table: str,
    version: int | None,
    *,
    level: str | None = None,
    pictures_only: bool = False,
    processes: int | None = None,
    compress: bool = False,
    parent: str = "",
    challenger: bool = False,
    hosts_script: str = "",
    least: int = 1,
    interfaces: str = "",
    checkpoint_steps: int = 500,
    recipe: dict | None = None,
    sizes: dict | None = None,
) -> Plan:
    """The run that was asked for, what was left open filled in from the data's size and the machine.

    Raises:
        LakehouseError: a name or number is none that can be trained with.
    """
    import pyarrow.dataset as ds

    entry, found = plan.find_model(model), plan.find_table(table)
    pinned = arrow.pinned(found, version)
    if level not in (None, "sub_class", "path"):
        raise LakehouseError(f"--level is {level!r}; it is sub_class or path.")
    recipe = {name: value for name, value in (recipe or {}).items() if value is not None}
    sizes = {name: value for name, value in (sizes or {}).items() if value is not None}
    recipe = {"batch": 64, "seed": 7} | recipe
    for name, value in {**recipe, **sizes, "checkpoint_steps": checkpoint_steps, "min_np": least}.items():
        low, high, what = RANGES.get(name, ABOVE_0)
        if isinstance(value, int | float) and not low <= value <= high:
            raise LakehouseError(f"--{name.replace('_', '-')} is {value}; it must be {what}.")
    if sizes.get("tower", "small") not in TOWERS:
        raise LakehouseError(f"No image tower is called {sizes['tower']!r}; there are {', '.join(TOWERS)}.")
    if (weights := sizes.get("weights")) and not Path(weights).is_file():
        raise LakehouseError(f"--weights is {weights}, which is no file; name a file of Keras weights of the image tower.")
    if recipe.get("scaling", "sqrt") not in ("sqrt", "linear", "none"):
        raise LakehouseError(f"--scaling is {recipe['scaling']!r}; it is sqrt, linear or none.")
    if hosts_script and not os.access(hosts_script, os.X_OK):
        raise LakehouseError(f"--hosts-script is {hosts_script}, which is no program that can be run; name one that prints host:slots, one a line.")
    wanted = ds.field("split") == "train"
    if pictures_only or not entry.reads_titles:
        wanted &= ds.field("img_path").is_valid()
    training_rows = arrow.dataset(found, at=pinned).to_table(["sub_class_id", "subsub_class_id"], filter=wanted)
    rows, labels = len(training_rows), len(training_rows.group_by(training_rows.column_names).aggregate([]))
    asked_epochs = recipe.get("epochs")
    epochs, halve = plan.adaptive(rows, recipe["batch"], labels)
    epochs = recipe.get("epochs", epochs)
    asked_sizes = sizes
    sizes = {"image_size": 220 if has_gpu() else 64, "tower": "vgg19" if has_gpu() else "small", "units": plan.units(rows)} | sizes
    network = models.ALL.get(sizes["tower"], entry) if entry.takes_a_tower else entry  # that a picture must suit, and the rate
    recipe = (
        {"learning_rate": plan.learning_rate(rows)}
        | network.defaults
        | entry.defaults
        | {"epochs": epochs, "halve_every": max(2, epochs // 5) if "epochs" in recipe else halve}
        | recipe
    )
    if not entry.in_keras and asked_epochs:
        sizes["epochs"] = asked_epochs
    if weights and (not entry.reads_images or (entry.takes_a_tower and sizes["tower"] == "small")):
        raise LakehouseError(f"--weights is {weights}, which {entry.name} has no vgg19 or inception_v3 for; name one as --tower, or leave it out.")
    if entry.reads_images and sizes["image_size"] < network.smallest:
        if "image_size" in asked_sizes:
            raise LakehouseError(f"--image-size is {sizes['image_size']}; {entry.name} needs {network.smallest} pixels or more.")
        sizes["image_size"] = network.smallest
    has = {one.name for one in fields(Config if entry.in_keras else LinearConfig)}
    return Plan(
        model=model,
        table=found.name,
        version=pinned,
        level=level or ("sub_class" if found.name == "products" else "path"),
        recipe=recipe,
        sizes={name: value for name, value in sizes.items() if name in has},
        pictures_only=pictures_only,
        weights=plan.file_hash(Path(weights)) if weights else "",
        processes=launch.processes(processes, elastic=bool(hosts_script), least=least) if entry.in_keras else 1,
        checkpoint_steps=checkpoint_steps,
        compress=compress,
        parent=parent,
        challenger=challenger,
        hosts_script=hosts_script if entry.in_keras else "",
        least=least,
        interfaces=interfaces,
        code=plan.code_hash(),
    )


def train(asked: Plan, *, anew: bool = False) -> None:
    """Run the workers, unless the run is trained already and only waits to be registered.

    Args:
        anew: forget what an earlier run of the same thing left.

    Raises:
        LakehouseError: another process trains the same thing, or the workers ended without a model.
    """
    with runs.alone(asked.folder, f"{asked.model} is being trained with the same settings") as held, runs.ended(asked.folder):
        if anew:
            runs.end(asked.folder, "KILLED")
            shutil.rmtree(asked.folder, ignore_errors=True)
        if (asked.folder / "report.json").exists():
            (asked.folder / "unregistered.txt").unlink(missing_ok=True)  # the registry may answer now
            return
        asked.save()
        log.info(
            "%s: training on %s version %d with %d process%s",
            asked.model,
            asked.table,
            asked.version,
            asked.processes,
            "es" if asked.processes > 1 else "",
        )
        launch.run(asked, held)


def registered(folder: Path) -> dict:
    """What the registry made of a run that was just trained.

    Raises:
        RegistryDown: it did not answer; the sentence says how to register later.
    """
    made = folder / "registered.json"
    if not made.exists():
        try:
            if (why := folder / "unregistered.txt").exists():
                raise tracking.RegistryDown(why.read_text("utf-8"))
            return tracking.register(folder)
        except tracking.RegistryDown as error:
            raise tracking.RegistryDown(f"{error} The trained model is kept in {folder}; `mep3m register` registers it.") from None
    return json.loads(made.read_text("utf-8"))


def show(console: Console, asked: Plan, registered: dict) -> None:
    report = json.loads((asked.folder / "report.json").read_text("utf-8"))
    m = report["metrics"]
    console.print(
        f"{asked.model} on {asked.table} version {asked.version} ({report['rows']['train']:,} rows to train, {int(m['rows']):,} to test, "
        f"{int(m['labels'])} labels): top-1 {m['top1']:.3f}, top-5 {m['top5']:.3f}, AP {m['ap_macro']:.3f} (macro), "
        f"F1 {m['f1_weighted']:.3f} (weighted) {m['f1_macro']:.3f} (macro); {report['seconds']['all']:.0f} s.\n"
        f"Registered as {registered['model']} version {registered['version']}, alias {registered['alias']}.",
        soft_wrap=True,
    )
