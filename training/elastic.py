"""Training that survives a lost worker: the rest go on from the last commit, and a worker that comes later joins in.

Horovod's own TensorFlowState does not share variables where TensorFlow is eager, so the state is this module's.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

from training.checkpoints import Position
from training.world import World, as_tensorflow, present

if TYPE_CHECKING:
    from training.loader import Loader
    from training.loop import Trainer


def asked_for() -> bool:
    """Whether this process was started by an elastic horovodrun."""
    return os.environ.get("HOROVOD_ELASTIC") == "1"


def run(
    trainer: Trainer,
    position: Position,
    loader_of: Callable[[World], Loader],
    *,
    compress: bool,
    commit_steps: int,
    after_step: Callable[[World, Position], None],
    after_epoch: Callable[[World, Position], None],
) -> tuple[World, Position]:
    """As Trainer.run, over a world that may change; gives the world at the end.

    Args:
        loader_of: the loader of a world's part of the rows.
        commit_steps: steps between commits; what was done since the last one is done again when a worker is lost.
    """
    import horovod.tensorflow as hvd
    from horovod.common.elastic import ObjectState

    variables = [as_tensorflow(variable) for variable in trainer.variables]

    class State(ObjectState):
        """The trainer's numbers and the position, kept in memory as of the last commit."""

        def save(self) -> None:
            self.kept = [variable.numpy() for variable in variables]
            super().save()

        def restore(self) -> None:
            for variable, value in zip(variables, self.kept, strict=True):
                variable.assign(value)
            super().restore()

        def sync(self) -> None:
            with peers_may_leave():
                hvd.broadcast_variables(variables, root_rank=0)
                super().sync()
            self.kept = [variable.numpy() for variable in variables]

    @hvd.elastic.run
    def train(state) -> tuple[World, Position]:
        me = present(compress=compress)
        at = Position(**copy.deepcopy(state.position))

        def stepped(now: Position) -> None:
            after_step(me, now)
            if now.step % commit_steps == 0:
                state.position = copy.deepcopy(asdict(now))
                state.commit()

        def over(now: Position) -> None:
            after_epoch(me, now)
            state.position = copy.deepcopy(asdict(now))
            state.commit()

        with peers_may_leave():
            return me, trainer.run(loader_of(me), me, at, after_step=stepped, after_epoch=over)

    state = State(bcast_object=hvd.broadcast_object, get_rank=hvd.rank, position=asdict(position))
    state.save()
    return train(state)


@contextmanager
def peers_may_leave() -> Iterator[None]:
    """A collective operation that a peer left: Horovod begins again with those who are still there."""
    import tensorflow as tf
    from horovod.common.exceptions import HorovodInternalError

    try:
        yield
    except tf.errors.OpError as error:
        if "orovod" in str(error):
            raise HorovodInternalError(str(error)) from error
        raise
