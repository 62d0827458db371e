"""Models by name. Each file has `build(config) -> keras.Model`, sizes in a frozen Config, and knows neither Horovod, MLflow nor files."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field

from training.models.config import Config
from training.models.towers import TOWERS
from training.served.inputs import Reading


@dataclass(frozen=True)
class Entry:
    """What a program must know of a model before it imports TensorFlow."""

    name: str
    reads_titles: bool
    reads_images: bool
    about: str
    published: tuple[float | None, ...] = (None, None, None, None)  # top-1, top-5, AP, F1 on MEP-3M: Table 4, and of MDF-Net its own paper
    in_keras: bool = True
    reads_words: bool = True  # of a title; image models read none of it
    reads_terms: bool = False
    sizes: tuple[str, ...] = ()  # what of Config it is made of
    defaults: dict = field(default_factory=dict)  # of the recipe, where they differ from the paper's; a tower's are its fusion model's too
    smallest: int = 1  # pixels a side of the smallest picture that it takes

    @property
    def takes_a_tower(self) -> bool:
        """Whether its image side is a setting, not the network that it is named after."""
        return self.reads_images and self.name not in TOWERS

    @property
    def module(self):
        return importlib.import_module(f"training.models.{self.name}")

    def reading(self, sizes: Config | None = None) -> Reading:
        """The part of a title that this model looks at; nothing for a model that has no sizes or reads none."""
        if sizes is None or not self.reads_titles:
            return Reading()
        words = {"words": sizes.words} if self.reads_words else {}
        terms = {"terms": sizes.terms, "buckets": sizes.buckets, "longest": sizes.longest} if self.reads_terms else {}
        return Reading(**words, **terms)


WORDS = ("words", "dimensions", "min_count", "max_vocabulary")
TERMS = ("terms", "buckets", "longest")
TITLE = (*WORDS, "units", "attention", "word_dropout", "dropout")
PICTURE = ("image_size", "shift", "weights")
TOWER = (*PICTURE, "tower")

ALL = {
    entry.name: entry
    for entry in (
        Entry(
            "vgg19",
            False,
            True,
            "VGG-19 (Simonyan and Zisserman 2015)",
            (0.7636, 0.9177, 0.3966, 0.7275),
            sizes=(*PICTURE, "hidden", "dropout"),
            defaults={"learning_rate": 3e-4, "warmup": 1.0},  # nothing normalises its 16 convolutions: it bears a third of the others' rate
            smallest=32,
        ),
        Entry(
            "inception_v3",
            False,
            True,
            "Inception-v3 (Szegedy et al. 2016)",
            (0.7948, 0.9427, 0.6326, 0.7493),
            sizes=(*PICTURE, "hidden", "dropout"),
            defaults={"learning_rate": 1e-3},
            smallest=75,
        ),
        Entry("image_tower", False, True, "The image side of the fusion models alone", sizes=(*TOWER, "hidden", "dropout")),
        Entry("lstm", True, False, "LSTM over word2vec", (0.8913, 0.9833, 0.9200, 0.8796), sizes=(*WORDS, "units", "dropout")),
        Entry("bilstm", True, False, "BiLSTM over word2vec", (0.9068, 0.9870, 0.9309, 0.8931), sizes=TITLE),
        Entry(
            "tfn",
            True,
            True,
            "Tensor Fusion Network (Zadeh et al. 2017)",
            (0.9070, 0.9874, 0.9289, 0.8899),
            sizes=(*TITLE, *TOWER, "modality", "hidden"),
        ),
        Entry(
            "lmf",
            True,
            True,
            "Low-rank Multimodal Fusion (Liu et al. 2018)",
            (0.8922, 0.9819, 0.8924, 0.9125),
            sizes=(*TITLE, *TOWER, "modality", "rank", "hidden"),
        ),
        Entry(
            "mdf_net",
            True,
            True,
            "MDF-Net: BiLSTM with attention, Hadamard fusion, residual on the picture (CCBR 2022; published with VGG-19)",
            (0.9372, None, None, None),
            sizes=(*WORDS, *TOWER, "units", "attention", "hidden", "dropout"),
        ),
        Entry("linear_ngrams", True, False, "Character 1- to 3-gram TF-IDF and a linear classifier", in_keras=False),
        Entry(
            "hashed_ngrams",
            True,
            False,
            "Bag of hashed n-grams, after fastText (Joulin et al. 2017)",
            reads_words=False,
            reads_terms=True,
            sizes=(*TERMS, "dimensions"),
        ),
        Entry(
            "wide_deep",
            True,
            False,
            "This project's own: a weighted bag of n-grams beside convolutions over words",
            reads_terms=True,
            sizes=(*WORDS, *TERMS, "widest", "hidden", "dropout", "deep_dropout"),
        ),
    )
}
