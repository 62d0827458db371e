"""Strategy `curated` on a small catalogue whose answer is known, and on what shops really deliver: nothing, one listing, no name."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy import sparse

from lakehouse import tables
from spark_jobs import alignments, strategies, sub_class_pairs
from spark_jobs.methods import (
    curated_memory,
    curated_names,
    curated_reference,
    curated_score,
    curated_titles,
    curated_votes,
    sparse_rows,
)
from spark_jobs.methods.curated import categories, remembered, scored_pairs
from spark_jobs.methods.relations import judge
from tests.spark_jobs.lake_rows import frame

KINDS = {"空调": "变频 挂机 冷暖 制冷 静音", "洗衣机": "滚筒 波轮 脱水 洗涤 节能", "苹果": "红富士 脆甜 新鲜 果园 水果", "牙刷": "软毛 电动 护龈 清洁 口腔",
         "键盘": "机械 无线 背光 游戏 办公", "奶粉": "婴儿 配方 罐装 段 营养"}
BRANDS = ("海森", "乐家", "优朗", "贝塔")


def titles_of(kind: str, shop: int, count: int = 12) -> list[str]:
    words = KINDS[kind].split()
    return [f"{BRANDS[(n + shop) % 4]}{kind}{words[n % 5]}{words[(n * 3 + shop + 1) % 5]} {n}号" for n in range(count)]


def catalogue(renamed: dict[str, str] | None = None) -> list[dict]:
    """Six kinds in three shops; the second shop has other names where `renamed` says so."""
    rows = []
    for shop in range(3):
        for kind in KINDS:
            name = (renamed or {}).get(kind, kind) if shop == 1 else kind
            rows += [{"shop": f"s{shop}", "native_path": f"类{shop}>{name}", "title": title} for title in titles_of(kind, shop)]
    return rows


def tables_of(rows: list[dict]) -> tuple[pa.Table, pa.Table]:
    """Listings as the two Arrow tables that the strategy scores."""
    keys = sorted({(row["shop"], row["native_path"]) for row in rows})
    sizes = {key: sum((row["shop"], row["native_path"]) == key for row in rows) for key in keys}
    sub_classes = pa.table({
        "shop": [shop for shop, _ in keys], "native_path": [path for _, path in keys], "native_sub_class": [path.split(">")[-1] for _, path in keys],
        "class_id": pa.array([1] * len(keys), pa.int32()), "listings": [sizes[key] for key in keys],
        "term_counts": pa.array([[{"term": "词", "count": 1}]] * len(keys), pa.list_(pa.struct([("term", pa.string()), ("count", pa.int32())]))),
    })
    position = {key: n for n, key in enumerate(keys)}
    distinct = sorted({(position[row["shop"], row["native_path"]], curated_titles.folded(row["title"])) for row in rows if row["title"]})
    return sub_classes, pa.table({"category": pa.array([n for n, _ in distinct], pa.int32()),
                                  "terms": curated_titles.hashed(pa.array([title for _, title in distinct], pa.string()))})


def equivalent(rows: list[dict]) -> set[tuple[str, str]]:
    judged = judge(scored_pairs(*tables_of(rows), threads=1)).to_pylist()
    return {(row["native_path_a"], row["native_path_b"]) for row in judged if row["relation"] == "equivalent"}


def test_the_same_kinds_find_one_another_in_every_shop():
    assert equivalent(catalogue()) == {(f"类{a}>{kind}", f"类{b}>{kind}") for kind in KINDS for a in range(3) for b in range(a + 1, 3)}


def test_titles_find_what_names_hide():
    renamed = {"苹果": "时令鲜果", "牙刷": "口腔护理"}
    found = equivalent(catalogue(renamed))
    assert {("类0>苹果", "类1>时令鲜果"), ("类0>牙刷", "类1>口腔护理")} <= found


def test_the_order_of_listings_changes_nothing():
    rows = catalogue()
    assert scored_pairs(*tables_of(rows), threads=1).equals(scored_pairs(*tables_of(rows[::-1]), threads=1))


def test_two_threads_score_as_one():
    given = tables_of(catalogue())
    assert scored_pairs(*given, threads=1).equals(scored_pairs(*given, threads=2))


@pytest.mark.parametrize("names", [["", "", ""], ["///", "……", "，"], ["衣", "鞋", "衣"]])
def test_names_that_say_nothing_leave_the_titles_to_speak(names):
    rows = catalogue()
    for row in rows:
        shop = int(row["shop"][1])
        if row["native_path"].endswith("空调"):
            row["native_path"] = f"类{shop}>{names[shop]}"
    found = equivalent(rows)
    assert (f"类0>{names[0]}", f"类1>{names[1]}") in found


@pytest.mark.parametrize(("sub_classes", "titles"), [(4, 3), (1, 12)], ids=["too small for a class", "one class"])
def test_shops_that_tell_nothing_change_no_score_between_the_others(sub_classes, titles):
    def scores(rows: list[dict]) -> dict[tuple[str, str], float]:
        return {(row["native_path_a"], row["native_path_b"]): row["score"] for row in scored_pairs(*tables_of(rows), threads=1).to_pylist()}

    others = [{"shop": f"x{shop}", "native_path": f"杂>皂{shop}{n}", "title": f"手工皂 基材 橄榄{n} {number}块"}
              for shop in range(3) for n in range(sub_classes) for number in range(titles)]
    alone, beside = scores(catalogue()), scores(catalogue() + others)
    high = {pair: score for pair, score in alone.items() if score > 0.3}
    assert len(high) >= 18
    assert high == pytest.approx({pair: beside[pair] for pair in high}, abs=0.03)       # terms' rarity is of all shops, votes are not


def test_a_sub_class_with_one_listing_waits_for_a_person():
    rows = [*catalogue(), {"shop": "s3", "native_path": "类3>空调", "title": "海森空调变频挂机"}]
    judged = judge(scored_pairs(*tables_of(rows), threads=1)).to_pylist()
    single = [row for row in judged if "s3" in (row["shop_a"], row["shop_b"])]
    assert single and all(row["zone"] != "merged" and "too few to say" in row["evidence"] for row in single)


def test_a_million_listings_are_as_good_as_their_distinct_titles():
    rows = catalogue()
    assert equivalent(rows + rows * 3) == equivalent(rows)


@pytest.mark.parametrize("rows", [[], [{"shop": "s0", "native_path": "一", "title": "苹果"}],
                                  [{"shop": f"s{n}", "native_path": "一", "title": ""} for n in range(3)],
                                  [{"shop": "s0", "native_path": str(n), "title": f"红富士苹果{n}箱"} for n in range(8)],
                                  [{"shop": f"s{n % 2}", "native_path": "一", "title": "🍎 123"} for n in range(8)]])
def test_too_little_to_compare_is_no_error(rows):
    found = scored_pairs(*tables_of(rows), threads=1)
    assert found.column_names == [field.strip().split()[0] for field in tables_in_order()]
    judge(found)


def tables_in_order() -> list[str]:
    return [f"{column.name} {column.type}" for column in tables.SUB_CLASS_PAIRS.columns]


def test_scores_are_shares():
    found = scored_pairs(*tables_of(catalogue()), threads=1)
    for column in ("score", "contained_a_in_b", "contained_b_in_a", "label_similarity", "content_similarity"):
        values = np.asarray(found[column])
        assert values.min() >= 0 and values.max() <= 1
    for entry in found["features"].combine_chunks().flatten().to_pylist():
        assert 0 <= entry["value"] <= 1


def test_candidates_change_which_pairs_exist_and_never_a_score(monkeypatch):
    given, nearest = tables_of(catalogue()), curated_score.nearest
    monkeypatch.setattr(curated_score.kept, "__defaults__", (99,))

    def scored(of_each: int) -> dict[tuple[str, str], dict]:
        monkeypatch.setattr(curated_score, "nearest", lambda vectors, shops, **_: nearest(vectors, shops, of_each, threads=1))
        return {(row["native_path_a"], row["native_path_b"]): row for row in scored_pairs(*given, threads=1).to_pylist()}

    few, every = scored(1), scored(99)
    assert len(every) == 18 * 17 // 2 > 2 * len(few)
    assert all(every[ends] == row for ends, row in few.items())


# ------------------------------------------------------------------------------------------------- what is carried over

def split(rows: list[dict], fresh_keys: set[tuple[str, str]]) -> curated_reference.Categories:
    """The catalogue of which only some categories' titles are given."""
    sub_classes, titles = tables_of(rows)
    keys = list(zip(sub_classes["shop"].to_pylist(), sub_classes["native_path"].to_pylist(), strict=True))
    fresh = np.array([key in fresh_keys for key in keys])
    return categories(sub_classes, titles.filter(pa.array(fresh[np.asarray(titles["category"])])), fresh)


