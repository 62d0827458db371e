"""One training process: reads its plan, trains beside its peers if it has any, and, as the leader, writes model and report.

python -m training.worker RUN_FOLDER, alone or under horovodrun.
"""

from __future__ import annotations

import logging
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from lakehouse import settings
from lakehouse.errors import LakehouseError
from training import checkpoints, data, elastic, exporting, metrics, plan, tracking
from training.live import Live
from training.loader import Loader, Titles
from training.served.inputs import Encoder
from training.served.titles import Vocabulary
from training.served.tree import LabelTree
from training.world import World

log = logging.getLogger("mep3m.train")
EXAMPLES_SHOWN = 3


def main(argv: list[str] | None = None) -> int:
    """0, or 1 with the reason in the run's `error.txt`."""
    folder = Path((sys.argv[1:] if argv is None else argv)[0])
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s", stream=sys.stdout)
    log.setLevel(logging.INFO)
    try:
        if work(plan.Plan.load(folder)):
            _register(folder)
        return 0
    except LakehouseError as error:
        try:
            (folder / "error.txt").write_text(str(error), "utf-8")
        except OSError:  # a disk without room for a sentence
            log.error("%s", error)
        return 1


def _register(folder: Path) -> None:
    """Here rather than in the parent, since MLflow tries the model out while logging it and TensorFlow is loaded already."""
    try:
        tracking.register(folder)
    except tracking.RegistryDown as error:
        (folder / "unregistered.txt").write_text(str(error), "utf-8")


def work(asked: plan.Plan) -> bool:
    """Train, evaluate, export, report. True for the process that wrote."""
    started = time.monotonic()
    splits = data.read(plan.find_table(asked.table), asked.version)
    entry = asked.entry
    if asked.pictures_only or not entry.reads_titles:
        splits = {name: examples.with_image() for name, examples in splits.items()}
        for name, examples in splits.items():
            if not len(examples):
                raise LakehouseError(
                    f"No product of the split {name!r} has a picture, which {entry.name} needs; train a model of titles, such as bilstm."
                )
    tree = data.tree_of(splits["train"], entry.name)
    return (_network if entry.in_keras else _pipeline)(asked, splits, tree, started)


@contextmanager
def _kept(asked: plan.Plan) -> Iterator[None]:
    """What was trained, on its way to the disk.

    Raises:
        LakehouseError: it cannot be written; the checkpoint stays.
    """
    try:
        yield
    except OSError as error:
        raise LakehouseError(
            f"The trained {asked.model} could not be written to {asked.folder} ({error.strerror or error}); "
            "free some space and give the same command again, which goes on from the last checkpoint."
        ) from error


def _report(asked: plan.Plan, splits: dict, tree: LabelTree, scores: np.ndarray, started: float, trained_s: float, more: dict) -> None:
    found = metrics.evaluate(scores, splits["test"], tree, asked.level)
    plan.write_json(
        asked.folder / "report.json",
        {
            **found,
            **more,
            "rows": {name: len(examples) for name, examples in splits.items()},
            "labels": len(tree),
            "seconds": {"all": time.monotonic() - started, "training": trained_s},
            "commit": tracking.git_commit(),
        },
    )


def _peak_mib() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _example(splits: dict, root: Path) -> list[dict]:
    test = splits["test"]
    return [
        {"title": title, "image": str(root / image) if image else None}
        for title, image in zip(test.titles.slice(0, EXAMPLES_SHOWN).to_pylist(), test.images.slice(0, EXAMPLES_SHOWN).to_pylist(), strict=True)
    ]


def _pipeline(asked: plan.Plan, splits: dict, tree: LabelTree, started: float) -> bool:
    from training.served import linear
    from training.served.titles import clean

    data.announce(splits, tree)
    begun = time.monotonic()
    config = plan.linear_config(asked)
    pipeline = asked.entry.module.build(config)
    train, test = splits["train"], splits["test"]
    pipeline.fit([clean(title) for title in train.titles.to_pylist()], train.targets(tree))
    linear.settled(pipeline)
    trained_s = time.monotonic() - begun
    scores = linear.probabilities(pipeline, test.titles.to_pylist(), config.sharpness)
    rate = len(train) * config.epochs / trained_s
    more = {"history": [], "processes": 1, "parameters": 0, "peak_memory_mib": _peak_mib(), "rows_per_second": rate}
    with _kept(asked):
        example = _example(splits, settings.load().path)
        exporting.export(asked.folder / "model", asked, tree, Encoder(asked.entry.reading(), None), example, pipeline=pipeline)
        _report(asked, splits, tree, scores, started, trained_s, more)
    return True


def _encoder(asked: plan.Plan, splits: dict) -> Encoder:
    sizes = plan.config(asked, 2, 2)
    reading = asked.entry.reading(sizes)
    vocabulary = None
    if reading.words:
        vocabulary = Vocabulary.of(splits["train"].titles.to_pylist(), at_least=sizes.min_count, at_most=sizes.max_vocabulary)
    return Encoder(reading, vocabulary)


