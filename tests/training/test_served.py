"""What travels with a registered model."""

import csv
import gzip
import io
import itertools
import pickle
import zlib
from itertools import islice

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mlflow.exceptions import MlflowException
from PIL import Image

from tests.training.conftest import picture
from training import models
from training.models.config import Config
from training.served import linear, pictures
from training.served.inputs import Encoder, Reading
from training.served.model import Classifier
from training.served.terms import hashed
from training.served.titles import UNKNOWN, Cut, Vocabulary, clean, trimmed, words
from training.served.tree import LabelTree


@settings(deadline=None)     # the machine may be busy
@given(st.text(max_size=60))
def test_cleaning_twice_is_cleaning_once_and_words_are_never_blank(title):
    assert clean(clean(title)) == clean(title)
    assert all(word.strip() for word in words(title))


@settings(deadline=None)
@given(st.lists(st.text(max_size=30)))
def test_titles_cut_together_are_cut_as_they_are_alone(titles):
    cut = Cut.of(titles)
    assert cut.text == [clean(title) for title in titles] and list(cut.lists()) == [words(title) for title in titles]
    assert len(set(cut.distinct)) == len(cut.distinct)


def test_a_title_of_nothing_is_one_unknown_word():
    assert Vocabulary(["茶"]).encode(Cut.of(["", None, "？？", "茶"]), 3).tolist() == [[UNKNOWN, 0, 0]] * 3 + [[2, 0, 0]]


def test_the_vocabulary_does_not_hang_on_the_order_of_titles():
    titles = ["红茶 红茶 绿茶", "绿茶 花茶", "花茶 白茶"]
    assert Vocabulary.of(titles).known == Vocabulary.of(titles[::-1]).known


def test_an_encoder_reads_the_same_after_it_was_saved(tmp_path):
    titles = ["红茶 500g 包邮", "婴幼儿奶粉", ""]
    encoder = Encoder(Reading(words=6, terms=20, buckets=1000), Vocabulary.of(titles, at_least=1))
    encoder.save(tmp_path)
    loaded = Encoder.load(tmp_path).titles(titles)
    assert all((loaded[name] == values).all() for name, values in encoder.titles(titles).items()) and set(loaded) == {"words", "terms"}


def terms(title: str | None, longest: int = 3) -> list[str]:
    """Words, pairs of words, and character n-grams, marked by their kind: what `hashed` is of, said plainly."""
    text, cut = clean(title), words(title)
    found = ["w" + word for word in cut] + [f"p{left} {right}" for left, right in itertools.pairwise(cut)]
    for size in range(1, longest + 1):
        found += ["c" + text[start : start + size] for start in range(len(text) - size + 1)]
    return found


ODD = ["", None, " ", "茶", "5", "茶" * 50, "红茶 5g", "ＥＲＫＥ/鸿星尔克【正品】 42码", "👗连衣裙👗 2024", "𠮷野家 牛丼 𪚥", "iPhone 15 Pro Max", "é\u0301 ﬃ ①", "a\r\nb\n\nc",
       "\ud800坏", "红茶绿茶红茶绿茶红茶", "x" * 3_000, "茶叶a" * 400]


@settings(deadline=None)
@given(st.lists(st.one_of(st.sampled_from(ODD), st.text(max_size=40), st.text("红茶绿5g 包邮👗𠮷", max_size=60))), st.integers(1, 40), st.integers(1, 4))
def test_terms_hashed_together_are_those_of_each_title(titles, length, longest):
    wanted = [[zlib.crc32(term.encode()) % 999 + 1 for term in dict.fromkeys(terms(title, longest))][:length] for title in titles]
    assert hashed(Cut.of(titles), 1000, length, longest).tolist() == [row + [0] * (length - len(row)) for row in wanted]


@pytest.mark.medium
def test_terms_of_real_titles_are_those_of_each(shared_data):
    some = [*real_titles(shared_data, 37), *ODD]
    wanted = [[zlib.crc32(term.encode()) % ((1 << 18) - 1) + 1 for term in dict.fromkeys(terms(title))][:192] for title in some]
    assert hashed(Cut.of(some), 1 << 18, 192).tolist() == [row + [0] * (192 - len(row)) for row in wanted]


