"""Who am I among how many: the only module that knows Horovod. Alone, every operation is the identity."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np


def horovod_installed() -> bool:
    return find_spec("horovod") is not None


@dataclass(frozen=True)
class World:
    rank: int = 0
    size: int = 1
    local_rank: int = 0
    local_size: int = 1
    compress: bool = False  # gradients cross the wire as float16

    @property
    def is_leader(self) -> bool:
        """One process writes."""
        return self.rank == 0

    def mean_gradients(self, gradients: list) -> list:
        """Each gradient averaged over all processes; inside a tf.function."""
        if self.size == 1:
            return gradients
        import horovod.tensorflow as hvd
        import tensorflow as tf

        compression = hvd.Compression.fp16 if self.compress else hvd.Compression.none

        def mean(gradient, name: str):
            if not (self.compress and isinstance(gradient, tf.IndexedSlices)):
                return hvd.allreduce(gradient, op=hvd.Average, compression=compression, name=name)
            # Horovod sends the rows of a table as they are, whatever compression it is told.
            sent = tf.IndexedSlices(tf.cast(gradient.values, tf.float16), gradient.indices, gradient.dense_shape)
            found = hvd.allreduce(sent, op=hvd.Average, name=name)
            return tf.IndexedSlices(tf.cast(found.values, gradient.dtype), found.indices, found.dense_shape)

        return [mean(gradient, f"gradient.{number}") for number, gradient in enumerate(gradients)]

    def mean(self, value, name: str):
        """A tensor averaged over all processes, under a name of its own; inside a tf.function."""
        if self.size == 1:
            return value
        import horovod.tensorflow as hvd

        return hvd.allreduce(value, op=hvd.Average, name=name)

    def share(self, variables: list) -> None:
        """The leader's values into every process's variables."""
        if self.size > 1:
            import horovod.tensorflow as hvd

            hvd.broadcast_variables([as_tensorflow(variable) for variable in variables], root_rank=0)

    def gather(self, rows: np.ndarray) -> np.ndarray:
        """Every process's rows, in the order of ranks, on every process."""
        if self.size == 1:
            return rows
        import horovod.tensorflow as hvd

        return hvd.allgather(rows, name="gather").numpy()

    def same(self, thing):
        """The leader's object on every process."""
        if self.size == 1:
            return thing
        import horovod.tensorflow as hvd

        return hvd.broadcast_object(thing, root_rank=0)


def as_tensorflow(variable):
    """TensorFlow's variable inside a Keras one, which has no `.ref()`."""
    return variable.value if hasattr(variable, "path") else variable


def present(*, compress: bool = False) -> World:
    """Horovod's world as it is now; an elastic one may be another later."""
    import horovod.tensorflow as hvd

    return World(hvd.rank(), hvd.size(), hvd.local_rank(), hvd.local_size(), compress)


def join(*, compress: bool = False) -> World:
    """The world this process was started in: horovodrun's, or its own. Claims its share of cores, or its GPU."""
    import tensorflow as tf

    launched = "HOROVOD_RANK" in os.environ or "HOROVOD_ELASTIC" in os.environ
    if launched:
        import horovod.tensorflow as hvd

        hvd.init()
        world = present(compress=compress)
    else:
        world = World()
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        tf.config.set_visible_devices(gpus[world.local_rank % len(gpus)], "GPU")
        for gpu in tf.config.get_visible_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, True)
    else:
        cores = max(1, len(os.sched_getaffinity(0)) // world.local_size)
        tf.config.threading.set_intra_op_parallelism_threads(cores)
        tf.config.threading.set_inter_op_parallelism_threads(max(2, cores))
    return world
