"""The curated tree: native sub-classes put together into nodes whose names people may choose and whose ids last (MEP-3M, section 3.1)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from spark_jobs.methods.decisions import Category, Decision
from spark_jobs.methods.label_similarity import is_name

CLASS, SUB_CLASS, SUBSUB_CLASS = 1, 2, 3


@dataclass(frozen=True)
class NativeSubClass:
    """A shop's own sub-class under a curated class; `parent` where the source sets it apart as a third level of another."""

    category: Category
    name: str
    class_id: int
    class_name: str
    listings: int
    parent: Category | None = None


@dataclass(frozen=True)
class Merge:
    """Two categories held to be one, and how surely; a person's word is surer than any number."""

    a: Category
    b: Category
    confidence: float = 1.0
    by_person: bool = False


@dataclass(frozen=True)
class Node:
    """A row of `taxonomy`."""

    level: int
    node_id: int
    name: str
    parent_id: int | None = None
    provisional: bool = False
    retired: bool = False
    members: tuple[Category, ...] = ()
    predecessors: tuple[int, ...] = ()


def components(categories: Iterable[Category], merges: Iterable[Merge], apart: Iterable[tuple[Category, Category]] = ()) -> list[frozenset[Category]]:
    """The connected components of the merges, save that two categories held apart never share one.

    Merges are taken surest first, a person's before a strategy's, ties by their categories; one that would bring together what is
    held apart is left out. So the order of the input does not matter, and without separations these are the plain components.

    >>> a, b, c = ("jd", "苹果"), ("yixun", "苹果"), ("yixun", "水果")
    >>> [len(one) for one in components([a, b, c], [Merge(a, b), Merge(b, c, 0.8)], [(a, c)])]
    [2, 1]
    """
    group: dict[Category, set[Category]] = {one: {one} for one in categories}
    foes: dict[int, set[Category]] = defaultdict(set)      # by the identity of the group; what must not join it
    for one, other in apart:
        if one in group and other in group:
            foes[id(group[one])].add(other)
            foes[id(group[other])].add(one)
    for merge in sorted(merges, key=lambda m: (not m.by_person, -m.confidence, *sorted((m.a, m.b)))):
        if merge.a not in group or merge.b not in group:
            continue
        small, large = sorted((group[merge.a], group[merge.b]), key=len)
        if small is large or foes[id(large)] & small or foes[id(small)] & large:
            continue
        large |= small
        foes[id(large)] |= foes.pop(id(small), set())
        for member in small:
            group[member] = large
    distinct = {id(members): members for members in group.values()}
    return sorted(map(frozenset, distinct.values()), key=min)


def doubles(sub_classes: Iterable[NativeSubClass]) -> list[Merge]:
    """Sub-classes of one shop and one curated class that bear the same name, if it says anything: one sub-class under two of its paths."""
    first: dict[tuple, Category] = {}
    found = []
    for one in sorted((s for s in sub_classes if is_name(s.name)), key=lambda s: s.category):
        before = first.setdefault((one.category[0], one.class_id, one.name), one.category)
        if before != one.category:
            found.append(Merge(before, one.category))
    return found


def choose_name(members: Collection[NativeSubClass], chosen: Mapping[Category, str]) -> tuple[str, bool]:
    """A node's name, and whether it is provisional.

    A person's name stands; where people gave several, the one of most listings stands until they agree. One name that all
    members bear is not in question. Otherwise the paper's people always took one of the two names, never a third (Table 3); so the
    name that most listings bear serves for the time being, of equals the longer, as in three of the four cases that tell.
    """
    given, borne = Counter(), Counter()
    for one in members:
        borne[one.name] += max(one.listings, 1)
        if one.category in chosen:
            given[chosen[one.category]] += max(one.listings, 1)
    names = given or borne
    return min(names, key=lambda name: (-names[name], -len(name), name)), len(names) > 1


def main_class(members: Collection[NativeSubClass]) -> int:
    """The curated class that most of the members' listings are in; of equals the one with the lower id."""
    listings = Counter()
    for one in members:
        listings[one.class_id] += max(one.listings, 1)
    return min(listings, key=lambda number: (-listings[number], number))


