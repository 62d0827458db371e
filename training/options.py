"""The settings of a model as options: declared once, for every command that trains."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields
from typing import Any, NamedTuple

import typer

RECIPE, SIZES = "How it learns", "What the network is made of"


class Setting(NamedTuple):
    """A field of Recipe, Config or LinearConfig; left out, it is theirs, or goes by the table's size."""

    name: str
    kind: type
    panel: str
    help: str


SETTINGS = (
    Setting("epochs", int, RECIPE, "By default 10 as in the paper, more where the table is small; 6 of linear_ngrams."),
    Setting("batch", int, RECIPE, "Rows a step, of all processes together; 64."),
    Setting("learning_rate", float, RECIPE, "Adam's, at a batch of 64; 0.001, or 0.003 below 20,000 training rows; with VGG-19 0.0003."),
    Setting("beta_1", float, RECIPE, "Adam's, of the mean of gradients; 0.9."),
    Setting("beta_2", float, RECIPE, "Adam's, of the mean of their squares; 0.999."),
    Setting("epsilon", float, RECIPE, "Adam's, added to the root of the latter; 0.0000001."),
    Setting("halve_every", int, RECIPE, "Epochs between halvings of the rate; by default a fifth of the epochs, 2 in 10."),
    Setting("decay", float, RECIPE, "What the rate is multiplied by each time; 0.5."),
    Setting("scaling", str, RECIPE, "How the rate grows with the batch: sqrt (by default), linear or none."),
    Setting("warmup", float, RECIPE, "Epochs over which the rate rises; 0, or 1 with VGG-19."),
    Setting("smoothing", float, RECIPE, "Label smoothing."),
    Setting("level_weight", float, RECIPE, "Weight of the loss of the levels above the path."),
    Setting("seed", int, RECIPE, "Of weights, order and dropout; 7."),
    Setting("words", int, SIZES, "Words of a title that are read; 32."),
    Setting("min_count", int, SIZES, "Times that a word must occur in the training titles to be known; 2."),
    Setting("max_vocabulary", int, SIZES, "Words known at most, the most frequent ones; 100,000."),
    Setting("dimensions", int, SIZES, "Of word2vec; 100."),
    Setting("window", int, RECIPE, "Of word2vec: words on either side; 5."),
    Setting("passes", int, RECIPE, "Of word2vec over the titles; 5, up to 15 where there are few."),
    Setting("units", int, SIZES, "Of an LSTM, in each direction; 128, or 64 below 20,000 training rows."),
    Setting("attention", int, SIZES, "Units of the layer that weighs an LSTM's states; 64."),
    Setting("image_size", int, SIZES, "Pixels a side; 64 on CPUs, 220 with a GPU."),
    Setting("shift", float, SIZES, "Of its side: how far a picture is moved at random while training, and mirrored; 0.1, and 0 does neither."),
    Setting("tower", str, SIZES, "Image side of a fusion model or of image_tower: small (on CPUs), vgg19 (with a GPU) or inception_v3."),
    Setting("weights", str, SIZES, "File of pretrained weights of the image tower; from scratch by default."),
    Setting("rank", int, SIZES, "Of LMF's factors; 4."),
    Setting("modality", int, SIZES, "Numbers that each side brings to TFN and LMF; 64."),
    Setting("hidden", int, SIZES, "Of the layer before the last; 128."),
    Setting(
        "terms", int, SIZES,
        "Hashed n-grams of a title that are read, the longest last; 192, which 2 % of real titles exceed at --longest 3: raise both.",
    ),
    Setting("buckets", int, SIZES, "Hash values of n-grams; 262,144."),
    Setting("longest", int, SIZES, "Characters of the longest n-gram; 3."),
    Setting("widest", int, SIZES, "Words of the widest of wide_deep's convolutions; there is one of each width up to it, 3."),
    Setting("alpha", float, RECIPE, "Of linear_ngrams: strength of the L2 penalty; 0.000001."),
    Setting("min_df", int, RECIPE, "Of linear_ngrams: training titles that an n-gram must be in to be read; 2."),
    Setting("sharpness", float, RECIPE, "Of linear_ngrams: what a margin is multiplied by before the softmax; 4."),
    Setting("dropout", float, SIZES, "Share of a layer's numbers that are left out while training; 0.3."),
    Setting("word_dropout", float, SIZES, "The same of the word vectors that an LSTM reads; 0.2."),
    Setting("deep_dropout", float, SIZES, "The same of what wide_deep's convolutions found; 0.5."),
    Setting("gradient_norm", float, RECIPE, "Gradients are clipped to it; 5, and 0 leaves them as they are."),
)


def takes_settings(command: Callable) -> Callable:
    """The command with an option for each setting; it is given those that were named, as keywords."""

    def given(*words, **options):
        named = {setting.name: options.pop(setting.name) for setting in SETTINGS}
        return command(*words, **options, **{name: value for name, value in named.items() if value is not None})

    own = [one for one in inspect.signature(command, eval_str=True).parameters.values() if one.kind != one.VAR_KEYWORD]
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=typer.Option(None, help=about, rich_help_panel=panel), annotation=kind)
        for name, kind, panel, about in SETTINGS
    ]
    given.__name__, given.__doc__ = command.__name__, command.__doc__
    given.__signature__ = inspect.Signature([*own, *options])
    return given


def apart(settings: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """As `plan_for` takes them: those of the recipe, and of the sizes."""
    from training.loop import Recipe

    learning = {field.name for field in fields(Recipe)}
    return {
        "recipe": {name: value for name, value in settings.items() if name in learning},
        "sizes": {name: value for name, value in settings.items() if name not in learning},
    }
