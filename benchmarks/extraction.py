"""How often the generic extractor reads a product page as a careful reader does, beside a plain recipe, on the same pages in one run.

    python benchmarks/extraction.py [FOLDER] [--without markup|social] [--details]

FOLDER holds pages (ID.html or ID.html.gz) and expected.jsonl (id, url, name, alt_names, breadcrumbs, alt_breadcrumbs,
main_image_keys); by default ../shared/data/pages.

A name is right if it equals the expected name or one of its alternatives, white space folded and in NFC, letter for letter
otherwise. A breadcrumb is right
if its levels equal the expected ones or an alternative, compared the same way, after the home page at its front is dropped from both; pages
where a reader sees no breadcrumb are left out of its rate, and counted apart: how often none was made up. A main picture is
right if the first
picture's address holds one of the expected keys. Rates are over all pages of the folder: a page that gives nothing is wrong.

The plain recipe: name and picture from extruct's JSON-LD Product, then microdata, then Open Graph, the name else from the first h1;
BreadcrumbList from the same, else zyte-parsers on the first element whose class or id says "breadcrumb"; home and the
product's own name dropped.

--without markup takes JSON-LD, microdata and RDFa out of every page first, and --without social Open Graph too: what is left
is what a shop shows that marks up nothing.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import extruct
import lxml.html
from zyte_parsers import extract_breadcrumbs

from crawlers.pages.commands import addresses, body_of, page_id
from crawlers.pages.document import decode
from crawlers.pages.generic import extract_listing

HOME = {"home", "home page", "homepage", "首页", "首頁", "startseite", "accueil", "inicio", "início", "etusivu", "홈", "トップ"}
Found = tuple[str, list[str], list[str]]  # name, breadcrumbs, pictures


def folded(text: str | None) -> str:
    return " ".join(unicodedata.normalize("NFC", text or "").split())


def ours(text: bytes, url: str) -> Found:
    found = extract_listing(text, url)
    return found.name, found.breadcrumbs, found.image_urls


def plain(body: bytes, url: str) -> Found:
    """What a competent engineer writes in an afternoon."""
    text = decode(body)
    try:
        data = extruct.extract(text, base_url=url, syntaxes=["json-ld", "microdata", "opengraph"], uniform=True, errors="ignore")
        tree = lxml.html.fromstring(text.encode("utf-8"), parser=lxml.html.HTMLParser(encoding="utf-8"))
    except Exception:
        return "", [], []
    nodes = [
        one
        for kind in ("json-ld", "microdata")
        for item in data.get(kind, [])
        for one in (item.get("@graph") or [item])
        if isinstance(one, dict)
    ]

    def typed(name: str) -> list[dict]:
        return [one for one in nodes if name in (one.get("@type") if isinstance(one.get("@type"), list) else [one.get("@type")])]

    def first(value):
        while isinstance(value, list | dict):
            value = (value[0] if value else None) if isinstance(value, list) else value.get("url") or value.get("@id") or value.get("name")
        return value if isinstance(value, str) else ""

    social = (data.get("opengraph") or [{}])[0]
    products = typed("Product")
    name = next((first(one.get("name")) for one in products if first(one.get("name"))), "")
    picture = next((first(one.get("image")) for one in products if first(one.get("image"))), "") or first(social.get("og:image"))
    heading = next((folded(element.text_content()) for element in tree.iter("h1")), "")
    name = name or first(social.get("og:title")) or heading
    crumbs = []
    for listed in typed("BreadcrumbList")[:1]:
        entries = listed.get("itemListElement") or []
        for entry in entries if isinstance(entries, list) else [entries]:
            if isinstance(entry, dict):
                item = entry.get("item")
                crumbs.append(first(entry.get("name")) or (first(item.get("name")) if isinstance(item, dict) else ""))
    if not crumbs:
        best = tree.xpath("//*[contains(translate(concat(@class, ' ', @id), 'BREADCUM', 'breadcum'), 'breadcrumb')]")
        for element in best[:1]:
            crumbs = [one.name or "" for one in extract_breadcrumbs(element, base_url=url) or ()]
    crumbs = [folded(one) for one in crumbs if one]
    while crumbs and crumbs[-1] == folded(name):
        crumbs.pop()
    return name, crumbs, [picture] if picture else []


def stripped(body: bytes, level: str | None) -> bytes:
    if not level:
        return body
    text = re.sub(r"(?is)<script[^>]*ld\+json.*?</script>", "", decode(body))
    text = re.sub(
        r"(?i)\s(?:itemprop|itemtype|itemscope|typeof|property)\s*=\s*(?:\"(?!og:|twitter:)[^\"]*\"|'(?!og:|twitter:)[^']*')", "", text
    )
    if level == "social":
        text = re.sub(r"(?is)<meta[^>]*(?:og:|twitter:)[^>]*>", "", text)
    return text.encode("utf-8", "ignore")


def without_home(levels: list[str]) -> list[str]:
    levels = [folded(one) for one in levels]
    return levels[1:] if levels and levels[0].casefold() in HOME else levels


def right(found: Found, wanted: dict) -> dict[str, bool | None]:
    name, crumbs, pictures = found
    names = {folded(one) for one in (wanted["name"], *wanted.get("alt_names", ()))}
    trails = [without_home(one) for one in (wanted["breadcrumbs"], *wanted.get("alt_breadcrumbs", ()))]
    shown = bool(wanted["breadcrumbs"])
    return {
        "name": folded(name) in names,
        "breadcrumb": without_home(crumbs) in trails if shown else None,
        "no breadcrumb made up": not crumbs or without_home(crumbs) in trails if not shown else None,
        "main picture": bool(pictures) and any(one in pictures[0] for one in wanted["main_image_keys"])
        if wanted.get("main_image_keys")
        else None,
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = Path(__file__).resolve().parent.parent
    parser.add_argument("folder", nargs="?", type=Path, help="pages and expected.jsonl; <shared>/data/pages by default")
    parser.add_argument("--shared", type=Path, default=here.parent / "shared", help="where the real data lies")
    parser.add_argument("--without", choices=("markup", "social"), help="what to take out of every page first")
    parser.add_argument("--details", action="store_true", help="say what was found and wanted wherever ours is wrong")
    args = parser.parse_args(argv)
    folder = args.folder or args.shared / "data" / "pages"
    if not (folder / "expected.jsonl").is_file():
        print(f"{folder}/expected.jsonl is not there; name a folder of pages with one.", file=sys.stderr)
        return 1
    wanted = {row["id"]: row for row in map(json.loads, (folder / "expected.jsonl").read_text(encoding="utf-8").splitlines())}
    files = {page_id(path): path for path in sorted(folder.iterdir()) if page_id(path) in wanted}
    urls = addresses(folder)
    methods: dict[str, Callable[[bytes, str], Found]] = {"ours": ours, "plain recipe": plain}
    marks: dict[str, dict[str, list[bool]]] = {method: {} for method in methods}
    seconds = dict.fromkeys(methods, 0.0)
    for identity, path in files.items():
        body = stripped(body_of(path), args.without)
        for method, extract in methods.items():
            started = time.process_time()
            found = extract(body, urls[identity])
            seconds[method] += time.process_time() - started
            for field, good in right(found, wanted[identity]).items():
                if good is None:
                    continue
                marks[method].setdefault(field, []).append(good)
                if not good and args.details and method == "ours":
                    asked = {name: wanted[identity][name] for name in ("name", "breadcrumbs", "main_image_keys")}
                    print(f"{identity}: {field}\n  found  {found}\n  wanted {asked}")
    print(f"{len(files)} pages" + (f" without {args.without}" if args.without else ""))
    print(f"{'':24}" + "".join(f"{method:>18}" for method in methods))
    for field in ("name", "breadcrumb", "main picture", "no breadcrumb made up"):
        cells = [marks[method].get(field, []) for method in methods]
        print(f"{field:24}" + "".join(f"{f'{sum(c)}/{len(c)} {sum(c) / len(c):.0%}' if c else '-':>18}" for c in cells))
    print(f"{'processor ms a page':24}" + "".join(f"{1000 * seconds[method] / max(1, len(files)):18.0f}" for method in methods))
    return 0


if __name__ == "__main__":
    sys.exit(main())
