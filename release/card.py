"""README.md of a release: a data card from the numbers counted while it was written."""

from __future__ import annotations

from functools import cache

import jinja2

from release.croissant import About
from release.summary import Summary

MOST_RESOLUTIONS = 12


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(loader=jinja2.PackageLoader("release"), autoescape=False, undefined=jinja2.StrictUndefined)   # it is Markdown


def render(about: About, summary: Summary, *, shops: list[str], versions: dict[str, int], provisional: int, drawn: bool, note: str) -> str:
    """The card.

    Args:
        versions: Delta version by table.
        provisional: Names of the taxonomy that nobody has chosen yet.
        drawn: Whether there are figures.
        note: What could not be drawn; empty if all could.
    """
    sizes = summary.by_sub_class.values()
    resolutions = sorted(summary.by_resolution.items(), key=lambda entry: (-entry[1], entry[0]))
    return _templates().get_template("card.md.j2").render(
        about=about, s=summary, shops=shops, versions=versions, provisional=provisional, drawn=drawn, note=note,
        smallest=min(sizes), largest=max(sizes), rare=sum(size < 30 for size in sizes),
        resolutions=resolutions[:MOST_RESOLUTIONS], other_resolutions=sum(count for _, count in resolutions[MOST_RESOLUTIONS:]),
    )
