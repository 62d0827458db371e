"""A trained model as files that need none of this code: TensorFlow's graph or a pickled pipeline, label tree, encoder, an example."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from training.plan import Plan, linear_config, write_json
from training.served.inputs import Encoder
from training.served.tree import LabelTree

if TYPE_CHECKING:
    import keras


def export(
    folder: Path, plan: Plan, tree: LabelTree, encoder: Encoder, example: list[dict], *, network: keras.Model | None = None, pipeline=None
) -> None:
    """Everything that serving reads, in `folder`, whole or not at all.

    Args:
        example: inputs to show people: `title`, and `image` as a path to a file, or None.

    Raises:
        OSError: the disk is full, or cannot be written.
    """
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    write_json(partial / "tree.json", tree.labels)
    encoder.save(partial)
    entry = plan.entry
    write_json(
        partial / "served.json",
        {
            "kind": "network" if network is not None else "pipeline",
            "architecture": plan.model,
            "level": plan.level,
            "image_size": plan.sizes["image_size"] if entry.reads_images else 0,
            "reads_titles": entry.reads_titles,
            **({"sharpness": linear_config(plan).sharpness} if pipeline is not None else {}),
        },
    )
    if network is not None:
        _graph(network, partial / "network")
    else:
        import joblib

        joblib.dump(pipeline, partial / "pipeline.joblib")
    shown = []
    for number, row in enumerate(example):
        picture = Path(row["image"]) if row["image"] else None
        if picture is not None and picture.exists():
            shutil.copy(picture, partial / f"example_{number}{picture.suffix}")
            shown.append({"title": row["title"], "image": f"example_{number}{picture.suffix}"})
        else:
            shown.append({"title": row["title"], "image": None})
    (partial / "example.json").write_text(json.dumps(shown, ensure_ascii=False), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


def _graph(network: keras.Model, folder: Path) -> None:
    import keras
    import tensorflow as tf

    from training.loop import inputs_of

    archive = keras.export.ExportArchive()
    archive.track(network)
    given = [inputs_of(network)]
    archive.add_endpoint("serve", lambda inputs: tf.nn.softmax(tf.cast(network(inputs, training=False), tf.float32)), input_signature=given)
    try:
        archive.write_out(str(folder), verbose=False)
    except tf.errors.OpError as error:  # TensorFlow writes files itself
        raise OSError(error.message) from error
