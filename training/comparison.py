"""Several models on one version of the data, in the form of the paper's Table 4."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import numpy as np

from lakehouse import arrow, settings
from lakehouse.errors import LakehouseError
from training import metrics, programs, runs, tracking
from training.models.config import Config
from training.plan import FOLDER, Plan, find_table, numbers

log = logging.getLogger("mep3m.train")

HEADING = "# Results\n\nWhat the models of this project reach, beside the published figures. Written by `mep3m compare`; not edited by hand.\n"
FIGURES = {
    "top-1": "top1",
    "top-5": "top5",
    "AP macro": "ap_macro",
    "AP micro": "ap_micro",
    "F1 macro": "f1_macro",
    "F1 weighted": "f1_weighted",
    "hier. F1": "hierarchical_f1",
    "ECE": "calibration_error",
}
LEVELS = {
    "class top-1": "class_top1",
    "sub-class top-1": "sub_class_top1",
    "path top-1": "path_top1",
    "third level top-1": "subsub_class_top1",
    "top-5": "subsub_class_top5",
    "F1 macro": "subsub_class_f1_macro",
    "exact path": "exact_path",
    "consistency": "consistency",
}
PUBLISHED_NOTE = (
    "Published figures (MEP-3M, Table 4; MDF-Net's from its own paper) are of 3,012,959 products and 599 sub-classes; the data here are other "
    "and smaller, so the columns stand beside one another to compare the order of the models, not their values."
)


@contextmanager
def opened(title: str, plans: list[Plan]) -> Iterator[str]:
    """The MLflow run that the models' runs are nested in, the same for the same comparison; it is over when what is inside is.

    Raises:
        LakehouseError: another process makes the same comparison.
        RegistryDown: the registry does not answer.
    """
    asked = json.dumps([title, *(plan.name for plan in plans)])
    folder = settings.load().path / FOLDER / f"comparison-{hashlib.sha256(asked.encode()).hexdigest()[:10]}"
    with runs.alone(folder, f"The comparison {title!r} is being made"), runs.ended(folder):
        yield tracking.open_comparison(folder, title)


def train(plans: list[Plan]) -> dict[str, str]:
    """Train and register one after another; the models that failed, with any of their seeds, and why. The others are trained all the same."""
    failed = {}
    for plan in plans:
        try:
            programs.train(plan)
        except LakehouseError as error:
            failed[plan.model] = str(error)
            log.warning("%s: %s The other models are trained all the same.", plan.model, error)
            continue
        try:
            programs.registered(plan.folder)
        except tracking.RegistryDown as error:
            log.warning("%s", error)  # the other models can be trained all the same
    return failed


def markdown(title: str, command: str, plans: list[Plan], reports: list[dict]) -> str:
    """One section of docs/results.md: all that it takes to make it again, then what came out.

    Args:
        plans: of each model one, or one for each of several seeds.
        reports: what came of each.
    """
    first, report = plans[0], max(reports, key=lambda made: made["rows"]["train"])
    tried, seeds = by_model(plans, reports), list(dict.fromkeys(plan.recipe["seed"] for plan in plans))
    table = find_table(first.table)
    lines = [f"## {title}", ""]
    if imported := arrow.written_by(table, first.version):
        lines += [f"`{imported}`", ""]
    commits = ", ".join(sorted({made.get("commit") or "that no repository holds" for made in reports}))
    lines += [
        f"`{command}`",
        "",
        f"{first.table} version {first.version}: {report['rows']['train']:,} products to train, {report['rows']['test']:,} to test, "
        f"{int(report['metrics']['labels'])} labels at the level `{first.level}`; "
        f"seed{'s' * (len(seeds) > 1)} {', '.join(map(str, seeds))}; code {first.code} of commit {commits}.",
        "",
    ]
    if len(seeds) > 1:
        lines += ["Figures are means over the seeds, ± their standard deviation.", ""]
    if any(made["rows"] != report["rows"] for made in reports):
        lines += ["Image models are trained and tested on the products that have a picture; their rows are given with them.", ""]
    names = [
        named(plan) if made["rows"] == report["rows"] else f"{named(plan)} ({made['rows']['train']:,} / {made['rows']['test']:,} rows)"
        for plan, (made, *_) in tried
    ]
    lines += _table(
        [*FIGURES, "train s", "published top-1", "top-5", "AP", "F1"],
        [
            (name, [*_over_seeds(made, FIGURES), f"{np.mean([one['seconds']['training'] for one in made]):.0f}", *plan.entry.published])
            for name, (plan, made) in zip(names, tried, strict=True)
        ],
    )
    lines += ["", PUBLISHED_NOTE, "", "By level (docs/decisions/0602):", ""]
    lines += _table([*LEVELS], [(name, _over_seeds(made, LEVELS)) for name, (_, made) in zip(names, tried, strict=True)])
    lines += [""]
    if compared := against_sides(tried):
        lines += [*(f"- {sentence}" for sentence in compared), ""]
    lines += ["Models and settings:", ""]
    for plan, (made, *_) in sorted(tried, key=lambda pair: pair[0].model):
        seen = f", {made['test_pictures_read']:,} of {made['rows']['test']:,} test products with a picture" if "test_pictures_read" in made else ""
        given = settings_of(plan) | ({"seed": seeds} if len(seeds) > 1 else {})
        lines += [f"- {named(plan)}: {plan.entry.about}{seen}; `{json.dumps(given, sort_keys=True)}`"]
    return "\n".join([*lines, ""])


def by_model(plans: list[Plan], reports: list[dict]) -> list[tuple[Plan, list[dict]]]:
    """Each model's plan, that of its first seed, with the reports of all its seeds."""
    tried: dict[str, tuple[Plan, list[dict]]] = {}
    for plan, made in zip(plans, reports, strict=True):
        tried.setdefault(plan.model, (plan, []))[1].append(made)
    return list(tried.values())


