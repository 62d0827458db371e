"""A shop's own feed: CSV, TSV, JSON Lines, a JSON array or Google merchant XML (RSS or Atom), gzipped or not."""

from __future__ import annotations

import codecs
import csv
import json
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

import ijson
from defusedxml import DefusedXmlException

from crawlers.feeds.records import Record, Refused, given, levels, title_fault
from crawlers.feeds.source import Source
from crawlers.pages import charset
from crawlers.xml_reader import iterparse
from lakehouse.errors import LakehouseError

FORMATS = ("csv", "tsv", "jsonl", "xml")
SUFFIXES = {"csv": "csv", "tsv": "tsv", "txt": "tsv", "tab": "tsv", "jsonl": "jsonl", "ndjson": "jsonl", "jl": "jsonl", "json": "jsonl",
            "xml": "xml", "rss": "xml", "atom": "xml"}
MAX_FIELD = 1_000_000                       # characters; a longer one is a torn quote
# What shops call the columns, the first that is there is taken; names compared without case, spaces, _ and a prefix such as g:
NAMES = {
    "listing_id": ("id", "listingid", "sku", "productid", "itemid", "goodsid", "商品编号", "商品id", "货号", "编号"),
    "title": ("title", "name", "productname", "producttitle", "goodsname", "商品名称", "商品标题", "标题", "名称"),
    "category": ("producttype", "category", "categorypath", "nativepath", "breadcrumbs", "breadcrumb", "categories", "googleproductcategory",
                 "分类", "类目", "商品分类"),
    "url": ("link", "url", "productlink", "canonicalurl", "链接", "商品链接"),
    "image": ("imagelink", "image", "imageurl", "imageurls", "images", "picture", "图片", "主图", "图片链接"),
    "more_images": ("additionalimagelink", "additionalimages", "additionalimageurls"),
    "group": ("itemgroupid",),
}


def plain(name: object) -> str:
    """
    >>> plain("g:image_link"), plain("{http://base.google.com/ns/1.0}Item Group ID")
    ('imagelink', 'itemgroupid')
    """
    text = str(name).rsplit("}", 1)[-1].rsplit(":", 1)[-1]
    return "".join(character for character in text.casefold() if character.isalnum())


def format_of(source: Source, said: str = "") -> str:
    """The feed's format: as said, else by its suffix, else by its first character.

    Raises:
        LakehouseError: it cannot be told.
    """
    if said:
        if said not in FORMATS:
            raise LakehouseError(f"{said!r} is no feed format; give one of {', '.join(FORMATS)}.")
        return said
    suffix = source.path.name.lower().removesuffix(".gz").rsplit(".", 1)[-1]
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    with source.open() as stream:
        head = stream.read(4096).lstrip(b"\xef\xbb\xbf \r\n\t")
    if head[:1] in (b"<", b"{", b"["):
        return "xml" if head[:1] == b"<" else "jsonl"
    if b"\t" in head or b"," in head or b";" in head:
        return "tsv" if head.split(b"\n")[0].count(b"\t") else "csv"
    raise LakehouseError(f"{source.path}: its format cannot be told from its name or its first bytes; say --format {' or '.join(FORMATS)}.")


def encoding_of(source: Source) -> str:
    """UTF-8 where the first megabyte reads so, else what the bytes look like: exports of Chinese shop software are often GBK."""
    with source.open() as stream:
        head = stream.read(1 << 20)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
        return "utf-8-sig"
    except UnicodeDecodeError:
        return charset.guess(head) or "gb18030"


def read(source: Source, *, shop: str, kind: str = "", separator: str = ">") -> Iterator[Record | Refused]:
    """Every row as a listing of `shop`; rows of one `item_group_id` are variants, the first stands for all.

    Args:
        separator: what stands between the levels of a category.
    Raises:
        LakehouseError: the file is not of its format, or a needed column is missing; the line is named.
    """
    if not separator:
        raise LakehouseError("--separator is empty; give what stands between the levels of a category, such as '>'.")
    kind = format_of(source, kind)
    rows = {"csv": _separated, "tsv": _separated, "jsonl": _json_lines, "xml": _xml}[kind]
    groups: set[str] = set()
    for number, row in rows(source, kind):
        place = f"{source.path.name}:{number}"
        if isinstance(row, str):
            yield Refused(shop, "", place, row.split("|", 1)[0], row.split("|", 1)[1][:2000])
            continue
        fields = {plain(name): value for name, value in row.items()}

        def text(field: str, fields: dict = fields) -> str:
            return next((_text(fields[name]) for name in NAMES[field] if _text(fields.get(name))), "")

        identity, title, crumbs = text("listing_id"), text("title"), _levels(fields, separator)
        shown = json.dumps(row, ensure_ascii=False, default=str)[:2000]
        fault = "id is empty" if not identity else title_fault(title) or (None if crumbs else "category path is empty")
        if any(isinstance(one, dict) for name in NAMES["title"] for one in _parts(fields.get(name))[:1]):
            fault = "title is no text"
        if fault:
            yield Refused(shop, identity, place, fault, shown)
            continue
        if group := text("group"):
            if group in groups:
                yield Refused(shop, identity, place, "variant of a listing before", shown)
                continue
            groups.add(group)
        images = ["https:" + one if one.startswith("//") else one for name in (*NAMES["image"], *NAMES["more_images"])
                  for one in _several(fields.get(name)) if one.startswith(("http://", "https://", "//"))]
        yield Record(shop, identity, title, crumbs, place, url=text("url"), image_urls=list(dict.fromkeys(images)))


