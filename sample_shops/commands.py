"""mep3m sample-shops: make a catalogue's answer key, or serve shops on loopback."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import Progress

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Generate and serve sample shops, or any listings file as shops.")

LISTINGS = typer.Option(3000, help="Listings over all shops, 500 to 3,000,000.")
SEED = typer.Option(7, help="Another seed, another catalogue.")
SHOPS = typer.Option(3, help="Shops, 3 or more.")
SUB_CLASSES = typer.Option(None, help="Curated sub-classes, 30 to 100,000; 30 to 599 by the number of listings by default.")


@app.command()
def generate(
    folder: Path = typer.Argument(..., metavar="DIR", help="Where listings.tsv.gz, class_map.csv and gold_pairs.tsv go."),
    listings: int = LISTINGS, seed: int = SEED, shops: int = SHOPS, sub_classes: int = SUB_CLASSES,
) -> None:
    """Write the catalogue with its answer key: every listing with its true label, each shop's class map, the pairs to be found."""
    from sample_shops import answer_key
    from sample_shops.catalogue import Catalogue

    console = Console(stderr=True)
    catalogue = Catalogue(listings, seed, shops=shops, sub_classes=sub_classes)
    with Progress(console=console, transient=True) as progress:
        rows = answer_key.write(catalogue, folder, progress)
    for name, count in rows.items():
        console.print(f"{folder / name}: {count:,} rows", highlight=False, soft_wrap=True)


@app.command()
def serve(
    listings: int = LISTINGS, seed: int = SEED, shops: int = SHOPS, sub_classes: int = SUB_CLASSES,
    revision: int = typer.Option(0, help="Days later: each revision has another title for one listing in fifty."),
    listings_file: Path = typer.Option(None, help="Serve this instead, each platform as a shop: a TSV as `generate` writes it, gzip or not."),
    images: Path = typer.Option(None, help="Pictures for a listings file: a zip or folder with one folder an image class."),
    image_map: Path = typer.Option(None, help="CSV that says which human_label_path shows which image_class."),
    limit_per_shop: int = typer.Option(None, min=1, help="Serve at most so many listings of each platform, chosen by a hash of their ids."),
    port: int = typer.Option(8700, min=0, max=65535, help="The first shop's port, the next one's follow; 0 takes any free ones."),
    left_out: Path = typer.Option(None, help="Written before the shops listen: the listings file's lines that are no listings, as JSON lines."),
    ready_file: Path = typer.Option(None, help="Written when every shop listens: a JSON list of shop, url, listings, dialect."),
) -> None:
    """Serve the shops on 127.0.0.1 until stopped: one port a shop, each shop in a dialect of its own."""
    from sample_shops import server
    from sample_shops.sources import Fault, from_catalogue, from_listings_file

    if listings_file:
        faults: list[Fault] = []
        shown = from_listings_file(listings_file, images=images, image_map=image_map, limit_per_shop=limit_per_shop, on_fault=faults.append)
        if faults:
            Console(stderr=True).print(f"{listings_file}: {len(faults):,} lines are no listings and are left out, the first of them line "
                                       f"{faults[0].line}: {faults[0].reason}", highlight=False, soft_wrap=True)
        if left_out:
            left_out.write_text("".join(json.dumps(asdict(fault), ensure_ascii=False) + "\n" for fault in faults), encoding="utf-8")
    else:
        from sample_shops.catalogue import Catalogue

        shown = from_catalogue(Catalogue(listings, seed, shops=shops, sub_classes=sub_classes, revision=revision))
    server.serve(shown, port, ready_file)
