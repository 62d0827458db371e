"""The `mep3m` command: finds each program by its module's name, so it starts fast and knows no package."""

from __future__ import annotations

import importlib
import logging
import os
import sys

import typer
from typer.core import TyperGroup

from lakehouse.errors import LakehouseError

# name: (module, attribute: a typer.Typer, help). A package owns what its programs do; this table owns what they are called.
COMMANDS = {
    "run": ("lakehouse.run", "app", "Everything in order: crawl, build, train, score, release; ends with a summary."),
    "crawl": ("crawlers.commands", "crawl", "Crawl shops into bronze."),
    "import": ("crawlers.commands", "imports", "Land files in bronze without HTTP: listings, feed, mep3m, labelled."),
    "extract": ("crawlers.commands", "extract", "Print, as JSON lines, the listing that a saved page gives."),
    "build": ("lakehouse.build", "app", "Build tables: job, gate, publish."),
    "class-map": ("spark_jobs.commands", "class_map", "Which curated class a shop's class belongs to: import, export, pending."),
    "names": ("spark_jobs.commands", "names", "Names, merges and third levels that wait for a person: pending, decide."),
    "review": ("spark_jobs.commands", "review", "An HTML page on which a person decides."),
    "evaluate": ("spark_jobs.commands", "evaluate", "Measure the alignment against an answer key."),
    "train": ("training.commands", "train", "Train a model under Horovod and register it."),
    "compare": ("training.commands", "compare", "Train several models on one data version: the paper's Table 4."),
    "promote": ("training.commands", "promote", "Move the alias champion to a better version, or back."),
    "register": ("training.commands", "register", "Register what was trained while the registry was down."),
    "score": ("spark_jobs.commands", "score", "Write a registry model's top labels for every product into predictions."),
    "release": ("release.commands", "app", "Write the data set in the paper's released layout."),
    "sql": ("lakehouse.query", "app", "Ask the catalog in Spark SQL."),
    "tables": ("lakehouse.catalogue", "app", "List the lake's tables, or one table's columns."),
    "maintain": ("lakehouse.maintain", "app", "Put small files together and delete what no table needs any more."),
    "sample-shops": ("sample_shops.commands", "app", "Generate and serve sample shops, or any listings file as shops."),
}


class Programs(TyperGroup):
    """A group whose commands are imported when they are called; listing them imports nothing."""

    def list_commands(self, ctx) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx, name: str):
        if name not in COMMANDS:
            return None
        if not any(word in sys.argv for word in (name,)):     # the list of commands needs a line of help, not the program
            return _described(name)
        module, attribute, help_line = COMMANDS[name]
        program = typer.main.get_command(getattr(importlib.import_module(module), attribute))
        program.name, program.short_help = name, help_line
        program.help = program.help or help_line
        return program


def _described(name: str):
    placeholder = typer.Typer()
    placeholder.command(name, help=COMMANDS[name][2])(lambda: None)
    return typer.main.get_command(placeholder)


app = typer.Typer(
    cls=Programs, no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
    help="From Chinese shopping sites to a curated product data set and registered classifiers.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _top(verbose: bool = typer.Option(False, "--verbose", "-v", help="Say what is being done, in detail.")) -> None:
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    if not verbose:
        logging.getLogger("mep3m").setLevel(logging.WARNING)
        for chatty in ("scrapy", "py.warnings", "great_expectations", "alembic", "mlflow", "py4j"):
            logging.getLogger(chatty).setLevel(logging.ERROR)
        logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)     # pyspark's: every error once more, as JSON with its trace


def explain(error: Exception) -> str:
    """One sentence for a person. Something nobody foresaw is named with its type and where to see more."""
    if isinstance(error, LakehouseError):
        return str(error)
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {first[:400]} (LAKEHOUSE_DEBUG=1 shows where)"


def main() -> None:
    """The console script: errors in one sentence, never a traceback unless `LAKEHOUSE_DEBUG` asks for it."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if os.environ.get("LAKEHOUSE_DEBUG"):
            raise
        print(f"mep3m: {explain(error)}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