def _over_seeds(reports: list[dict], figures: dict[str, str]) -> list[str | float | None]:
    """A model's figures: of one seed the number, of several their mean and standard deviation."""
    values = [[made["metrics"].get(key) for made in reports] for key in figures.values()]
    return [one[0] if None in one or len(one) == 1 else f"{np.mean(one):.4f} ± {np.std(one, ddof=1):.4f}" for one in values]


def _table(heads: list[str], rows: list[tuple[str, list]]) -> list[str]:
    def cell(value) -> str:
        return "-" if value is None else value if isinstance(value, str) else f"{value:.4f}"

    written = [f"| {name} | " + " | ".join(map(cell, values)) + " |" for name, values in rows]
    return ["| model | " + " | ".join(heads) + " |", "| --- |" + " ---: |" * len(heads), *written]


def against_sides(tried: list[tuple[Plan, list[dict]]]) -> list[str]:
    """Each fusion model against the best of those that read one side only, row by row, where one was tested on the same rows."""
    said = []
    for plan, reports in tried:
        sides = [
            (side, made) for side, made in tried if side.entry.reads_titles != side.entry.reads_images and made[0]["rows"] == reports[0]["rows"]
        ]
        if not sides or not (plan.entry.reads_titles and plan.entry.reads_images):
            continue
        side, made = max(sides, key=lambda pair: np.mean([one["metrics"]["top1"] for one in pair[1]]))
        right = [np.array([list(one["right"]) for one in each]) == "1" for each in (reports, made)]
        difference, low, high = metrics.bootstrap(*right)
        seeds, rows = right[0].shape
        said.append(
            f"{named(plan)} against {named(side)}, the best that reads one side: top-1 {difference:+.4f}, "
            f"95 % interval {low:+.4f} to {high:+.4f} (paired bootstrap over {rows:,} test products{f' and {seeds} seeds' * (seeds > 1)})"
        )
    return said


def named(plan: Plan) -> str:
    """The model, and the tower that it saw pictures through where that is a setting: the published figures are VGG-19's."""
    return f"{plan.model}, {plan.sizes['tower']} tower" if plan.entry.takes_a_tower else plan.model


def settings_of(plan: Plan) -> dict:
    """The numbers that the model was trained with, defaults too, without those of parts that it does not have."""
    entry, everything = plan.entry, numbers(plan)
    if not entry.in_keras:
        return everything
    without = {one.name for one in fields(Config)} - set(entry.sizes)
    return {name: value for name, value in everything.items() if name not in without and (entry.reads_words or name not in ("window", "passes"))}


def write(path: Path, title: str, section: str) -> None:
    """The section into the page, in place of the one of the same title."""
    text = path.read_text("utf-8") if path.exists() else HEADING
    pattern = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.M | re.S)
    if pattern.search(text):
        text = pattern.sub(lambda _: section + "\n", text)
    else:
        text = text.rstrip("\n") + "\n\n" + section
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.rstrip("\n") + "\n", "utf-8")
