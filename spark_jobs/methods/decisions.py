"""What people decided of native categories: names, merges, separations, third levels; and whether it can all be true at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from lakehouse.errors import LakehouseError

KINDS = ("name", "merge", "separate", "third_level")
Category = tuple[str, str]      # shop, native_path


class BadDecision(LakehouseError):
    """A decision that says too little, or nonsense."""


class Contradiction(LakehouseError):
    """Two decisions that cannot both hold."""


@dataclass(frozen=True)
class Decision:
    """
    kind: `name` (the category's node is called `value`), `merge` or `separate` (it and the other), `third_level` (it lies under the
        other, and may be called `value`).
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
        said = {"name": f"the name of {first} is {self.value!r}", "merge": f"{first} and {second} are merged",
                "separate": f"{first} and {second} are apart", "third_level": f"{first} lies under {second}"}[self.kind]
        return f"{said} ({self.decided_by or 'nobody named'})"


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


class Groups:
    """Categories that have been put together (union-find); the smallest of a group stands for it."""

    def __init__(self) -> None:
        self._above: dict[Category, Category] = {}

    def find(self, one: Category) -> Category:
        root = one
        while (above := self._above.get(root, root)) != root:
            root = above
        while (above := self._above.get(one, one)) != root:
            self._above[one], one = root, above
        return root

    def join(self, one: Category, other: Category) -> None:
        low, high = sorted((self.find(one), self.find(other)))
        self._above[high] = low


def contradictions(decisions: Iterable[Decision]) -> Iterator[tuple[Decision, Decision]]:
    """Pairs of decisions that cannot both hold; where a chain of merges is at fault, one of them stands for it."""
    decisions = sorted(decisions, key=lambda d: d.place)
    by_id: dict[str, Decision] = {}
    for one in decisions:
        if (twin := by_id.setdefault(one.decision_id, one)) and (twin.kind, twin.category, twin.value) != (one.kind, one.category, one.value) \
                and not (twin.kind == one.kind and one.kind in ("merge", "separate")):
            yield twin, one
    groups, merged_by = Groups(), {}
    for one in decisions:
        if one.kind == "merge":
            groups.join(one.category, one.other)
            merged_by.setdefault(one.category, one)
            merged_by.setdefault(one.other, one)
    for one in decisions:
        if one.kind in ("separate", "third_level") and groups.find(one.category) == groups.find(one.other):
            yield one, merged_by[one.category]
    parents: dict[Category, Decision] = {}
    children = [one for one in decisions if one.kind == "third_level"]
    for one in children:
        if groups.find((before := parents.setdefault(groups.find(one.category), one)).other) != groups.find(one.other):
            yield before, one
    for one in children:
        if above := parents.get(groups.find(one.other)):
            yield one, above         # a fourth level, or a circle
    names: dict[Category, Decision] = {}
    for one in decisions:
        if one.kind == "name" and (before := names.setdefault(groups.find(one.category), one)).value != one.value:
            yield before, one


def resolve(current: Iterable[Decision], new: Iterable[Decision], *, replace: bool = False) -> list[Decision]:
    """All decisions that hold, by id.

    Args:
        replace: a new decision takes the place of an older one about the same thing instead of being refused where they differ.
    Raises:
        BadDecision: one says too little.
        Contradiction: two cannot both hold; both sides are named, five pairs at most.
    """
    current, new = list(current), list(new)
    for one in new:
        check(one)
    replaced = {one.decision_id for one in new} if replace else set()
    clashes = dict.fromkeys(contradictions([*(one for one in current if one.decision_id not in replaced), *new]))
    if clashes:
        told = "; ".join(f"{one} and {other}" for one, other in list(clashes)[:5])
        raise Contradiction(f"Decisions contradict one another: {told}. Withdraw one side"
                            f"{'' if replace else ', or use --replace to decide the same thing anew'}.")
    return [one for _, one in sorted(({one.decision_id: one for one in (*current, *new)}).items())]
