"""mep3m review: a page that needs no network, on which a person decides and exports what `mep3m names import` takes."""

from __future__ import annotations

import base64
import io
import json
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from lakehouse import tables

if TYPE_CHECKING:
    from collections.abc import Collection

    Category = tuple[str, str]

review = typer.Typer(help="An HTML page on which a person decides.")
TEMPLATE = "review.html.j2"
TITLES, PICTURES = 6, 3                 # shown of a category
SIDES = 9                               # members of a name, at most
THUMBNAIL = 120                         # pixels, the longer side


def samples(wanted: Collection[Category]) -> dict[Category, dict[str, Any]]:
    """Of each category: its first titles by listing id, its first pictures as data URIs, its number of listings.

    One pass over the listings in bounded memory; a picture that cannot be read is left out.
    """
    from lakehouse import arrow

    found: dict[Category, dict[str, Any]] = {one: {"titles": [], "pictures": [], "listings": 0} for one in wanted}
    first: dict[Category, list[tuple[str, str, str | None]]] = defaultdict(list)
    columns = ["shop", "native_path", "listing_id", "title", "image_sha256"]
    for batch in arrow.dataset(tables.LISTINGS).to_batches(columns=columns):
        for row in batch.to_pylist():
            category = (row["shop"], row["native_path"])
            if category not in found:
                continue
            found[category]["listings"] += 1
            kept = first[category]
            kept.append((row["listing_id"], row["title"], row["image_sha256"]))
            if len(kept) > 200:
                kept.sort()
                del kept[20:]
    hashes: set[str] = set()
    for category, rows in first.items():
        rows.sort()
        found[category]["titles"] = list(dict.fromkeys(title for _, title, _ in rows))[:TITLES]
        found[category]["hashes"] = list(dict.fromkeys(sha for _, _, sha in rows if sha))[:PICTURES]
        hashes |= set(found[category]["hashes"])
    pictures = thumbnails(hashes)
    for of in found.values():
        of["pictures"] = [pictures[sha] for sha in of.pop("hashes", []) if sha in pictures]
    return found


def thumbnails(hashes: Collection[str]) -> dict[str, str]:
    """Small JPEGs as data URIs, by the picture's SHA-256."""
    if not hashes:
        return {}
    from PIL import Image, UnidentifiedImageError

    from lakehouse import arrow, settings

    made = {}
    root = settings.load().path
    for row in arrow.read(tables.RAW_IMAGES, columns=["image_sha256", "path"]).to_pylist():
        if row["image_sha256"] not in hashes:
            continue
        try:
            with Image.open(root / row["path"]) as picture:
                small = picture.convert("RGB")
                small.thumbnail((THUMBNAIL, THUMBNAIL))
                out = io.BytesIO()
                small.save(out, "JPEG", quality=80)
        except (OSError, UnidentifiedImageError, ValueError):
            continue
        made[row["image_sha256"]] = "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()
    return made


def questions(limit: int) -> tuple[list[dict[str, Any]], int]:
    """What waits, most valuable first, each side with its samples; and how many wait in all.

    The sides of a name are the first of its members: that which the name is anchored on, then those of most listings. All of them
    are listed, for what is thrown out is held apart from each that stays.
    """
    from spark_jobs.names_command import waiting

    all_of_them = waiting()
    shown = all_of_them[:limit] if limit else all_of_them
    concerned = [[tuple(side.split(":", 1)) for side in dict.fromkeys([one["category"], one["other"], *one["members"]]) if side] for one in shown]
    known = samples({category for members in concerned for category in members[:SIDES]})
    return [{**{key: one[key] for key in ("kind", "asks", "names", "evidence", "value", "listings")}, "members": members,
             "sides": [{"shop": shop, "path": path, "name": path.split(">")[-1], **known[shop, path]} for shop, path in members[:SIDES]]}
            for one, members in zip(shown, concerned, strict=True)], len(all_of_them)


def render(waiting: list[dict[str, Any]], total: int) -> str:
    """The page, everything inside it. Titles come from strangers: they are data in it, never markup."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, autoescape=True)
    data = json.dumps(waiting, ensure_ascii=False).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return templates.get_template(TEMPLATE).render(data=data, shown=len(waiting), total=total)


@review.callback(invoke_without_command=True)
def page(
    output: Path = typer.Option(Path("review.html"), help="The page."),
    limit: int = typer.Option(200, min=0, help="Questions on it at most; 0 for all."),
) -> None:
    """Write a page with everything that waits for a person; its export goes to `mep3m names import FILE.csv --by YOU`."""
    waiting, total = questions(limit)
    output.write_text(render(waiting, total), encoding="utf-8")
    print(f"{output}: {len(waiting):,} of {total:,} questions, most listings first; decide there, then `mep3m names import decisions.csv --by YOU`.")
