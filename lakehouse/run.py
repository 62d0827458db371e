"""mep3m run: every step of the chain in order, each a program of its own, and a summary at the end."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console

from lakehouse import settings, summary
from lakehouse.errors import LakehouseError

app = typer.Typer()
MEP3M = (sys.executable, "-m", "lakehouse.cli")
SERVER_READY_WITHIN_S = 120


def step(console: Console, *arguments: object) -> None:
    """One program of the chain, its output passed through.

    Raises:
        LakehouseError: it ended with an error; what was published before stays.
    """
    words = [str(argument) for argument in arguments]
    console.print(f"\n[bold]mep3m {' '.join(words)}[/]")
    started = time.monotonic()
    if code := subprocess.run([*MEP3M, *words], check=False).returncode:
        raise LakehouseError(f"`mep3m {words[0]}` ended with {code}, as said above; what was published before stands. "
                             "Mend it and run again: finished work is not done twice.")
    console.print(f"[dim]{' '.join(words[:2] if words[0] == 'train' else words[:1])}: {time.monotonic() - started:.0f} s[/]")


@contextmanager
def sample_shops(arguments: list[object], scratch: Path) -> Iterator[Path]:
    """The sample shops' server for as long as it is needed; gives the file that lists its shops.

    Raises:
        LakehouseError: it did not come up.
    """
    ready = scratch / "shops.json"
    server = subprocess.Popen([*MEP3M, "sample-shops", "serve", *map(str, arguments), "--ready-file", str(ready)])
    try:
        deadline = time.monotonic() + SERVER_READY_WITHIN_S
        while not ready.exists():
            if server.poll() is not None or time.monotonic() > deadline:
                raise LakehouseError("The sample shops did not come up, as said above.")
            time.sleep(0.1)
        yield ready
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


@app.command()
def run(
    size: int = typer.Option(3000, help="Listings of the generated sample shops."),
    seed: int = typer.Option(7, help="Of the generated sample shops."),
    port: int = typer.Option(8700, help="Of the first sample shop; the same each time, so that a second run finds pages unchanged."),
    shops: Path = typer.Option(None, help="Your own shops: a JSON list of {\"shop\", \"url\"}; nothing is generated or served."),
    listings: Path = typer.Option(None, help="Serve this listings file (TSV, gzip or not) as shops, instead of generated ones."),
    class_map: Path = typer.Option(None, help="CSV: which curated class each shop's first-level class belongs to."),
    images: Path = typer.Option(None, help="ZIP or folder of pictures, one folder a class, for --listings."),
    image_map: Path = typer.Option(None, help="CSV: which picture class shows which label, for --images."),
    limit_per_shop: int = typer.Option(0, help="With --listings: so many of each shop; 0 is all."),
    model: list[str] = typer.Option(["bilstm", "tfn"], help="Models to train: the first to be champion, the others beside it, as challengers."),
    release: Path = typer.Option(None, help="Where the data set is written; <lake>/release by default."),
) -> None:
    """Everything in order: crawl, class map, build, train, score, release; ends with a summary."""
    console = Console()
    started = time.monotonic()
    lake = settings.load()
    for file in (shops, listings, class_map, images, image_map):
        if file is not None and not file.exists():
            raise LakehouseError(f"{file} is not there; name a file that is.")
    lake.path.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        gold = None
        if shops is not None:
            step(console, "crawl", "--shops", shops)
        else:
            if listings is not None:
                source = ["--listings-file", listings, "--limit-per-shop", limit_per_shop]
                source += ["--images", images] if images else []
                source += ["--image-map", image_map] if image_map else []
            else:
                source = ["--listings", size, "--seed", seed]
                step(console, "sample-shops", "generate", scratch / "key", *source)
                class_map, gold = class_map or scratch / "key" / "class_map.csv", scratch / "key" / "gold_pairs.tsv"
            with sample_shops([*source, "--port", port], scratch) as ready:
                step(console, "crawl", "--shops", ready, "--allow-address", "127.0.0.1")
        step(console, "build", *(["--class-map", class_map] if class_map else []))
        if not summary.rows("products"):
            console.print("\nNo product yet: nobody has said which curated class the shops' classes belong to.\n"
                          "  mep3m class-map pending          lists them\n  mep3m class-map import FILE.csv  takes your answers; then run again")
            return
        evaluation = scratch / "evaluation.json"
        if gold is not None:
            done = subprocess.run([*MEP3M, "evaluate", "alignment", "--gold", str(gold)], stdout=subprocess.PIPE, text=True, check=False)
            evaluation.write_text(done.stdout)
        first, *others = model
        with ThreadPoolExecutor(1) as aside:     # a step alone keeps half of two cores busy
            trained = aside.submit(lambda: [step(console, "train", name, "--if-needed", "--challenger") for name in others])
            step(console, "train", first, "--if-needed")
            step(console, "score")
            step(console, "release", release or lake.path / "release", "--replace")
            trained.result()
        answer_key = json.loads(evaluation.read_text() or "{}") if evaluation.exists() else {}
    summary.show(console, seconds=time.monotonic() - started, answer_key=answer_key)
