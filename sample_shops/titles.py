"""Titles that read like a shop's: brand, attributes, noun, quantity, and everything that sellers add to be found."""

from __future__ import annotations

import json
from functools import cache

from sample_shops.draws import Draws
from sample_shops.tree import Leaf, SubClass, _read, syllables

FULL_WIDTH = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F) if chr(c) not in "<>&\"'"} | {" ": "　"})
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@cache
def _words() -> dict:
    return json.loads(_read("titles.json"))


@cache
def brands(class_id: int) -> tuple[tuple[str, str], ...]:
    """Invented brands of a class, Chinese and Latin; a few sell in every class."""
    made = []
    for k in range(18):
        draws = Draws("brand", class_id if k < 15 else "everywhere", k)
        pairs = [draws.choice(syllables()) for _ in range(2 + draws.chance(40))]
        made.append(("".join(chinese for chinese, _ in pairs), "".join(latin for _, latin in pairs).capitalize()))
    return tuple(made)


def title(draws: Draws, kind: SubClass, leaf: Leaf) -> str:
    """One title, 8 to about 90 characters.

    One in eight leaves the noun out and one in ten names something of another kind, so that the words alone do not settle every case.
    """
    words = _words()
    chinese, latin = draws.choice(brands(kind.class_id))
    brand = draws.choice((f"{chinese}（{latin}）", f"{chinese}({latin})", f"{chinese}/{latin}", chinese, chinese, f"{latin} {chinese}"))
    attributes = [draws.choice(kind.attributes) for _ in range(1 + draws.below(3))]
    noun = "" if draws.chance(12) else draws.choice(leaf.nouns)
    more_noun = draws.choice(leaf.nouns) if noun and draws.chance(35) else ""
    quantity = draws.choice(words["quantities"][kind.quantity])
    model = ""
    if draws.chance(40) or kind.quantity == "model":
        model = f"{LETTERS[draws.below(24)]}{LETTERS[draws.below(24)]}{'-' if draws.chance(40) else ''}{100 + draws.below(9900)}"
    colour = draws.choice(words["colours"]) if draws.chance(30) else ""
    body = [*attributes, noun, more_noun] if draws.chance(65) else [noun, *attributes, more_noun]
    gap = " " if draws.chance(55) else ""
    parts = [brand, gap.join(dict.fromkeys(part for part in body if part)), *((quantity, model) if draws.chance(60) else (model, quantity)), colour]
    if draws.chance(8):
        parts[0], parts[1] = parts[1], parts[0]
    if draws.chance(10):
        parts.append(draws.choice(words["gifts"]))
    if draws.chance(30):
        parts.append(draws.choice(words["tails"]))
    text = " ".join(part for part in parts if part)
    if draws.chance(22):
        text = draws.choice(words["promotions"]) + text
    if draws.chance(12):
        text = f"【{chinese}{noun or attributes[0]}】{text}"
    if draws.chance(6):
        emoji = draws.choice(words["emoji"])
        text = emoji + text if draws.chance(50) else f"{text} {emoji}"
    oddity = draws.below(100)
    if oddity < 4:
        text = text.translate(FULL_WIDTH)
    elif oddity < 5:
        text = text.replace(" ", "\u200b ", 1)
    elif oddity < 7:
        text = text.replace(" ", "  ")
    return text
