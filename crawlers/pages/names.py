"""A product's name as a reader sees it: the texts of a page that agree with one another, not the first that is marked up."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import lxml.html

from crawlers.pages import page_titles, phrases, witness, words
from crawlers.pages.document import Document
from crawlers.pages.words import clean, filled, key, tokens, weight

LONGEST = 600  # characters; a longer "name" is a page's whole text
MOST_TITLES = 8  # that a page gives itself in metas
SMALL_ELEMENT = 60  # descendants of an element that can still be a heading
OUTSIDE = re.compile(
    r"(?:^|[-_\s])(?:nav|menu|footer|foot|sidebar|side-bar|related|relate|recommend\w*|similar|upsell|cross-?sell|also|"
    r"history|viewed|popup|modal|dialog|cookie|"
    r"banner|logo|brand-logo|review|reviews|comment|comments|rating|minicart|cart|breadcrumbs?|crumbs?|carousel-related|"
    r"newsletter|login|hot-?sale|ranking|"
    r"seller|shop-?info|store-?info|tab|tabs|category-nav|megamenu|announcement|topbar|top-bar|header-?top|site-?header|"
    r"page-?header-?nav)(?:$|[-_\s])",
    re.I,
)
TITLE_WORDS = re.compile(r"title|name|tit(?:$|[-_\s])|heading|headline|subject|summary|caption", re.I)
PRODUCT_WORDS = re.compile(
    r"product|prod|prd|goods|item|sku|pdp|detail|main|deal|commodity|article|artikel|produkt|produto|producto|prodotto|"
    r"tuote|tb-",
    re.I,
)
SILENT = {"script", "style", "button", "template", "svg", "noscript", "select"}
HIDDEN = re.compile(
    r"(?:^|[-_\s])(?:(?:visually|a11y|text)-?hid(?:e|den)|visuallyhidden|sr-?only|screen-?reader(?:s|-only|-text)?|g-hdn|hdn|offscreen|"
    r"off-screen|assistive|hidden|hide-text)(?:$|[-_\s])",
    re.I,
)
STANDS_IN = {"h1", "h2", "h3", "h4", "h5", "div", "span", "p", "strong", "b", "a", "td", "th", "dt", "dd", "em", "section", "li",
             "font", "center", "big"}
_AHEAD = re.compile(r"^\s*【[^】]{1,60}】\s*")  # what a title says before the name: 【brand and model】
HEADING_WORTH = {"h1": 2.2, "h2": 1.0, "h3": 0.6, "h4": 0.2}


@dataclass(frozen=True)
class Candidate:
    """A text that may be the name.

    Attributes:
        worth: what its place in the page says for it, apart from any agreement.
        spoken: key of its element's text with what only screen readers say, where that is more than the text.
    """

    text: str
    rule: str
    worth: float
    spoken: str = ""


@lru_cache(maxsize=65536)
def _called_outside(called: str) -> bool:
    return bool(OUTSIDE.search(called))


@lru_cache(maxsize=65536)
def _title_worth(called: str) -> float:
    """What an element earns by being called a title or a name."""
    if not TITLE_WORDS.search(called):
        return 0.0
    return 1.0 if PRODUCT_WORDS.search(called) else 0.5


def lies_outside(element: lxml.html.HtmlElement, document: Document) -> bool:
    """Whether it lies in a part of the page that is about something else: navigation, footer, related products, reviews."""
    for depth, ancestor in enumerate((element, *element.iterancestors())):
        if ancestor.tag in ("nav", "footer", "aside", "header") and depth > 0 and (ancestor.tag != "header" or depth > 3):
            return True
        if ancestor.tag in ("body", "html") or depth > 12:
            return False
        if _called_outside(document.marks(ancestor)):
            return True
    return False


def own_text(element: lxml.html.HtmlElement) -> str:
    """Text of the element itself, without that of elements in it."""
    return clean(" ".join([element.text or "", *(child.tail or "" for child in element)]))


def readings(element: lxml.html.HtmlElement) -> Iterator[str]:
    """The ways to read a heading: whole, without what is nested in it (badges, shares), a single part, its title attribute."""
    whole = clean(_visible_text(element))
    yield whole
    if len(element):
        yield own_text(element)
        children = [child for child in element.iter() if child is not element and isinstance(child.tag, str)]
        for child in children[:SMALL_ELEMENT]:
            if not (child.attrib and _is_hidden(child)):
                yield clean(child.text_content())
    for attribute in ("title", "data-title", "data-name", "content"):
        if element.get(attribute):
            yield clean(element.get(attribute))


def _visible_text(element: lxml.html.HtmlElement) -> str:
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and child.tag not in SILENT and not (child.attrib and _is_hidden(child)):
            space = "" if child.tag in ("b", "i", "em", "strong", "font", "mark", "u", "sup", "sub") else " "
            inner = _visible_text(child) if len(child) else (child.text or "")
            parts += [space and _space_between(parts[-1], inner), inner, space and _space_between(inner, child.tail or "")]
        parts.append(child.tail or "")
    return "".join(parts)


def _space_between(before: str, after: str) -> str:
    """What stands between two elements of one line: nothing where Chinese or kana meet, which are written without spaces."""
    return "" if before[-1:] > "\u2e7f" and after[:1] > "\u2e7f" else " "


def _is_hidden(element: lxml.html.HtmlElement) -> bool:
    """Whether it is there for screen readers only ("Details about", "Product name:"), or for nobody."""
    return bool(HIDDEN.search(element.get("class") or "") or re.search(r"display\s*:\s*none", element.get("style") or ""))


def headings(document: Document, titles: Collection[str] = ()) -> Iterator[Candidate]:
    """Texts that stand where a name stands: in headings, in elements that are called a title or a name, or with which a title begins."""
    titles = [*titles, *filter(None, (_AHEAD.sub("", title, count=1) for title in titles if _AHEAD.match(title)))]
    beginnings = {key(title[: found.start()]) for title in titles for found in words.SPLIT.finditer(title)} | {
        key(title) for title in titles
    }
    beginnings = {text for text in beginnings if weight(text) >= 8}
    for title in titles:  # a title without separators: "name category shop"
        parts = title[:LONGEST].split()
        beginnings |= {text for end in range(1, min(len(parts), 30)) if weight(text := key(" ".join(parts[:end]))) >= 12}
    for element in document.elements:
        if element.tag not in STANDS_IN:
            continue
        base = HEADING_WORTH.get(element.tag, 0.0)
        base += _title_worth(document.marks(element))
        if "name" in (element.get("itemprop") or "").split() or (element.get("property") or "").endswith(":name"):
            base += 1.0
        if base <= 0 and not len(element) and element.text and key(clean(element.text)[:LONGEST]) in beginnings:
            base = 0.3
        if base <= 0 or len(element) > SMALL_ELEMENT or sum(1 for _ in islice(element.iterdescendants(), SMALL_ELEMENT + 1)) > SMALL_ELEMENT:
            continue
        outside = lies_outside(element, document)
        if (
            element.tag == "a"
            and document.absolute(element.get("href"))
            and not outside
            and "h1" not in [a.tag for a in element.iterancestors()]
        ):
            base -= 1.0
        if outside:
            base -= 2.5
        rule = element.tag if element.tag in HEADING_WORTH else "element named as a title"
        spoken = key(clean(element.text_content())) if len(element) else ""
        for order, text in enumerate(dict.fromkeys(readings(element))):
            if text:
                yield Candidate(text, rule, base - (0.1 if order else 0.0), "" if order or spoken == key(text) else spoken)


def usable(text: str) -> bool:
    return bool(key(text)) and len(text) <= LONGEST and bool(filled(text)) and not words.is_price(text) and not phrases.REFUSAL.search(text[:120])


def _support(text: str, references: list[str]) -> tuple[float, float]:
    """(how much of a reference the text covers, how much of the text the reference holds), the best over the references; 0 to 1 each."""
    said, best = key(text), (0.0, 0.0)
    if not said:
        return best
    for reference in references:
        whole = key(reference)
        if not whole:
            continue
        if said in whole:
            found = (len(said) / len(whole), 1.0)
        elif whole in said:
            found = (1.0, len(whole) / len(said))
        else:
            mine, theirs = set(tokens(text)), set(tokens(reference))
            common = sum(map(len, mine & theirs))
            found = (common / max(1, sum(map(len, theirs))), common / max(1, sum(map(len, mine))))
            if min(found) < 0.3:
                continue
            found = (found[0] * 0.9, found[1] * 0.9)
        best = max(best, found, key=lambda pair: pair[0] * pair[1])
    return best


def agreement(text: str, references: list[str]) -> float:
    """How far a text says what one of the references says, 0 to 1.

    >>> agreement("Desk lamp", ["Desk Lamp"]), agreement("Lamp", ["Desk lamp"])
    (1.0, 0.5)
    """
    covers, held = _support(text, references)
    return covers * held


def choose(
    document: Document,
    *,
    structured: Iterable[tuple[str, str]] = (),
    state: Iterable[str] = (),
    brands: Iterable[str] = (),
    sites: set[str],
    categories: Iterable[str] = (),
    tail: str = "",
) -> tuple[str, str]:
    """The name and the rule that found it; two empty texts where the page has none.

    Every candidate is scored by where it stands and by how far it agrees with what the page calls itself elsewhere (`<title>`, `og:title`,
    the markup's Product). A heading that the title repeats wins over a banner; the markup's name gives way only to a heading that says the same in
    other letters or with the brand before it; without any heading, the title speaks, less the site's name and what every shop says.

    Args:
        structured: (name, rule) of the page's own Product markup, the best first.
        state: names of product-like objects in the page's scripts.
        sites: keys of the site's names.
        categories: texts of the breadcrumb, which are no names.
        tail: the breadcrumb's last level, where it leads nowhere.
    """
    titles = [*dict.fromkeys((document.title, *document.meta("og:title", "twitter:title", "title", "product:name")))]
    titles = [filled(title)[: LONGEST + 1] for title in titles[:MOST_TITLES]]  # what is longer is no name either
    not_names = {key(text) for text in categories}
    cleaned = [
        text
        for text in dict.fromkeys(page_titles.without_site(title, sites, not_names) for title in titles if 0 < len(title) <= LONGEST)
        if not words.names_site(text, sites)
    ]
    marked = [(name, rule) for name, rule in structured if key(name) and len(name) <= LONGEST and not words.is_price(name)]
    standing = [
        c
        for c in headings(document, [*titles, *cleaned])
        if usable(c.text) and not words.names_site(c.text, sites) and key(c.text) not in not_names and not words.is_boilerplate(c.text)
    ]
    if marked and not _contradicted([name for name, _ in marked], standing, cleaned, sites):
        return _with_markup(marked, standing, cleaned, list(brands), sites)
    common = page_titles.in_common(titles, sites)
    state = [text for text in map(clean, state) if usable(text)]
    references = [text for text in (*common, *cleaned, *state) if usable(text)]
    witnesses = witness.read(document, tail)
    best, score, agrees = None, 0.0, False
    for candidate in standing:
        covers, held = _support(candidate.text, references)
        if min(weight(candidate.text), 6.0) < 3 and covers < 0.9:
            continue
        total = candidate.worth + 5.0 * covers * held + 0.8 * held + 1.2 * witness.speaking_for(candidate.text, witnesses)
        if total > score + 1e-9:
            best, score, agrees = candidate, total, held > 0.6
    if best is not None and agrees and score >= 2.0:
        return best.text, best.rule + " agreeing with the title"
    sold = {
        page_titles.without_site(title, sites, not_names)
        for title in titles
        if len(title) <= LONGEST and any(page_titles.sells(title[: found.start()]) for found in words.SPLIT.finditer(title))
    }
    begun = next((text for text in state if any(_begins(title, text) for title in cleaned)), "")
    said = [
        (begun, "script state that begins the title", 4.0),
        (common[0] if common else "", "common to title and og:title", 3.5),
        *(
            (
                text,
                "title" if text in titles else "title without the site's name",
                3.5
                if text in sold
                else (0.6 if page_titles.ends_as_shop(text) else 1.2) + 1.2 * witness.speaking_for(text, witnesses) + 0.2 * (order > 0),
            )
            for order, text in enumerate(cleaned)
        ),
        (state[0] if state else "", "script state", 1.0),
    ]
    said = [one for one in said if usable(one[0]) and not words.is_boilerplate(one[0]) and key(one[0]) not in not_names]
    text, rule, worth = max(said, key=lambda one: one[2], default=("", "", 0.0))
    if best is not None and score >= min(2.0, worth) and score >= worth:
        return best.text, best.rule
    if text:
        return text, rule
    return (best.text, best.rule) if best else ("", "")


def _with_markup(
    marked: list[tuple[str, str]], standing: list[Candidate], cleaned: list[str], brands: list[str], sites: set[str]
) -> tuple[str, str]:
    """The markup's name, in the words of the heading that shows it."""
    texts = [*cleaned, *(c.text for c in standing if c.rule == "h1" and c.worth > 1.5)]
    name, rule = max(marked, key=lambda pair: round(max((a * b for a, b in [_support(pair[0], texts)]), default=0.0), 2))
    shorter = page_titles.without_site(name, sites)
    brand_keys = {key(brand) for brand in brands if key(brand)}
    best, score = None, 0.0
    for candidate in standing:
        if candidate.rule != "h1" and candidate.worth < 1.0:
            continue
        covers, held = _support(candidate.text, [name, shorter])
        said = key(candidate.text)
        if candidate.spoken == key(name):
            covers = held = 1.0  # the markup's name is all of the heading, with what only screen readers say
        extra = said.replace(key(shorter), "", 1) if key(shorter) in said else ""
        if extra in brand_keys:
            held = 1.0  # the heading puts the brand before the name
        agreement = covers * held
        total = agreement + 0.1 * candidate.worth
        if (
            candidate.rule == "h1"
            and agreement >= 0.55
            and (extra in brand_keys or key(shorter).startswith(said) or said == key(shorter))
            and total > score
        ) or (agreement >= 0.97 and total > score):
            best, score = candidate, total
    if best is None:  # "Name - buy it, see others like it, at Shop": the heading is the part before the separator
        best = max(
            (c for c in standing if c.rule == "h1" and weight(c.text) >= 16 and key(c.text) not in brand_keys and _begins(shorter, c.text)),
            key=lambda c: weight(c.text),
            default=None,
        )
    elif weight(best.text) < 0.5 * weight(shorter):
        best = None
    if best is not None:
        return best.text, f"{rule}, as the {best.rule} writes it"
    return (shorter, f"{rule} without the site's name") if shorter != name and key(shorter) else (name, rule)


def _contradicted(marked: list[str], standing: list[Candidate], cleaned: list[str], sites: set[str]) -> bool:
    """Whether the title and an h1 say one and the same name, of which the markup says nothing: "Product", or what the shop is called."""
    titles = {key(title) for title in cleaned}
    agreed = [c.text for c in standing if c.rule == "h1" and weight(c.text) >= 6 and key(c.text) in titles]
    return bool(agreed) and all(words.names_site(name, sites) or _support(name, [*agreed, *cleaned]) == (0.0, 0.0) for name in marked)


def _begins(name: str, heading: str) -> bool:
    """Whether a name is a heading and then, after a separator, more."""
    return any(key(name[: found.start()]) == key(heading) for found in words.SPLIT.finditer(name))