def changed_catalogue(change: str) -> tuple[list[dict], list[dict], set[tuple[str, str]]]:
    """Listings before and after, and the categories that differ."""
    rows = catalogue()
    if change == "a new shop":
        return [row for row in rows if row["shop"] != "s2"], rows, {("s2", row["native_path"]) for row in rows if row["shop"] == "s2"}
    if change == "one per cent of new listings":
        more = [{"shop": "s1", "native_path": "类1>牙刷", "title": f"海森牙刷敏感护龈{n}支装旅行"} for n in range(2)]
        return rows, [*rows, *more], {("s1", "类1>牙刷")}
    if change == "a category is gone":
        return rows, [row for row in rows if row["native_path"] != "类0>空调"], set()
    return rows, rows, set()


@pytest.mark.parametrize("change", ["a new shop", "one per cent of new listings", "a category is gone", "nothing"])
def test_what_is_carried_over_is_what_a_run_over_everything_would_say(change):
    before, after, touched = changed_catalogue(change)
    _, known, _ = curated_score.score_pairs(categories(*tables_of(before)), threads=1)
    known = curated_memory.read(curated_memory.written(known, np.zeros(len(known.keys), np.int64))).known
    carried, left, scored = curated_score.score_pairs(split(after, touched), known, threads=1)
    every, _, all_of_them = curated_score.score_pairs(categories(*tables_of(after)), known.forgotten(), threads=1)
    assert scored == sum(left.keys[i] in touched or left.keys[j] in touched for i, j in zip(carried.i, carried.j, strict=True)) < all_of_them
    for name in ("i", "j", "score", "i_in_j", "j_in_i"):
        assert np.array_equal(getattr(carried, name), getattr(every, name)), name
    assert carried.features.keys() == every.features.keys()
    assert all(np.array_equal(carried.features[name], every.features[name]) for name in every.features)


