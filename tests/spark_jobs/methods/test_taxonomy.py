from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spark_jobs.methods.decisions import BadDecision, Contradiction, Decision, resolve
from spark_jobs.methods.taxonomy import CLASS, SUB_CLASS, SUBSUB_CLASS, Merge, NativeSubClass, components, doubles, grow

SHOPS = ("jd", "yixun", "dangdang")
CATEGORIES = [(shop, path) for shop in SHOPS for path in ("a", "b", "c", "d")]
PAIRS = st.tuples(st.sampled_from(CATEGORIES), st.sampled_from(CATEGORIES)).filter(lambda pair: pair[0] != pair[1])
MERGES = st.lists(st.builds(lambda pair, confidence: Merge(*pair, confidence), PAIRS, st.sampled_from([0.6, 0.8, 1.0])), max_size=14)


def native(shop: str, path: str, name: str | None = None, class_id: int = 5, listings: int = 10, **more) -> NativeSubClass:
    return NativeSubClass((shop, path), name or path.split(">")[-1], class_id, f"class {class_id}", listings, **more)


def consistent(decisions):
    kept = []
    for one in decisions:
        try:
            kept = resolve(kept, [one])
        except (Contradiction, BadDecision):
            continue
    return kept


DECISIONS = st.lists(st.one_of(
    st.builds(lambda kind, pair: Decision(kind, *pair[0], *pair[1]), st.sampled_from(["merge", "separate", "third_level"]), PAIRS),
    st.builds(lambda one, value: Decision("name", *one, value=value), st.sampled_from(CATEGORIES), st.sampled_from(["鲜果", "果"]))), max_size=5).map(consistent)
TREE = st.lists(st.builds(native, st.sampled_from(SHOPS), st.sampled_from("abcd"), st.sampled_from(["果", "水果", "苹果"]), st.integers(1, 2),
                          st.integers(1, 9)), unique_by=lambda s: s.category, max_size=12)


def alive(nodes, level=SUB_CLASS):
    return [n for n in nodes if n.level == level and not n.retired]


@given(MERGES)
def test_without_separations_they_are_the_connected_components(merges):
    graph = nx.Graph()
    graph.add_nodes_from(CATEGORIES)
    graph.add_edges_from((m.a, m.b) for m in merges)
    assert set(components(CATEGORIES, merges)) == {frozenset(one) for one in nx.connected_components(graph)}


def test_a_union_of_tens_of_thousands_is_no_slower_than_its_size():
    """A set made anew for each of its members would take minutes here."""
    many = [("jd", f"{n:05}") for n in range(40_000)]
    assert components(many, [Merge(one, other) for one, other in pairwise(many)]) == [frozenset(many)]


@given(MERGES, st.lists(PAIRS, max_size=6), st.randoms())
def test_what_is_held_apart_is_apart_whatever_the_order(merges, apart, random):
    found = components(CATEGORIES, merges, apart)
    group = {member: number for number, one in enumerate(found) for member in one}
    assert all(group[a] != group[b] for a, b in apart)
    assert sorted(member for one in found for member in one) == sorted(CATEGORIES)
    shuffled = [list(CATEGORIES), list(merges), list(apart)]
    for one in shuffled:
        random.shuffle(one)
    assert components(*shuffled) == found


def test_a_persons_merge_stands_before_a_surer_one():
    a, b, c = CATEGORIES[:3]
    found = components([a, b, c], [Merge(a, b, 1.0), Merge(b, c, 0.5, by_person=True)], [(a, c)])
    assert frozenset([b, c]) in found


@given(TREE, MERGES, st.randoms())
def test_growing_again_changes_nothing_in_any_order(sub_classes, merges, random):
    tree = grow(sub_classes, merges)
    assert grow(sub_classes, merges, previous=tree) == tree
    shuffled = [list(sub_classes), list(merges), list(tree)]
    for one in shuffled:
        random.shuffle(one)
    assert grow(shuffled[0], shuffled[1]) == tree
    assert grow(shuffled[0], shuffled[1], previous=shuffled[2]) == tree


