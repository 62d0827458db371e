"""What a section of docs/results.md says, from reports as workers write them."""

import re
from dataclasses import replace

import numpy as np
import pyarrow as pa

from lakehouse import arrow, tables
from training import comparison, metrics, programs
from training.data import Examples
from training.served.tree import COLUMNS, LabelTree

COMMAND = "mep3m import labelled listings.tsv.gz --at-least 20"
TREE = LabelTree([dict(zip(COLUMNS, (1, "a", 10 * n, str(n), third, third and "t"), strict=True)) for n, third in ((1, 100), (2, None), (3, None))])


def report(right: int, of: int, train: int = 100, **more) -> dict:
    """Of a model that answers the first `right` of so many rows rightly."""
    truth = np.arange(of) % 3
    guess = np.where(np.arange(of) < right, truth, (truth + 1) % 3)
    column = pa.chunked_array([pa.nulls(of, pa.string())])
    found = metrics.evaluate(np.eye(3)[guess], Examples(column, column, column, truth, TREE), TREE, "path")
    return {**found, "rows": {"train": train, "test": of}, "seconds": {"training": 7.0}, "commit": "0123abc", **more}


def page(lake, reports: dict[str, dict | list[dict]]) -> str:
    """Of each model one report, or one for each seed from 7 on."""
    from tests.training.conftest import rows

    labelled = arrow.batch(tables.LABELLED_PRODUCTS, rows(lake))
    arrow.replace(tables.LABELLED_PRODUCTS, labelled.to_batches(), content="x", command=COMMAND)
    made = [(name, seed, one) for name, given in reports.items() for seed, one in enumerate(given if isinstance(given, list) else [given], 7)]
    plans = [programs.plan_for(name, "labelled_products", None, processes=1, recipe={"seed": seed}) for name, seed, _ in made]
    return comparison.markdown("Small", "mep3m compare ...", [replace(plan, code="c0de") for plan in plans], [one for *_, one in made])


def test_a_section_says_all_that_it_takes_to_make_it_again(lake):
    text = page(lake, {"linear_ngrams": report(60, 90), "mdf_net": report(70, 90, test_pictures_read=44)})
    assert f"`{COMMAND}`" in text and "code c0de of commit 0123abc" in text
    # The tower that ran stands beside the figures published with VGG-19.
    assert re.search(r"^- mdf_net, small tower: MDF-Net: .* \(CCBR 2022; published with VGG-19\), 44 of 90 test products with a picture; ", text, re.M)
    assert re.search(r"^\| mdf_net, small tower \| 0.7778 .* \| 7 \| 0.9372 \| - \| - \| - \|$", text, re.M)
    # Third level: 24 of 30 rows of its only label are found.
    assert re.search(r"^\| mdf_net, small tower \| 1.0000 \| 0.7778 \| 0.7778 \| 0.8000 \| 1.0000 \|", text, re.M)
    assert '- linear_ngrams: Character 1- to 3-gram TF-IDF and a linear classifier; `{"alpha": 1e-06, "epochs": 6, "longest": 3, "min_df": 2, "seed": 7, "sharpness": 4.0}`' in text


def test_fusion_stands_beside_its_best_side_on_the_same_rows_with_an_interval(lake):
    text = page(lake, {"image_tower": report(55, 60, train=80), "lstm": report(60, 90), "bilstm": report(70, 90), "tfn": report(76, 90)})
    line = next(line for line in text.splitlines() if line.startswith("- tfn, small tower against"))
    assert line.startswith("- tfn, small tower against bilstm, the best that reads one side: top-1 +0.0667, 95 % interval +0.0")
    assert line.endswith("(paired bootstrap over 90 test products)")
    assert "| image_tower, small tower (80 / 60 rows) |" in text
    assert "against" not in page(lake, {"tfn": report(76, 90)}).split("Models and settings")[0].split("By level")[1]


def test_models_of_several_seeds_have_a_mean_a_spread_and_an_interval_over_products_and_seeds(lake):
    of_seeds = {"bilstm": [report(63, 90), report(72, 90)], "tfn": [report(72, 90), report(81, 90)], "image_tower": [report(9, 90), report(9, 90)]}
    text = page(lake, of_seeds)
    assert "seeds 7, 8; code" in text and "Figures are means over the seeds, ± their standard deviation." in text
    assert len(re.findall(r"^\| bilstm \| 0.7500 ± 0.0707 \| .* \| 7 \| 0.9068 \|", text, re.M)) == 1
    assert re.search(r'^- bilstm: .*"seed": \[7, 8\]', text, re.M)
    (line,) = (line for line in text.splitlines() if " against " in line)
    assert line.startswith("- tfn, small tower against bilstm, the best that reads one side: top-1 +0.1000, 95 % interval +0.0")
    assert line.endswith("(paired bootstrap over 90 test products and 2 seeds)")