def test_the_first_run_says_what_its_own_reference_says():
    given = categories(*tables_of(catalogue()))
    first, known, _ = curated_score.score_pairs(given, threads=1)
    again, _, _ = curated_score.score_pairs(given, known.forgotten(), threads=1)
    assert np.array_equal(first.score, again.score) and np.array_equal(first.i, again.i)


def test_a_new_shop_finds_its_kinds_in_a_reference_that_has_not_met_it():
    before, after, touched = changed_catalogue("a new shop")
    _, known, _ = curated_score.score_pairs(categories(*tables_of(before)), threads=1)
    found, left, _ = curated_score.score_pairs(split(after, touched), known, threads=1)
    best = {left.keys[n]: left.keys[found.i[at]] for n in range(len(left.keys)) if left.keys[n][0] == "s2"
            for at in [max(np.flatnonzero((found.j == n) & (np.array([left.keys[i][0] for i in found.i]) == "s0")), key=lambda at: found.score[at])]}
    assert best == {("s2", f"类2>{kind}"): ("s0", f"类0>{kind}") for kind in KINDS}


def test_what_other_code_remembered_is_not_read(monkeypatch):
    _, known, _ = curated_score.score_pairs(categories(*tables_of(catalogue())), threads=1)
    data = curated_memory.written(known, np.zeros(len(known.keys), np.int64))
    assert curated_memory.read(data) is not None
    monkeypatch.setattr(curated_memory, "code", lambda: "of another day")
    assert curated_memory.read(data) is None


def test_a_reference_that_half_of_what_there_is_has_outlived_is_made_anew():
    def memory_of(rows: list[dict]) -> strategies.Earlier:
        _, known, _ = curated_score.score_pairs(categories(*tables_of(rows)), threads=1)
        data = curated_memory.written(known, np.arange(len(known.keys)))
        return strategies.Earlier(memory=lambda: data)

    earlier, sub_classes = memory_of(catalogue()), tables_of(catalogue())[0].select(["shop", "native_path", "listings"])
    more = pa.table({"shop": ["s9"] * 20, "native_path": [f"类>{n}" for n in range(20)], "listings": [1] * 20})
    for strangers, kept in ((17, True), (18, False)):
        now = pa.concat_tables([sub_classes, more.slice(0, strangers)])
        assert (remembered(earlier, now) is not None) == kept

    def with_listings(each: int) -> pa.Table:
        return sub_classes.set_column(2, "listings", pa.array([each] * sub_classes.num_rows))

    assert remembered(earlier, with_listings(23)) is not None and remembered(earlier, with_listings(24)) is None       # they had 12
    few = memory_of([row for n, row in enumerate(catalogue()) if n % 12 < 4])       # none large enough for a class
    assert remembered(few, with_listings(4)) is not None and remembered(few, with_listings(5)) is None
    data = earlier.memory()
    assert remembered(strategies.Earlier(memory=lambda: data, anew=True), now.slice(0, 18)).known.keys == []
    assert remembered(None, now) is None and remembered(strategies.Earlier(), now) is None