@pytest.mark.medium
@given(st.lists(st.tuples(TREE, MERGES), min_size=2, max_size=4))
def test_no_id_is_ever_given_twice(history):
    tree, given_before = [], {}
    for sub_classes, merges in history:
        before, tree = tree, grow(sub_classes, merges, previous=tree)
        keys = [(n.level, n.node_id) for n in tree]
        assert len(keys) == len(set(keys))
        assert {(n.level, n.node_id) for n in before} <= set(keys)
        members = [m for n in tree for m in n.members if not n.retired]
        assert sorted(members) == sorted(s.category for s in sub_classes)
        below = [n.node_id for n in tree if n.level != CLASS]
        assert len(below) == len(set(below))
        retired = {n.node_id: n for n in before if n.retired and n.level != CLASS}
        assert all(set(retired[n.node_id].members) & set(n.members) for n in tree if not n.retired and n.level != CLASS and n.node_id in retired)
        given_before |= {n.node_id: n for n in tree}


@pytest.mark.medium
@given(st.lists(st.tuples(TREE, MERGES, DECISIONS), min_size=1, max_size=3), st.randoms())
def test_decisions_hold_in_any_order_and_every_split_and_merge_has_its_predecessors(history, random):
    tree = []
    for sub_classes, merges, decisions in history:
        by_people = [Merge(d.category, d.other, by_person=True) for d in decisions if d.kind == "merge"]
        before, tree = tree, grow(sub_classes, [*merges, *by_people], decisions, tree)
        shuffled = [list(sub_classes), [*merges, *by_people], list(decisions), list(before)]
        for one in shuffled:
            random.shuffle(one)
        assert grow(*shuffled) == tree == grow(sub_classes, [*merges, *by_people], decisions, tree)

        living = {n.node_id: n for n in tree if n.level != CLASS and not n.retired}
        home = {m: n for n in living.values() for m in n.members}
        for d in decisions:
            if d.kind in ("merge", "separate") and {d.category, d.other} <= set(home):
                assert (home[d.category] == home[d.other]) is (d.kind == "merge")
            if d.kind == "third_level" and {d.category, d.other} <= set(home):
                assert (home[d.category].level, home[d.category].parent_id) == (SUBSUB_CLASS, home[d.other].node_id)
        lived = {m: n.node_id for n in before for m in n.members}
        for n in living.values():
            if n.node_id not in {old.node_id for old in before if old.level != CLASS}:
                assert set(n.predecessors) == {lived[m] for m in n.members if m in lived}
        for old in before:
            if old.level != CLASS and not old.retired and old.node_id not in living and set(old.members) & set(home):
                assert any(old.node_id in n.predecessors for n in living.values())


@pytest.mark.parametrize("parents", [
    {("jd", "苹果"): ("jd", "水果"), ("yixun", "苹果"): ("yixun", "新鲜水果")},        # two parents of what a strategy merged
    {("jd", "苹果"): ("jd", "水果"), ("yixun", "红富士"): ("yixun", "苹果")},        # a child of one decision, the parent of another
    {("jd", "苹果"): ("gone", "水果"), ("yixun", "苹果"): ("gone", "新鲜水果")},
])
def test_third_levels_that_people_accepted_stand_before_a_strategys_merge(parents):
    nodes = [native(shop, path) for shop, path in (("jd", "苹果"), ("yixun", "苹果"), ("jd", "水果"), ("yixun", "新鲜水果"), ("yixun", "红富士"))]
    under = resolve([], [Decision("third_level", *child, *parent) for child, parent in parents.items()])
    gone = [Decision("merge", "gone", path, shop, path) for shop, path in (("jd", "水果"), ("yixun", "新鲜水果"))]
    tree = grow(nodes, [Merge(("jd", "苹果"), ("yixun", "苹果"), 0.99)], [*under, *gone])
    home = {m: n for n in tree for m in n.members}
    for child, parent in parents.items():
        assert home[child].parent_id == (home.get(parent) or home[{"水果": "jd", "新鲜水果": "yixun"}[parent[1]], parent[1]]).node_id
    assert home["jd", "苹果"] != home["yixun", "苹果"]


FEW = st.tuples(st.sampled_from(CATEGORIES[:6]), st.sampled_from(CATEGORIES[:6])).filter(lambda pair: pair[0] != pair[1])


@pytest.mark.medium
@given(st.lists(st.builds(lambda kind, pair: Decision(kind, *pair[0], *pair[1]), st.sampled_from(["merge", "separate", "third_level", "third_level"]), FEW),
                max_size=8).map(consistent),
       st.lists(st.builds(lambda pair, confidence: Merge(*pair, confidence), FEW, st.sampled_from([0.6, 0.8, 1.0])), max_size=6),
       st.sets(st.sampled_from(CATEGORIES[:6])))
