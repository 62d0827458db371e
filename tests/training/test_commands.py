"""What the commands say to a person who asks for what is not there."""

import os
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import asdict, fields

import pytest
import typer
from typer.testing import CliRunner

from lakehouse.errors import LakehouseError
from training import commands, comparison, launch, options, plan, programs, promotion, runs
from training.loop import Recipe
from training.models.config import Config
from training.models.linear_ngrams import LinearConfig


@pytest.mark.parametrize(("wanted", "sentence"), [
    ({"model": "bert"}, "No model is called 'bert'; there are vgg19"),
    ({"table": "listings"}, "silver.listings cannot be trained on, since it has no"),
    ({"table": "nonsense"}, "No table is called 'nonsense'"),
    ({"version": 9}, "cannot be read at version 9"),
    ({"level": "shelf"}, "--level is 'shelf'; it is sub_class or path"),
    ({"recipe": {"batch": 0}}, "--batch is 0; it must be above 0"),
    ({"recipe": {"scaling": "cubic"}}, "--scaling is 'cubic'"),
    ({"recipe": {"learning_rate": float("nan")}}, "--learning-rate is nan; it must be above 0"),
    ({"recipe": {"seed": -1}}, "--seed is -1; it must be a whole number from 0 to 4294967295"),
    ({"recipe": {"warmup": -1.0}}, "--warmup is -1.0; it must be 0 or more"),
    ({"recipe": {"smoothing": 1.0}}, "--smoothing is 1.0; it must be from 0 to 0.99"),
    ({"recipe": {"decay": 1.5}}, "--decay is 1.5; it must be above 0, and 1 at most"),
    ({"sizes": {"dropout": 1.0}}, "--dropout is 1.0; it must be from 0 to 0.99"),
    ({"checkpoint_steps": 0}, "--checkpoint-steps is 0; it must be above 0"),
    ({"least": 0}, "--min-np is 0; it must be above 0"),
    ({"model": "vgg19", "sizes": {"weights": "/no/such.h5"}}, "--weights is /no/such.h5, which is no file"),
    ({"model": "tfn", "sizes": {"tower": "small", "weights": __file__}}, "which tfn has no vgg19 or inception_v3 for"),
    ({"sizes": {"tower": "eiffel"}}, "No image tower is called 'eiffel'"),
    ({"model": "vgg19", "sizes": {"image_size": 16}}, "vgg19 needs 32 pixels or more"),
])
def test_one_sentence(products, wanted, sentence):
    with pytest.raises(LakehouseError) as caught:
        programs.plan_for(**{"model": "bilstm", "table": "products", "version": None, **wanted})
    assert sentence in str(caught.value) and "\n" not in str(caught.value)


def test_no_products_is_one_sentence(lake):
    with pytest.raises(LakehouseError, match=r"gold\.products has not been written yet"):
        programs.plan_for("bilstm", "products", None)


def test_a_run_is_named_after_what_its_result_follows_from(products):
    def name(**more) -> str:
        return programs.plan_for("bilstm", "products", None, **{"processes": 1, **more}).name

    assert name() == name(checkpoint_steps=7, parent="run", challenger=True)
    # Each process draws dropout for its own part of a batch.
    assert len({name(), name(processes=2), name(recipe={"seed": 8}), name(sizes={"attention": 8})}) == 4


def test_a_run_is_named_after_what_its_file_of_weights_holds(products, tmp_path):
    def name(file: str, content: str) -> str:
        (tmp_path / file).write_text(content)
        return programs.plan_for("vgg19", "products", None, processes=1, sizes={"weights": str(tmp_path / file)}).name

    assert name("a.h5", "one") == name("b.h5", "one") != name("a.h5", "two")


def test_without_horovod_one_process_and_a_clear_word(monkeypatch, caplog):
    monkeypatch.setattr(launch, "horovod_installed", lambda: False)
    assert launch.processes(2) == 1 == launch.processes(1, elastic=True)
    assert "Horovod is not installed, so the model is trained in one process" in caplog.text


def test_processes_that_would_only_wait_for_one_another_are_refused(monkeypatch):
    monkeypatch.setattr(launch.os, "sched_getaffinity", lambda pid: {0, 1})
    assert launch.processes(None) == 2 and launch.processes(4) == 4
    with pytest.raises(LakehouseError, match="--np is 5; name 4 or fewer, as many as two a core"):
        launch.processes(5)
    assert launch.processes(5, elastic=True) == 5
    for none in (0, -1):
        with pytest.raises(LakehouseError, match=f"--np is {none}; name 1 process or more"):
            launch.processes(none)


