"""What a page says of itself in schema.org's words: JSON-LD, and through extruct microdata and RDFa."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import chompjs
from extruct.rdfa import RDFaExtractor
from extruct.w3cmicrodata import MicrodataExtractor

from crawlers.pages.document import Document, squeeze
from crawlers.pages.words import filled

PRODUCT_TYPES = {"Product", "ProductGroup", "IndividualProduct", "ProductModel", "SomeProducts", "Vehicle", "Car", "Book"}
_SPELLINGS = {name.lower(): name for name in (*PRODUCT_TYPES, "BreadcrumbList")}
PREFERRED_TYPES = PRODUCT_TYPES - {"Book"}
MAX_NODES = 50_000
MAX_NESTED_ITEMS = 20
_INNER_QUOTE = re.compile(r'([^\s{\[,:\\]\s*)"(?=\s*[^\s,:}\]])')  # neither after what comes before a text in JSON nor before what comes after it
_BETWEEN = re.compile(r"[\s,;]*")
_COMMENT = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$")


def types(node: dict[str, Any]) -> set[str]:
    """The node's schema.org types without their address: {"Product"} for "https://schema.org/Product", and for "product"."""
    given = node.get("@type") or node.get("type") or ()
    given = given if isinstance(given, list) else [given]
    names = (re.split(r"[/#:]", name)[-1] for name in given if isinstance(name, str))
    return {_SPELLINGS.get(name.lower(), name) for name in names}


def values(value: Any) -> list[Any]:
    """A property's values: a list as it is, one value as a list, none as an empty one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def texts(value: Any) -> Iterator[str]:
    """The texts of a property's values as they are written, whichever of JSON-LD's and RDFa's wrappings they came in."""
    for one in values(value):
        if isinstance(one, dict):
            one = one.get("@value") or one.get("name") or one.get("@id")
            if isinstance(one, list | dict):
                one = next(texts(one), "")
        if isinstance(one, int | float) and not isinstance(one, bool):
            one = str(one)
        if squeeze(one):
            yield squeeze(one)


def text(value: Any) -> str:
    """The first of a property's texts that says something, as a reader would see it."""
    return next(filter(None, map(filled, texts(value))), "")


def walk(value: Any, limit: int = MAX_NODES) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value, outer ones and earlier ones first. Iterative: depth cannot exhaust the stack."""
    queue, position = [value], 0
    while position < len(queue) and position < limit:
        one = queue[position]
        position += 1
        if isinstance(one, dict):
            yield one
            queue.extend(child for child in one.values() if isinstance(child, dict | list))
        elif isinstance(one, list):
            queue.extend(child for child in one if isinstance(child, dict | list))


def lenient_json(script: str) -> Any:
    """The value of a script's JSON, or a list of several; of JSON that a shop got slightly wrong too. None where there is none."""
    return _read(script)[0]


def _read(script: str) -> tuple[Any, bool]:
    """What `lenient_json` returns, and whether the script is JSON as it stands."""
    script = _COMMENT.sub("", script.strip()).strip().rstrip(";")
    if '"' not in script:
        script = script.replace("&quot;", '"')
    script = re.sub(r"(?<!\\)((?:\\\\)*)\\x(?=[0-9a-fA-F]{2})", r"\1\\u00", script)
    found, decoder, position = [], json.JSONDecoder(strict=False), 0
    try:
        while position < len(script):
            value, position = decoder.raw_decode(script, position)
            found.append(value)
            position = _BETWEEN.match(script, position).end()
        valid = True
    except (ValueError, RecursionError):
        valid = False
        rest = script[position:]
        flat = re.sub(r"[\r\n\t]+", " ", rest)
        for text in (rest, flat, _closed(_INNER_QUOTE.sub(r'\1\\"', flat))):
            with suppress(ValueError, RecursionError, TypeError):
                found.append(chompjs.parse_js_object(text))
                break
    return found[0] if len(found) == 1 else found or None, valid


def _closed(text: str) -> str:
    """JSON with the closing brackets that its end lacks; as it is where it breaks off within a text.

    >>> _closed('{"a": [{"b": "}"'), _closed('{"a": "b')
    ('{"a": [{"b": "}"}]}', '{"a": "b')
    """
    missing, quoted = [], False
    for found in re.finditer(r'\\.|["{}\[\]]', text):
        if found[0] == '"':
            quoted = not quoted
        elif not quoted and found[0] in "{[":
            missing.append("}" if found[0] == "{" else "]")
        elif not quoted and missing and found[0] == missing[-1]:
            missing.pop()
    return text if quoted else text + "".join(reversed(missing))


def json_ld(document: Document) -> list[dict[str, Any]]:
    scripts = document.tree.xpath("//script[contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json')]")
    found = [_read(script.text) for script in scripts if (script.text or "").strip()]
    if not all(valid for _, valid in found):
        document.oddities.add("invalid_json_ld")
    return [node for value, _ in found if value for node in walk(value)]


