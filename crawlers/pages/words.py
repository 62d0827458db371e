"""How texts of a page are compared, and which of them name the shop instead of the product."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from urllib.parse import urlsplit

import tldextract

from crawlers.pages.document import Document, squeeze
from crawlers.pages.phrases import BOILERPLATE, HOME, PRICE

SEPARATORS = r"\s[:\-–—/~]{2,}\s|[|｜_›»·•丨┃]|\s[-–—−:/~>‹«]\s|[-–—](?=[^\x00-\u2e7f])|(?<=[^\x00-\u2e7f])[-–—](?=\S)|:\s|：(?=\S)"
# Languages and countries that a shop's home page may be named after; /tv and /pc are departments.
LANGUAGES = frozenset(re.findall(
    r"\w+",
    "en de fr es it pt nl pl cs sk hu ro bg hr sl sr el tr ru uk da sv no nb fi et lv lt zh ja ko vi th id ms ar he ie gb us ca au nz "
    "at ch be br mx cl co pe dk se cz jp kr cn tw hk sg my ph in za ae eu ua"))
# What a link home can look like before it is made absolute; spares the others that cost.
_MAY_BE_HOME = re.compile(
    r"(?:(?:https?:)?//[^/?#]+)?[./]*(?:\w\w(?:[-_]\w\w)?/)*(?:\w\w(?:[-_]\w\w)?|(?:index|default|home|main)(?:\.\w{2,5})?)?/?"
    r"(?:\?[^#]*(?:home|index|main)(?:page)?|index\.php\?[^#]*)?#?$",
    re.I,
)
SPLIT = re.compile(SEPARATORS)
_TAG = re.compile(
    r"</?(?:(br|p|div|li|ul|ol|h[1-6]|td|tr|table|hr|center)|a|b|i|u|em|strong|span|font|small|big|sup|sub|mark|img|wbr|nobr|label|bdi|strike)(?:\s[^<>]*)?/?>",
    re.I)
# What stands where a shop's software had no value, or where its template was not filled in.
_UNFILLED = re.compile(
    r"(?:undefined|null|none|nil|nan|n/a|n\.a\.|false|\[object \w+\])$|"
    r".*(?:\{\{.*\}\}|\{%.*%\}|<%.*%>|[$#]\{[^}]*\})|%\w+%$|__\w+__$|\{[\w.]+\}$", re.I)
MOST_SITE_NAMES = 400  # texts that links home may give
_EXTRACT_HOST = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def clean(text: object) -> str:
    """One line, entities resolved however often a shop escaped them.

    >>> clean("Tops &amp;amp;  Tees")
    'Tops & Tees'
    """
    if not isinstance(text, str):
        return ""
    for _ in range(3 if "&" in text else 0):
        plain = html.unescape(text)
        if plain == text:
            break
        text = plain
    return squeeze(text)


def filled(text: str) -> str:
    """A text that a shop's software wrote, as it is shown: without HTML's tags; nothing where it had no value.

    >>> filled("Desk lamp<br/>40 <b>cm</b>"), filled("Cable < 3 m"), filled("undefined"), filled("{{ product.name }}")
    ('Desk lamp 40 cm', 'Cable < 3 m', '', '')
    """
    text = clean(text)
    if "<" in text:
        text = squeeze(_TAG.sub(lambda found: " " if found[1] else "", text))
    return "" if _UNFILLED.match(text[:600]) else text


@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """What two spellings of a text have in common: letters and digits, compatibility forms and case folded.

    >>> key("Ｏrange – Crush 12!") == key("orange crush 12")
    True
    """
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def weight(text: str) -> float:
    """How much a text says: a Han character or kana as much as two letters."""
    return sum(2.0 if "⺀" <= c <= "鿿" or "가" <= c <= "힣" else 1.0 for c in key(text))


def tokens(text: str) -> list[str]:
    """Words; for Han and kana each pair of neighbours."""
    found = []
    for word in re.findall(r"\w+", text.casefold()):
        if any("⺀" <= c <= "鿿" for c in word):
            found += [word[i : i + 2] for i in range(max(1, len(word) - 1))]
        else:
            found.append(word)
    return found


def segments(title: str) -> list[str]:
    """A title's parts between separators.

    >>> segments("雪花秀 润致精华-淘宝网"), segments("T-shirt Basic | Shop")
    (['雪花秀 润致精华', '淘宝网'], ['T-shirt Basic', 'Shop'])
    """
    return [part for part in (piece.strip() for piece in SPLIT.split(title)) if part]


_BOILERPLATE_KEYS = sorted({key(word) for word in BOILERPLATE if len(key(word)) > 3 or not word.isascii()}, key=len, reverse=True)
_BOILERPLATE_WORDS = {key(part) for word in BOILERPLATE for part in (word, *word.split())}


def is_boilerplate(text: str) -> bool:
    """Whether nothing but boilerplate is in it.

    >>> is_boilerplate("图片 价格 品牌 报价"), is_boilerplate("buy online at best price"), is_boilerplate("蜂蜜")
    (True, True, False)
    """
    rest = " ".join(word for word in re.split(r"[\s,，、/&+]+", text) if key(word) not in _BOILERPLATE_WORDS)
    left = key(rest)
    for word in _BOILERPLATE_KEYS:
        left = left.replace(word, "")
    return not left


def is_price(text: str) -> bool:
    """
    >>> is_price("¥ 199.00"), is_price("$1,299.00 - $1,500.00"), is_price("1984")
    (True, True, False)
    """
    return len(text) < 40 and bool(PRICE.match(text)) and not text.strip().isdecimal()


def host_words(url: str) -> set[str]:
    """The keys by which a shop's address names it: {"jd"} for item.jd.com, {"shopbestseller", "bestseller"} for shop.bestseller.com."""
    try:
        host = urlsplit(url).hostname or ""
        parts = _EXTRACT_HOST(host)
    except ValueError:
        return set()
    subdomain, domain, suffix = parts.subdomain, parts.domain, parts.suffix
    if not suffix and host.count(".") > 1 and not domain.isdecimal():  # an ending that no list knows is one all the same
        suffix, (subdomain, _, domain) = domain, subdomain.rpartition(".")
    names = {domain, f"{domain}.{suffix}", host, host.removeprefix("www.")}
    if subdomain and subdomain != "www":
        names |= {f"{subdomain.split('.')[-1]}{domain}", f"{domain}{subdomain.split('.')[-1]}"}
    return {key(name) for name in names if len(key(name)) > 1}


