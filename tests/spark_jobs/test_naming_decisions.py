from collections import defaultdict
from itertools import pairwise, product

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakehouse.errors import LakehouseError
from lakehouse.tables import NAMING_DECISIONS
from spark_jobs import naming_decisions
from spark_jobs.methods.decisions import BadDecision, Contradiction, Decision, resolve
from tests.spark_jobs.lake_rows import collected, frame

A, B, C, D = (("jd", "a"), ("yixun", "b"), ("dangdang", "c"), ("jd", "d"))


def decide(kind, one, other=None, value=None, by="li"):
    return Decision(kind, *one, *(other or (None, None)), value, by)


@pytest.mark.parametrize("decisions", [
    [decide("merge", A, B), decide("separate", B, A)],
    [decide("merge", A, B), decide("merge", B, C), decide("separate", A, C)],
    [decide("third_level", A, B), decide("merge", A, B)],
    [decide("third_level", A, B), decide("merge", A, C), decide("merge", C, B)],
    [decide("third_level", A, B), decide("third_level", A, C)],
    [decide("third_level", A, B), decide("third_level", B, A)],
    [decide("third_level", A, B), decide("third_level", B, C)],
    [decide("name", A, value="x"), decide("name", A, value="y")],
    [decide("name", A, value="x"), decide("merge", A, B), decide("name", B, value="y")],
    [decide("name", A, value="x"), decide("third_level", A, B, "y")],
    [decide("name", A, value="x"), decide("merge", A, B, "y")],
    [decide("merge", A, B, "x"), decide("merge", B, A, "y")],
    [decide("merge", A, B, "x"), decide("merge", B, C, "y")],
    [decide("third_level", A, B, "x"), decide("merge", A, C), decide("third_level", C, B, "y")],
    [decide("third_level", A, B), decide("merge", B, C), decide("separate", A, C)],
    [decide("separate", A, B), decide("merge", A, C), decide("merge", B, D), decide("third_level", D, C)],
])
def test_contradictions_are_refused_with_both_sides_shown_in_any_order(decisions):
    for order in (decisions, decisions[::-1]):
        with pytest.raises(Contradiction) as refused:
            resolve(order[:-1], order[-1:])
        assert sum(str(one) in str(refused.value) for one in decisions) >= 2


def test_a_chain_of_merges_is_shown_whole():
    chain = [decide("merge", A, B), decide("merge", C, B, by="wang"), decide("merge", C, D)]
    with pytest.raises(Contradiction, match=r"jd:a and jd:d are apart \(zhao\) and jd:a and yixun:b are merged \(li\) "
                                            r"and dangdang:c and yixun:b are merged \(wang\) and dangdang:c and jd:d are merged \(li\)\. Withdraw"):
        resolve([*chain, decide("merge", A, ("jd", "e"))], [decide("separate", A, D, by="zhao")])


def test_a_long_chain_is_cut_short_and_says_so():
    places = [("jd", str(n)) for n in range(40)]
    with pytest.raises(Contradiction, match=r"jd:10 and jd:11 are merged \(li\) and 28 more merges\. Withdraw"):
        resolve([decide("merge", *ends) for ends in pairwise(places)], [decide("separate", places[0], places[-1])])


def holds(decisions) -> bool:
    """Whether all of them can be true where nothing is merged but what they merge: every tree of two levels is tried."""
    graph = nx.Graph([(one.category, one.other) for one in decisions if one.kind == "merge"])
    graph.add_nodes_from([A, B, C, D])
    node = {member: number for number, members in enumerate(nx.connected_components(graph)) for member in members}
    named = defaultdict(set)
    for one in decisions:
        named[node[one.category]] |= {one.value} - {None}
    if any(len(names) > 1 for names in named.values()):
        return False
    for above in product((None, *range(4)), repeat=4):
        flat = all(parent is None or (parent != child and above[parent] is None) for child, parent in enumerate(above))
        ends = [(one.kind, node[one.category], node[one.other]) for one in decisions if one.kind in ("separate", "third_level")]
        if flat and all(above[a] == b if kind == "third_level" else a != b and above[a] != b and above[b] != a for kind, a, b in ends):
            return True
    return False


@given(st.lists(st.one_of(
    st.builds(decide, st.sampled_from(["merge", "separate", "third_level"]), st.sampled_from([A, B]), st.sampled_from([C, D])),
    st.builds(decide, st.sampled_from(["merge", "separate", "third_level"]), st.sampled_from([A, C]), st.sampled_from([B])).filter(
        lambda one: one.category != one.other),
    st.builds(lambda one, value: decide("name", one, value=value), st.sampled_from([A, B, C, D]), st.sampled_from(["x", "y"]))), max_size=6), st.randoms())
