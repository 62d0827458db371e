"""Train, register, load elsewhere, serve, promote, go back: the commands as a person gives them, on a small lake."""

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from lakehouse import arrow, tables
from tests.training.conftest import picture, rows

pytestmark = pytest.mark.slow
MEP3M = [sys.executable, "-m", "lakehouse.cli"]
NOBODY = "http://127.0.0.1:9"      # the discard port, where no registry answers


def environment(lake: Path, **more: str) -> dict[str, str]:
    # MLflow leaves the addresses that a process has set in its environment.
    own = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    return {**own, "LAKEHOUSE_ROOT": str(lake), "TF_CPP_MIN_LOG_LEVEL": "3", **more}


def mep3m(lake: Path, *words: str, **more: str) -> subprocess.CompletedProcess:
    done = subprocess.run([*MEP3M, *words], env=environment(lake, **more), capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done


EPOCHS = 12
IN_TEST_ONLY = "seldom"
SMALL = ("--epochs", str(EPOCHS), "--units", "8", "--dimensions", "8", "--batch", "16", "--np", "1")


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> Path:
    """Two registered versions: a linear one, champion since it was the first, and a BiLSTM, which was killed once on its way."""
    root = tmp_path_factory.mktemp("trained") / "lake"
    root.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAKEHOUSE_ROOT", str(root))
        products = [{**row, "title": row["title"] + f" {IN_TEST_ONLY}"} if row["split"] == "test" else row for row in rows(root)]
        single = {**products[0], "product_id": "single", "title": "儿童手表", "sub_class_id": 12, "sub_class_name": "子类12", "split": "train", "img_path": None}
        arrow.append(tables.PRODUCTS, arrow.batch(tables.PRODUCTS, [*products, single]))
    done = mep3m(root, "train", "linear_ngrams")
    assert done.returncode == 0, done.stderr
    assert "mep3m-classifier version 1, alias champion" in done.stdout
    assert "1 labels have one training product" in done.stderr
    return root


def served(lake: Path, architecture: str) -> Path:
    return next((lake / "trained").glob(f"{architecture}-*")) / "model"


def probabilities(model: Path) -> np.ndarray:
    from training.served.model import Classifier

    titles = [row["title"] for row in rows(model.parent, 60, pictures=False)]
    return Classifier().open(model).probabilities(titles, [picture((n, 9 * n % 250, 99), n) for n in range(len(titles))])


def curve(registry, run) -> list[int]:
    """The epochs that a run's curve shows."""
    return [point.step for point in registry.get_metric_history(run.info.run_id, "train_loss")]


def test_a_killed_run_ends_as_an_undisturbed_one_shows_its_curve_meanwhile_and_waits_for_a_registry_that_went_down(lake, tmp_path):
    import mlflow

    from training import checkpoints

    undisturbed = tmp_path / "lake"
    shutil.copytree(lake / "gold", undisturbed / "gold")
    alone = mep3m(undisturbed, "train", "bilstm", *SMALL, LAKEHOUSE_MLFLOW_TRACKING_URI=NOBODY)
    assert alone.returncode == 1 and "`mep3m register` registers it" in alone.stderr

    server = mlflow.MlflowClient(f"sqlite:///{lake}/mlflow.db", f"sqlite:///{lake}/mlflow.db")
    experiment = [server.get_experiment_by_name("mep3m").experiment_id]
    command = [*MEP3M, "train", "bilstm", *SMALL, "--checkpoint-steps", "1"]
    process = subprocess.Popen(command, env=environment(lake), start_new_session=True, stderr=subprocess.DEVNULL)
    try:
        while not ((shown := server.search_runs(experiment, "tags.architecture = 'bilstm'")) and curve(server, shown[0])):
            assert process.poll() is None, "it ended before it was seen"
        assert shown[0].info.status == "RUNNING"
        checkpoint = next((lake / "trained").glob("bilstm-*")) / "checkpoint.npz"
        while not checkpoints.load(checkpoint)[1].step:
            assert process.poll() is None, "it ended before it could be killed"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert checkpoints.load(checkpoint)[1].epoch < EPOCHS and not checkpoint.with_name("report.json").exists()

    again = mep3m(lake, "train", "bilstm", *SMALL, "--checkpoint-steps", "1", LAKEHOUSE_MLFLOW_TRACKING_URI=NOBODY)
    assert "Going on from epoch" in again.stderr and "`mep3m register` registers it" in again.stderr
    np.testing.assert_array_equal(probabilities(served(lake, "bilstm")), probabilities(served(undisturbed, "bilstm")))

    done = mep3m(lake, "register")
    assert done.returncode == 0 and "mep3m-classifier version 2, challenger" in done.stdout
    assert "Nothing waits" in mep3m(lake, "register").stdout
    (run,) = server.search_runs(experiment, "tags.architecture = 'bilstm'")
    assert run.info.status == "FINISHED" and curve(server, run) == list(range(1, EPOCHS + 1))


@pytest.mark.parametrize(("architecture", "processes", "more"), [
    ("bilstm", 2, ()), ("wide_deep", 1, ("--buckets", "1000", "--hidden", "8")), ("tfn", 1, ("--image-size", "16", "--hidden", "8"))])
def test_processes_that_were_killed_end_as_undisturbed_ones(lake, tmp_path, architecture, processes, more):
    import psutil

    from training import checkpoints

    command = ["train", architecture, *SMALL[:-1], str(processes), "--checkpoint-steps", "1", *more]
    for name in ("undisturbed", "killed"):
        for part in ("gold", "images"):
            shutil.copytree(lake / part, tmp_path / name / part)
    mep3m(tmp_path / "undisturbed", *command, LAKEHOUSE_MLFLOW_TRACKING_URI=NOBODY)
    process = psutil.Popen([*MEP3M, *command], env=environment(tmp_path / "killed"), start_new_session=True, stderr=subprocess.DEVNULL)
    try:
        while not ((found := list((tmp_path / "killed" / "trained").glob(f"{architecture}-*/checkpoint.npz"))) and checkpoints.load(found[0])[1].step):
            assert process.poll() is None, "it ended before it could be killed"
    finally:
        workers = [one for one in process.children(recursive=True) if "training.worker" in one.cmdline()]
        for one in (*process.children(recursive=True), process):
            one.kill()
        psutil.wait_procs(workers, timeout=30)
    assert len(workers) >= processes and not found[0].with_name("report.json").exists()

    again = mep3m(tmp_path / "killed", *command, LAKEHOUSE_MLFLOW_TRACKING_URI=NOBODY)
    assert "Going on from epoch" in again.stderr
    np.testing.assert_array_equal(*(probabilities(served(tmp_path / name, architecture)) for name in ("killed", "undisturbed")))


def test_a_second_run_of_the_same_thing_trains_nothing(lake):
    done = mep3m(lake, "train", "linear_ngrams", "--if-needed")
    assert done.returncode == 0 and "is registered already: mep3m-classifier version 1" in done.stderr


def test_of_two_trained_side_by_side_the_challenger_is_not_champion_whoever_is_first(lake, tmp_path):
    """Both find no registry yet, and one of them makes it."""
    fresh = tmp_path / "lake"
    shutil.copytree(lake / "gold", fresh / "gold")
    commands = [[*MEP3M, "train", "linear_ngrams", "--seed", "1", "--challenger"], [*MEP3M, "train", "linear_ngrams", "--seed", "2"]]
    side_by_side = [subprocess.Popen(command, env=environment(fresh), stdout=subprocess.PIPE, text=True) for command in commands]
    said = [program.communicate()[0] for program in side_by_side]
    assert [program.returncode for program in side_by_side] == [0, 0], said
    assert "alias challenger" in said[0] and "alias champion" in said[1]


def test_the_model_loads_where_there_is_neither_spark_nor_this_repository(lake, tmp_path):
    program = """
import sys
sys.modules["pyspark"] = sys.modules["lakehouse"] = sys.modules["training"] = None     # importing them fails
import mlflow, pandas as pd
mlflow.set_tracking_uri(sys.argv[1])
model = mlflow.pyfunc.load_model("models:/mep3m-classifier@champion")
print(model.predict(pd.DataFrame({"title": ["鸿运 红富士苹果 500g"]}), params={"k": 2}).to_json(orient="records", force_ascii=False))
"""
    done = subprocess.run([sys.executable, "-c", program, f"sqlite:///{lake}/mlflow.db"], cwd=tmp_path, env=environment(lake), capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stderr
    best, second = json.loads(done.stdout.strip().splitlines()[-1])[0]["labels"]
    assert (best["class_id"], best["sub_class_id"], best["subsub_class_id"], best["subsub_class_name"]) == (2, 20, 200, "细类200")
    assert best["probability"] > second["probability"] and "subsub_class_id" not in second


@pytest.mark.parametrize("architecture", ["linear_ngrams", "tfn"])
def test_the_input_example_is_served(lake, request, architecture):
    version = 1 if architecture == "linear_ngrams" else request.getfixturevalue("fused")[2].version
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    uri = f"sqlite:///{lake}/mlflow.db"
    with_uvicorn = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"        # as in an activated environment
    server = subprocess.Popen([sys.executable, "-m", "mlflow", "models", "serve", "-m", f"models:/mep3m-classifier/{version}", "-p", str(port), "-h",
                               "127.0.0.1", "--env-manager", "local"], env=environment(lake, MLFLOW_TRACKING_URI=uri, PATH=with_uvicorn),
                              start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        example = json.loads((place_of(lake, version) / "serving_input_example.json").read_text())
        shown = [base64.b64decode(image) for _, image in example["dataframe_split"]["data"]]
        assert any(image.startswith(b"\xff\xd8") for image in shown), "no picture is shown"
        answer = post(port, json.dumps(example).encode())
        assert len(answer["predictions"]) == len(example["dataframe_split"]["data"])
        if architecture == "linear_ngrams":
            titles_only = post(port, json.dumps({"dataframe_records": [{"title": "乳胶床垫"}], "params": {"k": 1}}).encode())
            assert titles_only["predictions"][0]["labels"][0]["sub_class_name"] == "子类31"
            return
        from training.served.model import Classifier

        given, seen = picture((30, 30, 200), 0), Classifier().open(served(lake, "tfn"))
        for image in (given, b""):
            record = {"title": "乳胶床垫", "image": base64.b64encode(image).decode()}
            (found,) = post(port, json.dumps({"dataframe_records": [record], "params": {"k": 1, "level": "path"}}).encode())["predictions"]
            assert found["labels"][0]["probability"] == pytest.approx(seen.probabilities(["乳胶床垫"], [image]).max(), rel=1e-4)
        assert not np.allclose(seen.probabilities(["乳胶床垫"], [given]), seen.probabilities(["乳胶床垫"], [None])), "pictures are not looked at"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


@pytest.mark.parametrize(("given", "answers"), [
    ({"title": ["茶"], "image": [None]}, 1), ({"title": [None], "image": [b""]}, 1), ({"title": ["茶", "茶"], "image": [None, b"<html>"]}, 2),
    ({"title": [None, None]}, 2), ({"image": [None]}, 1), ({"title": [float("nan"), "茶"]}, 2)])
def test_a_loaded_model_takes_none_empty_and_no_column_at_all_for_missing(lake, given, answers):
    import mlflow
    import pandas as pd

    assert len(mlflow.pyfunc.load_model(str(place_of(lake, 1))).predict(pd.DataFrame(given))) == answers


def post(port: int, body: bytes) -> dict:
    for _ in range(240):
        try:
            request = urllib.request.Request(f"http://127.0.0.1:{port}/invocations", body, {"Content-Type": "application/json"})
            return json.loads(urllib.request.urlopen(request, timeout=60).read())
        except urllib.error.HTTPError as error:
            pytest.fail(error.read().decode())
        except OSError:
            time.sleep(0.5)
    pytest.fail("the server did not come up")


def test_champion_changes_only_for_a_better_model_and_can_come_back(lake, tmp_path):
    bad = mep3m(lake, "train", "hashed_ngrams", "--epochs", "1", "--learning-rate", "1e-6", "--np", "1")
    assert bad.returncode == 0 and "alias challenger" in bad.stdout, bad.stderr
    refused = mep3m(lake, "promote")
    assert refused.returncode == 2 and "Version 1 stays champion" in refused.stdout and "not better beyond chance" in refused.stdout
    assert "has had no champion before" in mep3m(lake, "promote", "--rollback").stderr
    assert "has no version abc; there are 1, " in mep3m(lake, "promote", "--challenger", "abc").stderr

    import mlflow

    registry = mlflow.MlflowClient(f"sqlite:///{lake}/mlflow.db", f"sqlite:///{lake}/mlflow.db")
    worse = registry.get_model_version_by_alias("mep3m-classifier", "challenger").version
    registry.set_registered_model_alias("mep3m-classifier", "champion", worse)
    promoted = mep3m(lake, "promote", "--challenger", "1")
    assert promoted.returncode == 0 and f"Version 1 is champion now, in place of version {worse}" in promoted.stdout
    back = mep3m(lake, "promote", "--rollback")
    assert f"Version {worse} of mep3m-classifier is champion again, in place of version 1" in back.stdout
    registry.set_registered_model_alias("mep3m-classifier", "champion", "1")


def test_a_loss_that_is_no_number_is_one_sentence(lake):
    done = mep3m(lake, "train", "hashed_ngrams", "--learning-rate", "1e38", "--epochs", "2", "--np", "1")
    assert done.returncode == 1
    assert "The loss became" in done.stderr and "train with a --learning-rate below" in done.stderr


def test_a_comparison_writes_the_page(lake, tmp_path):
    done = mep3m(lake, "compare", "linear_ngrams", "vgg19", "--epochs", "1", "--image-size", "64", "--np", "1", "--out", str(tmp_path / "results.md"),
                 "--title", "Small")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "results.md").read_text()
    assert "## Small" in page and "| linear_ngrams |" in page and "| 0.7636 | 0.9177 | 0.3966 | 0.7275 |" in page


def test_a_comparison_goes_on_without_its_registry_and_what_it_trained_is_registered_later(lake, tmp_path):
    fresh = tmp_path / "lake"
    shutil.copytree(lake / "gold", fresh / "gold")
    command = [*MEP3M, "compare", "linear_ngrams", "hashed_ngrams", "--epochs", "1", "--np", "1", "--out", str(tmp_path / "results.md")]
    process = subprocess.Popen(command, env=environment(fresh), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while not list(fresh.glob("trained/linear_ngrams-*")):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.01)
    database = fresh / "mlflow.db"
    shutil.copy(database, tmp_path / "kept.db")
    database.write_text("no database")
    said = process.communicate()[1]
    assert process.returncode == 1 and "The model registry" in said and "`mep3m register` registers it" in said and "Traceback" not in said
    page = (tmp_path / "results.md").read_text()
    assert "| linear_ngrams |" in page and "| hashed_ngrams |" in page
    shutil.copy(tmp_path / "kept.db", database)
    done = mep3m(fresh, "register")
    assert done.returncode == 0 and "version 1, champion" in done.stdout and "version 2, challenger" in done.stdout, done.stderr


@pytest.fixture(scope="module")
def fused(lake):
    """The MLflow run of a fusion model trained by two processes, and its version; its weights stay where they began."""
    import mlflow

    training = next(row for row in rows(lake) if row["split"] == "train" and row["img_path"])
    whole = (lake / training["img_path"]).read_bytes()
    (lake / training["img_path"]).write_text("<html>")
    done = mep3m(lake, "train", "tfn", *SMALL[:-1], "2", "--epochs", "2", "--learning-rate", "1e-30")
    (lake / training["img_path"]).write_bytes(whole)
    assert done.returncode == 0, done.stderr
    assert "1 pictures of training products could not be read" in done.stderr
    registry = mlflow.MlflowClient(f"sqlite:///{lake}/mlflow.db", f"sqlite:///{lake}/mlflow.db")
    (run,) = registry.search_runs([registry.get_experiment_by_name("mep3m").experiment_id], "tags.architecture = 'tfn'")
    (version,) = registry.search_model_versions(f"run_id = '{run.info.run_id}'")
    return registry, run, version


def test_a_run_in_mlflow_says_what_it_was_of_how_it_was_trained_and_what_came_of_it(lake, fused):
    from training import tracking

    registry, run, version = fused
    params, found, of = run.data.params, run.data.metrics, run.info.run_id
    assert {name: params[name] for name in ("model", "table", "table_version", "level", "processes", "batch", "learning_rate", "halve_every", "seed")} == {
        "model": "tfn", "table": "products", "table_version": "1", "level": "sub_class", "processes": "2", "batch": "16", "learning_rate": "1e-30",
        "halve_every": "2", "seed": "7"}
    assert {"units", "attention", "dropout", "tower", "min_count", "decay", "labels", "parameters"} <= set(params)
    for curve_of in tracking.CURVES:
        assert [point.step for point in registry.get_metric_history(of, f"train_{curve_of}")] == [1, 2]
    assert {"test_top1", "test_top5", "test_ap_macro", "test_f1_macro", "test_f1_weighted"} <= set(found)
    assert found["training_rows_per_second"] > 0 and found["largest_process_peak_memory_mib"] > 100
    assert {file.path for file in registry.list_artifacts(of, "figures")} == {f"figures/{name}.png" for name in
                                                                            ("learning_curve", "confusions", "f1_by_label")}
    (data,) = run.inputs.dataset_inputs
    assert json.loads(data.dataset.source)["delta_table_version"] == 1 and data.dataset.name == "gold.products@1"
    assert run.data.tags["mlflow.source.git.commit"] == tracking.git_commit()

    model = place_of(lake, version.version)
    import mlflow

    assert mlflow.models.Model.load(model).signature == tracking.signature()
    pinned = (model / "requirements.txt").read_text().split()
    assert all("==" in one for one in pinned) and {one.split("==")[0] for one in pinned} >= {"mlflow", "numpy", "pandas", "rjieba", "pillow", "tensorflow"}
    first = place_of(lake, 1)
    assert {one.split("==")[0] for one in (first / "requirements.txt").read_text().split()} >= {"scikit-learn", "scipy", "joblib"}
    linear = registry.get_run(mlflow.models.Model.load(first).run_id).data.metrics
    assert linear["training_rows_per_second"] > 0


def test_words_and_their_vectors_are_learnt_from_the_training_titles(lake, fused):
    import tensorflow as tf

    from training.served.inputs import Encoder
    from training.vectors import word2vec

    model = served(lake, "tfn")
    vocabulary = Encoder.load(model).vocabulary
    assert "包邮" in vocabulary.known and IN_TEST_ONLY not in vocabulary.known
    titles = [row["title"] for row in sorted(arrow_rows(lake), key=lambda row: row["product_id"]) if row["split"] == "train"]
    variables = tf.saved_model.load(str(model / "network")).variables
    (kept,) = (variable.numpy() for variable in variables if variable.shape == (len(vocabulary), 8))
    np.testing.assert_allclose(kept, word2vec(titles, vocabulary, 8), atol=1e-6)


@pytest.mark.parametrize("architecture", ["linear_ngrams", "tfn"])
def test_a_model_loads_where_there_is_nothing_but_its_requirements(lake, fused, tmp_path, architecture):
    done = subprocess.run([sys.executable, str(Path(__file__).with_name("bare_program.py")), place_of(lake, 1 if architecture != "tfn" else fused[2].version)],
                          cwd=tmp_path, env=environment(lake), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout.strip().splitlines()[-1])) == 2


def test_registering_again_what_failed_on_the_way_makes_no_second_version_and_leaves_a_run_that_is_held_alone(lake, fused):
    from training import runs

    registry, run, version = fused
    folder = served(lake, "tfn").parent
    (folder / "registered.json").unlink()
    registry.delete_registered_model_alias(version.name, "challenger")
    with runs.alone(folder, "This"):
        held = mep3m(lake, "register")
    assert held.returncode == 0 and f"{folder.name} is being registered by another process" in held.stdout
    assert not (folder / "registered.json").exists()
    done = mep3m(lake, "register")
    assert done.returncode == 0 and f"version {version.version}, challenger" in done.stdout, done.stderr
    assert len(registry.search_model_versions(f"run_id = '{run.info.run_id}'")) == 1
    assert registry.get_model_version_by_alias(version.name, "challenger").version == version.version


def place_of(lake: Path, version: int) -> Path:
    """The folder of a registered version."""
    import mlflow

    uri = f"sqlite:///{lake}/mlflow.db"
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    return Path(mlflow.artifacts.download_artifacts(f"models:/mep3m-classifier/{version}", tracking_uri=uri))


def arrow_rows(lake: Path) -> list[dict]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAKEHOUSE_ROOT", str(lake))
        return arrow.read(tables.PRODUCTS, columns=["product_id", "title", "split"]).to_pylist()
