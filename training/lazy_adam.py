"""Adam for tables of vectors, of which a step touches few rows: only those rows and their moments are updated.

A table of 262,144 vectors would otherwise be walked through whole at every step. The moments of a row stand still while it is not
looked up, as in TensorFlow Addons' LazyAdam.
"""

from __future__ import annotations

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7


class LazyAdam:
    """Moments of tables, and how a sparse gradient moves them."""

    def __init__(self, tables: list):
        import tensorflow as tf

        self.tables = tables
        self.moments = [tuple(tf.Variable(tf.zeros(table.shape), trainable=False) for _ in range(2)) for table in tables]
        self.steps = tf.Variable(0.0, trainable=False)

    @property
    def variables(self) -> list:
        return [self.steps, *(moment for pair in self.moments for moment in pair)]

    def apply(self, gradients: list, rate) -> None:
        """One step; inside a tf.function. `gradients` are IndexedSlices, one a table."""
        import tensorflow as tf

        self.steps.assign_add(1.0)
        corrected = rate * tf.sqrt(1 - BETA_2**self.steps) / (1 - BETA_1**self.steps)
        for table, (first, second), gradient in zip(self.tables, self.moments, gradients, strict=True):
            rows, place = tf.unique(gradient.indices)
            slope = tf.math.unsorted_segment_sum(gradient.values, place, tf.size(rows))
            mean = BETA_1 * tf.gather(first, rows) + (1 - BETA_1) * slope
            square = BETA_2 * tf.gather(second, rows) + (1 - BETA_2) * slope * slope
            first.scatter_update(tf.IndexedSlices(mean, rows))
            second.scatter_update(tf.IndexedSlices(square, rows))
            table.value.scatter_sub(tf.IndexedSlices(corrected * mean / (tf.sqrt(square) + EPSILON), rows))
