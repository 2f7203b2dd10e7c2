"""P(evidence) of an item beside a line: a logistic head on their features.

`heads.toml` holds the weights for each kind of encoder, with the number of labelled pairs that they
rest on; `python -m tests.training.heads` makes it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tracker.matching.line_features import FEATURE_NAMES

Floats = NDArray[np.float32]

WEIGHTS_FILE: Final = Path(__file__).with_name("heads.toml")


@dataclass(frozen=True, slots=True)
class Head:
    """P(evidence) = sigmoid(bias + weights · features), in the order of `FEATURE_NAMES`."""

    bias: float
    weights: tuple[float, ...]

    def log_odds(self, features: Floats) -> Floats:
        """Return the log-odds of each row."""
        totals = np.full(len(features), self.bias, dtype=np.float64)
        for column, weight in zip(features.T, self.weights, strict=True):
            # One by one: a product of matrices sums differently in each batch.
            totals += weight * column.astype(np.float64)
        return totals.astype(np.float32)

    def relevance(self, features: Floats) -> Floats:
        """Return P(evidence) of each row, 0 to 1."""
        odds = np.clip(self.log_odds(features), -30.0, 30.0)
        return np.asarray(1.0 / (1.0 + np.exp(-odds)), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Heads:
    """Heads of both stages.

    `wide` proposes from `gate` on, `judge` decides; without a judge's encoder they are the same.
    `words` judges what the encoders cannot read. The judge's encoder reads a summary where the
    headline is at `reach`. From `threshold` on a match becomes evidence. `pairs` is the number of
    labelled pairs that they rest on.
    """

    wide: Head
    judge: Head
    words: Head
    gate: float
    threshold: float
    pairs: int
    reach: float = 0.0


@lru_cache(maxsize=4)
def load_heads(kind: str) -> Heads:
    """Return the heads for "static", "minilm" or "lexical"."""
    tables = tomllib.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    table = tables[kind]
    wide = tables[table.get("wide", kind)]
    return Heads(
        _read_head(wide),
        _read_head(table),
        _read_head(tables["lexical"]),
        table["gate"],
        table["threshold"],
        table["pairs"],
        table.get("reach", 0.0),
    )


def _read_head(table: Mapping[str, Any]) -> Head:
    unknown = set(table["weights"]) - set(FEATURE_NAMES)
    if unknown:
        raise ValueError(f"{WEIGHTS_FILE.name} has weights of no feature: {sorted(unknown)}")
    return Head(table["bias"], tuple(float(table["weights"].get(n, 0.0)) for n in FEATURE_NAMES))
