from argparse import ArgumentParser

import pytest

from lakehouse.errors import LakehouseError
from spark_jobs import strategies


def chosen(*arguments: str) -> strategies.Options:
    parser = ArgumentParser()
    strategies.add_arguments(parser)
    return strategies.options(parser.parse_args(arguments))


def test_the_papers_choices_by_default():
    options = chosen()
    assert (options.weight, options.threshold, options.identical_names_merge, options.shortest_term) == ("counts", 0.75, True, 2)


def test_every_choice_the_original_leaves_open():
    options = chosen("--weight", "presence", "--threshold", "identical-names", "--identical-names", "criterion", "--shortest-term", "1")
    assert (options.weight, options.threshold, options.identical_names_merge, options.shortest_term) == ("presence", None, False, 1)
    assert chosen("--threshold", "0.6").threshold == 0.6


@pytest.mark.parametrize("threshold", ["high", "1.5", "-0.1", "nan"])
def test_a_threshold_that_is_none(threshold):
    with pytest.raises(LakehouseError, match=f"--threshold is '{threshold}'; give a number from 0 to 1, or identical-names"):
        chosen("--threshold", threshold)


@pytest.mark.parametrize("name", list(strategies.MODULES))
def test_every_strategy_has_its_two_functions(name):
    module = strategies.find(name)
    assert callable(module.pairs) and callable(module.decide)