@lru_cache(maxsize=4096)
def _domain(host: str) -> str:
    return _EXTRACT_HOST(host).domain


@lru_cache(maxsize=4096)
def is_home_address(url: str | None, page_url: str) -> bool:
    """Whether it is the home page of the page's own site, or of the site's part in one language."""
    if not url:
        return False
    try:
        there, here = urlsplit(url), urlsplit(page_url)
    except ValueError:
        return False
    if there.fragment or len(there.path) > 24 or (there.query and not re.search(r"[=/](?:home|index|main)(?:page)?$", there.query)):
        return False
    path = re.sub(r"/(?:index|default|home|main)(?:\.\w{2,5})?$", "/", there.path.rstrip("/") or "/")
    parts = path.strip("/").lower().split("/")
    if path not in ("/", "") and not all(part[:2] in LANGUAGES and re.fullmatch(r"\w\w(?:[-_]\w\w)?", part) for part in parts):
        return False
    host, own = (there.hostname or "").removeprefix("www."), (here.hostname or "").removeprefix("www.")
    if not host or not own or host == own:
        return True
    return (there.hostname or "").startswith("www.") and _domain(host) == _domain(own)


def site_names(document: Document) -> set[str]:
    """Keys of every name by which the page calls its own site: metas, links to the home page and their pictures, the host."""
    found = [
        *document.meta(
            "og:site_name", "application-name", "apple-mobile-web-app-title", "copyright", "twitter:site", "al:ios:app_name", "publisher"
        )
    ]
    for link in document.tree.iter("a"):
        target = link.get("href") or ""
        if len(found) > MOST_SITE_NAMES:
            break
        if len(target) > 80 or not _MAY_BE_HOME.match(target.strip()) or not is_home_address(document.absolute(target), document.url):
            continue
        found += [link.get("title") or "", *(image.get("alt") or "" for image in link.iter("img"))]
        text = squeeze(link.text_content()) if len(link) < 20 else ""
        if len(text) < 40:
            found.append(text)
    names = host_words(document.url)
    for text in found:
        text = clean(text)
        if not 1 < len(text) <= 120:
            continue
        names |= {key(part) for part in (text, *segments(text)) if 1 < len(key(part)) <= 40}
    title = key(document.title)
    names = {name for name in names if name and not (weight(name) > 30 and name in title and len(name) > 0.6 * len(title))}
    return names - {key(word) for word in HOME}  # what fills the title is the product, whatever its picture links to


def names_site(text: str, sites: Collection[str]) -> bool:
    """Whether a text is the site's name, perhaps with words around it that every shop uses.

    >>> names_site("Zalando.fi", {"zalando", "zalandofi"}), names_site("Puzzle", {"lafeltrinelli"})
    (True, False)
    """
    said = key(text)
    if not said:
        return True
    if said in sites:
        return True
    for site in sites:
        if len(site) >= 3 and site in said and len(said) <= 2.5 * len(site) + 6:
            rest = said.replace(site, "", 1)
            if len(rest) <= max(4, len(site)) or is_boilerplate(rest):
                return True
        if len(said) >= 3 and site.startswith(said) and len(said) >= 0.5 * len(site):
            return True
    return False


def is_home(name: str, url: str | None, page_url: str, sites: Collection[str]) -> bool:
    return squeeze(name).casefold() in HOME or is_home_address(url, page_url) or (names_site(name, sites) and not url) or key(name) in sites
