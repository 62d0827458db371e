"""The sizes that all Keras models are built from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    paths: int  # outputs: label paths
    vocabulary: int = 2  # words known, padding and unknown among them
    min_count: int = 2  # times that a word must occur in the training titles to be known
    max_vocabulary: int = 100_000  # words known at most, the most frequent ones
    words: int = 32  # word numbers a title
    dimensions: int = 100  # of a word vector
    units: int = 128  # of an LSTM, in each direction
    attention: int = 64  # units of the layer that weighs an LSTM's states
    terms: int = 192  # hashed terms a title, the longest n-grams last
    buckets: int = 1 << 18  # hash values of terms
    longest: int = 3  # characters of the longest n-gram among the terms
    widest: int = 3  # words of wide_deep's widest convolution
    hidden: int = 128  # of the layer before the last
    image_size: int = 64  # pixels a side
    shift: float = 0.1  # of a picture's side: how far it is moved at random while training; with 0 it is not mirrored either
    tower: str = "small"  # image tower of a fusion model
    weights: str | None = None  # file of pretrained weights of the tower
    rank: int = 4  # of LMF's factors
    modality: int = 64  # numbers a modality brings to a tensor fusion
    dropout: float = 0.3
    word_dropout: float = 0.2  # of word vectors that an LSTM reads
    deep_dropout: float = 0.5  # of what the convolutions over words found
