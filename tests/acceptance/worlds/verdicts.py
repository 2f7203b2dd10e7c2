"""False and true verdicts on who forecasts better, in worlds where the answer is known."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from forecasts.statistics.comparison import Comparison, compare_all
from tests.acceptance.worlds.figure import Figure, measure_share

Floats = NDArray[np.float64]

WORLDS = 200


def draw_losses(rng: np.random.Generator, n: int, noises: tuple[float, float]) -> Floats:
    """Draw Brier losses of two forecasters on `n` questions, one row a question.

    True probabilities are logistic in N(−0.8, 1.8); forecasts have noise of these standard
    deviations in log-odds.
    """
    truth = rng.normal(-0.8, 1.8, n)
    yes = rng.random(n) < 1 / (1 + np.exp(-truth))
    noise = rng.normal(0.0, 1.0, (n, 2)) * noises
    forecasts = 1 / (1 + np.exp(-(truth[:, None] + noise)))
    losses: Floats = (forecasts - yes[:, None]) ** 2
    return losses


def compare_losses(losses: Floats) -> Comparison:
    """Compare the two forecasters as the product does."""
    scores = {name: {f"q{i}": float(x) for i, x in enumerate(column)}
              for name, column in zip("ab", losses.T, strict=True)}  # fmt: skip
    return compare_all(scores)[0]  # type: ignore[arg-type]


def simulate(seed: int) -> Iterator[Figure]:
    """Yield the shares of worlds with a verdict: of equal forecasters none should have one."""
    rng = np.random.default_rng(seed)
    worlds = [draw_losses(rng, 100, (0.7, 0.7)) for _ in range(WORLDS)]
    once = sum(is_verdict(compare_losses(world)) for world in worlds)
    yield measure_share("equal, one look at 100", once, WORLDS, "at most", 0.05)
    looks = range(30, 101, 10)
    often = sum(any(is_verdict(compare_losses(w[:n])) for n in looks) for w in worlds)
    yield measure_share("equal, looked at 8 times to 100", often, WORLDS, "at most", 0.05)


def is_verdict(comparison: Comparison) -> bool:
    """Return True if the comparison calls one of the two better."""
    return comparison.verdict in ("better", "worse")
