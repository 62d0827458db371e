"""Reading products at a version, and cutting them into batches, without a JVM."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakehouse import arrow, tables
from lakehouse.errors import LakehouseError
from tests.training.conftest import rows
from training import data, programs, worker
from training import loader as loading
from training.loader import Loader, Titles
from training.served.inputs import Encoder, Reading
from training.served.titles import Vocabulary


def test_a_pinned_version_gives_the_same_rows_whatever_came_later(products):
    version = arrow.pinned(tables.PRODUCTS, None)
    before = data.read(tables.PRODUCTS, version)
    later = [{**row, "product_id": "z" + row["product_id"]} for row in rows(products, 30)]
    arrow.append(tables.PRODUCTS, arrow.batch(tables.PRODUCTS, later))
    again = data.read(tables.PRODUCTS, version)
    assert again["train"].product_ids.to_pylist() == before["train"].product_ids.to_pylist()
    assert len(data.read(tables.PRODUCTS, arrow.pinned(tables.PRODUCTS, None))["train"]) > len(before["train"])


def test_each_row_has_the_label_of_its_own_path(products):
    splits = data.read(tables.PRODUCTS, 1)
    known = {row["product_id"]: (row["class_id"], row["sub_class_id"], row["subsub_class_id"]) for row in rows(products)}
    for split in splits.values():
        assert [split.labels.paths[n] for n in split.truth] == [known[product] for product in split.product_ids.to_pylist()]


def test_an_unknown_version_is_one_sentence(products):
    with pytest.raises(LakehouseError, match=r"gold\.products cannot be read at version 77"):
        arrow.pinned(tables.PRODUCTS, 77)


def test_an_empty_split_is_one_sentence(lake):
    arrow.append(tables.PRODUCTS, arrow.batch(tables.PRODUCTS, [{**row, "split": "train"} for row in rows(lake, 12)]))
    with pytest.raises(LakehouseError, match="no row in the split 'test' at version 1"):
        data.read(tables.PRODUCTS, 1)


def test_a_single_label_is_one_sentence(lake):
    arrow.append(tables.PRODUCTS, arrow.batch(tables.PRODUCTS, [row for row in rows(lake, 60) if row["sub_class_id"] == 10]))
    with pytest.raises(LakehouseError, match="All 8 training rows that bilstm can read have the one label '子类10'"):
        data.tree_of(data.read(tables.PRODUCTS, 1)["train"], "bilstm")


def test_a_single_label_with_pictures_is_one_sentence(lake):
    some = [row if row["sub_class_id"] == 11 else {**row, "img_path": None} for row in rows(lake, 60)]
    arrow.append(tables.PRODUCTS, arrow.batch(tables.PRODUCTS, some))
    asked = programs.plan_for("image_tower", "products", None, processes=1)
    with pytest.raises(LakehouseError, match="training rows that image_tower can read have the one label '子类11'"):
        worker.work(asked)


def test_a_label_without_training_rows_counts_as_an_error(lake, caplog):
    changed = [row if row["split"] == "train" or row["sub_class_id"] != 31 else {**row, "sub_class_id": 99} for row in rows(lake)]
    arrow.append(tables.PRODUCTS, arrow.batch(tables.PRODUCTS, changed))
    splits = data.read(tables.PRODUCTS, 1)
    tree = data.tree_of(splits["train"], "bilstm")
    assert (splits["test"].targets(tree) == data.NO_LABEL).sum() == sum(row["sub_class_id"] == 99 for row in changed) > 0
    with caplog.at_level("WARNING"):
        data.announce(splits, tree)
    assert "have a label that no training product has; they count as errors" in caplog.text


def loader(n: int, batch: int, rank: int = 0, size: int = 1) -> Loader:
    titles = Titles(pa.chunked_array([[f"第{row}个" for row in range(n)]]), Encoder(Reading(terms=4, buckets=1 << 24, longest=1), None))
    return Loader(None, np.arange(n, dtype=np.int32), titles, 0, None, batch, rank, size)


@settings(deadline=None)     # the machine may be busy
@given(st.integers(1, 70), st.integers(1, 20), st.integers(1, 4), st.integers(0, 9), st.integers(0, 3))
def test_processes_share_each_batch_without_overlap_or_loss(n, batch, size, seed, epoch):
    alone = [[row for row, weight in zip(b.rows, b.weights, strict=True) if weight] for b in loader(n, batch).epoch(seed, epoch)]
    together = [list(loader(n, batch, rank, size).epoch(seed, epoch)) for rank in range(size)]
    assert len({len(batches) for batches in together}) == 1
    for step, rows_alone in enumerate(alone):
        shared = [row for batches in together for row, weight in zip(batches[step].rows, batches[step].weights, strict=True) if weight]
        assert shared == rows_alone
    assert sorted(row for rows_of in alone for row in rows_of) == list(range(n))


def test_the_order_follows_from_seed_and_epoch_and_can_be_entered_anywhere():
    whole = [b.rows.tolist() for b in loader(50, 8).epoch(3, 1)]
    assert [b.rows.tolist() for b in loader(50, 8).epoch(3, 1, start=4)] == whole[4:]
    assert whole != [b.rows.tolist() for b in loader(50, 8).epoch(3, 2)] and whole != [b.rows.tolist() for b in loader(50, 8).epoch(4, 1)]


def test_missing_torn_and_absent_pictures_are_marked_as_missing(products):
    splits = data.read(tables.PRODUCTS, 1)
    train = splits["train"]
    named = [path for path in train.images.to_pylist() if path]
    (products / named[0]).write_bytes(b"<html>not a picture</html>")
    (products / named[1]).write_bytes((products / named[1]).read_bytes()[:200])
    (products / named[2]).unlink()
    encoder = Encoder(Reading(words=8), Vocabulary.of(train.titles.to_pylist()))
    feeding = Loader(train, train.targets(data.tree_of(train, "tfn")), Titles(train.titles, encoder), 32, products, 16)
    seen = {path: there for batch in feeding.epoch(1) for row, weight, there in zip(batch.rows, batch.weights, batch.inputs["has_image"], strict=True)
            if weight for path in [train.images[int(row)].as_py()] if path}
    assert [train.images[row].as_py() for row in sorted(feeding.unread)] == named[:3]
    assert [seen[path] for path in named[:3]] == [0.0, 0.0, 0.0] and all(seen[path] == 1.0 for path in named[3:])


@pytest.mark.parametrize("kept_rows", [0, 20, 50])
def test_titles_are_encoded_once_while_there_is_room_and_lie_beside_their_rows_all_the_same(monkeypatch, kept_rows):
    encoded = Counter()

    class Counting(Encoder):
        def titles(self, titles):
            encoded.update(titles)
            return super().titles(titles)

    monkeypatch.setattr(loading, "KEPT_BYTES", kept_rows * 4 * 8)
    monkeypatch.setattr(loading, "ENCODED_AT_ONCE", 16)
    lines, reading = [f"第{row}个" for row in range(50)], Reading(terms=8)
    feeding = Loader(None, np.arange(50), Titles(pa.chunked_array([lines]), Counting(reading, None)), 0, None, 10)
    for epoch in (0, 1):
        for batch in feeding.epoch(3, epoch):
            assert (batch.inputs["terms"] == Encoder(reading, None).titles([lines[row] for row in batch.rows])["terms"]).all()
    assert [encoded[line] for line in lines] == [1] * kept_rows + [2] * (50 - kept_rows)
    assert feeding.titles.kept["terms"].nbytes <= kept_rows * 4 * 8
