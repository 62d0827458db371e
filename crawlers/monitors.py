"""What a crawl must have brought to be believed. A monitor that fails puts its sentence into crawl_runs and fails the command."""

from __future__ import annotations

from typing import Any

from spidermon import Monitor, MonitorSuite, monitors, settings
from spidermon.core.actions import Action

from crawlers.runs import PICTURES, most_shared_picture

MOST_REJECTS = 0.2          # of the product pages read
MOST_FAILURES = 0.1         # of the pages asked for; robots.txt's refusals and 404s are the shop's own word, not failures
LEAST_PICTURES = 0.5        # of the listings landed whose page names one
MOST_IN_ONE = 0.5           # of the product pages read; variants are many, but not all of one listing
MOST_OF_ONE_PICTURE = 0.5   # of the listings landed with a picture: one that says "no picture" may have any address
LARGEST_DROP = 0.5          # against the last finished crawl
SMALL = 20                  # shares of fewer pages than this say nothing
EXPECTED_FAILURES = ("crawl/failed/http_404", "crawl/failed/http_410", "crawl/failed/robots_forbidden")


class NoteFailures(Action):
    """The monitors' sentences, into the crawl's notes."""

    def run_action(self) -> None:
        crawl = self.data.spider.crawl
        for result in self.result.monitor_results:
            if result.status in settings.MONITOR.STATUSES.ERROR:
                lines = (result.reason or result.error or result.monitor.name).strip().splitlines()
                crawl.notes.append(lines[-1])


class CrawlMonitor(Monitor):
    """What the crawl counted."""

    longMessage = False

    def count(self, name: str) -> int:
        return int(self.data.stats.get(name, 0))

    def total(self, prefix: str, but: tuple[str, ...] = ()) -> int:
        return sum(int(value) for name, value in self.data.stats.items() if name.startswith(prefix) and name not in but)

    @property
    def crawl(self) -> Any:
        return self.data.spider.crawl

    @property
    def listings(self) -> int:
        return self.count("crawl/listings_landed") + self.count("crawl/listings_unchanged")


@monitors.name("items")
class Items(CrawlMonitor):
    def test_something_was_found(self) -> None:
        if not self.crawl.stopped:
            failed = ", ".join(f"{name.removeprefix('crawl/failed/')} ({int(value)})" for name, value in sorted(self.data.stats.items())
                               if name.startswith("crawl/failed/"))
            if self.crawl.spider == PICTURES:
                asked = self.count("crawl/listings_naming_pictures")
                self.assertGreater(self.listings, 0, f"None of {asked} pictures could be had; see bronze.crawl_pages.")
            why = f": {failed}" if failed else ""
            if self.crawl.led_to:
                why = f", which leads to {self.crawl.led_to[:200]}; if that is the shop, start there"
            self.assertGreater(self.listings, 0, f"No listing was found at {self.crawl.start}{why}.")

    def test_no_drop_against_the_last_crawl(self) -> None:
        last = self.crawl.last_listings
        whole = not self.crawl.stopped and self.data.stats.get("finish_reason") == "finished"
        if last and last >= SMALL and whole:
            self.assertGreaterEqual(self.listings, last * (1 - LARGEST_DROP), f"{self.listings} listings, where the last crawl had {last}.")


@monitors.name("fields")
class Fields(CrawlMonitor):
    def test_pictures_could_be_had(self) -> None:
        naming = self.count("crawl/listings_naming_pictures")
        if naming >= SMALL:
            shown = self.count("crawl/listings_with_picture")
            foreign = self.count("guard/foreign_picture_host")
            self.assertGreaterEqual(shown, naming * LEAST_PICTURES,
                                    f"Only {shown} of {naming} listings got a picture; {foreign} pictures were on other hosts (--picture-host).")

    def test_no_picture_stands_for_all(self) -> None:
        shown = self.count("crawl/listings_with_picture")
        if shown >= SMALL:
            picture, titles = most_shared_picture(self.crawl.crawl_id)
            self.assertLess(titles, shown * MOST_OF_ONE_PICTURE,
                            f"{titles} listings of different titles, of {shown} with a picture, show the same one, {picture}: it may stand for none.")

    def test_few_rejects(self) -> None:
        rejected, read = self.total("crawl/rejected/"), self.count("crawl/listings_read")
        if rejected + read >= SMALL:
            self.assertLessEqual(rejected, (rejected + read) * MOST_REJECTS,
                                 f"{rejected} of {rejected + read} product pages gave no usable listing; see ops.rejects.")


    def test_listings_are_told_apart(self) -> None:
        most, read = self.count("crawl/most_folded_into_one"), self.count("crawl/listings_read") + self.count("crawl/variants_folded")
        if most >= SMALL:
            self.assertLess(most, read * MOST_IN_ONE,
                            f"{most} of {read} product pages were taken for variants of one listing; see those 'folded' in bronze.crawl_pages.")

    def test_all_products_were_read(self) -> None:
        left = self.count("crawl/products_not_read")
        self.assertEqual(left, 0, f"{left} pages were left unread: those before them, of the same kind of address, brought nothing new for long.")


@monitors.name("errors")
class Errors(CrawlMonitor):
    def test_few_failures(self) -> None:
        failed = self.total("crawl/failed/", EXPECTED_FAILURES)
        read = failed + self.listings + self.count("crawl/categories_read") + self.total("crawl/rejected/")
        if read >= SMALL:
            self.assertLessEqual(failed, read * MOST_FAILURES, f"{failed} of {read} pages could not be read; see bronze.crawl_pages.")

    def test_nothing_broke_inside(self) -> None:
        broken = self.count("spider_exceptions/count")
        self.assertEqual(broken, 0, f"The spider failed on {broken} pages; -v shows where.")


class CrawlMonitors(MonitorSuite):
    monitors = (Items, Fields, Errors)
    monitors_failed_actions = (NoteFailures,)