def real_titles(shared_data, every: int) -> list[str]:
    with gzip.open(shared_data / "shops2014/listings.tsv.gz", "rt", encoding="utf-8") as file:
        return [row["title"] for row in islice(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE), 0, None, every)]


def test_hashes_are_the_same_in_every_process_and_0_only_pads():
    assert hashed(Cut.of(["茶"]), 1000, 4, 1).tolist() == [[zlib.crc32(term.encode()) % 999 + 1 for term in ("w茶", "c茶")] + [0, 0]]
    assert trimmed(np.array([[1, 2, 0, 0, 0, 0, 0, 0, 0, 0]])).shape == (1, 8)


@pytest.mark.medium
def test_real_titles_are_read_to_their_end(shared_data):
    """The longest n-grams come last, so a cap that most titles reach would leave --longest without effect."""
    some = real_titles(shared_data, 37)
    sizes = models.ALL["wide_deep"].reading(Config(paths=2))
    counts = np.array([len(set(terms(title, sizes.longest))) for title in some])
    assert len(counts) > 2_000 and (counts > sizes.terms).mean() < 0.03
    assert hashed(Cut.of(some[:1]), sizes.buckets, sizes.terms, sizes.longest)[0, counts[0] - 1] != 0


def test_a_picture_that_does_not_decode_is_none():
    good = picture((10, 200, 30), 0)
    assert pictures.decode(good, 32).shape == (32, 32, 3)
    assert [pictures.decode(bad, 32) for bad in (None, b"", b"<html>", good[:100])] == [None] * 4


def saved(kind: str) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((64, 64)).convert("RGB").save(out, kind)
    return out.getvalue()


def test_whatever_a_decoder_raises_is_a_picture_that_does_not_decode():
    whole, raised = saved("AVIF"), set()
    assert pictures.decode(whole, 32) is not None
    for place in range(32, 300):
        torn = whole[:place] + b"\xff" + whole[place + 1 :]
        try:
            with Image.open(io.BytesIO(torn)) as image:
                image.load()
        except Exception as error:
            raised.add(type(error))
            assert pictures.decode(torn, 32) is None
    assert RuntimeError in raised, "Pillow's AVIF decoder raises other things now"


@pytest.mark.parametrize("kind", ["EPS", "ICO", "TGA", "PPM"])
def test_files_that_no_shop_shows_are_not_opened(kind):
    assert pictures.decode(saved(kind), 32) is None


def test_the_best_labels_are_ranked_at_their_level_and_carry_the_likeliest_path():
    def label(sub_class, third):
        return {"class_id": 1, "class_name": "食品", "sub_class_id": sub_class, "sub_class_name": str(sub_class), "subsub_class_id": third,
                "subsub_class_name": third and str(third)}

    tree = LabelTree([label(10, 100), label(10, 101), label(11, None)])
    scores = np.array([[0.25, 0.35, 0.4]])
    by_sub_class = tree.best(scores, 5, "sub_class")[0]
    assert [(one["sub_class_id"], one["subsub_class_id"]) for one in by_sub_class] == [(10, 101), (11, None)]
    assert abs(by_sub_class[0]["probability"] - 0.6) < 1e-6
    assert [one["probability"] for one in tree.best(scores, 2, "path")[0]] == [0.4, 0.35]


@pytest.mark.parametrize("level", ["class", "sub_class", "path"])
def test_every_answer_is_one_path_of_the_tree_and_the_first_is_the_one_that_is_measured(level):
    keys = [f"{part}_{what}" for part in ("class", "sub_class", "subsub_class") for what in ("id", "name")]
    tree = LabelTree([dict(zip(keys, (a, f"{a}", 10 * a + b, f"{b}", third, third and f"{third}"), strict=True))
                      for a in (1, 2) for b in (1, 2, 3) for third in ((None,) if b == 3 else (100 * a + 10 * b, 100 * a + 10 * b + 1))])
    scores = np.random.default_rng(1).dirichlet(np.full(len(tree), 0.5), 200)
    answers = tree.best(scores, 5, level)
    assert all({key: one[key] for key in keys} in tree.labels for row in answers for one in row)
    served = [tuple(row[0][f"{part}_id"] for part in ("class", "sub_class", "subsub_class")) for row in answers]
    assert served == [tree.paths[number] for number in tree.likeliest(scores, level)]


