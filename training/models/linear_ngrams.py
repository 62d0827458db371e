"""Character 1- to 3-gram TF-IDF and a linear classifier: what a practitioner tries first, and the bar for titles.

Source: scikit-learn's TfidfVectorizer and SGDClassifier (one modified Huber loss a class; Zhang 2004).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LinearConfig:
    longest: int = 3  # characters of the longest n-gram
    min_df: int = 2  # training titles that an n-gram must be in to be read
    alpha: float = 1e-6  # strength of the L2 penalty
    epochs: int = 6
    sharpness: float = 4.0  # what a margin is multiplied by before the softmax
    seed: int = 7


def build(config: LinearConfig):
    """A scikit-learn pipeline: cleaned titles -> margins of the paths seen in training."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import SGDClassifier
    from sklearn.pipeline import make_pipeline

    return make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, config.longest), min_df=config.min_df, sublinear_tf=True, dtype=np.float32),
        SGDClassifier(loss="modified_huber", alpha=config.alpha, max_iter=config.epochs, tol=None, random_state=config.seed, n_jobs=-1),
    )