@dataclass(frozen=True)
class _Group:
    """A node before it has an id; `parent` is the position of its parent's group."""

    level: int
    name: str
    provisional: bool
    class_id: int
    members: tuple[Category, ...]
    listings: int
    parent: int | None = None


def _together(own: Iterable[Category], merges: Sequence[Merge], decisions: Sequence[Decision]) -> tuple[list[frozenset[Category]], dict[int, int]]:
    """The components of today's categories, and by position under which component people put another.

    A person's word stands before a strategy's merge: what people put under different parents, and a child of one decision and the
    parent of another, are held apart, and the components found anew until there are none such. Categories that only decisions know
    count too: two that people merged with a third are one while that one is gone.
    """
    merges = [*merges, *(Merge(d.category, d.other, by_person=True) for d in decisions if d.kind == "merge" and d.other)]
    placed = [d for d in decisions if d.kind == "third_level" and d.other]
    apart = {(d.category, d.other) for d in decisions if d.kind in ("separate", "third_level") and d.other}
    own, everything = frozenset(own), {*own, *(category for d in decisions for category in (d.category, d.other) if category)}
    while True:
        found = components(everything, merges, apart)
        group_of = {member: number for number, members in enumerate(found) for member in members}
        under: dict[int, Decision] = {}
        clashes = set()
        for one in placed:
            before = under.setdefault(group_of[one.category], one)
            if group_of[before.other] != group_of[one.other]:
                clashes.add((before.category, one.category))
        clashes |= {(one.other, under[group_of[one.other]].category) for one in placed if group_of[one.other] in under}
        if clashes <= apart:        # what clashes although it is held apart are decisions that contradict one another
            break
        apart |= clashes
    position = {number: place for place, number in enumerate(number for number, members in enumerate(found) if members & own)}
    parents: dict[int, int] = {}
    for one in placed:
        child, parent = (position.get(group_of[end]) for end in (one.category, one.other))
        if None not in (child, parent) and child != parent and parent not in parents and child not in parents and child not in parents.values():
            parents[child] = parent
    return [found[number] & own for number in position], parents


def _groups(sub_classes: Sequence[NativeSubClass], merges: Sequence[Merge], decisions: Sequence[Decision]) -> list[_Group]:
    """Second-level groups, then third-level ones, each in the order in which new ids are given."""
    own = {one.category: one for one in sub_classes if one.parent is None}
    found, parents = _together(own, merges, decisions)
    group_of = {member: number for number, members in enumerate(found) for member in members}
    chosen = {d.category: d.value for d in sorted(decisions, key=lambda d: d.kind == "name") if d.value}

    def group(level: int, members: Iterable[NativeSubClass], class_id: int, parent: int | None = None) -> _Group:
        members = sorted(members, key=lambda s: s.category)
        name, provisional = choose_name(members, chosen)
        return _Group(level, name, provisional, class_id, tuple(s.category for s in members), sum(s.listings for s in members), parent)

    second = {number: group(SUB_CLASS, [own[m] for m in members], main_class([own[m] for m in members]))
              for number, members in enumerate(found) if number not in parents}
    order = sorted(second, key=lambda n: (second[n].class_id, -second[n].listings, second[n].name, second[n].members))
    position = {number: place for place, number in enumerate(order)}
    foes = {frozenset((d.category, d.other)) for d in decisions if d.kind == "separate"}
    third: dict[tuple[int, str], list[list[NativeSubClass]]] = defaultdict(list)

    def put_under(place: int, name: str, members: Sequence[NativeSubClass]) -> None:
        """Third levels of one name under one node are one, unless a person holds them apart."""
        for met in third[place, name]:
            if is_name(name) and not any(frozenset((one.category, other.category)) in foes for one in met for other in members):
                met += members
                return
        third[place, name].append([*members])

    for child, parent in sorted(parents.items()):
        members = [own[m] for m in found[child]]
        put_under(position[parent], choose_name(members, chosen)[0], members)
    for one in sub_classes:
        if one.parent in group_of:
            above = group_of[one.parent]
            put_under(position[parents.get(above, above)], one.name, [one])      # beside its parent where that is a third level itself
    below = [group(SUBSUB_CLASS, members, second[order[place]].class_id, place) for (place, _), alike in third.items() for members in alike]
    below.sort(key=lambda g: (g.parent, -g.listings, g.name, g.members))
    return [*(second[number] for number in order), *below]


