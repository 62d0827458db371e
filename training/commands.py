"""mep3m train, compare, promote, register."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import typer
from rich.console import Console

from training import options

train = typer.Typer()
register = typer.Typer()
compare = typer.Typer()
promote = typer.Typer()
log = logging.getLogger("mep3m.train")
PROCESSES = "Processes"


@train.command()
@options.takes_settings
def train_model(
    model: str = typer.Argument(..., help="vgg19, inception_v3, image_tower, lstm, bilstm, tfn, lmf, mdf_net, linear_ngrams, hashed_ngrams, ..."),
    products: str = typer.Option("products", help="The table: products, or labelled_products."),
    version: int = typer.Option(None, help="Of the table; the newest by default."),
    level: str = typer.Option(None, help="What the headline figures are of: sub_class, or path (the third level where there is one)."),
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
    **settings,
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
        **options.apart(settings),
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
@options.takes_settings
def compare_models(
    chosen: list[str] = typer.Argument(
        None, metavar="MODEL...", help="By default those of the paper's Table 4, the n-gram baselines and this project's own."
    ),
    products: str = typer.Option("products", help="The table: products, or labelled_products."),
    version: int = typer.Option(None, help="Of the table; the newest by default."),
    level: str = typer.Option(None, help="sub_class, or path."),
    pictures_only: bool = typer.Option(False, help="Leave products without a picture out, for all models."),
    np: int = typer.Option(None, "--np", help="Processes."),
    seeds: str = typer.Option(None, help="Train each model with several seeds (1,2,3): figures are means, with their spread."),
    title: str = typer.Option(None, help="Of the section of the page; the table's name by default."),
    out: Path = typer.Option(Path("docs/results.md"), help="The page that the table is written to."),
    **settings,
) -> None:
    """Train several models on one data version and set them beside the paper's Table 4; what is trained already is not trained again."""
    import shlex
    import sys
    from dataclasses import replace

    from lakehouse import arrow
    from lakehouse.errors import LakehouseError
    from training import comparison, models, programs, runs, tracking

    names = list(dict.fromkeys(chosen or models.ALL))
    pinned = arrow.pinned(programs.plan.find_table(products), version)
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
            **options.apart(_of(models.ALL[name], settings | seed)),
        )
        for name in names
        for seed in _seeds(seeds, settings)
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
                f"{len(failed)} of {len(names)} models could not be trained, so {out} is left as it was: "
                + " ".join(f"{name}: {why}" for name, why in failed.items())
                + " The same command, or one without them, takes the others as they are."
            )
        comparison.write(out, title, page)
        done = [asked.folder / "registered.json" for asked in trained]
        tracking.close_comparison(parent, page, [json.loads(made.read_text("utf-8"))["run_id"] for made in done if made.exists()])
    typer.echo(f"Written to {out}.", err=True)


def _seeds(given: str | None, settings: dict) -> list[dict[str, int]]:
    """The seed that each training of a model is given; nothing where --seeds is left out.

    Raises:
        LakehouseError: they cannot be read, or --seed names another.
    """
    from lakehouse.errors import LakehouseError

    if given is None:
        return [{}]
    if "seed" in settings:
        raise LakehouseError(f"--seed is {settings['seed']} and --seeds is {given}; leave one of them out.")
    try:
        return [{"seed": seed} for seed in dict.fromkeys(map(int, given.split(",")))]
    except ValueError:
        raise LakehouseError(f"--seeds is {given!r}; it must be whole numbers with commas between them, as 1,2,3.") from None


def _of(model, settings: dict) -> dict:
    """What a comparison gives a model: --epochs are those of networks, --weights those of an image tower."""
    others = {*(() if model.in_keras else ("epochs",)), *(() if "weights" in model.sizes else ("weights",))}
    return {name: value for name, value in settings.items() if name not in others}


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
