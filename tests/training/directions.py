"""Fit the heads of directions: `python -m tests.training.directions NEWS [minilm static lexical]`.

NEWS is the folder of archives that `tests.training.heads` reads. The fit rests on our own labels
alone: pairs that the matcher proposes, each for YES, against it, or without a side. All figures
printed are of questions that were left out of the fit.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from tests.training.heads import FOLDS, Pair, make_profile, read_own
from tracker.matching.direction_model import PLAIN_FEATURES, SIDED_FEATURES, WEIGHTS_FILE
from tracker.matching.headline_assertions import analyse_assertions
from tracker.matching.matcher import Matcher, clean_item_text, compare_sides
from tracker.matching.matching_profile import Profile
from tracker.matching.polarity import (
    compute_plain_features,
    compute_sided_features,
    find_reason_to_abstain,
    prepare_phrasings,
)
from tracker.matching.relevance_model import load_heads
from tracker.matching.semantic import CachingEncoder, Encoders, open_encoders
from tracker.matching.tokens import Vocabulary

RIDGE = 20.0
MARGIN = 0.15
"""Difference of the chances from which a side is called. Lower ones call more and err more."""

MIN_RELEVANCE = 0.2
"""Pairs below this are never evidence, so that their side does not matter."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SidedRows:
    """A row of features for each pair, with its side and what the matcher calls."""

    sided: Floats
    plain: Floats
    side: Floats
    relevance: Floats
    is_evidence: NDArray[np.bool_]
    may_call: NDArray[np.bool_]
    question: NDArray[np.str_]


def make_rows(news: Path, encoders: Encoders) -> SidedRows:
    """Return the rows of all pairs that reach the least relevance."""
    tokens, heads = Vocabulary(), load_heads(encoders.kind)
    rows: list[tuple[object, ...]] = []
    for name, compiled, criteria, pairs in read_own(news):
        profile = make_profile(compiled, criteria)
        matcher = Matcher([profile], encoders, tokens, heads)
        rows += [(*row, name) for row in _make_question_rows(matcher, profile, pairs)]
    return SidedRows(*(np.array(column) for column in zip(*rows, strict=True)))


def _make_question_rows(
    matcher: Matcher, profile: Profile, pairs: Sequence[Pair]
) -> Iterator[tuple[object, ...]]:
    prepared = prepare_phrasings(profile.examples or (profile.text,), profile.opposites)
    texts = [clean_item_text(title, summary) for title, summary, *_ in pairs]
    scored = matcher.score_items(texts)
    for number, (*_, relevance, side) in enumerate(pairs):
        chosen = scored.rows.items == number
        if not chosen.any() or scored.relevance[chosen].max() < MIN_RELEVANCE:
            continue
        lines = compare_sides(profile, scored.features[chosen], scored.relevance[chosen])
        item = analyse_assertions(texts[number].title, prepared.plain)
        yield (
            compute_sided_features(item, texts[number].summary, prepared, lines),
            compute_plain_features(lines),
            float(side),
            float(scored.relevance[chosen].max()),
            relevance == 2,
            not find_reason_to_abstain(item, prepared),
        )


def fit(rows: SidedRows, chosen: NDArray[np.bool_]) -> Floats:
    """Weights of the sided and the plain features, and last the bias."""
    sided, plain, side = rows.sided[chosen], rows.plain[chosen], rows.side[chosen]
    scale = np.r_[sided.std(axis=0), plain.std(axis=0)] + 1e-6
    center = plain.mean(axis=0)
    x = sided / scale[: sided.shape[1]]
    z = np.c_[(plain - center) / scale[sided.shape[1] :], np.ones(len(plain))]

    def loss(b: Floats) -> tuple[float, Floats]:
        tilt, level = x @ b[: x.shape[1]], z @ b[x.shape[1] :]
        total = np.logaddexp(0, np.logaddexp(tilt, -tilt) + level)
        up, down = np.exp(level + tilt - total), np.exp(level - tilt - total)
        likelihood = np.where(side == 0, 0.0, side * tilt + level) - total
        slope = np.r_[x.T @ (side - up + down), z.T @ ((side != 0) - up - down)]
        penalty = RIDGE * np.r_[b[:-1], 0.0]
        return float(b @ penalty / 2 - likelihood.sum()), penalty - slope

    start = np.zeros(x.shape[1] + z.shape[1])
    weights = np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x)
    weights[:-1] /= scale
    weights[-1] -= weights[x.shape[1] : -1] @ center
    return weights


