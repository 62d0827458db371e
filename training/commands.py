"""mep3m train, compare, promote, register."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import typer
from rich.console import Console

train = typer.Typer()
register = typer.Typer()
compare = typer.Typer()
promote = typer.Typer()
log = logging.getLogger("mep3m.train")
RECIPE, SIZES, PROCESSES = "How it learns", "What the network is made of", "Processes"


@train.command()
def train_model(
    model: str = typer.Argument(..., help="vgg19, inception_v3, image_tower, lstm, bilstm, tfn, lmf, mdf_net, linear_ngrams, hashed_ngrams, ..."),
    products: str = typer.Option("products", help="The table: products, or labelled_products."),
    version: int = typer.Option(None, help="Of the table; the newest by default."),
    level: str = typer.Option(None, help="What the headline figures are of: sub_class, or path (the third level where there is one)."),
    epochs: int = typer.Option(
        None, help="By default 10 as in the paper, more where the table is small; 6 of linear_ngrams.", rich_help_panel=RECIPE
    ),
    batch: int = typer.Option(64, help="Rows a step, of all processes together.", rich_help_panel=RECIPE),
    learning_rate: float = typer.Option(None, help="Adam's, at a batch of 64; 0.001, or 0.003 below 20,000 training rows.", rich_help_panel=RECIPE),
    halve_every: int = typer.Option(
        None, help="Epochs between halvings of the rate; by default a fifth of the epochs, 2 in 10.", rich_help_panel=RECIPE
    ),
    decay: float = typer.Option(None, help="What the rate is multiplied by each time; 0.5.", rich_help_panel=RECIPE),
    scaling: str = typer.Option(None, help="How the rate grows with the batch: sqrt (by default), linear or none.", rich_help_panel=RECIPE),
    warmup: float = typer.Option(None, help="Epochs over which the rate rises; 0.", rich_help_panel=RECIPE),
    smoothing: float = typer.Option(None, help="Label smoothing.", rich_help_panel=RECIPE),
    level_weight: float = typer.Option(None, help="Weight of the loss of the levels above the path.", rich_help_panel=RECIPE),
    seed: int = typer.Option(7, help="Of weights, order and dropout.", rich_help_panel=RECIPE),
    words: int = typer.Option(None, help="Words of a title that are read; 32.", rich_help_panel=SIZES),
    min_count: int = typer.Option(None, help="Times that a word must occur in the training titles to be known; 2.", rich_help_panel=SIZES),
    max_vocabulary: int = typer.Option(None, help="Words known at most, the most frequent ones; 100,000.", rich_help_panel=SIZES),
    dimensions: int = typer.Option(None, help="Of word2vec; 100.", rich_help_panel=SIZES),
    window: int = typer.Option(None, help="Of word2vec: words on either side; 5.", rich_help_panel=RECIPE),
    passes: int = typer.Option(None, help="Of word2vec over the titles; 5, up to 15 where there are few.", rich_help_panel=RECIPE),
    units: int = typer.Option(None, help="Of an LSTM, in each direction; 128, or 64 below 20,000 training rows.", rich_help_panel=SIZES),
    attention: int = typer.Option(None, help="Units of the layer that weighs an LSTM's states; 64.", rich_help_panel=SIZES),
    image_size: int = typer.Option(None, help="Pixels a side; 64 on CPUs, 220 with a GPU.", rich_help_panel=SIZES),
    tower: str = typer.Option(
        None, help="Image side of a fusion model or of image_tower: small (on CPUs), vgg19 (with a GPU) or inception_v3.", rich_help_panel=SIZES
    ),
    weights: str = typer.Option(None, help="File of pretrained weights of the image tower; from scratch by default.", rich_help_panel=SIZES),
    rank: int = typer.Option(None, help="Of LMF's factors; 4.", rich_help_panel=SIZES),
    modality: int = typer.Option(None, help="Numbers that each side brings to TFN and LMF; 64.", rich_help_panel=SIZES),
    hidden: int = typer.Option(None, help="Of the layer before the last; 128.", rich_help_panel=SIZES),
    terms: int = typer.Option(
        None,
        help="Hashed n-grams of a title that are read, the longest last; 192, which 2 % of real titles exceed at --longest 3: raise both.",
        rich_help_panel=SIZES,
    ),
    buckets: int = typer.Option(None, help="Hash values of n-grams; 262,144.", rich_help_panel=SIZES),
    longest: int = typer.Option(None, help="Characters of the longest n-gram; 3.", rich_help_panel=SIZES),
    alpha: float = typer.Option(None, help="Of linear_ngrams: strength of the L2 penalty; 0.000001.", rich_help_panel=RECIPE),
    dropout: float = typer.Option(None, help="Share of a layer's numbers that are left out while training; 0.3.", rich_help_panel=SIZES),
    word_dropout: float = typer.Option(None, help="The same of the word vectors that an LSTM reads; 0.2.", rich_help_panel=SIZES),
    deep_dropout: float = typer.Option(None, help="The same of what wide_deep's convolutions found; 0.5.", rich_help_panel=SIZES),
    gradient_norm: float = typer.Option(None, help="Gradients are clipped to it; 5, and 0 leaves them as they are.", rich_help_panel=RECIPE),
    pictures_only: bool = typer.Option(False, help="Leave products without a picture out."),
    np: int = typer.Option(
        None, "--np", help="Processes; one a core by default, two at most. More than two a core are refused.", rich_help_panel=PROCESSES
    ),
    compress: bool = typer.Option(False, help="Send gradients as float16.", rich_help_panel=PROCESSES),
    hosts_script: str = typer.Option(
        "", help="Elastic: a program that prints the hosts there are now (host:slots, one a line).", rich_help_panel=PROCESSES
    ),
    min_np: int = typer.Option(1, help="Elastic: begin when so many processes are there, and go on while they are left.", rich_help_panel=PROCESSES),
    interfaces: str = typer.Option(
        "", help="Elastic: network interfaces that the hosts share (eth0,eth1). Found out where left open, once two hosts are there.",
        rich_help_panel=PROCESSES,
    ),
    checkpoint_steps: int = typer.Option(500, help="Steps between checkpoints.", rich_help_panel=PROCESSES),
    if_needed: bool = typer.Option(False, help="Do nothing where the same model of the same data, settings and code is registered."),
    challenger: bool = typer.Option(False, "--challenger", help="Register as challenger, even where there is no champion yet."),
    again: bool = typer.Option(False, help="Begin anew, even where a killed run could go on."),
) -> None:
    """Train a model under Horovod and register it; a run that was killed goes on where it was."""
    from training import programs, runs

    asked = programs.plan_for(
        model,
        products,
        version,
        level=level,
        pictures_only=pictures_only,
        processes=np,
        compress=compress,
        challenger=challenger,
        hosts_script=hosts_script,
        least=min_np,
        interfaces=interfaces,
        checkpoint_steps=checkpoint_steps,
        recipe={
            "epochs": epochs,
            "batch": batch,
            "learning_rate": learning_rate,
            "halve_every": halve_every,
            "decay": decay,
            "scaling": scaling,
            "warmup": warmup,
            "seed": seed,
            "smoothing": smoothing,
            "level_weight": level_weight,
            "gradient_norm": gradient_norm,
            "window": window,
            "passes": passes,
        },
        sizes={
            "words": words,
            "min_count": min_count,
            "max_vocabulary": max_vocabulary,
            "attention": attention,
            "dimensions": dimensions,
            "units": units,
            "image_size": image_size,
            "tower": tower,
            "weights": weights,
            "rank": rank,
            "modality": modality,
            "hidden": hidden,
            "terms": terms,
            "buckets": buckets,
            "longest": longest,
            "alpha": alpha,
            "dropout": dropout,
            "word_dropout": word_dropout,
            "deep_dropout": deep_dropout,
        },
    )
    if if_needed and (asked.folder / "registered.json").exists():
        done = json.loads((asked.folder / "registered.json").read_text("utf-8"))
        registered = f"{done['model']} version {done['version']}"
        typer.echo(f"{model} of {asked.table} version {asked.version} is registered already: {registered}.", err=True)
        return
    with runs.stoppable():
        programs.train(asked, anew=again or (asked.folder / "registered.json").exists())
        made = programs.registered(asked.folder)
    programs.show(Console(), asked, made)


@register.command()
def register_waiting() -> None:
    """Register what was trained while the registry was down."""
    from training import programs, runs, tracking

    console, folders = Console(), tracking.waiting()
    if not folders:
        console.print("Nothing waits: every trained model is registered.")
    for folder in folders:
        try:
            with runs.alone(folder, f"{folder.name} is being registered"):
                done = tracking.register(folder)
        except runs.Held as error:
            console.print(str(error), soft_wrap=True)
            continue
        console.print(f"{programs.Plan.load(folder).name} is {done['model']} version {done['version']}, {done['alias']}.")
    runs.end_abandoned(tracking.client())


@compare.command()
def compare_models(
    chosen: list[str] = typer.Argument(
        None, metavar="MODEL...", help="By default those of the paper's Table 4, the n-gram baselines and this project's own."
    ),
    products: str = typer.Option("products", help="The table: products, or labelled_products."),
    version: int = typer.Option(None, help="Of the table; the newest by default."),
    level: str = typer.Option(None, help="sub_class, or path."),
    epochs: int = typer.Option(None, help="Of the neural models; by the table's size by default."),
    batch: int = typer.Option(64, help="Rows a step, of all processes together."),
    learning_rate: float = typer.Option(None, help="Of the neural models; by the table's size by default."),
    seed: int = typer.Option(7, help="Of weights, order and dropout."),
    units: int = typer.Option(None, help="Of an LSTM, in each direction."),
    image_size: int = typer.Option(None, help="Pixels a side."),
    tower: str = typer.Option(None, help="Image side of the fusion models."),
    pictures_only: bool = typer.Option(False, help="Leave products without a picture out, for all models."),
    np: int = typer.Option(None, "--np", help="Processes."),
    title: str = typer.Option(None, help="Of the section of the page; the table's name by default."),
    out: Path = typer.Option(Path("docs/results.md"), help="The page that the table is written to."),
) -> None:
    """Train several models on one data version and set them beside the paper's Table 4; what is trained already is not trained again."""
    import shlex
    import sys
    from dataclasses import replace

    from lakehouse.errors import LakehouseError
    from training import comparison, models, programs, runs, tracking
    from training.data import version_of

    names = list(dict.fromkeys(chosen or models.ALL))
    pinned = version_of(programs.plan.find_table(products), version)
    for name in names:
        programs.plan.find_model(name)
    command = shlex.join(["mep3m", *sys.argv[1:]])
    title = title or f"{products}, version {pinned}"
    plans = [
        programs.plan_for(
            name,
            products,
            pinned,
            level=level,
            pictures_only=pictures_only,
            processes=np,
            recipe={"epochs": epochs if models.ALL[name].in_keras else None, "batch": batch, "learning_rate": learning_rate, "seed": seed},
            sizes={"units": units, "image_size": image_size, "tower": tower},
        )
        for name in names
    ]
    with runs.stoppable(), comparison.opened(title, plans) as parent:
        failed = comparison.train([replace(asked, parent=parent) for asked in plans])
        trained = [asked for asked in plans if asked.model not in failed]
        reports = [json.loads((asked.folder / "report.json").read_text("utf-8")) for asked in trained]
        if trained:
            page = comparison.markdown(title, command, trained, reports)
            print(page)
        if failed:
            raise LakehouseError(
                f"{len(failed)} of {len(plans)} models could not be trained, so {out} is left as it was: "
                + " ".join(f"{name}: {why}" for name, why in failed.items())
                + " The same command, or one without them, takes the others as they are."
            )
        comparison.write(out, title, page)
        done = [asked.folder / "registered.json" for asked in trained]
        tracking.close_comparison(parent, page, [json.loads(made.read_text("utf-8"))["run_id"] for made in done if made.exists()])
    typer.echo(f"Written to {out}.", err=True)