def test_a_run_with_a_hosts_script_is_elastic_however_many_it_begins_with(products):
    pytest.importorskip("horovod", reason="Horovod is not installed")
    for np in (1, 2):
        asked = programs.plan_for("bilstm", "products", None, processes=np, hosts_script=sys.executable)
        started = launch.command(asked)
        assert "--host-discovery-script" in started and started[started.index("--max-np") + 1] == str(np)
        assert started[started.index("--min-np") + 1] == "1"
    with pytest.raises(LakehouseError, match="--min-np is 3, which is more than the 2 of --np"):
        programs.plan_for("bilstm", "products", None, processes=2, hosts_script=sys.executable, least=3)


def test_each_model_takes_the_settings_that_it_has(products):
    sizes = {"alpha": 1e-5, "longest": 2, "units": 8}
    linear, hashed = (programs.plan_for(name, "products", None, processes=1, sizes=sizes, recipe={"epochs": 3})
                      for name in ("linear_ngrams", "hashed_ngrams"))
    assert plan.numbers(linear) == {"longest": 2, "min_df": 2, "alpha": 1e-5, "epochs": 3, "sharpness": 4.0, "seed": 7}
    assert plan.numbers(programs.plan_for("linear_ngrams", "products", None)) == asdict(LinearConfig())
    assert plan.numbers(hashed)["longest"] == 2 and plan.numbers(hashed)["epochs"] == 3 and "alpha" not in hashed.sizes
    assert hashed.entry.reading(plan.config(hashed, 2, 2)).longest == 2


def test_every_number_is_an_option_of_training_and_of_comparing():
    declared = {setting.name for setting in options.SETTINGS}
    assert declared == {field.name for kind in (Recipe, Config, LinearConfig) for field in fields(kind)} - {"paths", "vocabulary"}
    for app in (commands.train, commands.compare):
        assert declared <= {parameter.name for parameter in typer.main.get_command(app).params}


def test_a_comparison_gives_each_model_what_is_its_own(products, monkeypatch, tmp_path):
    asked = {}
    monkeypatch.setattr(comparison, "opened", lambda title, plans: sys.exit(asked.update({plan.model: plan for plan in plans})))
    CliRunner().invoke(commands.compare, ["vgg19", "wide_deep", "linear_ngrams", "--np", "1", "--weights", __file__, "--widest", "2", "--beta-1", "0.8",
                                          "--epochs", "3", "--sharpness", "5", "--min-df", "3"])
    assert asked["vgg19"].weights and not asked["wide_deep"].weights
    assert plan.numbers(asked["wide_deep"])["widest"] == 2 and plan.numbers(asked["wide_deep"])["beta_1"] == 0.8
    linear = plan.numbers(asked["linear_ngrams"])
    assert (linear["epochs"], linear["sharpness"], linear["min_df"]) == (LinearConfig().epochs, 5.0, 3)


def test_a_comparison_trains_each_model_with_each_seed(products, monkeypatch):
    asked = []
    monkeypatch.setattr(comparison, "opened", lambda title, plans: sys.exit(asked.extend((plan.model, plan.recipe["seed"]) for plan in plans)))
    CliRunner().invoke(commands.compare, ["bilstm", "linear_ngrams", "--np", "1", "--seeds", "3,1,3"])
    assert asked == [("bilstm", 3), ("bilstm", 1), ("linear_ngrams", 3), ("linear_ngrams", 1)]


@pytest.mark.parametrize(("words", "sentence"), [
    (["--seeds", "1;2"], "--seeds is '1;2'; it must be whole numbers with commas between them, as 1,2,3."),
    (["--seeds", "1,2", "--seed", "7"], "--seed is 7 and --seeds is 1,2; leave one of them out."),
    (["--seeds", "-1"], "--seed is -1; it must be a whole number from 0"),
])
def test_seeds_that_cannot_be_read_are_one_sentence(products, words, sentence):
    assert sentence in str(CliRunner().invoke(commands.compare, ["bilstm", "--np", "1", *words]).exception)


def test_a_run_that_another_process_trains_is_left_alone(products):
    asked = programs.plan_for("bilstm", "products", None, processes=1)
    with runs.alone(asked.folder, "This"):
        with pytest.raises(LakehouseError, match="bilstm is being trained with the same settings by another process"):
            programs.train(asked, anew=True)
        other = programs.plan_for("bilstm", "products", None, processes=1, recipe={"seed": 8})
        with runs.alone(other.folder, "This"):
            pass


