"""Adam for tables of vectors, of which a step touches few rows: only those rows and their moments are updated.

A table of 262,144 vectors would otherwise be walked through whole at every step. The moments of a row stand still while it is not
looked up, as in TensorFlow Addons' LazyAdam.
"""

from __future__ import annotations


class LazyAdam:
    """Moments of tables, and how a sparse gradient moves them."""

    def __init__(self, tables: list, beta_1: float, beta_2: float, epsilon: float):
        import tensorflow as tf

        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
        self.tables = tables
        self.moments = [tuple(tf.Variable(tf.zeros(table.shape), trainable=False) for _ in range(2)) for table in tables]
        self.steps = tf.Variable(0.0, trainable=False)

    @property
    def variables(self) -> list:
        return [self.steps, *(moment for pair in self.moments for moment in pair)]

    def apply(self, gradients: list, rate) -> None:
        """One step; inside a tf.function. `gradients` are `merged` ones, one a table."""
        import tensorflow as tf

        self.steps.assign_add(1.0)
        corrected = rate * tf.sqrt(1 - self.beta_2**self.steps) / (1 - self.beta_1**self.steps)
        for table, (first, second), gradient in zip(self.tables, self.moments, gradients, strict=True):
            rows, slope = gradient.indices, gradient.values
            mean = self.beta_1 * tf.gather(first, rows) + (1 - self.beta_1) * slope
            square = self.beta_2 * tf.gather(second, rows) + (1 - self.beta_2) * slope * slope
            first.scatter_update(tf.IndexedSlices(mean, rows))
            second.scatter_update(tf.IndexedSlices(square, rows))
            table.value.scatter_sub(tf.IndexedSlices(corrected * mean / (tf.sqrt(square) + self.epsilon), rows))


def merged(gradient):
    """A table's gradient (IndexedSlices) with each row once: several words of a batch, or several processes, may each bring a part of a row.

    Of parts that lie apart, a norm would be another one on two processes than on one.
    """
    import tensorflow as tf

    rows, place = tf.unique(gradient.indices)
    return tf.IndexedSlices(tf.math.unsorted_segment_sum(gradient.values, place, tf.size(rows)), rows, gradient.dense_shape)