def test_each_accepted_decision_is_true_in_the_tree_whatever_a_strategy_merges(decisions, merges, gone):
    tree = grow([native(*one) for one in CATEGORIES[:6] if one not in gone], merges, decisions)
    home = {m: n for n in tree for m in n.members}
    for d in decisions:
        if gone & {d.category, d.other}:
            continue
        if d.kind == "third_level":
            assert (home[d.category].level, home[d.category].parent_id) == (SUBSUB_CLASS, home[d.other].node_id)
        else:
            assert (home[d.category] == home[d.other]) is (d.kind == "merge")


def test_what_people_merged_with_a_category_that_is_gone_stays_one():
    parts, third = [native("jd", "水果"), native("yixun", "鲜果")], native("dangdang", "果品")
    chain = [Decision("merge", *one.category, *third.category) for one in parts]
    [node] = alive(grow(parts, [], chain))
    assert node.members == tuple(one.category for one in parts)


def test_third_levels_of_one_name_are_one_unless_a_person_holds_them_apart():
    fruit, one, other = native("jd", "水果"), native("yixun", "苹果"), native("dangdang", "苹果")
    under = [Decision("third_level", *child.category, *fruit.category) for child in (one, other)]
    assert len(alive(grow([fruit, one, other], [], under), SUBSUB_CLASS)) == 1
    apart = Decision("separate", *one.category, *other.category)
    assert len(alive(grow([fruit, one, other], [], [*under, apart]), SUBSUB_CLASS)) == 2


def test_the_node_that_keeps_most_listings_keeps_its_id():
    parts = [native("jd", "水果", listings=60), native("yixun", "水果", listings=30), native("dangdang", "水果", listings=20)]
    together = grow(parts, [Merge(parts[0].category, parts[1].category), Merge(parts[1].category, parts[2].category)])
    [whole] = alive(together)
    split = grow(parts, [Merge(parts[1].category, parts[2].category)], previous=together)
    by_member = {n.members[0]: n for n in alive(split)}
    assert by_member["jd", "水果"].node_id == whole.node_id and by_member["jd", "水果"].predecessors == ()
    assert by_member["dangdang", "水果"].node_id == 2 and by_member["dangdang", "水果"].predecessors == (whole.node_id,)

    merged_again = grow(parts, [Merge(parts[0].category, parts[1].category), Merge(parts[1].category, parts[2].category)], previous=split)
    [again] = alive(merged_again)
    assert (again.node_id, again.predecessors) == (whole.node_id, (2,))
    assert [(n.node_id, n.retired, n.members) for n in merged_again if n.node_id == 2] == [(2, True, ())]


def test_who_keeps_most_of_its_own_keeps_its_id_before_one_that_is_scattered():
    small, large = [native("jd", str(n)) for n in range(3)], [native("yixun", str(n)) for n in range(10)]

    def chained(*groups):
        return [Merge(one.category, other.category) for group in groups for one, other in pairwise(group)]

    before = grow([*small, *large], chained(small, large))
    ids = {n.members[0]: n.node_id for n in alive(before)}
    after = alive(grow([*small, *large], chained([*small, *large[:4]], large[4:7], large[7:]), previous=before))     # 30 of 30 listings, 40 of 100
    [joined] = [n for n in after if small[0].category in n.members]
    assert (joined.node_id, joined.predecessors) == (ids["jd", "0"], (ids["yixun", "0"],))


def test_a_shop_that_joins_disturbs_no_id():
    before = [native("jd", "水果"), native("jd", "蔬菜"), native("yixun", "水果")]
    tree = grow(before, [Merge(before[0].category, before[2].category)])
    more = [*before, native("amazon", "水果", listings=5), native("amazon", "肉类", listings=500)]
    grown = grow(more, [Merge(before[0].category, before[2].category), Merge(before[0].category, ("amazon", "水果"))], previous=tree)
    ids = {m: n.node_id for n in alive(tree) for m in n.members}
    assert all(n.node_id == ids[m] for n in alive(grown) for m in n.members if m in ids)
    assert {n.name: n.node_id for n in alive(grown)}["肉类"] == max(ids.values()) + 1


