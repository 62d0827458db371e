"""Run by test_distributed.py, alone or under horovodrun: a few steps of BiLSTM and of a network with batch normalisation, of that with
compressed gradients too; then this process's weights into a file."""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import pyarrow as pa
import tensorflow as tf

from training import world
from training.checkpoints import Position
from training.loader import Loader, Titles
from training.loop import Recipe, Trainer
from training.models import bilstm, hashed_ngrams
from training.models.config import Config
from training.served.inputs import Encoder, Reading
from training.served.titles import Vocabulary
from training.served.tree import LabelTree
from training.world import World

LABELS, ROWS = 4, 90
WORDS = [f"w{number}" for number in range(20)]     # 0 and 1 are not known


def main(out: Path) -> None:
    me = world.join()
    tree = LabelTree([{f"{level}_{part}": n if level == "sub_class" else 1 for level in ("class", "sub_class", "subsub_class") for part in ("id", "name")}
                      for n in range(LABELS)])
    sizes = Config(paths=LABELS, vocabulary=20, dimensions=8, units=6, dropout=0.0, word_dropout=0.0)
    titles = np.random.default_rng(0).integers(1, 20, (ROWS, 8)).astype(np.int32)
    encoder = Encoder(Reading(words=8), Vocabulary([WORDS[number] for number in range(2, 20)]))
    lines = pa.chunked_array([[" ".join(WORDS[number] for number in row) for row in titles]])
    loader = Loader(None, titles[:, 0] % LABELS, Titles(lines, encoder), 0, None, 16, me.rank, me.size)

    terms = replace(loader, titles=Titles(lines, Encoder(Reading(terms=40, buckets=60), None)))

    def trained(build: Callable[[], keras.Model], among: World = me, of: Loader = loader, **more) -> tuple[list[float], list[np.ndarray]]:
        # Each process begins with weights of its own: only sharing the leader's makes them equal.
        keras.utils.set_random_seed(1 + me.rank)
        trainer = Trainer(build(), Recipe(epochs=3, batch=16, **more), tree)
        me.share(trainer.variables)
        return [entry["loss"] for entry in trainer.run(of, among, Position()).history], trainer.state()

    losses, weights = trained(lambda: bilstm.build(sizes))
    exact, normalised = trained(with_batch_normalisation)
    compressed, _ = trained(with_batch_normalisation, replace(me, compress=True))
    # Clipped in every step to a norm in which terms that both halves of a batch have must count once; a rate that does not hide it in Adam's.
    clipped, bag = trained(lambda: hashed_ngrams.build(replace(sizes, buckets=60)), of=terms, gradient_norm=0.05, learning_rate=0.1)
    third = tf.IndexedSlices(tf.constant([[1 / 3]]), tf.constant([me.rank]), tf.constant([2, 1]))
    (table,) = replace(me, compress=True).mean_gradients([third])
    kept = {f"b{n:03d}": array for n, array in enumerate(bag)}
    kept |= {f"w{n:03d}": array for n, array in enumerate(weights)} | {f"n{n:03d}": array for n, array in enumerate(normalised)}
    np.savez(out / f"{me.size}-{me.rank}.npz", losses=losses, exact=exact, compressed=compressed, clipped=clipped, table=table.values.numpy(), **kept)


def with_batch_normalisation() -> keras.Model:
    words = keras.Input((None,), dtype="int32", name="words")
    vectors = keras.layers.Embedding(20, 8)(words)
    pooled = keras.layers.BatchNormalization()(keras.layers.GlobalAveragePooling1D()(vectors))
    return keras.Model({"words": words}, keras.layers.Dense(LABELS)(pooled))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
