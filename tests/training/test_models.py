"""One contract for every Keras model: it builds, has the shapes it says, learns a step, is saved and built again."""

import os
from dataclasses import fields
from functools import partial

import numpy as np
import pytest

from training import models
from training.models.config import Config
from training.served.tree import LabelTree

pytestmark = pytest.mark.medium

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
PATHS, ROWS = 5, 4
LARGE = ("vgg19", "inception_v3")


def config(name: str) -> Config:
    return Config(paths=PATHS, vocabulary=50, words=8, dimensions=6, units=5, terms=12, buckets=64, hidden=8, image_size=max(32, models.ALL[name].smallest),
                  modality=4, rank=2)


def inputs(sizes: Config, names) -> dict[str, np.ndarray]:
    chance = np.random.default_rng(3)
    made = {"words": chance.integers(1, 50, (ROWS, 8)), "terms": chance.integers(1, 64, (ROWS, 12)),
            "image": chance.integers(0, 255, (ROWS, sizes.image_size, sizes.image_size, 3)), "has_image": np.array([1, 1, 0, 1])}
    kinds = {"words": np.int32, "terms": np.int32, "image": np.uint8, "has_image": np.float32}
    made["words"][:, 5:], made["terms"][:, 9:] = 0, 0
    return {name: made[name].astype(kinds[name]) for name in names}


@pytest.mark.parametrize("name", [pytest.param(entry.name, marks=pytest.mark.slow if entry.name in LARGE else ()) for entry in models.ALL.values()
                                  if entry.in_keras])
def test_contract(name, tmp_path):
    import keras
    import tensorflow as tf

    from training.loop import Recipe, Trainer
    from training.world import World

    keras.utils.set_random_seed(1)
    sizes = config(name)
    model = models.ALL[name].module.build(sizes)
    given = inputs(sizes, model.input)
    assert set(model.input) == ({"image", "has_image"} if models.ALL[name].reads_images else set()) | set(model.input) & {"words", "terms"}
    assert bool(set(model.input) & {"words", "terms"}) == models.ALL[name].reads_titles
    logits = model(given, training=False).numpy()
    assert logits.shape == (ROWS, PATHS) and np.isfinite(logits).all()

    tree = LabelTree([{f"{level}_{part}": n if level == "sub_class" else 1 for level in ("class", "sub_class", "subsub_class") for part in ("id", "name")}
                      for n in range(PATHS)])
    trainer = Trainer(model, Recipe(epochs=1), tree)
    before = [weights.copy() for weights in model.get_weights()]
    step = trainer._step(World())
    loss, _ = step({key: tf.constant(value) for key, value in given.items()}, tf.constant([0, 1, 2, 3]), tf.ones(ROWS), tf.constant(float(ROWS)))
    changed = [not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)]
    assert np.isfinite(loss) and sum(changed) >= len(model.trainable_variables) * 0.8

    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again(given, training=False), model(given, training=False), atol=1e-5)
    rebuilt = keras.Model.from_config(model.get_config())
    rebuilt.set_weights(model.get_weights())
    np.testing.assert_allclose(rebuilt(given, training=False), model(given, training=False), atol=1e-5)


@pytest.mark.parametrize("name", [entry.name for entry in models.ALL.values() if entry.in_keras and entry.name not in LARGE])
def test_a_model_is_made_of_the_sizes_that_it_names(name):
    looked_at = set()

    class Watched(Config):
        def __getattribute__(self, attribute):
            looked_at.add(attribute)
            return super().__getattribute__(attribute)

    entry, has = models.ALL[name], {field.name for field in fields(Config)}
    watched = Watched(**{field.name: getattr(config(name), field.name) for field in fields(Config)})
    entry.module.build(watched)
    entry.reading(watched)
    of_data = {"paths", "vocabulary", "min_count", "max_vocabulary"}     # counted or applied where the vocabulary is made
    assert looked_at & has - of_data == set(entry.sizes) & has - of_data


@pytest.mark.parametrize("name", ["tfn", "lmf", "mdf_net"])
def test_a_missing_picture_is_not_looked_at(name):
    import keras

    keras.utils.set_random_seed(3)
    sizes = config(name)
    model = models.ALL[name].module.build(sizes)
    given = inputs(sizes, model.input)
    other = {**given, "image": np.where(given["has_image"][:, None, None, None] > 0, given["image"], 255 - given["image"]).astype(np.uint8)}
    np.testing.assert_allclose(model(given, training=False), model(other, training=False), atol=1e-6)
    shown = {**given, "has_image": np.ones(ROWS, np.float32)}
    assert np.abs(model(given, training=False)[2] - model(shown, training=False)[2]).max() > 0


