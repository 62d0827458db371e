"""What people decided of native categories: names, merges, separations, third levels; and whether it can all be true at once."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import islice

from scipy.cluster.hierarchy import DisjointSet

from lakehouse.errors import LakehouseError

KINDS = ("name", "merge", "separate", "third_level")
SHOWN = 12                      # decisions of one contradiction that are spelt out
Category = tuple[str, str]      # shop, native_path


class BadDecision(LakehouseError):
    """A decision that says too little, or nonsense."""


class Contradiction(LakehouseError):
    """Two decisions that cannot both hold."""


@dataclass(frozen=True)
class Decision:
    """
    kind: `name` (the category's node is called `value`), `merge` or `separate` (it and the other), `third_level` (it lies under the
        other); what is merged or put under another may be called `value` in one go.
    """

    kind: str
    shop: str
    native_path: str
    other_shop: str | None = None
    other_native_path: str | None = None
    value: str | None = None
    decided_by: str = ""
    note: str | None = None

    @property
    def place(self) -> tuple[str, ...]:
        """Where it stands in a list that no order of input can change."""
        return tuple(getattr(self, field.name) or "" for field in fields(self))

    @property
    def category(self) -> Category:
        return self.shop, self.native_path

    @property
    def other(self) -> Category | None:
        return (self.other_shop, self.other_native_path) if self.other_shop and self.other_native_path else None

    @property
    def decision_id(self) -> str:
        """The same for whatever is decided of the same thing: a category's name, or how two categories relate.

        >>> a, b = ("jd", "食品>水果"), ("yixun", "水果")
        >>> Decision("merge", *a, *b).decision_id == Decision("separate", *b, *a).decision_id
        True
        """
        anchors = [self.category] if self.kind == "name" else sorted([self.category, self.other or ("", "")])
        text = "\x1f".join(["name" if self.kind == "name" else "relation", *(part for anchor in anchors for part in anchor)])
        return hashlib.sha256(text.encode()).hexdigest()[:20]

    def __str__(self) -> str:
        first, second = (f"{shop}:{path}" for shop, path in (self.category, self.other or ("", "")))
        said = {"name": f"the name of {first} is", "merge": f"{first} and {second} are merged", "separate": f"{first} and {second} are apart",
                "third_level": f"{first} lies under {second}"}[self.kind]
        called = f"{'' if self.kind == 'name' else ' as'} {self.value!r}" if self.value else ""
        return f"{said}{called} ({self.decided_by or 'nobody named'})"


def check(decision: Decision) -> None:
    """
    Raises:
        BadDecision: the kind is unknown, or what it needs is missing.
    """
    if decision.kind not in KINDS:
        raise BadDecision(f"{decision.kind!r} is no kind of decision; it is one of {', '.join(KINDS)}.")
    if not (decision.shop and decision.native_path):
        raise BadDecision(f"A {decision.kind} needs a shop and a native_path.")
    if decision.kind == "name":
        if not decision.value:
            raise BadDecision(f"{decision.shop}:{decision.native_path}: a name needs a value.")
        if decision.other:
            raise BadDecision(f"{decision.shop}:{decision.native_path}: a name concerns one category; leave other_shop and other_native_path empty.")
    elif not decision.other:
        raise BadDecision(f"{decision.shop}:{decision.native_path}: a {decision.kind} needs other_shop and other_native_path.")
    elif decision.other == decision.category:
        raise BadDecision(f"{decision.shop}:{decision.native_path}: a {decision.kind} needs two different categories.")
    elif decision.kind == "separate" and decision.value:
        raise BadDecision(f"{decision.shop}:{decision.native_path}: a separate gives no name; leave value empty, found {decision.value!r}.")


class Groups:
    """Categories that have been put together; one of a group stands for it."""

    def __init__(self) -> None:
        self._sets = DisjointSet()

    def find(self, one: Category) -> Category:
        self._sets.add(one)
        return self._sets[one]

    def join(self, one: Category, other: Category) -> None:
        self._sets.add(one)
        self._sets.add(other)
        self._sets.merge(one, other)


def chain(one: Category, other: Category, merges: Iterable[Decision]) -> list[Decision]:
    """The fewest merges that make two categories one; none where they are the same.

    >>> a, b, c = ("jd", "a"), ("yixun", "b"), ("jd", "c")
    >>> [str(merge) for merge in chain(a, c, [Decision("merge", *b, *c), Decision("merge", *a, *b)])]
    ['jd:a and yixun:b are merged (nobody named)', 'yixun:b and jd:c are merged (nobody named)']
    """
    beside: dict[Category, list[Decision]] = defaultdict(list)
    for merge in merges:
        beside[merge.category].append(merge)
        beside[merge.other].append(merge)
    came: dict[Category, Decision | None] = {one: None}
    reached = [one]
    for place in reached:
        for merge in beside[place]:
            following = merge.other if merge.category == place else merge.category
            if following not in came:
                came[following] = merge
                reached.append(following)
    found = []
    while merge := came[other]:
        found.append(merge)
        other = merge.other if merge.category == other else merge.category
    return found[::-1]


def contradictions(decisions: Iterable[Decision]) -> Iterator[tuple[Decision, ...]]:
    """Decisions that cannot all hold, two and the merges between them."""
    decisions = sorted(decisions, key=lambda d: d.place)
    by_id: dict[str, Decision] = {}
    for one in decisions:
        twin = by_id.setdefault(one.decision_id, one)
        if (twin.kind, twin.value) != (one.kind, one.value) or (one.kind == "third_level" and twin.category != one.category):
            yield (one, twin) if twin.kind == "merge" else (twin, one)
    groups, merges = Groups(), [one for one in decisions if one.kind == "merge"]
    for one in merges:
        groups.join(one.category, one.other)

    def differ(before: Decision, one: Decision, *ends: tuple[Category, Category]) -> Iterator[tuple[Decision, ...]]:
        """Both sides, unless they answer one question: then they have been met above."""
        if before.decision_id != one.decision_id:
            yield before, one, *(merge for end in ends for merge in chain(*end, merges))

    related: dict[frozenset[Category], Decision] = {}
    parents: dict[Category, Decision] = {}
    children = [one for one in decisions if one.kind == "third_level"]
    for one in decisions:
        if one.kind not in ("separate", "third_level"):
            continue
        low, high = groups.find(one.category), groups.find(one.other)
        if low == high:
            between = chain(one.category, one.other, merges)
            if one.decision_id not in {merge.decision_id for merge in between}:
                yield one, *between
            continue
        before = related.setdefault(frozenset((low, high)), one)
        if before.kind != one.kind:
            same, cross = (one.category, one.other) if groups.find(before.category) == low else (one.other, one.category)
            yield from differ(before, one, (before.category, same), (before.other, cross))
    for one in children:
        if groups.find((before := parents.setdefault(groups.find(one.category), one)).other) != groups.find(one.other):
            yield from differ(before, one, (before.category, one.category))
    for one in children:
        if above := parents.get(groups.find(one.other)):
            yield from differ(one, above, (one.other, above.category))      # a fourth level, or a circle
    names: dict[Category, Decision] = {}
    for one in decisions:
        if one.value and (before := names.setdefault(groups.find(one.category), one)).value != one.value:
            yield from differ(before, one, (before.category, one.category))


def resolve(current: Iterable[Decision], new: Iterable[Decision], *, replace: bool = False) -> list[Decision]:
    """All decisions that hold, by id.

    Args:
        replace: a new decision takes the place of an older one about the same thing instead of being refused where they differ.
    Raises:
        BadDecision: one says too little.
        Contradiction: some cannot all hold; both sides, and the merges that bring them together, are named, five times at most.
    """
    current, new = list(current), list(new)
    for one in new:
        check(one)
    replaced = {one.decision_id for one in new} if replace else set()
    if clashes := list(islice(contradictions([*(one for one in current if one.decision_id not in replaced), *new]), 5)):
        told = "; ".join(" and ".join([*map(str, clash[:SHOWN]), *([f"{len(clash) - SHOWN} more merges"] if len(clash) > SHOWN else [])])
                         for clash in clashes)
        raise Contradiction(f"Decisions contradict one another: {told}. Withdraw one side (`mep3m names withdraw`)"
                            f"{'' if replace else ', or use --replace to decide the same thing anew'}.")
    return [one for _, one in sorted(({one.decision_id: one for one in (*current, *new)}).items())]
