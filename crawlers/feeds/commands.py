"""mep3m import: files into the lake without HTTP."""

from __future__ import annotations

import hashlib
import shlex
import sys
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from lakehouse.errors import LakehouseError

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, help="Land files in bronze without HTTP.")


def _import_id(fingerprint: str, *options: object) -> str:
    """Names what lands: the content, and whatever else decides which rows it gives."""
    given = "|".join(str(option) for option in options if option)
    return hashlib.sha256(f"{fingerprint}|{given}".encode()).hexdigest()[:12] if given else fingerprint[:12]


def _progress(console: Console) -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=console, transient=True)


def _checked(path: Path, console: Console):
    from crawlers.feeds import source

    with _progress(console) as progress:
        task = progress.add_task(f"checking {path.name}", total=None)
        return source.check(path, on_bytes=lambda size: progress.advance(task, size))


def _report(console: Console, path: Path, landed) -> None:
    """
    Raises:
        LakehouseError: no line of the file was a listing.
    """
    if not landed.listings:
        (reason, count), *_ = landed.reasons.most_common(1)
        raise LakehouseError(f"No listing of {path.name} landed: {landed.rejects:,} rejected, {count:,} of them for \"{reason}\"; mend the file, "
                             "and see each row with: mep3m sql \"select reason, row from ops.rejects\"")
    if landed.already:
        console.print(f"{path.name} was landed before ({landed.listings:,} listings, {landed.rejects:,} rejected); nothing was added.",
                      soft_wrap=True)
        return
    shops = ", ".join(sorted(landed.crawl_ids))
    console.print(f"{landed.listings:,} listings landed, {landed.rejects:,} rejected"
                  + (f", {landed.images:,} new pictures" if landed.images else "") + f": {shops}", soft_wrap=True)
    if landed.rejects:
        console.print("Why, with each row: mep3m sql \"select reason, count(*) from ops.rejects group by 1\"", highlight=False, soft_wrap=True)


@app.callback()
def _top() -> None:
    """Land files in bronze without HTTP."""


@app.command()
def listings(
    file: Path = typer.Argument(help="TSV, gzipped or not: platform, listing_id, native_path, title."),
    images: Path = typer.Option(None, help="ZIP or folder of pictures, one folder a picture class; with --image-map."),
    image_map: Path = typer.Option(None, help="CSV human_label_path,image_class: which label shows which picture class."),
    limit_per_shop: int = typer.Option(0, min=0, help="So many of each platform; 0 is all."),
) -> None:
    """A listings file: each platform a shop, native_path its breadcrumb."""
    from crawlers.feeds import landing, pictures
    from crawlers.feeds import listings as reader

    console = Console(stderr=True)
    source = _checked(file, console)
    album = pictures.Album.of(images, image_map) if images or image_map else None
    import_id = _import_id(source.fingerprint, limit_per_shop and f"limit={limit_per_shop}", album and album.fingerprint)
    label_column = "human_label_path" if album else ""
    landed = landing.land(
        reader.read(source, limit_per_shop=limit_per_shop, label_column=label_column), source=file.name, import_id=import_id,
        rules={"title": "column title", "breadcrumbs": "column native_path"},
        **({"pictures": album.choose, "flush_pictures": album.land} if album else {}),
    )
    _report(console, file, landed)


@app.command()
def feed(
    file: Path = typer.Argument(help="CSV, TSV, JSON (a record a line, or one array) or Google merchant XML (RSS, Atom), gzipped or not."),
    shop: str = typer.Option(..., metavar="NAME", help="What the shop is called in the lake."),
    kind: str = typer.Option("", "--format", help="csv, tsv, jsonl or xml, where the file's name does not say it."),
    separator: str = typer.Option(">", help="What stands between the levels of a category."),
) -> None:
    """A shop's own feed: id, title, category (product_type), link, image_link.

    Pictures land as addresses; mep3m crawl pictures --shop NAME fetches them.
    """
    from crawlers.feeds import feed as reader
    from crawlers.feeds import landing
    from crawlers.feeds.records import shop_name
    from crawlers.program import first_without_picture

    console = Console(stderr=True)
    source = _checked(file, console)
    landed = landing.land(
        reader.read(source, shop=shop_name(shop), kind=kind, separator=separator), source=file.name,
        import_id=_import_id(source.fingerprint, f"feed={shop}", kind, separator),
        rules={"title": "feed", "breadcrumbs": "feed", "image_urls": "feed"},
    )
    _report(console, file, landed)
    if first_without_picture(shop):
        console.print(f"Its pictures are addresses so far; fetch them: mep3m crawl pictures --shop {shop}", highlight=False, soft_wrap=True)


@app.command()
def mep3m(
    file: Path = typer.Argument(help="MEP-3M's annotation.json, gzipped or not."),
    images: Path = typer.Option(None, help="The folder that holds its Images folder; without it no picture is landed."),
    shop: str = typer.Option("mep3m", metavar="NAME", help="What the source is called in the lake."),
) -> None:
    """MEP-3M as released: class_name and sub_class_name become the breadcrumb; FALSE and FLASE mean none."""
    from crawlers.feeds import landing, pictures
    from crawlers.feeds import mep3m as reader
    from crawlers.feeds.records import shop_name

    console = Console(stderr=True)
    source = _checked(file, console)
    folder = pictures.Folder(images) if images else None
    landed = landing.land(
        reader.read(source, shop=shop_name(shop)), source=file.name, import_id=_import_id(source.fingerprint, f"mep3m={shop}", images and "images"),
        rules={"title": "field title", "breadcrumbs": "fields class_name, sub_class_name", "image_urls": "field img_path"},
        **({"pictures": folder.choose, "flush_pictures": folder.land} if folder else {}),
    )
    _report(console, file, landed)


@app.command()
def labelled(
    file: Path = typer.Argument(help="TSV, gzipped or not: platform, listing_id, native_path, title and the label's column."),
    label_column: str = typer.Option("human_label_path", help="The column of people's labels, levels joined by >."),
    images: Path = typer.Option(None, help="ZIP or folder of pictures, one folder a picture class; with --image-map."),
    image_map: Path = typer.Option(None, help="CSV human_label_path,image_class: which label shows which picture class."),
    at_least: int = typer.Option(1, min=1, help="Leave out labels with fewer listings."),
    limit_per_shop: int = typer.Option(0, min=0, help="So many of each platform; 0 is all."),
) -> None:
    """Listings with people's labels as products: gold.labelled_products becomes this file.

    The lake's own taxonomy is not touched; train on it with mep3m train ... --products labelled_products.
    """
    from crawlers.feeds import labelled as reader
    from crawlers.feeds import pictures

    console = Console(stderr=True)
    source = _checked(file, console)
    album = pictures.Album.of(images, image_map) if images or image_map else None
    import_id = _import_id(source.fingerprint, label_column, at_least, limit_per_shop, album and f"{album.fingerprint}|by split")
    taken = reader.take(source, label_column=label_column, at_least=at_least, limit_per_shop=limit_per_shop, album=album, import_id=import_id,
                        command=shlex.join(["mep3m", *sys.argv[1:]]))
    rare = f", {taken.too_rare:,} under rarer labels left out" if taken.too_rare else ""
    if not taken.changed:
        console.print(f"gold.labelled_products holds {file.name} already ({taken.products:,} products); nothing was changed.", soft_wrap=True)
        return
    console.print(f"{taken.products:,} products of {taken.labels:,} labels in gold.labelled_products, {taken.rejects:,} rejected{rare}\n"
                  "Audit them: mep3m build labelled_products", soft_wrap=True)