def _keep_ids(groups: Sequence[_Group], previous: Sequence[Node], weight: Mapping[Category, int]) -> dict[int, int]:
    """Group -> the id that it keeps: a node's id goes where most of its members' listings went, a group takes one claimant's.

    A living claimant stands before one whose members had all gone and come back, one that brings more than half of its own listings
    before one that is scattered, and then the one that brings most.
    """
    kept: dict[int, int] = {}
    for level in (SUB_CLASS, SUBSUB_CLASS):
        group_of = {m: number for number, g in enumerate(groups) if g.level == level for m in g.members}
        claims: dict[int, list[tuple[bool, bool, int, int]]] = defaultdict(list)
        for node in previous:
            if node.level != level:
                continue
            shares = Counter()
            for member in node.members:
                if member in group_of:
                    shares[group_of[member]] += weight[member]
            if shares:
                best = min(shares, key=lambda number: (-shares[number], groups[number].members))
                scattered = 2 * shares[best] <= shares.total()
                claims[best].append((node.retired, scattered, -shares[best], node.node_id))
        kept |= {number: min(claimants)[-1] for number, claimants in claims.items()}
    return kept


def grow(sub_classes: Iterable[NativeSubClass], merges: Iterable[Merge], decisions: Iterable[Decision] = (),
         previous: Iterable[Node] = (), *, fold_names: bool = True) -> list[Node]:
    """The curated tree of today's sub-classes, by level and id.

    Classes come from the class map. Second-level nodes are the components of the merges and of doubles inside one shop, in the
    class of most of their listings; third-level nodes are what people put under another, and what the source itself sets apart.
    Ids: a node that keeps most of its members, by listings, keeps its id; every other one gets the next id never given in levels 2
    and 3; a node without members is retired and stays. Where its members were not put elsewhere but are gone, it remembers them and lives
    again when they come back. Growing the tree again on its own result changes nothing.

    Args:
        previous: the tree as it stands.
        fold_names: whether one name under two paths of a shop is one sub-class; not where the merges have judged such pairs by their titles.
    Source: MEP-3M, section 3.1.
    """
    sub_classes = sorted(sub_classes, key=lambda s: (s.parent is not None, s.category))
    decisions, previous = sorted(decisions, key=lambda d: d.place), sorted(previous, key=lambda n: (n.level, n.node_id))
    merges = list(merges)
    if fold_names:
        merges += doubles(one for one in sub_classes if one.parent is None)
    groups = _groups(sub_classes, merges, decisions)
    kept = _keep_ids(groups, previous, {s.category: max(s.listings, 1) for s in sub_classes})
    following = max((n.node_id for n in previous if n.level != CLASS), default=0) + 1
    ids = dict(kept)
    for number in range(len(groups)):
        if number not in ids:
            ids[number], following = following, following + 1

    before = {n.node_id: n for n in previous if n.level != CLASS and n.members}
    home = {member: n.node_id for n in before.values() for member in n.members}
    survivors = set(kept.values())
    nodes = []
    for number, one in enumerate(groups):
        origins = {home[m] for m in one.members if m in home} - {ids[number]}
        if number in kept:
            origins = {origin for origin in origins if origin not in survivors} | set(before[ids[number]].predecessors)
        parent = one.class_id if one.level == SUB_CLASS else ids[one.parent]
        nodes.append(Node(one.level, ids[number], one.name, parent, one.provisional, False, one.members, tuple(sorted(origins))))
    classes = {s.class_id: s.class_name for s in sub_classes}
    nodes += [Node(CLASS, number, name) for number, name in classes.items()]
    present = {(n.level, n.node_id) for n in nodes}
    here = {s.category for s in sub_classes}
    nodes += [replace(n, retired=True, provisional=False, members=() if here & set(n.members) else n.members)
              for n in previous if (n.level, n.node_id) not in present]
    return sorted(nodes, key=lambda n: (n.level, n.node_id))