def test_a_title_that_no_label_claims_goes_to_the_nearest_label_and_not_to_the_first():
    class Margins:
        def __init__(self, margins):
            self.margins = np.array(margins)

        def decision_function(self, titles):
            return self.margins

    found = linear.probabilities(Margins([[-5.0, -1.5, -3.0], [-2.0, -2.0, 0.5]]), ["茶", "红茶"], 4)
    assert found.argmax(axis=1).tolist() == [1, 2] and np.allclose(found.sum(axis=1), 1)
    two = linear.probabilities(Margins([-0.5, 2.0]), ["茶", "红茶"], 4)
    assert two.argmax(axis=1).tolist() == [0, 1] and np.allclose(two.sum(axis=1), 1)


def test_settled_weights_say_the_same_take_less_room_and_lie_as_a_product_reads_them():
    from training.models import linear_ngrams

    labels = [n // 3 for n in range(120)]
    titles = [f"{chr(0x4E00 + label)}{chr(0x5E00 + label)} {n}号 包邮" for n, label in enumerate(labels)]
    fitted = linear_ngrams.build(linear_ngrams.LinearConfig()).fit(titles, labels)
    before, dense_bytes = linear.probabilities(fitted, titles, 4), len(pickle.dumps(fitted[-1]))
    weights = linear.settled(fitted)[-1].coef_
    assert weights.T.format == "csr", "a product would copy all weights first"
    assert len(pickle.dumps(fitted[-1])) < dense_bytes / 2
    np.testing.assert_array_equal(linear.probabilities(fitted, titles, 4), before)


@pytest.fixture
def classifier() -> Classifier:
    """A model that knows two labels and finds them equally likely."""
    made = Classifier()
    made.about = {"kind": "network", "level": "sub_class", "image_size": 8}
    made.tree = LabelTree([{"class_id": 1, "class_name": "食品", "sub_class_id": n, "sub_class_name": str(n), "subsub_class_id": None,
                            "subsub_class_name": None} for n in (10, 11)])
    made.encoder, made._loaded = Encoder(Reading(), None), lambda given: np.full((len(given["has_image"]), 2), 0.5, np.float32)
    return made


@pytest.mark.parametrize("given", [{"title": ["茶"]}, {"image": [picture((9, 9, 9), 0)]}, {"title": [None], "image": [b""]}, {"title": [float("nan")]},
                                   {"title": [""], "image": [b"<html>"]}])
def test_a_title_a_picture_both_or_neither_give_the_best_labels(classifier, given):
    assert [label["sub_class_id"] for label in classifier.predict(None, pd.DataFrame(given))["labels"][0]] == [10, 11]


def test_no_rows_give_no_labels(classifier):
    assert len(classifier.predict(None, pd.DataFrame({"title": []}))) == 0


@pytest.mark.parametrize(("given", "params", "sentence"), [
    # What MLflow passes on where all columns are called otherwise.
    ({}, {}, "neither a column 'title' nor a column 'image'"),
    ({"title": ["茶"], "image": [np.zeros((4, 4, 3), np.uint8)]}, {}, "image of row 0 is a ndarray"),
    ({"name": ["茶"]}, {}, "neither a column 'title' nor a column 'image'"),
    ({"title": ["茶", ["茶"]]}, {}, "title of row 1 is a list; it must be text"),
    ({"title": [None, 12.5]}, {}, "title of row 1 is a float; it must be text"),
    ({"title": ["茶"], "image": ["images/a.jpg"]}, {}, "image of row 0 is a str; it must be the bytes of a picture's file"),
    ({"title": ["茶"]}, {"k": 0}, "k is 0; it must be 1 or more"),
    ({"title": ["茶"]}, {"level": "shelf"}, "level is 'shelf'; it must be class, sub_class or path"),
])
def test_what_cannot_be_read_is_one_sentence_and_not_taken_for_missing(classifier, given, params, sentence):
    with pytest.raises(MlflowException, match=sentence):
        classifier.predict(None, pd.DataFrame(given), params)
