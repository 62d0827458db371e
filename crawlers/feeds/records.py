"""What every reader of a file gives: listings, and rows that cannot be one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from lakehouse.errors import LakehouseError


@dataclass(frozen=True, slots=True)
class Record:
    """One listing of a file.

    Attributes:
        place: file:line, or file:record.
        label: a person's label path, levels joined by `>`; never landed in bronze.
    """

    shop: str
    listing_id: str
    title: str
    breadcrumbs: list[str]
    place: str
    url: str = ""
    subsub_class_name: str | None = None
    image_urls: list[str] = field(default_factory=list)
    label: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be used: why, and what it was."""

    shop: str
    listing_id: str
    place: str
    reason: str
    row: str


NONE = {"FALSE", "FLASE", ""}       # the released files spell it both ways
SHOP_NAME = re.compile(r"[\w.\-]{1,64}")        # letters of any script


def shop_name(name: str) -> str:
    """The name, if it can be one: it becomes part of ids, of a file's name and of addresses in reports.

    Raises:
        LakehouseError: it is empty, or has characters that those have a meaning for.
    """
    if not SHOP_NAME.fullmatch(name):
        raise LakehouseError(f"{name!r} cannot be a shop's name: use up to 64 letters, digits, '.', '-' or '_' (--shop NAME).")
    return name


def given(value: Any) -> str:
    """A field's text; empty where it says none, as MEP-3M's files do with FALSE in two spellings.

    >>> given("FLASE"), given(" 孕妈奶粉 "), given(False)
    ('', '孕妈奶粉', '')
    """
    text = "" if value is None or value is False else str(value).strip()
    return "" if text.upper() in NONE else text


def levels(path: str, separator: str = ">") -> list[str]:
    """The levels of a path, those that say none left out.

    >>> levels("服饰内衣> 运动 >跑步鞋")
    ['服饰内衣', '运动', '跑步鞋']
    """
    return [level for level in map(given, path.split(separator)) if level]


def title_fault(title: str) -> str | None:
    """Why a title cannot be used; None where it can.

    >>> title_fault("\\x00\\x1f"), title_fault("  "), title_fault("牛奶")
    ('title has control characters only', 'title is empty', None)
    """
    kinds = {unicodedata.category(character) for character in title}
    if kinds - {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"}:
        return None
    return "title has control characters only" if kinds - {"Zs"} else "title is empty"
