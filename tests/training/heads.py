"""Fit the relevance heads: `python -m tests.training.heads NEWS OTHER_LABELS [static minilm
lexical]`.

NEWS is a folder of archives (JSONL.gz with id, title, summary), OTHER_LABELS a file whose items are
kept out. Prints how the heads do on topics that they were not fitted on, and writes
`tracker/matching/heads.toml`.

An item bears on a question if it bears on one of its indicators, and labels do not say on which:
the fit goes back and forth between the weights and the profile that fits each item best
(multiple-instance learning, as in Andrews et al. 2003). All weights are 0 or more, since every
feature speaks for relevance.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import gettempdir

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from tests.training.examples import Examples, archive, examples
from tracker.matching.relevance_model import FEATURE_NAMES, WEIGHTS_FILE
from tracker.matching.semantic import CachingEncoder, open_encoder

ROUNDS = 4
RIDGE = 1.0
FOLDS = 6
WEAK = 0.6
"""How much a pair counts that bears weakly: where weak begins is a matter of taste."""

FROM_THE_SET = 1.5
"""How much topics of the built-in set count: the others are lexically easier."""

THRESHOLD = 0.5
"""The working point: as likely relevant as not."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A head with how it did on held-out topics.

    Precision and recall are those of the working point among labelled pairs; average precision is
    the mean over topics, beside that of BM25 as a feature.
    """

    weights: Floats
    bias: float
    precision: float
    recall: float
    average_precision: float
    bm25: float
    pairs: int


def fit(found: Examples) -> Fitted:
    """A head for all topics, judged by folds of whole topics."""
    held_out = np.zeros(len(found.group))
    order = np.random.default_rng(0).permutation(np.unique(found.topic))
    for fold in np.array_split(order, FOLDS):
        test = np.isin(found.topic, fold)
        weights = _weights(_rows(found, ~test))
        held_out[test] = found.features[test] @ weights[:-1] + weights[-1]
    weights = _weights(found)
    labelled = _by_group(_rows(found, found.relevance >= 0), held_out[found.relevance >= 0])
    accepted = labelled[1] >= 0.0  # log-odds: as likely as not
    precision = float(labelled[0][accepted].mean())
    recall = float(labelled[0][accepted].sum() / labelled[0].sum())
    pairs = int((np.unique(found.group[found.relevance >= 0])).size)
    bm25 = _mean_precision(found, found.features[:, FEATURE_NAMES.index("BM25")].astype(float))
    ours = _mean_precision(found, held_out)
    return Fitted(weights[:-1], float(weights[-1]), precision, recall, ours, bm25, pairs)


def _rows(found: Examples, kept: NDArray[np.bool_]) -> Examples:
    return replace(found, **{name: getattr(found, name)[kept] for name in Examples.__slots__})


def _weights(found: Examples) -> Floats:
    truth = (found.relevance >= 1).astype(float)
    counts = np.where(found.relevance == 1, WEAK, 1.0) * np.where(found.own, 1.0, FROM_THE_SET)
    score = found.features[:, [1, 2, 4, 5, 13]].sum(axis=1).astype(float)
    fitted = np.zeros(len(FEATURE_NAMES) + 1)
    for _ in range(ROUNDS):
        order = np.lexsort((-score, found.group))
        best = order[np.r_[True, np.diff(found.group[order]) != 0]]
        fitted = _logistic(found.features[best].astype(float), truth[best], counts[best])
        score = found.features @ fitted[:-1] + fitted[-1]
    return fitted


def _logistic(features: Floats, truth: Floats, counts: Floats) -> Floats:
    def loss(fitted: Floats) -> tuple[float, Floats]:
        z = features @ fitted[:-1] + fitted[-1]
        slope = counts * (1.0 / (1.0 + np.exp(-z)) - truth)
        value = float(
            (counts * (np.logaddexp(0.0, z) - truth * z)).sum()
            + RIDGE * (fitted[:-1] ** 2).sum() / 2.0
        )
        return value, np.append(features.T @ slope + RIDGE * fitted[:-1], slope.sum())

    bounds = [(0.0, None)] * features.shape[1] + [(None, None)]
    start = np.zeros(features.shape[1] + 1)
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x)


def _by_group(found: Examples, score: Floats) -> tuple[NDArray[np.bool_], Floats]:
    """Per topic and item: is it relevant, and the score of its best profile."""
    groups, place = np.unique(found.group, return_inverse=True)
    best, truth = np.full(len(groups), -99.0), np.zeros(len(groups), dtype=bool)
    np.maximum.at(best, place, score)
    truth[place] = found.relevance >= 1
    return truth, best


def _mean_precision(found: Examples, score: Floats) -> float:
    precisions = []
    for topic in np.unique(found.topic):
        truth, best = _by_group(_rows(found, found.topic == topic), score[found.topic == topic])
        ranked = truth[np.argsort(-best, kind="stable")]
        precisions.append(float((np.cumsum(ranked) / np.arange(1, len(ranked) + 1))[ranked].mean()))
    return float(np.mean(precisions))


def _written(kind: str, found: Fitted) -> Iterator[str]:
    yield f"\n[{kind}]"
    yield f"bias = {found.bias:.4f}"
    yield f"threshold = {THRESHOLD}"
    yield f"pairs = {found.pairs}"
    yield (
        f'held_out = "mean average precision {found.average_precision:.3f}, BM25 {found.bm25:.3f}"'
    )
    yield f"[{kind}.weights]"
    yield from (
        f'"{name}" = {weight:.4f}'
        for name, weight in zip(FEATURE_NAMES, found.weights, strict=True)
        if weight > 5e-5
    )


def main(news: Path, without: Path, kinds: list[str]) -> None:
    """Fit, print, write."""
    items, lines = (
        archive(news, without),
        ["# Weights of the relevance heads; made by tests/training/heads.py."],
    )
    for kind in kinds:
        encoder = open_encoder(
            "none" if kind == "lexical" else kind, Path(gettempdir()) / "scenario-tracker-models"
        )
        encoder = CachingEncoder(encoder) if encoder else None
        for bare in (False, True):
            found = fit(examples(items, encoder, bare=bare))
            name = f"{kind}-bare" if bare else kind
            lines += _written(name, found)
            sys.stdout.write(
                f"{name}: AP {found.average_precision:.3f}, BM25 {found.bm25:.3f}, from "
                f"{THRESHOLD} on precision {found.precision:.2f} recall {found.recall:.2f}\n"
            )
    WEIGHTS_FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:] or ["lexical", "static", "minilm"])
