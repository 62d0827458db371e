"""Gradient descent over a loader's batches: the same on one process and on many, and after a restart the same as without one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lakehouse.errors import LakehouseError
from training.checkpoints import Position
from training.lazy_adam import LazyAdam, merged
from training.loader import Loader
from training.served.tree import LabelTree
from training.world import World, as_tensorflow

if TYPE_CHECKING:
    import keras

REFERENCE_BATCH = 64  # the paper's; the learning rate is meant for it


@dataclass(frozen=True)
class Recipe:
    """How a model is trained. Source of the defaults: MEP-3M, section 4."""

    epochs: int
    batch: int = 64  # rows of all processes together
    learning_rate: float = 1e-3  # Adam's, at batch 64
    beta_1: float = 0.9  # Adam's, of the mean of gradients
    beta_2: float = 0.999  # of the mean of their squares
    epsilon: float = 1e-7  # added to the root of the latter
    halve_every: int = 2  # epochs
    decay: float = 0.5  # of the learning rate, each time
    scaling: str = "sqrt"  # learning rate with the batch: sqrt, linear or none
    warmup: float = 0.0  # epochs over which the rate rises from 0
    seed: int = 7
    smoothing: float = 0.0  # label smoothing
    level_weight: float = 0.0  # of the loss of each level above the path
    gradient_norm: float = 5.0  # gradients are clipped to it; 0 leaves them
    window: int = 5  # word2vec's: words on either side that a word is learnt from
    passes: int = 0  # word2vec's over the titles; 0: by their number

    def rate(self, epoch: int, step: int, steps: int) -> float:
        """The learning rate of a step.

        >>> [round(Recipe(epochs=4).rate(epoch, 0, 10), 6) for epoch in range(4)]
        [0.001, 0.001, 0.0005, 0.0005]
        """
        ratio = self.batch / REFERENCE_BATCH
        scale = {"sqrt": ratio**0.5, "linear": ratio, "none": 1.0}[self.scaling]
        rise = min(1.0, (epoch * steps + step + 1) / (self.warmup * steps)) if self.warmup else 1.0
        return self.learning_rate * scale * self.decay ** (epoch // self.halve_every) * rise


class Trainer:
    """A model, its optimizer and what is needed to go on from any step."""

    def __init__(self, model: keras.Model, recipe: Recipe, tree: LabelTree):
        import keras

        self.model, self.recipe, self.tree = model, recipe, tree
        self.tables = [variable for variable in model.trainable_variables if variable.path.endswith("embeddings")]
        self.dense = [variable for variable in model.trainable_variables if not variable.path.endswith("embeddings")]
        # What batch normalisation knows of the rows so far; seeds of dropout, which are not trained either, are whole numbers.
        self.statistics = [variable for variable in model.non_trainable_variables if variable.dtype.startswith("float")]
        adam = {"beta_1": recipe.beta_1, "beta_2": recipe.beta_2, "epsilon": recipe.epsilon}
        self.lazy = LazyAdam(self.tables, **adam)
        self.optimizer = keras.optimizers.Adam(recipe.learning_rate, **adam)
        self.optimizer.build(self.dense)

    @property
    def variables(self) -> list:
        return [*self.model.variables, *self.optimizer.variables, *self.lazy.variables]

    def state(self) -> list[np.ndarray]:
        """Every number that the next step depends on: weights, seeds of dropout, moments."""
        return [as_tensorflow(variable).numpy() for variable in self.variables]

    def restore(self, arrays: list[np.ndarray]) -> None:
        """
        Raises:
            LakehouseError: the arrays are another model's.
        """
        variables = self.variables
        if [tuple(v.shape) for v in variables] != [a.shape for a in arrays]:
            raise LakehouseError("The checkpoint belongs to a model of other sizes; remove its folder, or train with --again.")
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)

    def _step(self, world: World):
        """The compiled step: (inputs, targets, weights, rows of all processes) -> (mean loss, right answers) of all processes."""
        import tensorflow as tf

        recipe, model, optimizer = self.recipe, self.model, self.optimizer
        members = {level: tf.one_hot(self.tree.node_of[level], len(self.tree.nodes[level]), dtype=tf.float32) for level in ("class", "sub_class")}

        def losses(logits, targets):
            n = len(self.tree)
            wanted = tf.one_hot(targets, n) * (1 - recipe.smoothing) + recipe.smoothing / n
            loss = tf.nn.softmax_cross_entropy_with_logits(wanted, logits)
            if recipe.level_weight:
                probabilities = tf.nn.softmax(logits)
                for member in members.values():
                    at_level = tf.reduce_sum(tf.matmul(probabilities, member) * tf.gather(member, targets), axis=1)
                    loss -= recipe.level_weight * tf.math.log(at_level + 1e-9)
            return loss

        @tf.function(input_signature=[inputs_of(model), tf.TensorSpec((None,), tf.int32), tf.TensorSpec((None,)), tf.TensorSpec(())])
        def step(inputs, targets, weights, rows):
            with tf.GradientTape() as tape:
                logits = tf.cast(model(inputs, training=True), tf.float32)
                # Weighted so that the mean over processes is the mean over the rows of the whole batch, however they are spread.
                loss = tf.reduce_sum(losses(logits, targets) * weights) * world.size / rows
            gradients = world.mean_gradients(tape.gradient(loss, [variable.value for variable in (*self.dense, *self.tables)]))
            gradients = [*gradients[: len(self.dense)], *map(merged, gradients[len(self.dense) :])]
            if recipe.gradient_norm:
                gradients, _ = tf.clip_by_global_norm(gradients, recipe.gradient_norm)
            optimizer.apply_gradients(zip(gradients[: len(self.dense)], self.dense, strict=True))
            self.lazy.apply(gradients[len(self.dense) :], optimizer.learning_rate)
            right = tf.reduce_sum(weights * tf.cast(tf.equal(tf.argmax(logits, axis=1, output_type=tf.int32), targets), tf.float32))
            for number, statistic in enumerate(self.statistics):  # each process has seen its own part of the batch
                statistic.assign(world.mean(tf.convert_to_tensor(statistic.value), f"statistic.{number}"))
            both = world.mean(tf.stack([loss, right * world.size]), "losses")
            return both[0], both[1]

        return step

    def run(
        self,
        loader: Loader,
        world: World,
        position: Position,
        *,
        after_step: Callable[[Position], None] | None = None,
        after_epoch: Callable[[Position], None] | None = None,
    ) -> Position:
        """Train from `position` to the last epoch.

        Args:
            after_step: called when a step is done and counted; may save a checkpoint.

        Raises:
            LakehouseError: the loss is no longer a number.
        """
        import tensorflow as tf

        recipe, step = self.recipe, self._step(world)
        steps = loader.steps()
        while position.epoch < recipe.epochs:
            started, first = time.monotonic(), position.step
            for batch in loader.epoch(recipe.seed, position.epoch, position.step):
                self.optimizer.learning_rate.assign(recipe.rate(position.epoch, position.step, steps))
                rows = min(loader.batch, len(loader.targets) - position.step * loader.batch)
                inputs = {name: tf.constant(value) for name, value in batch.inputs.items()}
                loss, right = (float(x) for x in step(inputs, tf.constant(batch.targets), tf.constant(batch.weights), tf.constant(float(rows))))
                if not np.isfinite(loss):
                    raise LakehouseError(
                        f"The loss became {loss} in epoch {position.epoch + 1}, step {position.step + 1}; "
                        f"train with a --learning-rate below {recipe.learning_rate:g}."
                    )
                position.step += 1
                position.loss_sum += loss * rows
                position.right += right
                position.rows += rows
                if after_step and position.step < steps:
                    after_step(position)
            seconds = time.monotonic() - started
            position.history.append(
                {
                    "epoch": position.epoch + 1,
                    "loss": position.loss_sum / position.rows,
                    "top1": position.right / position.rows,
                    "learning_rate": recipe.rate(position.epoch, steps - 1, steps),
                    "rows_per_second": (steps - first) * loader.batch / max(seconds, 1e-9),
                }
            )
            position.epoch, position.step, position.loss_sum, position.right, position.rows = position.epoch + 1, 0, 0.0, 0.0, 0.0
            if after_epoch:
                after_epoch(position)
        return position


def inputs_of(model: keras.Model) -> dict:
    """A model's inputs with any number of rows and words, so that a graph is made once and not for each length of title."""
    import tensorflow as tf

    return {name: tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype, name=name) for name, tensor in model.input.items()}


def probabilities(model: keras.Model, loader: Loader, world: World) -> tuple[np.ndarray, np.ndarray]:
    """(n, paths) float32 of every row, and whether its picture was read, both in the examples' order; on every process."""
    import tensorflow as tf

    @tf.function(input_signature=[inputs_of(model)])
    def score(inputs):
        return tf.nn.softmax(tf.cast(model(inputs, training=False), tf.float32))

    rows, scores, seen = [], [], []
    for batch in loader.epoch(None):
        real = batch.weights > 0
        rows.append(batch.rows[real])
        scores.append(score({name: tf.constant(value) for name, value in batch.inputs.items()}).numpy()[real])
        seen.append(batch.inputs["has_image"][real] if "has_image" in batch.inputs else np.zeros(int(real.sum()), np.float32))
    order = world.gather(np.concatenate(rows))
    gathered, shown = world.gather(np.concatenate(scores)), world.gather(np.concatenate(seen))
    result = np.empty_like(gathered)
    result[order] = gathered
    there = np.empty_like(shown)
    there[order] = shown
    return result, there