def test_a_run_is_the_same_whether_it_was_asked_for_alone_or_in_a_comparison(products, monkeypatch):
    asked = []
    monkeypatch.setattr(programs, "train", lambda plan, **_: asked.append(plan.name) or sys.exit())
    monkeypatch.setattr(comparison, "opened", lambda title, plans: nullcontext(""))
    for app in (commands.train, commands.compare):
        CliRunner().invoke(app, ["bilstm", "--np", "1"])
    assert len(asked) == 2 and asked[0] == asked[1]


@pytest.mark.medium
def test_a_file_that_holds_no_weights_is_one_sentence(products):
    asked = programs.plan_for("vgg19", "products", None, processes=1, sizes={"weights": __file__, "image_size": 32})
    with pytest.raises(LakehouseError, match=r"test_commands\.py does not hold the weights of this image tower"):
        programs.train(asked)


@pytest.mark.medium
def test_a_worker_that_dies_is_one_sentence_and_names_its_log(products):
    asked = programs.plan_for("bilstm", "products", None, processes=1)
    asked.save()
    (asked.folder / "plan.json").write_text("{")
    with runs.alone(asked.folder, "This") as held, pytest.raises(LakehouseError, match=r"ended with 1 before it was done; .*worker\.log says why"):
        launch.run(asked, held)


@pytest.mark.medium
def test_a_full_disk_costs_the_log_of_the_workers_and_not_the_run(products):
    asked = programs.plan_for("bilstm", "products", None, processes=1)
    asked.save()
    (asked.folder / "plan.json").write_text("{")
    (asked.folder / "worker.log").symlink_to("/dev/full")
    with runs.alone(asked.folder, "This") as held, pytest.raises(LakehouseError, match="ended with 1 before it was done"):
        launch.run(asked, held)


@pytest.mark.parametrize("model", [pytest.param("linear_ngrams", marks=pytest.mark.medium), pytest.param("bilstm", marks=pytest.mark.slow)])
def test_a_full_disk_when_a_model_is_done_is_one_sentence_and_the_same_command_ends_what_was_begun(products, model):
    """The operating system's limit on a file's size ends a write just as a full disk does."""
    program = f"""
import resource
from training import programs
asked = programs.plan_for({model!r}, "products", None, processes=1, recipe={{"epochs": 1}}, sizes={{"units": 4, "dimensions": 4}})
resource.setrlimit(resource.RLIMIT_FSIZE, (limit := 8192, resource.RLIM_INFINITY))
try:
    programs.train(asked)
except Exception as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert not (asked.folder / "report.json").exists() and not (asked.folder / "model").exists()
programs.train(asked)
assert (asked.folder / "report.json").exists()
"""
    nobody = {**os.environ, "LAKEHOUSE_MLFLOW_TRACKING_URI": "http://127.0.0.1:9"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=nobody)
    assert done.returncode == 0, done.stdout + done.stderr
    (said,) = done.stdout.strip().splitlines()
    assert said.startswith(f"The trained {model} could not be written to ") and "free some space and give the same command again" in said


@pytest.mark.slow     # MLflow makes its database, which takes seconds
def test_promoting_without_a_model_is_one_sentence(lake):
    with pytest.raises(LakehouseError, match="No model 'mep3m-classifier' is registered"):
        promotion.contest("mep3m-classifier")


def test_defaults_follow_the_paper_on_a_large_table_and_stretch_on_a_small_one():
    assert plan.adaptive(2_410_367, 64, 599) == (10, 2)
    assert plan.adaptive(100, 64, 3) == (30, 6)
    assert plan.adaptive(8_800, 64, 100) == (10, 2)
    assert plan.adaptive(8_800, 64, 1_800) == (27, 5), "many labels need more steps than many rows of few labels"


def test_a_tower_brings_its_smallest_picture_and_its_rate_to_the_models_that_take_one(products):
    def planned(tower: str, **recipe) -> dict:
        return {name: programs.plan_for(name, "products", None, processes=1, recipe=recipe, sizes={"tower": tower}) for name in ("tfn", "bilstm", "vgg19")}

    assert {name: asked.sizes.get("image_size") for name, asked in planned("inception_v3").items()} == {"tfn": 75, "bilstm": 64, "vgg19": 64}
    assert {name: asked.recipe["learning_rate"] for name, asked in planned("vgg19").items()} == {"tfn": 3e-4, "bilstm": 3e-3, "vgg19": 3e-4}
    assert {asked.recipe["learning_rate"] for asked in planned("vgg19", learning_rate=0.01).values()} == {0.01}