def test_what_is_refused_cannot_all_be_true_and_what_is_kept_can_in_any_order(decisions, random):
    shuffled = list(decisions)
    random.shuffle(shuffled)
    for order in (decisions, shuffled):
        try:
            resolve([], order)
            kept = True
        except Contradiction:
            kept = False
        assert kept is holds(decisions)


@pytest.mark.parametrize("decisions", [
    [decide("merge", A, B), decide("merge", B, A)],
    [decide("merge", A, B), decide("separate", A, C)],
    [decide("third_level", A, B), decide("third_level", C, B), decide("merge", A, C)],
    [decide("third_level", A, B), decide("third_level", C, D), decide("merge", B, D)],
    [decide("name", A, value="x"), decide("name", B, value="y")],
])
def test_what_can_all_be_true_is_kept(decisions):
    assert len(resolve([], decisions)) == len({one.decision_id for one in decisions})


def test_deciding_the_same_thing_anew_replaces_it_when_asked():
    [kept] = resolve([decide("merge", A, B)], [decide("separate", B, A, by="wang")], replace=True)
    assert (kept.kind, kept.decided_by) == ("separate", "wang")
    [kept] = resolve([decide("name", A, value="x")], [decide("name", A, value="y")], replace=True)
    assert kept.value == "y"


@pytest.mark.parametrize(("decision", "told"), [
    (decide("rename", A), "'rename' is no kind of decision"), (decide("name", A), "a name needs a value"), (decide("name", A, B, "x"), "one category"),
    (decide("merge", A), "needs other_shop"), (decide("separate", A, B, "x"), "gives no name"), (decide("separate", A, A), "two different categories"), (decide("merge", ("", "a"), B), "needs a shop"),
])
def test_a_decision_that_says_too_little(decision, told):
    with pytest.raises(BadDecision, match=told):
        resolve([], [decision])


@given(st.lists(st.builds(decide, st.sampled_from(["merge", "separate", "third_level"]), st.sampled_from([A, B]), st.sampled_from([C, D]))))
def test_deciding_again_adds_nothing(decisions):
    try:
        once = resolve([], decisions)
    except Contradiction:
        return
    assert resolve(once, decisions) == once


@pytest.mark.parametrize(("text", "told"), [
    ("", "is empty"), ("kind,shop,native_path,shop\nname,jd,a,b\n", "the column 'shop' twice"), ("kind,shop,native_path\n,,\n", "line 2: '' is no kind"),
    ("kind,shop,native_path,value\nname,jd,a,x\nname,jd,b,\n", "line 3: jd:b: a name needs a value"), ("kind,shop\nname,jd\n", "native_path"), ("kind,shop,native_path,colour\nname,jd,a,red\n", "colour"),
])
def test_a_file_with_other_columns(tmp_path, text, told):
    (tmp_path / "d.csv").write_text(text, encoding="utf-8")
    with pytest.raises(LakehouseError, match=told):
        naming_decisions.read_file(tmp_path / "d.csv")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_spreadsheets_separators_and_mark(tmp_path, separator):
    (tmp_path / "d.csv").write_text(separator.join(("kind", "shop", "native_path", "value")) + "\r\n" + separator.join(("name", "jd", "a", '"x,y;z"')) + "\r\n",
                                    encoding="utf-8-sig", newline="")
    assert naming_decisions.read_file(tmp_path / "d.csv", "li") == [decide("name", ("jd", "a"), value="x,y;z")]


@pytest.mark.jvm
def test_new_decisions_stand_beside_the_old(spark, tmp_path):
    (tmp_path / "d.csv").write_text("kind,shop,native_path,other_shop,other_native_path,value\nname,jd,食品>水果,,,鲜果\nmerge,jd,a,yixun,b,\n", encoding="utf-8")
    old = decide("separate", A, C)
    before = frame(spark, NAMING_DECISIONS, {"decision_id": old.decision_id, "kind": "separate", "shop": "jd", "native_path": "a",
                                             "other_shop": "dangdang", "other_native_path": "c", "decided_by": "li"})
    batch = naming_decisions.build(before, decisions=naming_decisions.read_file(tmp_path / "d.csv"))
    assert batch.dtypes == [(c.name, c.type) for c in NAMING_DECISIONS.columns]
    assert collected(batch, "kind", "native_path", "value", "decided_by") == [
        ("merge", "a", None, "d.csv"), ("name", "食品>水果", "鲜果", "d.csv"), ("separate", "a", None, "li")]