# ------------------------------------------------------------------------------------------------------------- the parts

def test_a_title_does_not_vote_for_where_it_already_is():
    """Two classes of two titles each that share nothing but one pair across: the twin decides, not the title itself."""
    titles = sparse_rows.unit_rows(sparse.csr_array(np.array([[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]], dtype=np.float32)))
    own = np.array([0, 0, 1, 1])
    spaces = curated_votes.spaces_of(titles, np.ones(3), own[None], [2])
    (votes,), _ = curated_votes.label_spaces(titles, np.ones(3), np.arange(4), 4, own[None], spaces, 9, threads=1)
    assert votes[0, 1] > 0.9 and votes[2, 0] > 0.9
    assert np.allclose(votes.sum(axis=1), 1)


def test_a_title_is_taken_out_of_a_sum_that_was_cut_by_what_the_sum_has_of_it():
    random = np.random.default_rng(7)
    titles = sparse_rows.unit_rows(sparse.csr_array((random.random((60, 40)) > 0.7).astype(np.float32)))
    own = np.arange(60) % 3
    sums = sparse.csr_array(curated_votes.grouped(own, 3) @ titles)
    sums.sort_indices()
    sums = sparse_rows.weightiest(sums, 12)
    near, = curated_votes.nearest_classes(titles, own[None], curated_votes.Sought.of([curated_votes.Space(sums)], 1), threads=1)
    dense, centre = titles.toarray(), sums.toarray()
    without = centre[own] - dense * (centre[own] > 0)
    cosine = dense @ (centre / np.linalg.norm(centre, axis=1, keepdims=True)).T
    cosine[np.arange(60), own] = (dense * without).sum(axis=1) / np.linalg.norm(without, axis=1)
    assert np.allclose(near.below[:, -1], cosine[np.arange(60), own] - cosine.max(axis=1), atol=1e-5)


def test_titles_are_filed_alike_however_many_at_once(monkeypatch):
    given = categories(*tables_of(catalogue()))
    reference, rows = curated_reference.made_of(given)
    reference.spaces[0] = curated_votes.Space(reference.spaces[0].sums, 30.0)
    filed = []
    for at_once in (10_000, 30, 1):
        monkeypatch.setattr(curated_votes, "TITLES_AT_ONCE", at_once)
        nowhere = np.full((1, len(given.titles)), -1)
        filed += curated_votes.label_spaces(rows, reference.weights, given.titles.category, given.count, nowhere, reference.spaces[:1], 99, 1)[0]
    assert all((filed[0] != other).nnz == 0 for other in filed[1:])


def test_the_reference_is_the_same_however_many_titles_are_read_at_once(monkeypatch):
    given = categories(*tables_of(catalogue()))
    whole, rows = curated_reference.made_of(given)
    monkeypatch.setattr(curated_votes, "TITLES_AT_ONCE", 30)
    monkeypatch.setattr(curated_titles.Titles._parts, "__defaults__", (7,))
    parts, same_rows = curated_reference.made_of(given)
    assert (rows != same_rows).nnz == 0 and (whole.members == parts.members).all()
    for name in ("buckets", "rare", "shop_means", "weights"):
        assert np.allclose(getattr(whole, name), getattr(parts, name), atol=1e-6), name
    for one, other in zip(whole.spaces, parts.spaces, strict=True):
        assert one.sums.nnz and np.allclose(one.sums.toarray(), other.sums.toarray(), atol=1e-5)


def test_a_term_of_every_category_tells_nothing():
    titles = sparse.csr_array(np.array([[1, 1], [1, 1], [1, 0], [1, 0]], dtype=np.float32))
    everywhere, somewhere = curated_reference.telling(titles, np.array([0, 0, 1, 1]), 2)
    assert everywhere == 0 < somewhere


