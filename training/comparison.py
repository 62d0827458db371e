"""Several models on one version of the data, in the form of the paper's Table 4."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lakehouse import settings
from lakehouse.errors import LakehouseError
from training import models, programs, runs, tracking
from training.plan import FOLDER, Plan, numbers

log = logging.getLogger("mep3m.train")

HEADING = "# Results\n\nWhat the models of this project reach, beside the published figures. Written by `mep3m compare`; not edited by hand.\n"
PUBLISHED_NOTE = (
    "Published figures (MEP-3M, Table 4) are of 3,012,959 products and 599 sub-classes; the data here are other and smaller, so the columns "
    "stand beside one another to compare the order of the models, not their values."
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
    """Train and register one after another; the models that failed, and why. The others are trained all the same."""
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


def row(plan: Plan, report: dict) -> dict:
    """A line of the table."""
    m, entry = report["metrics"], models.ALL[plan.model]
    return {
        "model": plan.model,
        "about": entry.about,
        "published": entry.published,
        "top1": m["top1"],
        "top5": m["top5"],
        "ap_macro": m["ap_macro"],
        "ap_micro": m.get("ap_micro"),
        "f1_macro": m["f1_macro"],
        "f1_weighted": m["f1_weighted"],
        "hierarchical_f1": m["hierarchical_f1"],
        "calibration_error": m["calibration_error"],
        "seconds": report["seconds"]["training"],
        "labels": int(m["labels"]),
        "rows": report["rows"],
        "test_pictures": report.get("test_pictures_read"),
    }


def markdown(title: str, command: str, plans: list[Plan], reports: list[dict]) -> str:
    """One section of docs/results.md."""
    rows = [row(plan, report) for plan, report in zip(plans, reports, strict=True)]
    first, report = plans[0], reports[0]
    lines = [
        f"## {title}",
        "",
        f"`{command}`",
        "",
        f"{first.table} version {first.version}: {report['rows']['train']:,} products to train, {report['rows']['test']:,} to test, "
        f"{int(report['metrics']['labels'])} labels at the level `{first.level}`; seed {first.recipe['seed']}; code {first.code}.",
        "",
    ]
    if any(line["rows"] != report["rows"] for line in rows):
        lines += ["Image models are trained and tested on the products that have a picture; their rows are given with them.", ""]
    lines += [
        "| model | top-1 | top-5 | AP macro | AP micro | F1 macro | F1 weighted | hier. F1 | ECE | train s | published top-1 | top-5 | AP | F1 |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for line in rows:
        ours = [line[key] for key in ("top1", "top5", "ap_macro", "ap_micro", "f1_macro", "f1_weighted", "hierarchical_f1", "calibration_error")]
        cells = ["-" if value is None else f"{value:.4f}" for value in ours]
        theirs = [f"{value:.4f}" for value in line["published"]] if line["published"] else ["-"] * 4
        name = line["model"] if line["rows"] == report["rows"] else f"{line['model']} ({line['rows']['train']:,} / {line['rows']['test']:,} rows)"
        lines.append(f"| {name} | " + " | ".join([*cells, f"{line['seconds']:.0f}", *theirs]) + " |")
    settings = sorted({(plan.model, json.dumps(_settings(plan), sort_keys=True)) for plan in plans})
    lines += ["", PUBLISHED_NOTE, "", "Settings:", "", *(f"- {model}: `{text}`" for model, text in settings), ""]
    return "\n".join(lines)


def _settings(plan: Plan) -> dict:
    entry = models.ALL[plan.model]
    if not entry.in_keras:
        return numbers(plan)
    keep = {"hidden", "dropout", *({"words", "dimensions", "units", "word_dropout", "terms", "buckets", "longest"} if entry.reads_titles else ())}
    keep |= {"image_size", "weights"} if entry.reads_images else set()
    keep |= {"tower", "rank", "modality"} if entry.takes_a_tower else set()
    return plan.recipe | {name: value for name, value in plan.sizes.items() if name in keep}


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