@given(TREE, MERGES, st.sets(st.sampled_from(SHOPS)), MERGES)
def test_shops_that_leave_and_come_back_change_no_id(sub_classes, merges, gone, later):
    tree = grow(sub_classes, merges)
    less = grow([s for s in sub_classes if s.category[0] not in gone], merges, previous=tree)
    whole = grow(sub_classes, merges, previous=less)
    ids = {m: n.node_id for n in alive(tree) for m in n.members}
    stayed = {n.node_id for n in less if not n.retired}
    back = {m: n.node_id for n in alive(whole) for m in n.members}
    for n in alive(tree):
        if n.node_id not in stayed or all(m[0] not in gone for m in n.members):     # gone as a whole, or untouched
            assert {back[m] for m in n.members} == {n.node_id}
    again = grow(sub_classes, [*merges, *later], previous=less)
    assert all(set(n.members) & {m for m in ids if ids[m] == n.node_id} for n in alive(again) if n.node_id in set(ids.values()))


def test_a_category_that_comes_back_and_is_put_elsewhere_leaves_its_id_for_good():
    one, other = native("jd", "水果", listings=9), native("yixun", "鲜果", listings=5)
    tree = grow([one], [], previous=grow([one, other], []))
    assert [(n.node_id, n.retired, n.members) for n in tree if n.level == SUB_CLASS] == [(1, False, (one.category,)), (2, True, (other.category,))]
    together = grow([one, other], [Merge(one.category, other.category)], previous=tree)
    assert [(n.node_id, n.retired, n.predecessors) for n in together if n.level == SUB_CLASS] == [(1, False, (2,)), (2, True, ())]
    assert {n.node_id for n in alive(grow([one, other], [], previous=together))} == {1, 3}


def test_names():
    parts = [native("jd", "饮料", listings=5), native("yixun", "饮料饮品", listings=9), native("dangdang", "饮品", listings=9)]
    merges = [Merge(parts[0].category, parts[1].category), Merge(parts[1].category, parts[2].category)]
    [node] = alive(grow(parts, merges))
    assert (node.name, node.provisional) == ("饮料饮品", True)
    [node] = alive(grow(parts, merges, [Decision("name", "jd", "饮料", value="软饮料", decided_by="wang")]))
    assert (node.name, node.provisional) == ("软饮料", False)
    [node] = alive(grow(parts, merges, [Decision("name", "jd", "饮料", value="软饮料"), Decision("name", "yixun", "饮料饮品", value="水饮")]))
    assert (node.name, node.provisional) == ("水饮", True)
    [node] = alive(grow(parts[:1], []))
    assert (node.name, node.provisional) == ("饮料", False)


def test_doubles_of_one_shop_are_one_node_unless_a_person_says_otherwise():
    twins = [native("jd", "大家电>电压力锅", "电压力锅"), native("jd", "小家电>电压力锅", "电压力锅"), native("jd", "礼品>电压力锅", "电压力锅", class_id=11)]
    assert doubles(twins) == [Merge(twins[0].category, twins[1].category)]
    assert len(alive(grow(twins, []))) == 2
    assert len(alive(grow(twins, [], fold_names=False))) == 3
    nameless = [native("jd", "家电>///", "///"), native("jd", "食品>///", "///"), native("jd", "家电>", ""), native("jd", "食品>", "")]
    assert doubles(nameless) == []
    fruit = native("jd", "水果")
    below = [native("jd", f"水果>{name}{n}", name, parent=fruit.category) for name in ("///", "苹果") for n in range(2)]
    assert sorted(n.name for n in alive(grow([fruit, *below], []), SUBSUB_CLASS)) == ["///", "///", "苹果"]
    apart = Decision("separate", *twins[0].category, *twins[1].category, decided_by="li")
    assert len(alive(grow(twins, [], [apart]))) == 3