@promote.command()
def promote_challenger(
    products: str = typer.Option("products", help="The table whose test split decides: products, or labelled_products."),
    version: int = typer.Option(None, help="Of the table; the newest by default."),
    challenger: str = typer.Option(None, help="A version; by default the one with the alias challenger."),
    all_labels: bool = typer.Option(False, "--all-labels", help="Only where the champion lacks some of today's labels: the version that knows them."),
    rollback: bool = typer.Option(False, "--rollback", help="Make the former champion champion again."),
) -> None:
    """Move the alias champion to a challenger that is better beyond its bootstrap interval on the same test rows; else say by how much not."""
    from lakehouse import registry
    from lakehouse.errors import LakehouseError
    from training import promotion, tracking

    name, console = tracking.registered_name(products), Console()
    if rollback:
        console.print(promotion.rollback(name).sentence(), soft_wrap=True)
        return
    if all_labels:
        if name != registry.REGISTERED_MODEL or challenger or version is not None:
            raise LakehouseError("--all-labels is for the products of now and chooses the challenger itself; name nothing else beside it.")
        if (found := registry.answering()) is None:
            raise LakehouseError(f"{name} has no champion yet; `mep3m train bilstm` registers the first.")
        console.print(found.sentence(), soft_wrap=True)
        if found.version == found.champion:
            return
        challenger = str(found.version)
    found = promotion.contest(name, challenger, table=products, version=version)
    console.print(found.sentence(), soft_wrap=True)
    if not found.better:
        raise typer.Exit(2)
