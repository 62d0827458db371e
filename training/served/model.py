"""The registered model: title and picture in, the best labels of all levels out. Needs MLflow and its own requirements only."""

from __future__ import annotations

import json
from pathlib import Path

import mlflow.pyfunc
import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException

from . import linear, pictures
from .inputs import Encoder
from .titles import trimmed
from .tree import LabelTree

CHUNK = 1024


class Classifier(mlflow.pyfunc.PythonModel):
    """Loads what `training` exported: `served.json`, `tree.json`, the encoder's files and the network or the pipeline."""

    def load_context(self, context) -> None:
        self.open(Path(context.artifacts["trained"]))

    def open(self, folder: Path) -> Classifier:
        self.about = json.loads((folder / "served.json").read_text("utf-8"))
        self.tree = LabelTree(json.loads((folder / "tree.json").read_text("utf-8")))
        self.encoder = Encoder.load(folder)
        self.folder, self._loaded = folder, None
        return self

    def _score(self, given) -> np.ndarray:
        """Loaded at the first use: whoever only looks at a model's signature does not wait for TensorFlow."""
        if self._loaded is None:
            self._loaded = _pipeline(self.folder, self.about["sharpness"]) if self.about["kind"] == "pipeline" else _network(self.folder)
        return self._loaded(given)

    def probabilities(self, titles: list[str | None], images: list[bytes | None]) -> np.ndarray:
        """(n, paths) float32, in bounded memory whatever n is."""
        parts = []
        for start in range(0, len(titles), CHUNK):
            some, shown = titles[start : start + CHUNK], images[start : start + CHUNK]
            if self.about["kind"] == "pipeline":
                parts.append(self._score(some))
                continue
            inputs = {name: trimmed(numbers) for name, numbers in self.encoder.titles(some).items()}
            if self.about["image_size"]:
                size = self.about["image_size"]
                inputs["image"], inputs["has_image"] = pictures.stack([pictures.decode(image, size) for image in shown], size)
            parts.append(self._score(inputs))
        return np.concatenate(parts) if parts else np.zeros((0, len(self.tree)), np.float32)

    def predict(self, context, model_input: pd.DataFrame, params: dict | None = None) -> pd.DataFrame:
        """One row a title: `labels`, best first.

        Args:
            model_input: `title` (text), `image` (a JPEG's or PNG's bytes), or both; empty, null or no column at all where there is none.
            params: `k` labels (5); `level` that they are ranked at: `class`, `sub_class` or `path`.

        Raises:
            MlflowException: a column or parameter is none that can be read; one sentence.
        """
        params = params or {}
        frame = model_input if isinstance(model_input, pd.DataFrame) else pd.DataFrame(model_input)
        if not {"title", "image"} & set(frame.columns):
            raise _refused("The input has neither a column 'title' nor a column 'image'; name one of them, or both.")
        k, level = params.get("k"), params.get("level") or self.about["level"]
        if k is not None and k < 1:
            raise _refused(f"k is {k}; it must be 1 or more.")
        if level not in self.tree.node_of:
            raise _refused(f"level is {level!r}; it must be class, sub_class or path.")
        titles = _column(frame, "title", str, "text")
        images = _column(frame, "image", bytes | bytearray, "the bytes of a picture's file (in JSON as base64)")
        best = self.tree.best(self.probabilities(titles, images), 5 if k is None else int(k), level)
        return pd.DataFrame({"labels": [[{name: value for name, value in label.items() if value is not None} for label in row] for row in best]})


def _refused(sentence: str) -> MlflowException:
    """What a server answers with 400 and the sentence."""
    return MlflowException.invalid_parameter_value(sentence)


def _column(frame: pd.DataFrame, name: str, kind: type, what: str) -> list:
    """The column's values, None where there is none.

    Raises:
        MlflowException: a value is of another kind; nothing is taken for missing that the caller meant.
    """
    if name not in frame:
        return [None] * len(frame)
    found = [None if _missing(value) else value for value in frame[name].tolist()]
    for row, value in enumerate(found):
        if value is not None and not isinstance(value, kind):
            raise _refused(f"{name} of row {row} is a {type(value).__name__}; it must be {what}, or empty where there is none.")
    return found


def _missing(value) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)) or (isinstance(value, str) and not value)


def _network(folder: Path):
    """TensorFlow's saved graph as a function of arrays; no layer's code is needed to run it."""
    import os

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    loaded = tf.saved_model.load(str(folder / "network"))

    def score(inputs: dict[str, np.ndarray]) -> np.ndarray:
        return loaded.serve({name: tf.constant(value) for name, value in inputs.items()}).numpy()

    score.keep = loaded
    return score


def _pipeline(folder: Path, sharpness: float):
    import joblib

    pipeline = joblib.load(folder / "pipeline.joblib")
    return lambda titles: linear.probabilities(pipeline, titles, sharpness)
