"""How fast models are fed and asked, beside plain TensorFlow doing the same work on the same files. Prints one JSON object.

python benchmarks/training.py [--shared ../shared] [--model models:/mep3m-classifier/2]

Titles are scored with the champion of the lake's registry; without one that figure is left out, and said so.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import multiprocessing
import os
import sys
import tempfile
import time
import zipfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)  # else `import training` would be this file
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
BATCH, PIXELS = 64, 64


def titles_of(shared: Path) -> list[str]:
    with gzip.open(shared / "data/shops2014/listings.tsv.gz", "rt", encoding="utf-8") as file:
        return [row["title"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def lake_of(root: Path, titles: list[str], images: list[str]) -> None:
    """gold.products in a lake of its own: the titles, then the pictures."""
    from lakehouse import arrow, tables

    os.environ["LAKEHOUSE_ROOT"] = str(root)
    rows = [
        {
            "product_id": f"{n:08d}",
            "shop": "s",
            "listing_id": str(n),
            "class_id": 1,
            "class_name": "c",
            "sub_class_id": n % 2,
            "sub_class_name": "s",
            "subsub_class_id": None,
            "subsub_class_name": None,
            "img_path": path,
            "img_resolution": None,
            "title": title,
            "split": "test" if n < 2 else "train",
        }
        for n, (title, path) in enumerate([*((t, None) for t in titles), *(("图", i) for i in images)])
    ]
    arrow.append(tables.PRODUCTS, arrow.batch(tables.PRODUCTS, rows))


def drained(batches) -> float:
    """Seconds that a pass over the batches takes."""
    started = time.monotonic()
    for _ in batches:
        pass
    return time.monotonic() - started


def passes(rank: int, size: int, root: str, model: str, vocabulary: list[str], begin) -> tuple[int, list[tuple[float, float]]]:
    """One of the processes that train: titles of the table; clock and core seconds at its start and after each of two passes over its part."""
    import pyarrow.dataset  # noqa: F401, brings pandas: programs are loaded before the clock starts, as TensorFlow is
    import rjieba

    from lakehouse import tables
    from training import data, models
    from training.loader import Loader, Titles
    from training.models.config import Config
    from training.served.inputs import Encoder
    from training.served.titles import Vocabulary

    os.environ["LAKEHOUSE_ROOT"] = root
    encoder = Encoder(models.ALL[model].reading(Config(paths=2)), Vocabulary(vocabulary))
    list(rjieba.cut("茶"))  # loads its dictionary, as making the vocabulary does
    begin.wait()
    moments = [(time.monotonic(), time.process_time())]
    train = data.read(tables.PRODUCTS, 1)["train"]
    loader = Loader(train, train.truth, Titles(train.titles, encoder), 0, Path(root), BATCH, rank, size)
    for epoch in (0, 1):
        drained(loader.epoch(1, epoch))
        moments.append((time.monotonic(), time.process_time()))
    return len(train), moments


def titles(root: Path, lines: list[str], model: str) -> dict:
    """Titles as the model reads them, padded, in shuffled batches of 64, in as many processes as train; the first pass begins with reading Delta."""
    import tensorflow as tf

    from training import launch, models
    from training.models.config import Config
    from training.served.inputs import Encoder
    from training.served.titles import Vocabulary

    encoder = Encoder(models.ALL[model].reading(Config(paths=2)), Vocabulary.of(lines))
    size, spawn = launch.processes(None), multiprocessing.get_context("spawn")
    with spawn.Manager() as manager, ProcessPoolExecutor(size, spawn) as pool:
        begin = manager.Barrier(size)
        running = [pool.submit(passes, rank, size, str(root), model, encoder.vocabulary.known, begin) for rank in range(size)]
        (count, *_), moments = zip(*(one.result() for one in running), strict=True)
    began, first_over, over = (max(clock for clock, _ in moment) for moment in zip(*moments, strict=True))
    first, later = first_over - began, over - first_over
    cores_s = sum(first_pass[1] - start[1] for start, first_pass, _ in moments)

    text = root / "titles.txt"
    text.write_text("\n".join(lines), "utf-8")

    def numbers(batch):
        return list(encoder.titles([line.decode() for line in batch]).values())

    kinds = [tf.int32] * len(encoder.titles([]))
    plain = (
        tf.data.TextLineDataset(str(text))
        .shuffle(10_000, 1)
        .batch(BATCH)
        .map(lambda batch: tf.numpy_function(numbers, [batch], kinds), num_parallel_calls=tf.data.AUTOTUNE)
        .prefetch(tf.data.AUTOTUNE)
    )
    theirs = drained(plain.as_numpy_iterator())
    return {
        "titles": count,
        "of_each": " and ".join(encoder.titles([])),
        "processes": size,
        "first_epoch_titles_per_second": round(count / first),
        "first_epoch_titles_per_core_second": round(count / cores_s),  # the same whatever else the machine is at
        "later_epochs_titles_per_second": round(count / later),
        "text_line_dataset_titles_per_second": round(len(lines) / theirs),
        "ratio_first": round(theirs / len(lines) * count / first, 2),
        "ratio_later": round(theirs / len(lines) * count / later, 2),
    }


def pictures(root: Path, folder: Path) -> dict:
    """JPEGs of 220 x 220 as arrays of 64 x 64 in shuffled batches of 64, one pass; `kept` is a later pass over a table that fits in memory."""
    import keras

    from lakehouse import tables
    from training import data
    from training.loader import Loader, Titles
    from training.served.inputs import Encoder, Reading

    train = data.read(tables.PRODUCTS, 1)["train"].with_image()
    no_titles = Titles(train.titles, Encoder(Reading(), None))

    def loader() -> Loader:
        return Loader(train, train.truth, no_titles, PIXELS, root, BATCH, threads=len(os.sched_getaffinity(0)))

    drained(loader().epoch(1, 0))  # the files are in the page cache for both
    fresh = loader()  # one that has decoded nothing yet: the comparison is of decoding
    ours = drained(fresh.epoch(1, 1))
    kept = drained(fresh.epoch(1, 2))
    plain = keras.utils.image_dataset_from_directory(folder, image_size=(PIXELS, PIXELS), batch_size=BATCH, shuffle=True, seed=1, verbose=False)
    theirs = drained(plain.as_numpy_iterator())
    count = len(plain.file_paths)
    return {
        "pictures": len(train),
        "pictures_per_second": round(len(train) / ours),
        "kept_pictures_per_second": round(len(train) / kept),
        "image_dataset_from_directory_pictures_per_second": round(count / theirs),
        "ratio": round(theirs / count * len(train) / ours, 2),
    }


def champion(tracking_uri: str) -> str:
    """The registry's champion, of products before that of labelled_products; empty where there is none."""
    import mlflow

    from training.tracking import CHAMPION, registered_name

    models = mlflow.MlflowClient(tracking_uri)
    for name in map(registered_name, ("products", "labelled_products")):
        found = models.search_registered_models(f"name = '{name}'")
        if found and CHAMPION in found[0].aliases:
            return f"models:/{name}@{CHAMPION}"
    return ""


