"""How long CORP takes for 10,000 forecasts and 1,000 resamples: `python -m tests.benchmarks.corp`.

The target is 2 seconds for each on one slow core. The last columns set it against the plain way in
the same run: rows drawn, sorted and pooled one by one in a Python loop. That is timed on a few
resamples and scaled up, and leaves out the interpolation and the quantiles, which the band here has
to do as well.
"""

import random
import time
from collections.abc import Callable
from itertools import groupby

import numpy as np
from rich.console import Console
from rich.table import Table

from forecasts.calibration.band import fit_pointwise_band, judge_calibration
from forecasts.calibration.corp import corp
from forecasts.distributions.probability import Floats

ROWS = 10_000
RESAMPLES = 1_000
TRIED = 10
TARGET_SECONDS = 2.0

INPUTS: dict[str, Callable[[np.random.Generator], Floats]] = {
    "round numbers": lambda rng: rng.integers(0, 101, ROWS) / 100,
    "all different": lambda rng: rng.random(ROWS),
}


def main() -> None:
    """Measure each input and print the table."""
    table = Table(
        title=f"CORP over {ROWS:,} forecasts, {RESAMPLES:,} resamples (target {TARGET_SECONDS:g} s)"
    )
    for column in (
        "input",
        "distinct",
        "what",
        "seconds",
        "met",
        "plain loop, scaled",
        "times faster",
    ):
        table.add_column(column, justify="left" if column in ("input", "what") else "right")
    for name, drawn in INPUTS.items():
        rng = np.random.default_rng(0)
        p = drawn(rng)
        outcomes = rng.random(ROWS) < p
        clusters = (np.arange(ROWS) // 4).tolist()
        corp(p[:1], outcomes[:1])  # scipy is imported on the first call
        plain = _seconds(lambda p=p: _plain_resamples(p.tolist())) * RESAMPLES / TRIED
        for what, measured in {
            "decomposition": lambda p=p, o=outcomes: corp(p, o),
            "pointwise band": lambda p=p: fit_pointwise_band(p, draws=RESAMPLES),
            "test and simultaneous band": lambda p=p, o=outcomes: judge_calibration(
                p, o, draws=RESAMPLES
            ),
            "the same, families of 4": lambda p=p, o=outcomes, c=clusters: judge_calibration(
                p, o, c, draws=RESAMPLES
            ),
        }.items():
            took = _seconds(measured)
            compared = (
                ("", "") if what == "decomposition" else (f"{plain:.1f}", f"{plain / took:.0f}")
            )
            met = "yes" if took <= TARGET_SECONDS else "NO"
            table.add_row(name, f"{np.unique(p).size:,}", what, f"{took:.3f}", met, *compared)
    Console(width=120).print(table)


def _seconds(measured: Callable[[], object]) -> float:
    start = time.perf_counter()
    measured()
    return time.perf_counter() - start


def _plain_resamples(p: list[float]) -> None:
    """What a resample of the band takes when written down as the paper says it, without arrays."""
    chance = random.Random(0)
    for _ in range(TRIED):
        drawn = sorted((x, chance.random() < x) for x in chance.choices(p, k=len(p)))
        pooled = [
            (x, [happened for _, happened in rows])
            for x, rows in groupby(drawn, key=lambda row: row[0])
        ]
        _pav([(sum(rows), len(rows)) for _, rows in pooled])


def _pav(counts: list[tuple[int, int]]) -> list[float]:
    blocks: list[tuple[int, int, int]] = []
    for yes, n in counts:
        block = (yes, n, 1)
        while blocks and blocks[-1][0] * block[1] >= block[0] * blocks[-1][1]:
            last = blocks.pop()
            block = (last[0] + block[0], last[1] + block[1], last[2] + block[2])
        blocks.append(block)
    return [yes / n for yes, n, places in blocks for _ in range(places)]


if __name__ == "__main__":
    main()