@pytest.mark.parametrize("name", [entry.name for entry in models.ALL.values() if entry.in_keras and entry.reads_titles])
def test_padding_changes_nothing(name):
    """Else a title's answer would hang on the longest title of its batch."""
    sizes = config(name)
    model = models.ALL[name].module.build(sizes)
    chance = np.random.default_rng(4)
    for variable in model.trainable_variables:      # as after training: biases begin at 0, where padding has no say in any model
        variable.assign(chance.normal(0, 0.5, variable.shape))
    given = inputs(sizes, model.input)
    there = {name: values[:, (values != 0).any(axis=0)] if name in ("words", "terms") else values for name, values in given.items()}
    assert any(there[name].shape[1] < given[name].shape[1] for name in ("words", "terms") if name in given)
    np.testing.assert_allclose(model(there, training=False), model(given, training=False), rtol=1e-4, atol=1e-5)


def test_mdf_net_begins_to_read_with_the_picture_and_adds_it_to_the_product_of_both():
    import keras

    keras.utils.set_random_seed(3)
    sizes = config("mdf_net")
    model = models.ALL["mdf_net"].module.build(sizes)
    given = {**inputs(sizes, model.input), "has_image": np.ones(ROWS, np.float32)}
    negative, none = {**given, "image": 255 - given["image"]}, {**given, "has_image": np.zeros(ROWS, np.float32)}
    states, seen, fused = (partial(keras.Model(model.input, part), training=False) for part in (
        model.get_layer("bilstm").output, model.get_layer("seen").output, model.get_layer("hidden").input))
    assert np.abs(states(given) - states(negative)).max(axis=(1, 2)).min() > 1e-4, "the picture does not start the text model"
    for layer in model.layers:
        if layer.name.startswith("start_"):
            layer.kernel.assign(np.zeros(layer.kernel.shape))       # now the title is read alike with a picture and without one
    title, picture = fused(none).numpy(), seen(given).numpy()
    np.testing.assert_allclose(fused(given), title * picture + picture, atol=1e-6)


def test_low_rank_fusion_is_the_full_tensor_fusion_with_the_tensor_of_its_factors():
    """Liu et al. 2018, equations 3 to 6: W is the sum over ranks of the outer products of the factors."""
    import keras

    from training.models.lmf import low_rank
    from training.models.tfn import fused

    rank, outputs, m, n = 3, 4, 5, 6
    title, seen = keras.Input((m,)), keras.Input((n,))
    model = keras.Model([title, seen, ], [low_rank(title, seen, rank, outputs), fused(title, seen)])
    for layer in ("title_factors", "seen_factors"):
        model.get_layer(layer).bias.assign(np.random.default_rng(len(layer)).normal(size=rank * outputs))
    factors = [np.concatenate([w, b[None]]).reshape(-1, rank, outputs) for w, b in
               (model.get_layer(layer).get_weights() for layer in ("title_factors", "seen_factors"))]
    tensor = np.einsum("iro,jro->ijo", *factors).reshape((m + 1) * (n + 1), outputs)
    a, b = (np.random.default_rng(k).normal(size=(7, size)).astype(np.float32) for k, size in ((1, m), (2, n)))
    short, long = model([a, b])
    np.testing.assert_allclose(short, long.numpy() @ tensor, rtol=1e-4, atol=1e-5)


def test_rows_of_a_table_that_a_step_does_not_look_up_stay_as_they_are():
    import tensorflow as tf

    from training.lazy_adam import LazyAdam, merged

    class Table:
        shape = (4, 2)
        value = tf.Variable(tf.ones((4, 2)))

    optimizer = LazyAdam([Table], beta_1=0.9, beta_2=0.999, epsilon=1e-7)
    for _ in range(2):
        optimizer.apply([merged(tf.IndexedSlices(tf.constant([[1.0, 1.0], [1.0, 1.0]]), tf.constant([1, 1])))], 0.1)
    moved = Table.value.numpy()
    assert (moved[[0, 2, 3]] == 1).all()
    # Two equal gradients: Adam's corrected step is the rate itself, twice.
    np.testing.assert_allclose(moved[1], 1 - 2 * 0.1, atol=1e-5)


@pytest.mark.parametrize(("kind", "of"), [("vgg19", "vgg19"), ("inception_v3", "inception_v3"), ("small", "inception_v3")])
def test_a_tower_is_shown_pictures_as_its_published_weights_were(kind, of):
    import keras

    from training.models import image

    pictures = np.random.default_rng(2).integers(0, 256, (2, 8, 8, 3)).astype(np.uint8)
    given = keras.Input((8, 8, 3), dtype="uint8")
    expected = getattr(keras.applications, of).preprocess_input(pictures.astype(np.float32))     # in NumPy, which it changes in place
    np.testing.assert_allclose(keras.Model(given, image.prepared(given, kind))(pictures), expected, atol=1e-4)


