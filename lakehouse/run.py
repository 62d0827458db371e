"""mep3m run: every step of the chain in order, each a program of its own, and a summary at the end."""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from lakehouse import arrow, registry, settings, spark, summary, tables
from lakehouse.errors import LakehouseError

app = typer.Typer()
MEP3M = (sys.executable, "-m", "lakehouse.cli")
SERVER_READY_WITHIN_S = 120
NOT_BETTER = 2                  # what `mep3m promote` ends with where the champion stays
PR_SET_PDEATHSIG = 1            # of Linux's prctl


def end_with(parent: int) -> None:
    """In a child, before its program begins: it is asked to end when its parent has, be it by kill -9."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:          # gone before it could be said
        os.kill(os.getpid(), signal.SIGTERM)


def started(words: list[str], **how: Any) -> subprocess.Popen:
    """One program of the chain; it does not outlive this process."""
    return subprocess.Popen([*MEP3M, *words], preexec_fn=partial(end_with, os.getpid()) if sys.platform == "linux" else None, **how)


def step(console: Console, *arguments: object, fine: tuple[int, ...] = (0,)) -> None:
    """One program of the chain, its output passed through.

    Args:
        fine: what it may end with.

    Raises:
        LakehouseError: it ended with an error; what was published before stays.
    """
    words = [str(argument) for argument in arguments]
    console.print(f"\n[bold]mep3m {' '.join(words)}[/]")
    begun = time.monotonic()
    if (code := started(words).wait()) not in fine:
        raise LakehouseError(f"`mep3m {words[0]}` ended with {code}, as said above; what was published before stands. "
                             "Mend it and run again: finished work is not done twice.")
    console.print(f"[dim]{' '.join(words[:2] if words[0] == 'train' else words[:1])}: {time.monotonic() - begun:.0f} s[/]")


@contextmanager
def sample_shops(arguments: list[object], scratch: Path) -> Iterator[Path]:
    """The sample shops' server for as long as it is needed; gives the file that lists its shops.

    Raises:
        LakehouseError: it did not come up.
    """
    ready = scratch / "shops.json"
    server = started(["sample-shops", "serve", *map(str, arguments), "--ready-file", str(ready)])
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


def record_left_out(console: Console, listings: Path, left_out: Path) -> None:
    """Lines of a listings file that are no listings, into rejects under their place in the file, once."""
    faults = [json.loads(line) for line in left_out.read_text("utf-8").splitlines()]
    if not faults:
        return
    arrow.add_missing(tables.REJECTS, arrow.batch(tables.REJECTS, [
        {"table": tables.RAW_LISTINGS.name, "key": f"{fault['platform']}|{fault['listing_id']}|{listings.name}:{fault['line']}",
         "reason": fault["reason"], "row": json.dumps(fault, ensure_ascii=False)[:10_000], "run_id": listings.name} for fault in faults]))
    console.print(f"{len(faults):,} lines of {listings.name} are in ops.rejects with their reasons.")


def learn(console: Console, models: list[str], release: Path) -> None:
    """Train the models, let the one that should answer score, and write the data set."""
    first, *others = models
    with ThreadPoolExecutor(1) as aside:     # a step alone keeps half of two cores busy
        trained = aside.submit(lambda: [step(console, "train", name, "--if-needed", "--challenger") for name in others])
        step(console, "train", first, "--if-needed")
        if (found := registry.answering()) is not None and found.unknown:
            trained.result()        # one of the new models will answer: all are to be chosen from, by both steps that choose
        step(console, "promote", "--all-labels", fine=(0, NOT_BETTER))
        step(console, "score", "--all-labels")
        step(console, "release", release, "--replace")
        trained.result()


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
    limit_per_shop: int = typer.Option(0, min=0, help="With --listings: so many of each shop; 0 is all."),
    model: list[str] = typer.Option(["bilstm", "tfn"], help="Models to train: the first to be champion, the others beside it, as challengers."),
    release: Path = typer.Option(None, help="Where the data set is written; <lake>/release by default."),
) -> None:
    """Everything in order: crawl, class map, build, train, score, release; ends with a summary."""
    console = Console()
    begun = time.monotonic()
    lake = settings.load()
    for file in (shops, listings, class_map, images, image_map):
        if file is not None and not file.exists():
            raise LakehouseError(f"{file} is not there; name a file that is.")
    if shops is not None and listings is not None:
        raise LakehouseError("--shops and --listings name two sources; give one of them.")
    if listings is None and (of_listings := [name for name, given in (
            ("--limit-per-shop", limit_per_shop), ("--images", images), ("--image-map", image_map)) if given]):
        raise LakehouseError(f"{' and '.join(of_listings)} can be given with --listings alone; name a listings file.")
    if class_map is not None:
        importlib.import_module("spark_jobs.class_map").read_file(class_map, "")
    for name in model:
        importlib.import_module("training.plan").find_model(name)
    spark.refuse_without_java(lake)
    lake.path.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        gold, left_out = None, scratch / "left_out.jsonl"
        if shops is not None:
            step(console, "crawl", "--shops", shops)
        else:
            if listings is not None:
                source = ["--listings-file", listings, "--left-out", left_out]
                source += ["--limit-per-shop", limit_per_shop] if limit_per_shop else []
                source += ["--images", images] if images else []
                source += ["--image-map", image_map] if image_map else []
            else:
                source = ["--listings", size, "--seed", seed]
                step(console, "sample-shops", "generate", scratch / "key", *source)
                class_map, gold = class_map or scratch / "key" / "class_map.csv", scratch / "key" / "gold_pairs.tsv"
            with sample_shops([*source, "--port", port], scratch) as ready:
                if listings is not None:
                    record_left_out(console, listings, left_out)
                step(console, "crawl", "--shops", ready, "--allow-address", "127.0.0.1")
        step(console, "build", *(["--class-map", class_map] if class_map else []))
        answer_key = {}
        if gold is not None:
            evaluated = started(["evaluate", "alignment", "--gold", str(gold)], stdout=subprocess.PIPE, text=True)
            answer_key = json.loads(evaluated.communicate()[0] or "{}")
        if summary.rows("products"):
            learn(console, model, release or lake.path / "release")
    summary.show(console, seconds=time.monotonic() - begun, answer_key=answer_key)