def _text(value: Any) -> str:
    if isinstance(value, list):
        value = next((one for one in value if given(one)), "")
    return given(value)


def _several(value: Any) -> list[str]:
    """A field's addresses: a list, or a text with commas, bars or spaces between addresses."""
    texts = (part for part in _parts(value) if isinstance(part, str))
    return [one for text in texts for one in text.replace("|", " ").replace(",http", " http").split()]


def _parts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _levels(fields: dict[str, Any], separator: str) -> list[str]:
    for name in NAMES["category"]:
        value = fields.get(name)
        if isinstance(value, list):
            if len(value) > 1 and not any(separator in str(one) for one in value):
                return [level for level in map(given, value) if level]
            value = value[0] if value else ""
        if found := levels(_text(value), separator):
            return found
    return []


def _separated(source: Source, kind: str) -> Iterator[tuple[int, dict | str]]:
    encoding, number = encoding_of(source), 1
    csv.field_size_limit(min(sys.maxsize, MAX_FIELD))
    with source.open() as stream:
        first = codecs.getreader(encoding)(stream, errors="replace").readline()
    between = "\t" if kind == "tsv" else max(",;", key=first.count)     # where the comma is the decimal sign, a CSV has semicolons
    with source.open() as stream:
        text = codecs.getreader(encoding)(stream, errors="replace")
        reader = csv.DictReader(text, delimiter=between, strict=True,
                                quoting=csv.QUOTE_NONE if kind == "tsv" else csv.QUOTE_MINIMAL)
        names = [plain(name) for name in reader.fieldnames or ()]
        for field in ("listing_id", "title", "category"):
            if not set(NAMES[field]) & set(names):
                raise LakehouseError(f"{source.path}, line 1: no column holds the {field.replace('_', ' ')}; "
                                     f"call it {', '.join(NAMES[field][:2])} or {NAMES[field][2]}.")
        try:
            for row in reader:
                number = reader.line_num
                if None in row or None in row.values():
                    kept = json.dumps({str(k): v for k, v in row.items()}, ensure_ascii=False)
                    yield number, f"wrong number of columns|{kept}"
                elif any("�" in value for value in row.values()):
                    yield number, f"not {encoding.removesuffix('-sig').upper()}|{json.dumps(row, ensure_ascii=False)}"
                else:
                    yield number, row
        except csv.Error as error:
            raise LakehouseError(f"{source.path}, after line {number}: {error}; mend the quotes there, or fetch the file again.") from None


def _json_lines(source: Source, kind: str) -> Iterator[tuple[int, dict | str]]:
    """A record a line, or the records of one array."""
    with source.open() as stream:
        head = stream.read(4096).removeprefix(codecs.BOM_UTF8).split()[:2]
    if head and (head[0] == b"[" or head[0].startswith(b"[{")):
        yield from _json_array(source)
        return
    with source.open() as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
            except UnicodeDecodeError:
                yield number, f"not UTF-8|{line.decode('utf-8', 'backslashreplace')}"
                continue
            except (ValueError, RecursionError):
                yield number, f"not JSON|{line.decode('utf-8', 'replace')}"
                continue
            yield (number, row) if isinstance(row, dict) else (number, f"record is no object|{line.decode('utf-8', 'replace')}")


def _json_array(source: Source) -> Iterator[tuple[int, dict | str]]:
    number = 0
    with source.open() as stream:
        if stream.read(3) != codecs.BOM_UTF8:
            stream.seek(0)
        try:
            for number, row in enumerate(ijson.items(stream, "item", use_float=True), start=1):
                yield (number, row) if isinstance(row, dict) else (number, f"record is no object|{row}")
        except (ijson.JSONError, UnicodeDecodeError) as error:
            said = " ".join(str(error).split())[:160]
            raise LakehouseError(f"{source.path} is no JSON after record {number:,} ({said}); mend or fetch the file again.") from None


def _xml(source: Source, kind: str) -> Iterator[tuple[int, dict | str]]:
    """Items of RSS, entries of Atom. Entities are not expanded and DTDs not read: defusedxml refuses a file that has them."""
    number = 0
    with source.open() as stream:
        try:
            for number, element in _elements(stream):
                row: dict[str, Any] = {}
                for child in element:
                    name = child.tag.rsplit("}", 1)[-1]
                    value = (child.text or "").strip() or child.get("href", "")
                    if plain(name) in NAMES["more_images"] and name in row:
                        row[name] = [*(row[name] if isinstance(row[name], list) else [row[name]]), value]
                    else:
                        row.setdefault(name, value)
                torn = any("\ufffd" in text for value in row.values() for text in _parts(value))
                yield number, f"not in its declared encoding|{json.dumps(row, ensure_ascii=False)}" if torn else row
        except ParseError as error:
            line, column = error.position
            raise LakehouseError(f"{source.path} is no XML in line {line}, column {column} (after item {number}); fetch the file again.") from None
        except DefusedXmlException as error:
            raise LakehouseError(f"{source.path} declares entities or a DTD ({type(error).__name__}), which a feed has no need of; "
                                 "it is not read.") from None
    if not number:
        raise LakehouseError(f"{source.path} holds no item; a merchant feed has <item> or <entry> elements.")


def _elements(stream: BinaryIO) -> Iterator[tuple[int, Any]]:
    number, path = 0, []
    for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
        if event == "start":
            path.append(element)
            continue
        path.pop()
        if element.tag.rsplit("}", 1)[-1] in ("item", "entry"):
            number += 1
            yield number, element
            element.clear()
            if path:
                path[-1].remove(element)