@pytest.mark.slow     # VGG-19 without its top: 80 MB
@pytest.mark.parametrize(("kind", "size"), [("vgg19", 32), ("inception_v3", 75)])
def test_a_tower_starts_from_the_weights_of_a_file_and_shows_them_what_they_expect(kind, size, tmp_path):
    import keras

    from training.models import image

    published = {"vgg19": keras.applications.VGG19, "inception_v3": keras.applications.InceptionV3}[kind]
    keras.utils.set_random_seed(1)
    trained = published(include_top=False, weights=None, input_shape=(size, size, 3), pooling="avg")
    trained.save_weights(kept := str(tmp_path / "kept.weights.h5"))
    pictures = np.random.default_rng(2).integers(0, 256, (2, size, size, 3)).astype(np.uint8)
    expected = trained.predict(getattr(keras.applications, kind).preprocess_input(pictures.astype(np.float32)), verbose=0)

    given = keras.Input((size, size, 3), dtype="uint8")
    started, scratch = (keras.Model(given, image.tower(given, Config(paths=2, image_size=size, weights=weights), kind))
                        for weights in (kept, None))
    np.testing.assert_allclose(started(pictures, training=False), expected, rtol=1e-3, atol=1e-5)
    assert not np.allclose(scratch(pictures, training=False), expected, rtol=0.1)


def striped(label: int, size: int, chance: np.random.Generator) -> np.ndarray:
    """Stripes of 8 pixels in a colour by chance: across, down, aslant, or a chequerboard."""
    y, x = np.mgrid[:size, :size] + chance.integers(0, 16, 2)[:, None, None]
    along = (y, x, x + y, (x // 8 + y // 8) * 8)[label]
    return ((along // 8 % 2)[..., None] * chance.integers(96, 256, 3)).astype(np.uint8)


@pytest.mark.slow     # 80 MB of weights, a third of a second a step
@pytest.mark.parametrize("name", LARGE)
def test_a_deep_network_learns_from_scratch_within_some_steps_of_its_defaults(name):
    import keras
    import tensorflow as tf

    from training.loop import Recipe, Trainer
    from training.world import World

    keras.utils.set_random_seed(7)
    entry, labels, steps = models.ALL[name], 4, 24
    model = entry.module.build(Config(paths=labels, image_size=entry.smallest))
    tree = LabelTree([{f"{level}_{part}": n if level == "sub_class" else 1 for level in ("class", "sub_class", "subsub_class") for part in ("id", "name")}
                      for n in range(labels)])
    recipe = Recipe(epochs=1, **entry.defaults | {"warmup": 0.4})
    trainer, chance, targets, losses = Trainer(model, recipe, tree), np.random.default_rng(3), np.arange(16, dtype=np.int32) % labels, []
    step = trainer._step(World())
    for number in range(steps):
        trainer.optimizer.learning_rate.assign(recipe.rate(0, number, steps))
        shown = np.stack([striped(label, entry.smallest, chance) for label in targets])
        given = {"image": tf.constant(shown), "has_image": tf.ones(16)}
        losses.append(float(step(given, tf.constant(targets), tf.ones(16), tf.constant(16.0))[0]))
    assert np.mean(losses[-8:]) < 0.75 * np.log(labels), "no better than answering the labels' shares"


def test_an_untrained_vgg_19_tells_pictures_apart():
    """What its last convolution makes of two pictures may not lie as near as if both were the same: then no gradient tells them apart either."""
    import keras

    from training.models import image

    keras.utils.set_random_seed(7)
    given, chance = keras.Input((32, 32, 3), dtype="uint8"), np.random.default_rng(3)
    seen = keras.Model(given, image.tower(given, Config(paths=2, image_size=32), "vgg19"))(np.stack([striped(n % 4, 32, chance) for n in range(16)])).numpy()
    assert seen.std(axis=0).mean() > 0.05     # .00003 from kernels as Keras draws them


def test_pictures_are_moved_and_mirrored_in_training_only():
    import keras

    from training.models import image

    keras.utils.set_random_seed(7)
    given, pictures = keras.Input((64, 64, 3), dtype="uint8"), np.random.default_rng(2).integers(0, 256, (4, 64, 64, 3)).astype(np.uint8)
    moved, still = (keras.Model(given, image.tower(given, Config(paths=2, shift=shift), "small")) for shift in (0.1, 0.0))
    assert np.abs(moved(pictures, training=True) - moved(pictures, training=True)).max() > 1e-3
    np.testing.assert_array_equal(moved(pictures, training=False), moved(pictures, training=False))
    np.testing.assert_array_equal(still(pictures, training=True), still(pictures, training=True))
