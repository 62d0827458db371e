"""The first level: which curated class a shop's own class belongs to, decided by people and never twice (MEP-3M, section 3.1, Table 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lakehouse.errors import LakehouseError

PAPER_CLASSES = (
    "手机/运营商/数码", "家用电器", "电脑办公", "家居/家具/家装/家纺/厨具", "食品/酒水/生鲜/特产", "美妆/个护清洁/宠物", "母婴/玩具/童装",
    "运动/户外", "男装/女装/内衣/鞋靴", "箱包/钟表/珠宝", "艺术/礼品鲜花/农资绿植", "汽车/电摩/汽车用品", "图书", "医药保健/计生情趣",
)


@dataclass(frozen=True)
class Mapped:
    """A shop's class and the curated class it belongs to; `class_id` None where only the name was given."""

    shop: str
    native_class: str
    class_name: str
    class_id: int | None = None
    decided_by: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.shop, self.native_class


class TwoAnswers(LakehouseError):
    """One shop's class, two curated ones; or one id, two names."""


class Circle(LakehouseError):
    """A shop's classes that are mapped to one another."""


def _conflict(one: Mapped, other: Mapped) -> str:
    return (f"{one.shop}'s class {one.native_class!r} is mapped to {one.class_name!r} ({one.decided_by}) and to "
            f"{other.class_name!r} ({other.decided_by})")


def circle(answers: Mapping[tuple[str, str], Mapped]) -> list[Mapped]:
    """A shop's classes each of which is mapped to the name of the next, and the last to the first's; none where there are none.

    A map is one step: whoever maps 酒 to 茶 and 茶 to 酒 means a chain that it has not, or has mixed up two lines.
    """
    clear: set[tuple[str, str]] = set()
    for start in answers:
        path: dict[tuple[str, str], Mapped] = {}
        place = start
        while place in answers and place not in clear and answers[place].class_name != place[1]:
            if place in path:
                met = list(path)
                return [path[key] for key in met[met.index(place):]]
            path[place] = answers[place]
            place = (place[0], answers[place].class_name)
        clear |= {*path, place}
    return []


def numbered(names: Iterable[str], known: Mapping[str, int], first_free: int = 0) -> dict[str, int]:
    """An id for every curated class: the known one, the paper's 1 to 14, or the next that nobody has had, in the order of names.

    >>> numbered(["数码", "图书", "钟表"], {"数码": 15})
    {'数码': 15, '图书': 13, '钟表': 16}
    """
    ids = dict(known)
    following = max([len(PAPER_CLASSES), first_free - 1, *ids.values()]) + 1
    for name in names:
        if name in ids:
            continue
        if name in PAPER_CLASSES:
            ids[name] = PAPER_CLASSES.index(name) + 1
        else:
            ids[name], following = following, following + 1
    return ids


def resolve(current: Iterable[Mapped], new: Iterable[Mapped], *, replace: bool = False, first_free: int = 0) -> list[Mapped]:
    """The map with the new answers in it, every class with its id, by shop and class.

    Args:
        current: answers given before; each has its id.
        new: answers to add; an id that is given must agree with the class's name.
        replace: a new answer takes the place of an older one instead of being refused.
        first_free: ids below it have been given to classes that may no longer be mapped.
    Raises:
        TwoAnswers: a class has two curated ones, or an id two names; both sides are named, ten at most.
        Circle: classes of a shop are mapped to one another.
    """
    current, new = list(current), list(new)
    answers = {one.key: one for one in current}
    given: dict[tuple[str, str], Mapped] = {}
    conflicts = []
    for one in new:
        if (twin := given.setdefault(one.key, one)).class_name != one.class_name:
            conflicts.append(_conflict(twin, one))
        elif (before := answers.get(one.key)) and before.class_name != one.class_name and not replace:
            conflicts.append(_conflict(before, one))
    known: dict[str, int] = {}
    for one in (*current, *(one for one in given.values() if one.class_id is not None)):
        if known.setdefault(one.class_name, one.class_id) != one.class_id:
            conflicts.append(f"the class {one.class_name!r} has the ids {known[one.class_name]} and {one.class_id}")
    names: dict[int, str] = dict(enumerate(PAPER_CLASSES, 1))
    for name, number in known.items():
        if number < 1 or names.setdefault(number, name) != name:
            conflicts.append(f"the id {number} belongs to {names.get(number, 'no class')!r} and is given to {name!r}")
    if conflicts:
        raise TwoAnswers(f"The class map has two answers: {'; '.join(sorted(set(conflicts))[:10])}. Correct the file"
                         f"{'' if replace else ', or use --replace to put the new answers in place of the old'}.")
    answers |= given
    if around := circle(answers):
        told = ", ".join(f"{one.native_class!r} to {one.class_name!r} ({one.decided_by})" for one in around)
        raise Circle(f"{around[0].shop}'s classes are mapped in a circle: {told}. A map is one step; correct one of them.")
    ids = numbered(sorted({one.class_name for one in answers.values()}), known, first_free)
    return [Mapped(one.shop, one.native_class, one.class_name, ids[one.class_name], one.decided_by) for _, one in sorted(answers.items())]
