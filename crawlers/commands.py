"""The commands `mep3m crawl`, `mep3m import` and `mep3m extract`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

crawl = typer.Typer()


def __getattr__(name: str) -> Any:
    """`imports` and `extract` are programs of the feeds and of the pages; each is loaded when it is called."""
    if name == "imports":
        from crawlers.feeds.commands import app

        return app
    if name == "extract":
        from crawlers.pages.commands import app

        return app
    raise AttributeError(name)


@crawl.command()
def run(
    spider: str = typer.Argument("generic", help="Which spider; --list shows them. `pictures` fetches what a feed's listings name."),
    start: str = typer.Option("", metavar="URL", help="The shop's home page, or any page of it; for pictures, by default the page of a listing."),
    shop: str = typer.Option("", metavar="NAME", help="What the shop is called in the lake."),
    shops: Path = typer.Option(None, metavar="FILE", help='Crawl several: a JSON list of {"shop": ..., "url": ...}.'),
    list_spiders: bool = typer.Option(False, "--list", help="Show the spiders, and the page objects with their hosts."),
    resume: bool = typer.Option(False, "--resume", help="Go on with crawls that were cut off; with --shop, of one shop, after --max-pages too. "
                                                        "With --shops, crawl those of the file anew that have none."),
    objections: bool = typer.Option(False, "--objections", help="Only say what is wrong with the newest crawls of all shops, of --shop or of "
                                                                "--shops; exit status 1 if so."),
    max_pages: int = typer.Option(0, metavar="N", help="Stop after N pages of a shop, sitemaps included, pictures not; 0: no limit."),
    picture_host: list[str] = typer.Option([], metavar="HOST", help="A further host that pictures may come from; repeat it."),
    product_urls: str = typer.Option("", metavar="REGEX", help="Product pages by their URL, for a shop without Product markup."),
    allow_address: list[str] = typer.Option(
        [], metavar="NET", help="A private address or network that may be read, such as 127.0.0.1; LAKEHOUSE_ALLOW_PRIVATE_ADDRESSES also does."),
    throttle: str = typer.Option("auto", help="on, off, or auto: AutoThrottle everywhere but at an explicitly allowed address."),
    daily_budget: int = typer.Option(50_000, metavar="N", help="Pages read from one shop in a day (UTC), counted as for --max-pages; 0: no limit."),
    batch_rows: int = typer.Option(4000, metavar="N", help="Commit to the lake once N rows wait."),
    batch_seconds: float = typer.Option(10.0, metavar="S", help="Commit once a row has waited S seconds."),
    all_pages: bool = typer.Option(False, "--all-pages", help="Read every page anew, whatever an earlier crawl knows of it."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="No progress, no summary."),
) -> None:
    """Crawl shops into bronze: crawl_runs, raw_listings, raw_images, crawl_pages.

    mep3m crawl generic --start https://shop.example/ --shop example
    mep3m crawl --shops ready.json --allow-address 127.0.0.1
    mep3m crawl --resume
    mep3m crawl pictures --shop example
    """
    from crawlers import program, runs

    if list_spiders:
        program.show_spiders()
        return
    if objections:
        named = {shop} if shop else {name for name, _ in program.read_shops(shops)} if shops else ()
        raise typer.Exit(1 if program.say_objections(runs.newest(named)) else 0)
    options = program.Options(
        spider=spider, max_pages=max_pages, picture_hosts=tuple(picture_host), product_urls=product_urls, allowed=tuple(allow_address),
        throttle=throttle, daily_budget=daily_budget, all_pages=all_pages, quiet=quiet, batch_rows=batch_rows, batch_seconds=batch_seconds,
    )
    raise typer.Exit(program.main(options, start=start, shop=shop, shops=shops, resume=resume))