def test_third_levels_lie_under_their_parent():
    fruit, apple, other_apple = native("jd", "水果", listings=3), native("yixun", "苹果", listings=7), native("dangdang", "红苹果", listings=2)
    under = Decision("third_level", *apple.category, *fruit.category, decided_by="wang")
    tree = grow([fruit, apple, other_apple], [Merge(apple.category, other_apple.category), Merge(apple.category, fruit.category)], [under])
    [parent], [child] = alive(tree), alive(tree, SUBSUB_CLASS)
    assert parent.members == (fruit.category,) and child.parent_id == parent.node_id
    assert set(child.members) == {apple.category, other_apple.category} and (child.name, child.provisional) == ("苹果", True)
    [child] = alive(grow([fruit, apple], [], [Decision("third_level", *apple.category, *fruit.category, value="鲜苹果")]), SUBSUB_CLASS)
    assert (child.name, child.provisional) == ("鲜苹果", False)


def test_a_third_level_that_the_source_sets_apart():
    fruit, other = native("jd", "水果"), native("yixun", "水果")
    set_apart = [native("jd", "水果>苹果", parent=fruit.category), native("yixun", "水果>苹果", parent=other.category),
                 native("jd", "水果>橙子", parent=fruit.category, listings=2)]
    tree = grow([fruit, other, *set_apart], [Merge(fruit.category, other.category)])
    [parent] = alive(tree)
    assert [(n.name, n.parent_id, len(n.members), n.node_id) for n in alive(tree, SUBSUB_CLASS)] == [("苹果", parent.node_id, 2, 2), ("橙子", parent.node_id, 1, 3)]


def test_what_lies_under_a_category_that_is_put_under_another_stays_beside_it():
    fresh, fruit = native("yixun", "生鲜"), native("jd", "水果")
    apple = native("jd", "水果>苹果", parent=fruit.category)
    tree = grow([fresh, fruit, apple], [], [Decision("third_level", *fruit.category, *fresh.category)])
    [parent] = alive(tree)
    assert {(n.name, n.parent_id) for n in alive(tree, SUBSUB_CLASS)} == {("水果", parent.node_id), ("苹果", parent.node_id)}


@given(TREE, MERGES, DECISIONS, st.sets(st.sampled_from(CATEGORIES)))
def test_every_category_is_in_one_living_node(sub_classes, merges, decisions, parents):
    below = [native(one.category[0], f"{one.category[1]}>x", parent=one.category) for one in sub_classes if one.category in parents]
    tree = grow([*sub_classes, *below], merges, decisions)
    assert sorted(m for n in tree for m in n.members) == sorted(one.category for one in [*sub_classes, *below])


@pytest.mark.parametrize("decisions", [
    [("a", "b"), ("b", "a")],                   # a circle
    [("a", "b"), ("b", "c")],                   # a fourth level
    [("a", "b"), ("a", "c")],                   # two parents
])
def test_third_levels_that_cannot_all_be_true_still_give_a_tree(decisions):
    nodes = [native("jd", path) for path in "abc"]
    tree = grow(nodes, [], [Decision("third_level", "jd", child, "jd", parent) for child, parent in decisions])
    assert sorted(m for n in tree for m in n.members) == [("jd", "a"), ("jd", "b"), ("jd", "c")]
    assert {n.parent_id for n in alive(tree, SUBSUB_CLASS)} <= {n.node_id for n in alive(tree)}


def test_decisions_about_categories_that_are_gone_wait():
    [node] = alive(grow([native("jd", "水果")], [], [Decision("name", "gone", "水果", value="x"), Decision("separate", "gone", "a", "jd", "水果"),
                                                     Decision("third_level", "jd", "水果", "gone", "b")]))
    assert node.name == "水果"


def test_a_merge_across_classes_lies_where_most_listings_are():
    parts = [native("jd", "水果", class_id=5, listings=9), native("yixun", "水果", class_id=11, listings=10)]
    [node] = alive(grow(parts, [Merge(parts[0].category, parts[1].category)]))
    assert node.parent_id == 11


def test_a_class_without_sub_classes_is_retired_and_its_id_stays_taken():
    tree = grow([native("jd", "a", class_id=3)], [])
    assert [(n.node_id, n.retired) for n in grow([native("jd", "a", class_id=4)], [], previous=tree) if n.level == CLASS] == [(3, True), (4, False)]


def test_a_merge_may_bring_its_name():
    parts = [native("jd", "饮料", listings=5), native("yixun", "饮料饮品", listings=9)]
    together = Decision("merge", *parts[0].category, *parts[1].category, value="软饮料")
    [node] = alive(grow(parts, [Merge(parts[0].category, parts[1].category, by_person=True)], [together]))
    assert (node.name, node.provisional) == ("软饮料", False)
