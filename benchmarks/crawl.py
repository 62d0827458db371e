"""How fast a crawl lands in Delta, beside the same spider writing JSON Lines with Scrapy alone; and how memory grows with the crawl.

    python benchmarks/crawl.py                              pages a second of both, alternating, in one run
    python benchmarks/crawl.py --memory 10000 100000        memory of the crawler's process after so many pages, in one crawl

--memory prints a line as often as --every says and at each mark, at once: resident memory then, and its peak so far as the kernel kept it, so a
run that is broken off has shown how far it came. The shop is a sample shop of so many pages, with pictures; another process serves it and is not
counted.

Both contenders run the same spider, with the same extraction, limits and concurrency, against the same sample shop, one after the other, each in a
process of its own. The plain one has nothing else of this project: Scrapy's own scheduler, duplicate filter, robots.txt, download handler and
resolver, a JSON Lines feed, and the FilesPipeline for the same pictures, which stores them as they come. This project's has its guards, its monitors
and its landing in Delta, and decodes each picture. A page is a response that the spider was given; pictures are fetched by both and not counted.

Seconds and processor time, that of all threads, run from the opened spider to the feed's end, or to the last commit, that of crawl_runs. What
comes before, mostly imports and for this project the first tables, takes as long whatever the crawl's size, and is printed by itself. The processor's
ratio is the steadier one where other work runs on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parent.parent))


# The contenders, each in its own process -----------------------------------------------------------------------------


def settings(plain: bool, folder: Path, pictures: bool) -> dict[str, Any]:
    from crawlers import configuration

    given = configuration.scrapy_settings(allowed=["127.0.0.1"], throttled=False)
    if plain:
        given = {name: value for name, value in given.items() if "crawlers." not in str(value)}     # what names a class of this project
        given |= {
            "ITEM_PIPELINES": {OneFile: 1} if pictures else {},
            "FILES_STORE": str(folder / "files"),
            "FEEDS": {str(folder / "items.jsonl"): {"format": "jsonlines", "encoding": "utf8"}},
        }
    elif not pictures:
        given["ITEM_PIPELINES"] = {"crawlers.pipelines.bronze.BronzePipeline": 800}
    return given


def one_file() -> type:
    from scrapy import Request
    from scrapy.pipelines.files import FilesPipeline

    from crawlers.items import Listing
    from crawlers.pictures import seeded_order

    class OneFile(FilesPipeline):
        """Scrapy's own pipeline, for the picture that the listing's seed chooses."""

        def get_media_requests(self, item: Any, info: Any) -> list:
            if not isinstance(item, Listing) or not item.image_urls:
                return []
            url = seeded_order("bench", item.listing_id, item.image_urls)[0]
            return [Request(url, meta={"kind": "image"})]

        def item_completed(self, results: Any, item: Any, info: Any) -> Any:
            if isinstance(item, Listing):
                item.image_sha256 = next((found["checksum"] for ok, found in results if ok), None)
            return item

    return OneFile


def plain_crawl(shop: str, url: str) -> Any:
    """What the spider needs to know of its crawl, without a lake."""
    from crawlers import runs
    from crawlers.memory import CrawlMemory
    from crawlers.safety import Territory

    return runs.Crawl("bench", shop, url, "generic", Territory(url), runs.now, CrawlMemory(), None, runs.now())


def contend(kind: str, shop: str, url: str, folder: Path, max_pages: int, pictures: bool, marks: list[int], every: int) -> None:
    """One crawl; prints its figures as JSON."""
    import psutil
    from scrapy import signals
    from scrapy.crawler import AsyncCrawlerProcess

    from crawlers import program, runs
    from crawlers.spiders import generic

    global OneFile
    OneFile = one_file()
    os.environ["LAKEHOUSE_ROOT"] = str(folder / "lake")
    plain = kind == "plain"
    crawl = plain_crawl(shop, url) if plain else runs.begin(shop, url, "generic", max_pages=max_pages)
    process = AsyncCrawlerProcess(settings(plain, folder, pictures) | {"LOG_LEVEL": "ERROR", "LOG_INSTALL_ROOT_HANDLER": True})
    crawler = process.create_crawler(generic.GenericSpider)
    figures: dict[str, Any] = {"kind": kind}
    read = 0

    def count(response: Any, request: Any, spider: Any) -> None:
        nonlocal read
        if request.meta.get("kind") in ("product", "category", "sitemap"):
            read += 1
            if read in marks or (marks and read % every == 0):
                now = {"pages": read, "mark": read in marks, "seconds": round(time.monotonic() - figures["started"]),
                       "rss_mb": round(psutil.Process().memory_info().rss / 2**20),
                       "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10)}
                print(json.dumps(now), flush=True)

    def opened(spider: Any) -> None:
        figures.update(started=time.monotonic(), cpu=time.process_time(), start_seconds=round(time.time() - psutil.Process().create_time(), 1))

    def closed(spider: Any, reason: str) -> None:
        figures["reason"] = reason

    crawler.signals.connect(count, signals.response_received, weak=False)
    crawler.signals.connect(opened, signals.spider_opened, weak=False)
    crawler.signals.connect(closed, signals.spider_closed, weak=False)
    if not plain:
        program.attach(crawler, crawl)
    process.crawl(crawler, crawl=crawl)
    process.start()
    if not plain:
        runs.end(crawl, figures["reason"])
    seconds = time.monotonic() - figures.pop("started")
    figures |= {"pages": read, "seconds": round(seconds, 2), "pages_per_second": round(read / seconds, 1)}
    figures["cpu_seconds"] = round(time.process_time() - figures.pop("cpu"), 2)
    print(json.dumps(figures), flush=True)


# The shop and the comparison -----------------------------------------------------------------------------------------


def sample_shop(listings: int, folder: Path) -> tuple[subprocess.Popen, dict[str, Any]]:
    """The largest of the sample shops of a catalogue, served on loopback."""
    ready = folder / "ready.json"
    command = [sys.executable, "-m", "lakehouse.cli", "sample-shops", "serve", "--listings", str(listings), "--port", "0", "--ready-file", str(ready)]
    process = subprocess.Popen(command, cwd=HERE.parent.parent, stdout=subprocess.DEVNULL)
    while not ready.exists():
        if process.poll() is not None:
            sys.exit("the sample shops did not start")
        time.sleep(0.1)
    return process, max(json.loads(ready.read_text()), key=lambda shop: shop["listings"])


def run_one(kind: str, shop: str, url: str, *options: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(HERE), "--one", kind, "--shop", shop, "--url", url, "--folder", folder, *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr[-3000:])
    return json.loads(done.stdout.strip().splitlines()[-1])


def compare(listings: int, rounds: int, pictures: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        process, shop = sample_shop(listings, Path(folder))
        try:
            found: dict[str, list[dict]] = {"plain": [], "delta": []}
            for number in range(rounds):
                for kind in ("plain", "delta") if number % 2 == 0 else ("delta", "plain"):
                    figures = run_one(kind, shop["shop"], shop["url"], *(() if pictures else ("--no-pictures",)))
                    found[kind].append(figures)
                    print(f"round {number + 1}  {kind:5}  {figures['pages']:6} pages  {figures['seconds']:7.2f} s  "
                          f"{figures['pages_per_second']:7.1f} pages/s  {figures['cpu_seconds']:7.2f} s of processor, "
                          f"{figures['start_seconds']:4.1f} s to start", flush=True)
        finally:
            process.terminate()
            process.wait(10)

    def median(figure: str) -> dict[str, float]:
        """Of each contender's runs, and of what this project's run of a round is to the plain one."""
        rounds = zip(found["delta"], found["plain"], strict=True)
        return {kind: statistics.median(one[figure] for one in figures) for kind, figures in found.items()} | {
            "ratio": statistics.median(ours[figure] / plain[figure] for ours, plain in rounds)}

    speeds, work = median("pages_per_second"), median("cpu_seconds")
    print(f"median: plain Scrapy with JSON Lines {speeds['plain']:.1f} pages/s, this project into Delta {speeds['delta']:.1f} pages/s")
    print(f"ratio of pages per second, the median of the rounds': {speeds['ratio']:.2f} (goal: at least 0.85)")
    print(f"ratio of processor time, the median of the rounds': {work['ratio']:.2f}")


def memory(marks: list[int], every: int, pictures: bool) -> None:
    """One crawl of a shop that has as many pages as the last mark."""
    at_marks = []
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as complaints:
        server, shop = sample_shop(5 * max(marks) // 2 + 500, Path(folder))      # the largest of three shops has .43 of the listings
        command = [sys.executable, str(HERE), "--one", "delta", "--shop", shop["shop"], "--url", shop["url"], "--folder", folder,
                   "--max-pages", str(max(marks) + 500), "--every", str(every), *(() if pictures else ("--no-pictures",)),
                   "--marks", *map(str, marks)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, text=True) as crawler:
            for line in crawler.stdout:
                now = json.loads(line) if line.startswith("{") else {}
                if "rss_mb" in now:
                    print(f"after {now['pages']:8,} pages, {now['seconds']:6,} s: {now['rss_mb']:5} MiB resident, "
                          f"{now['peak_mb']:5} MiB at most so far", flush=True)
                    at_marks += [now] if now["mark"] else []
        server.terminate()
        server.wait(10)
        if crawler.returncode:
            complaints.seek(0)
            sys.exit(complaints.read()[-3000:])
    print(f"{now['pages']:,} pages, {now['seconds']} s, {now['pages_per_second']} pages/s")
    if len(at_marks) > 1:
        first, last = at_marks[0], at_marks[-1]
        print(f"from {first['pages']:,} to {last['pages']:,} pages: resident {last['rss_mb'] / first['rss_mb']:.2f} times, "
              f"at most {last['peak_mb'] / first['peak_mb']:.2f} times")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listings", type=int, default=1500, help="of the sample catalogue; the largest of its shops is crawled")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-pictures", action="store_true")
    parser.add_argument("--memory", type=int, nargs="+", metavar="PAGES", help="measure memory after so many pages instead")
    parser.add_argument("--every", type=int, default=1000, metavar="PAGES", help="with --memory: a line after every so many pages")
    for hidden in ("--one", "--shop", "--url"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--max-pages", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--marks", type=int, nargs="*", default=[], help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        contend(args.one, args.shop, args.url, args.folder, args.max_pages, not args.no_pictures, args.marks, args.every)
    elif args.memory:
        memory(sorted(args.memory), max(1, args.every), not args.no_pictures)
    else:
        compare(args.listings, args.rounds, not args.no_pictures)


if __name__ == "__main__":
    main()