def _network(asked: plan.Plan, splits: dict, tree: LabelTree, started: float) -> bool:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import tensorflow as tf

    from training import loop, world

    me, line = world.join(compress=asked.compress), Live(asked)
    if me.is_leader:
        line.begin()
    tf.config.experimental.enable_op_determinism()
    recipe = loop.Recipe(**asked.recipe)
    keras.utils.set_random_seed(recipe.seed)
    entry, root = asked.entry, settings.load().path
    if me.is_leader:
        data.announce(splits, tree)
    encoder = _encoder(asked, splits)
    try:
        model = entry.module.build(plan.config(asked, len(tree), len(encoder.vocabulary) if encoder.vocabulary else 2))
    except (OSError, ValueError) as error:
        if weights := asked.sizes.get("weights"):
            said = str(error).strip().splitlines()[0][:200]
            raise LakehouseError(f"{weights} does not hold the weights of this image tower ({said}); name another file.") from error
        raise
    trainer = loop.Trainer(model, recipe, tree)
    path = asked.folder / "checkpoint.npz"
    # Peers of an elastic run may be long at work, so nothing is shared before `elastic.run`, which shares everything itself.
    among_all = World() if elastic.asked_for() else me
    position = _start(trainer, path, me.is_leader, encoder, splits["train"])
    among_all.share(trainer.variables)
    position = among_all.same(position)

    titles = {split: Titles(examples.titles, encoder) for split, examples in splits.items()}
    unread: set[int] = set()

    def loader(split: str, batch: int, among: World) -> Loader:
        examples = splits[split]
        size = asked.sizes["image_size"] if entry.reads_images else 0
        threads = max(2, len(os.sched_getaffinity(0)) // among.local_size)
        found = Loader(examples, examples.targets(tree), titles[split], size, root, batch, among.rank, among.size, threads)
        return replace(found, unread=unread) if split == "train" else found

    def save(among: World, at: checkpoints.Position) -> None:
        if among.is_leader:
            checkpoints.save(path, trainer.state(), at)

    def after_step(among: World, at: checkpoints.Position) -> None:
        if at.step % asked.checkpoint_steps == 0:
            save(among, at)

    def after_epoch(among: World, at: checkpoints.Position) -> None:
        save(among, at)
        if among.is_leader:
            last = at.history[-1]
            line.epoch(at.history)
            log.info(
                "%s: epoch %d of %d, loss %.3f, top-1 %.3f on the training rows, %.0f rows/s",
                entry.name,
                last["epoch"],
                recipe.epochs,
                last["loss"],
                last["top1"],
                last["rows_per_second"],
            )

    begun = time.monotonic()
    if elastic.asked_for():
        me, position = elastic.run(
            trainer,
            position,
            lambda among: loader("train", recipe.batch, among),
            compress=asked.compress,
            commit_steps=min(50, asked.checkpoint_steps),
            after_step=after_step,
            after_epoch=after_epoch,
        )
    else:
        position = trainer.run(
            loader("train", recipe.batch, me), me, position, after_step=partial(after_step, me), after_epoch=partial(after_epoch, me)
        )
    trained_s = time.monotonic() - begun
    lost = me.gather(np.isin(np.arange(len(splits["train"])), list(unread))[None]).any(axis=0)
    if me.is_leader and lost.any():
        log.warning("%d pictures of training products could not be read; they count as missing.", lost.sum())
    scores, shown = loop.probabilities(model, loader("test", 512 if not entry.reads_images else 128, me), me)
    _check_equal(trainer, me)
    peak = float(me.gather(np.array([_peak_mib()])).max())
    if me.is_leader:
        more = {"history": position.history, "processes": me.size, "parameters": int(model.count_params()), "peak_memory_mib": peak}
        more["rows_per_second"] = float(np.mean([epoch["rows_per_second"] for epoch in position.history]))
        if entry.reads_images:
            more |= {"test_pictures_read": int(shown.sum()), "train_pictures_unread": int(lost.sum())}
        with _kept(asked):
            exporting.export(asked.folder / "model", asked, tree, encoder, _example(splits, root), network=model)
            _report(asked, splits, tree, scores, started, trained_s, more)
        path.unlink(missing_ok=True)
    return me.is_leader


def _start(trainer, path: Path, leads: bool, encoder: Encoder, train: data.Examples) -> checkpoints.Position:
    """Where the leader goes on: at its checkpoint, or at the beginning, with word2vec's vectors of the training titles."""
    from training.vectors import word2vec

    if not leads:
        return checkpoints.Position()
    if (found := checkpoints.load(path)) is not None:
        arrays, position = found
        trainer.restore(arrays)
        log.info("Going on from epoch %d, step %d.", position.epoch + 1, position.step)
        return position
    if encoder.vocabulary is not None:
        vectors, recipe = trainer.model.get_layer("word_vectors"), trainer.recipe
        titles = train.titles.to_pylist()
        vectors.embeddings.assign(
            word2vec(titles, encoder.vocabulary, vectors.output_dim, window=recipe.window, times=recipe.passes, seed=recipe.seed)
        )
    return checkpoints.Position()


def _check_equal(trainer, me: World) -> None:
    """
    Raises:
        LakehouseError: processes ended with different weights, so their gradients were not averaged.
    """
    sums = np.array([[float(np.sum(weights, dtype=np.float64)) for weights in trainer.model.get_weights()]])
    everyone = me.gather(sums)
    if not (everyone == everyone[0]).all():
        raise LakehouseError(
            f"The {me.size} processes ended with different weights; nothing was exported. Report this as a bug, and train with --np 1."
        )


if __name__ == "__main__":
    sys.exit(main())