def test_the_best_products_are_the_dense_ones():
    """Small whole numbers, so that sums are exact and many are equal."""
    random = np.random.default_rng(5)
    a, b = (sparse.csr_array((random.integers(0, 4, (n, 20)) * (random.random((n, 20)) > 0.9)).astype(np.float32)) for n in (1_500, 40))
    a.data[::7] = 0     # entries that are there and say nothing
    bounds = np.array([0, 15, 15, 40])      # of three groups one is empty
    for threads in (1, 2):
        columns, values = sparse_rows.best_products(a, sparse_rows.held_by(b, bounds, 500), bounds, 4, threads)
        for group in (0, 2):
            dense = a.toarray() @ b[bounds[group]:bounds[group + 1]].toarray().T
            wanted = np.argsort(-dense, axis=1, kind="stable")[:, :4]       # stable: of equals the lower column
            largest = np.take_along_axis(dense, wanted, axis=1)
            assert (largest == 0).any() and (np.diff(largest) == 0).any()
            assert (values[:, group] == largest).all()
            assert (columns[:, group] == np.where(largest > 0, wanted, -1)).all()
        assert (columns[:, 1] == -1).all() and (values[:, 1] == 0).all()


def test_compiled_loops_say_what_dense_rows_say():
    random = np.random.default_rng(4)
    dense = (random.integers(0, 5, (2_500, 30)) * (random.random((2_500, 30)) > 0.5)).astype(np.float32)
    dense[7] = 0
    rows = sparse.csr_array(dense)
    said_nothing = rows.copy()
    said_nothing.data[:] = 0
    assert (sparse_rows.unit_rows(said_nothing).data == 0).all()
    i, j = random.integers(0, 2_500, (2, 3_000))
    for threads in (1, 2):
        assert np.allclose(sparse_rows.row_products(rows, i, rows, j, threads), (dense[i] * dense[j]).sum(1))
        assert np.allclose(sparse_rows.row_minima(rows, i, rows, j, threads), np.minimum(dense[i], dense[j]).sum(1))
        norms = np.maximum(np.linalg.norm(dense, axis=1, keepdims=True), 1e-9)
        assert np.allclose(sparse_rows.unit_rows(rows, threads).toarray(), dense / norms, atol=1e-6)
        weights = np.where(np.arange(30) % 3, np.arange(30) / 100, 0).astype(np.float32)
        heavy = (dense > 0) * weights
        units = sparse_rows.weighted(rows, weights, threads)
        assert np.allclose(units.toarray(), heavy / np.maximum(np.linalg.norm(heavy, axis=1, keepdims=True), 1e-9), atol=1e-6)
        assert (units.data > 0).all()
        lightest_out = np.zeros_like(dense)
        for row, columns in enumerate(np.argsort(-dense, axis=1, kind="stable")[:, :6]):     # stable: of equals the lower column
            lightest_out[row, columns] = dense[row, columns]
        assert (sparse_rows.weightiest(rows, 6, threads).toarray() == lightest_out).all()


def test_names_are_alike_both_ways_and_to_themselves():
    names = ["电饭煲/电压力锅", "电压力锅", "苹果", "", "Apple 苹果"]
    i, j = (part.ravel() for part in np.meshgrid(np.arange(5), np.arange(5)))
    matrix = curated_names.name_similarities(names, i, j).reshape(5, 5)
    assert np.allclose(matrix, matrix.T)
    assert np.allclose(np.diag(matrix), [1, 1, 1, 0, 1])
    assert matrix[0, 1] > matrix[0, 2]


def test_a_pool_holds_one_category_of_a_shop():
    classes = curated_score.pool(4, np.array([0, 1, 0, 1]), np.array([0, 1, 2]), np.array([1, 2, 3]))
    assert classes[0] == classes[1] != classes[2] == classes[3]


# ---------------------------------------------------------------------------------------------------------------- Spark

@pytest.mark.jvm
def test_spark_gives_what_the_arrays_give(spark):
    rows = catalogue({"苹果": "时令鲜果"})
    sub_classes, _ = tables_of(rows)
    native = frame(spark, tables.NATIVE_SUB_CLASSES, *({**row, "term_counts": [("词", 1)], "native_class": "类"} for row in sub_classes.to_pylist()))
    listings = frame(spark, tables.LISTINGS, *({**row, "listing_id": str(n)} for n, row in enumerate(rows)))
    pairs = sub_class_pairs.build(native, listings, strategy="curated", options=strategies.Options())
    assert pairs.dtypes == [(column.name, column.type) for column in tables.SUB_CLASS_PAIRS.columns]
    decided = alignments.build(pairs, native, frame(spark, tables.NAMING_DECISIONS), strategy="curated")
    assert decided.dtypes == [(column.name, column.type) for column in tables.ALIGNMENTS.columns]
    found = {(row.native_path_a, row.native_path_b) for row in decided.where("relation = 'equivalent'").collect()}
    assert found == equivalent(rows)
    assert ("类0>苹果", "类1>时令鲜果") in found
