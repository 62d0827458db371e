"""A bag of terms: the sum of their vectors, without a copy of each vector for each occurrence."""

from __future__ import annotations

import keras


@keras.saving.register_keras_serializable("mep3m")
class Bag(keras.layers.Layer):
    """(batch, any length) int32 terms, 0 for padding -> (batch, dimensions): their weighted vectors' sum, divided by the root of their number.

    Vectors are looked up once a batch, however many titles share a term: a batch of 256 titles has 38,000 terms, of which 10,000 differ.

    Args:
        weighted: each term's vector is scaled by a learnt number, 1 at first.
        left_out: share of the terms that are left out, at random, while training.
    """

    def __init__(self, buckets: int, dimensions: int, weighted: bool = False, left_out: float = 0.0, **more):
        super().__init__(**more)
        self.buckets, self.dimensions, self.weighted, self.left_out = buckets, dimensions, weighted, left_out
        self.seeds = keras.random.SeedGenerator(1)

    def build(self, shape) -> None:
        start = keras.initializers.RandomUniform(-0.05, 0.05)
        # The optimizer knows tables, of which a step touches few rows, by this name.
        self.vectors = self.add_weight(shape=(self.buckets, self.dimensions), initializer=start, name="vector_embeddings")
        self.weights_of = self.add_weight(shape=(self.buckets, 1), initializer="ones", name="weight_embeddings") if self.weighted else None

    def call(self, terms, training: bool = False):
        import tensorflow as tf

        there = tf.not_equal(terms, 0)
        if training and self.left_out:
            there &= keras.random.uniform(tf.shape(terms), seed=self.seeds) >= self.left_out
        found = tf.where(there)
        known, place = tf.unique(tf.gather_nd(terms, found))
        rows = tf.gather(self.vectors.value, known)
        if self.weights_of is not None:
            rows *= tf.gather(self.weights_of.value, known)
        summed = tf.sparse.segment_sum(rows, place, found[:, 0], num_segments=tf.shape(terms, out_type=tf.int64)[0])
        number = tf.reduce_sum(tf.cast(there, tf.float32), axis=1, keepdims=True)
        return summed / tf.sqrt(tf.maximum(number, 1.0))

    def compute_output_spec(self, terms, training: bool = False):
        return keras.KerasTensor((terms.shape[0], self.dimensions), "float32")

    def get_config(self) -> dict:
        return {**super().get_config(), "buckets": self.buckets, "dimensions": self.dimensions, "weighted": self.weighted, "left_out": self.left_out}
