"""The learning rate of a step."""

import pytest

from training.loop import Recipe


def rates(recipe: Recipe, steps: int = 10) -> list[float]:
    return [recipe.rate(epoch, step, steps) for epoch in range(recipe.epochs) for step in range(steps)]


def test_it_falls_by_the_decay_every_few_epochs():
    assert rates(Recipe(epochs=6))[::10] == pytest.approx([1e-3, 1e-3, 5e-4, 5e-4, 2.5e-4, 2.5e-4])
    assert rates(Recipe(epochs=3, halve_every=1, decay=0.1))[::10] == pytest.approx([1e-3, 1e-4, 1e-5])


def test_it_rises_step_by_step_while_it_warms_up():
    warm, cold = rates(Recipe(epochs=4, warmup=1.5)), rates(Recipe(epochs=4))
    assert warm[:15] == pytest.approx([cold[step] * (step + 1) / 15 for step in range(15)])
    assert warm[15:] == cold[15:]


@pytest.mark.parametrize(("scaling", "times"), [("sqrt", 2), ("linear", 4), ("none", 1)])
def test_it_grows_with_the_batch_of_all_processes(scaling, times):
    assert rates(Recipe(epochs=2, batch=256, scaling=scaling)) == pytest.approx([times * rate for rate in rates(Recipe(epochs=2))])