def expect(rows: SidedRows, weights: Floats) -> Floats:
    """P(for) - P(against) of each row."""
    tilt = rows.sided @ weights[: rows.sided.shape[1]]
    level = rows.plain @ weights[rows.sided.shape[1] : -1] + weights[-1]
    total = np.logaddexp(0, np.logaddexp(tilt, -tilt) + level)
    return np.asarray(np.exp(level + tilt - total) - np.exp(level - tilt - total))


def expect_left_out(rows: SidedRows) -> Floats:
    """P(for) - P(against) of each row by weights fitted without its question."""
    expected = np.zeros(len(rows.side))
    names = np.random.default_rng(0).permutation(np.unique(rows.question))
    for fold in np.array_split(names, FOLDS):
        out = np.isin(rows.question, fold)
        expected[out] = expect(rows, fit(rows, ~out))[out]
    return expected


def describe(kind: str, rows: SidedRows, expected: Floats, threshold: float) -> Iterator[str]:
    """How many evidence is called, how many calls are right, and if chances are borne out."""
    called = np.where(rows.may_call & (np.abs(expected) >= MARGIN), np.sign(expected), 0.0)
    logged = rows.relevance >= threshold
    for label, chosen in (
        ("evidence with a side", logged & rows.is_evidence & (rows.side != 0)),
        ("all that is logged", logged),
        ("logged without a side", logged & (rows.side == 0)),
    ):
        calls = chosen & (called != 0)
        right = (called == rows.side)[calls].mean()
        yield f"{kind}, {label}: {chosen.sum()}, called {calls.sum() / chosen.sum():.3f}, right {right:.3f}"
    for low, high in ((0.15, 0.25), (0.25, 0.4), (0.4, 0.6), (0.6, 1.0)):
        calls = (
            logged
            & (called != 0)
            & (rows.side != 0)
            & (np.abs(expected) >= low)
            & (np.abs(expected) < high)
        )
        right = (called == rows.side)[calls].mean()
        yield f"{kind}, stated {(1 + low) / 2:.2f} to {(1 + high) / 2:.2f}: {calls.sum()}, right {right:.3f}"


def write_table(kind: str, weights: Floats) -> str:
    """A head as TOML."""
    names = (*SIDED_FEATURES, *PLAIN_FEATURES)
    lines = [
        f"[{kind}]",
        f"bias = {weights[-1]:.4f}",
        f"margin = {MARGIN:.2f}",
        f"[{kind}.weights]",
        *(f'"{name}" = {w:.4f}' for name, w in zip(names, weights[:-1], strict=True)),
    ]
    return "\n".join(lines)


def main(news: Path, kinds: Sequence[str]) -> None:
    """Fit each kind, print how it does on questions left out, and write the file of weights."""
    tables = [
        "# Weights of the heads of directions, fitted by `python -m tests.training.directions`."
    ]
    for kind in kinds:
        opened = open_encoders({"lexical": "none"}.get(kind, kind))
        caching = Encoders(*(CachingEncoder(e) if e else None for e in (opened.wide, opened.judge)))
        rows = make_rows(news, caching)
        threshold = load_heads(kind).threshold
        sys.stdout.write("\n".join(describe(kind, rows, expect_left_out(rows), threshold)) + "\n")
        tables.append(write_table(kind, fit(rows, np.ones(len(rows.side), dtype=bool))))
    WEIGHTS_FILE.write_text("\n\n".join(tables) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or ["lexical", "static", "minilm"])