def microdata(document: Document) -> list[dict[str, Any]]:
    """Microdata items, those in others too; none where they nest as no shop's do: extruct's work grows with the fourth power of the depth."""
    if document.tree.xpath(f"boolean(//*[@itemscope][count(ancestor::*[@itemscope]) > {MAX_NESTED_ITEMS}])"):
        return []
    try:
        items = MicrodataExtractor(nested=True, strict=False).extract_items(document.tree, document.base_url)
        items = list(items)
    except (ValueError, TypeError, RecursionError, AttributeError):
        return []
    flat = []
    for node in walk(items):
        if "type" in node or "properties" in node:
            flat.append(
                {"@type": node.get("type"), **{name: _microdata_value(value) for name, value in (node.get("properties") or {}).items()}}
            )
    return flat


def _microdata_value(value: Any, depth: int = 0) -> Any:
    if depth > 20:
        return None
    if isinstance(value, list):
        return [_microdata_value(one, depth + 1) for one in value]
    if isinstance(value, dict) and "properties" in value:
        return {"@type": value.get("type"), **{n: _microdata_value(v, depth + 1) for n, v in value["properties"].items()}}
    return value


def rdfa(document: Document) -> list[dict[str, Any]]:
    """RDFa nodes with the vocabulary's address taken off the property names; only where a page says `typeof`."""
    if "typeof" not in document.text or not re.search(r"\stypeof\s*=\s*[\"']?[^\"'>]{0,60}(?:Product|Breadcrumb|ListItem)", document.text):
        return []
    try:
        nodes = RDFaExtractor().extract(document.text, base_url=document.base_url)
    except Exception:  # pyRdfa lets every kind of error out
        return []
    by_id = {node.get("@id"): node for node in nodes if isinstance(node, dict)}
    shortened = {
        key: {re.split(r"[/#]", name)[-1] if name.startswith("http") else name: value for name, value in node.items()}
        for key, node in by_id.items()
    }

    def resolved(value: Any, depth: int = 0) -> Any:
        if isinstance(value, list):
            return [resolved(one, depth + 1) for one in value]
        if isinstance(value, dict) and set(value) == {"@id"} and value["@id"] in shortened and depth < 6:
            return {name: resolved(one, depth + 1) for name, one in shortened[value["@id"]].items() if name != "@id"} | {
                "@id": value["@id"]
            }
        return value

    return [{name: resolved(value) for name, value in node.items()} for node in shortened.values()]


def products(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Nodes that are products with a name, be it one that was not filled in; those with offers, pictures or a sku first.

    Related products lose to the page's own.
    """
    found = [node for node in nodes if types(node) & PRODUCT_TYPES and any(texts(node.get("name")))]

    def worth(node: dict[str, Any]) -> int:
        own = bool(types(node) & PREFERRED_TYPES)
        offered, described = bool(node.get("offers") or node.get("hasVariant")), bool(node.get("sku") or node.get("description"))
        return 4 * own + 2 * offered + bool(node.get("image")) + described

    return sorted(found, key=worth, reverse=True)


def breadcrumb_lists(nodes: list[dict[str, Any]]) -> list[list[tuple[str, str]]]:
    """Every BreadcrumbList as (name, address) pairs by position."""
    lists = []
    for node in nodes:
        if "BreadcrumbList" not in types(node):
            continue
        entries = []
        for order, entry in enumerate(values(node.get("itemListElement"))):
            if not isinstance(entry, dict):
                continue
            item = next((one for one in values(entry.get("item")) if one), None)
            name = text(entry.get("name")) or (text(item.get("name")) if isinstance(item, dict) else "")
            address = item if isinstance(item, str) else (next(texts(item.get("@id") or item.get("url")), "") if isinstance(item, dict) else "")
            try:
                position = float(text(entry.get("position")))
            except ValueError:
                position = float(order)
            if name:
                entries.append((position, order, name, address))
        if entries:
            entries.sort(key=lambda entry: entry[:2])
            levels = [(name, address) for _, _, name, address in entries]
            if len(levels) == 1 and len(parts := re.split(r"\s+[>›»]\s+", levels[0][0])) > 1:  # the whole path in one level's name
                levels = [(part, "") for part in parts if part]
            lists.append(levels)
    return lists


def image_addresses(value: Any) -> list[str]:
    """Addresses in a schema.org `image`: texts, ImageObjects, lists of either."""
    found = []
    for one in values(value):
        if isinstance(one, dict):
            one = next((one[key] for key in ("contentUrl", "url", "@list", "@id", "@value") if one.get(key)), None)
            found.extend(image_addresses(one))
        elif isinstance(one, str) and filled(one):
            found += re.split(r",\s+(?=/|https?:)", one.strip())
    return found
