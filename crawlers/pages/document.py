"""A page as a tree, whatever its bytes are: the charset is found out, not believed."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from urllib.parse import urljoin, urlsplit

import lxml.etree
import lxml.html
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom

from crawlers.pages import charset, outline

MAX_CHARACTERS = 20_000_000
MAX_TITLE = 2_000  # characters; more is a list of words that somebody wants to be found by
MAX_ATTRIBUTES = 100  # of an element; those of real pages have a tenth of it
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_TWICE = re.compile(r"^https?:(?://)?(?=https?://)", re.I)  # a scheme before an address that has one
_SPACES = re.compile(r"\s+")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*[\w-]", re.I)
# A charset that servers name for its superset: the bytes are those of the right-hand side.
_SUPERSETS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "latin-1": "cp1252",
    "ascii": "utf-8",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}


def squeeze(text: object) -> str:
    """Text on one line: white space folded, control and zero-width characters gone, composed as NFC."""
    if not isinstance(text, str):
        return ""
    return _SPACES.sub(" ", _CONTROLS.sub("", unicodedata.normalize("NFC", text))).strip()


def _fits(body: bytes, encoding: str | None) -> str | None:
    """The text, if nearly every byte reads in `encoding`: one broken character in 2,000 is a slip of the shop, more is a lie."""
    return charset.reads(body, _SUPERSETS.get(encoding.lower(), encoding)) if encoding else None


def decode(body: bytes, content_type: str = "") -> str:
    """The text of a page.

    In order: a byte order mark, the header, the declaration in the page; each only if the bytes agree. UTF-8 is tried before
    any other declaration, since multi-byte text reads as UTF-8 by accident practically never. Then what the bytes look like, then UTF-8
    with replacement characters. Never raises.
    """
    mark, mark_bytes = read_bom(body)
    for encoding in (mark, "utf-8", *_declared(body, content_type)):
        text = _fits(body[len(mark_bytes or b"") :], encoding)
        if text is not None:
            return text
    text = _fits(body, charset.guess(body))
    if text is not None:
        return text
    return body.decode("utf-8", "replace")


def _declared(body: bytes, content_type: str) -> list[str]:
    """The encodings that header and page declare; "unknown" for one that there is not."""
    declared = [http_content_type_encoding(content_type or None), html_body_declared_encoding(body[:8192])]
    named = re.search(r"charset\s*=\s*[\"']?\s*[\w-]", content_type, re.I), _META_CHARSET.search(body[:8192])
    return [encoding or "unknown" for encoding, name in zip(declared, named, strict=True) if encoding or name]


def declares_another(body: bytes, content_type: str, text: str) -> bool:
    """Whether header or page declares an encoding in which the bytes are not the text that they were found to be.

    >>> page = "<meta charset=gbk>茶".encode()
    >>> declares_another(page, "text/html; charset=utf-8", page.decode()), declares_another(b"<meta charset=gbk>tea", "", "<meta charset=gbk>tea")
    (True, False)
    """
    mark_bytes = read_bom(body)[1] or b""
    return any(_fits(body[len(mark_bytes) :], encoding) != text for encoding in dict.fromkeys(_declared(body, content_type)))


class Document:
    """A page's text, its tree and its address. Building one never fails; an empty page has an empty tree.

    Attributes:
        oddities: what was wrong with the page and could be put right or left out, by name, as far as its readers came across it.
    """

    def __init__(self, html: bytes | str, url: str, content_type: str = "") -> None:
        text = decode(html, content_type) if isinstance(html, bytes) else html
        self.oddities: set[str] = set()
        if isinstance(html, bytes) and declares_another(html, content_type, text):
            self.oddities.add("wrong_charset")
        self.text = text[:MAX_CHARACTERS]
        self.url = url
        self._absolutes: dict[str, str | None] = {}

    @cached_property
    def tree(self) -> lxml.html.HtmlElement:
        parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
        body = _CONTROLS.sub("", self.text).encode("utf-8", "ignore")
        try:
            tree = lxml.html.document_fromstring(body, parser=parser)
        except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, ValueError, AssertionError):
            tree = lxml.html.document_fromstring(b"<html><body></body></html>", parser=parser)
        for element in tree.xpath(f"//*[count(@*) > {MAX_ATTRIBUTES}]"):  # lxml looks for each from the first on
            kept = {name: element.attrib[name] for name in element.keys()[:MAX_ATTRIBUTES]}
            element.attrib.clear()
            element.attrib.update(kept)
        return tree

    @cached_property
    def elements(self) -> list[lxml.html.HtmlElement]:
        """Every element in document order. Held, so that an element is the same object, with the same id(), as long as the document lives."""
        return [element for element in self.tree.iter() if isinstance(element.tag, str)]

    @cached_property
    def outline(self) -> outline.Outline:
        """What lies in each of `elements`."""
        _ = self.elements
        return outline.outline(self.tree)

    @cached_property
    def _marks(self) -> dict[int, str]:
        return {id(element): outline.marks(element) for element in self.elements}

    def marks(self, element: lxml.html.HtmlElement) -> str:
        """What its author calls an element: its class, id and test names."""
        found = self._marks.get(id(element))
        return outline.marks(element) if found is None else found

    @cached_property
    def base_url(self) -> str:
        """What relative addresses are relative to: the <base>, where it is an address that a page can have."""
        declared = next(iter(self.tree.xpath("//base/@href")), "").strip()
        try:
            base = urljoin(self.url, declared)
            return base if declared and urlsplit(base).scheme in ("http", "https") else self.url
        except ValueError:
            return self.url

    def absolute(self, address: object) -> str | None:
        """An http(s) URL made absolute; None for anything else (`data:`, `javascript:`, an empty value)."""
        if not isinstance(address, str):
            return None
        if address not in self._absolutes:
            self._absolutes[address] = self._absolute(address)
        return self._absolutes[address]

    def _absolute(self, address: str) -> str | None:
        if not address.strip() or address.lstrip()[:5].lower() in ("data:", "javas", "#"):
            return None
        try:
            full = urljoin(self.base_url, _TWICE.sub("", re.sub(r"[\t\r\n]", "", address.strip())))
            parts = urlsplit(full)
        except ValueError:
            return None
        return full if parts.scheme in ("http", "https") and parts.netloc else None

    @cached_property
    def title(self) -> str:
        found = self.tree.xpath("//head//title | //title[not(ancestor::*[local-name()='svg'])]")
        return next((text for text in (squeeze(element.text_content())[:MAX_TITLE] for element in found) if text), "")

    def meta(self, *names: str) -> list[str]:
        """Contents of the meta elements of those names or properties, in the order of `names`."""
        return [text for name in names for text in self._metas.get(name, ())]

    @cached_property
    def _metas(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for element in self.tree.iter("meta"):
            text = squeeze(element.get("content"))
            name = element.get("property") or element.get("name") or element.get("itemprop") or ""
            if text:
                found.setdefault(name.strip().lower(), []).append(text)
        return found

    @cached_property
    def canonical_url(self) -> str | None:
        found = [
            *self.tree.xpath(
                "//link[contains(concat(' ', normalize-space(translate(@rel, 'CANOIL', 'canoil')), ' '), ' canonical ')]/@href"
            ),
            *self.meta("og:url"),
        ]
        return next((url for url in map(self.absolute, found) if url), None)