def scoring(uri: str, tracking_uri: str, lines: list[str]) -> dict:
    """100,000 titles through a registered model in one process, its loading apart."""
    import mlflow
    import pandas as pd

    mlflow.set_tracking_uri(tracking_uri)
    model = mlflow.pyfunc.load_model(uri)
    frame = pd.DataFrame({"title": (lines * (100_000 // len(lines) + 1))[:100_000]})
    model.predict(frame[:100])
    started = time.monotonic()
    model.predict(frame)
    return {
        "model": uri,
        "architecture": model.metadata.metadata["architecture"],
        "titles": len(frame),
        "seconds": round(time.monotonic() - started, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder of the real listings and pictures (default: beside the repository)")
    parser.add_argument("--model", default="", help="a registered model to score 100,000 titles with (default: the registry's champion)")
    given = parser.parse_args()
    from lakehouse import settings

    registry = settings.load().tracking_uri
    lines = titles_of(given.shared)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        with zipfile.ZipFile(given.shared / "data/clothing/images-220.zip") as archive:
            archive.extractall(root / "images")
        images = sorted(str(path.relative_to(root)) for path in (root / "images").rglob("*.jpg"))
        lake_of(root, lines, images)
        folder = (root / images[0]).parent.parent
        result = {
            "cores": len(os.sched_getaffinity(0)),
            "titles": [titles(root, lines, model) for model in ("bilstm", "wide_deep")],
            "pictures": pictures(root, folder),
        }
    model = given.model or champion(registry)
    result["scoring"] = scoring(model, registry, lines) if model else f"no champion in {registry}; train a model first (`mep3m train`)"
    print(json.dumps(result, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
