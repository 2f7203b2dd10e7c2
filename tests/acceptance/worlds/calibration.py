"""Worlds in which forecasters are calibrated, or off by a known amount.

Of calibrated forecasters few may be accused, whatever their questions share; forecasters who are
too sure have to be found; what is offered to them has to help on questions to come, and hardly harm
those who need nothing.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr

from forecasts.calibration.band import BAND_LEVEL, CalibrationTest, judge_calibration
from forecasts.calibration.personal import SD_SHIFT, SD_STRETCH
from forecasts.calibration.ranks import RankRecord, assess_ranks
from forecasts.calibration.snapshots import RankSnapshot
from forecasts.calibration.widening import WIDENED_LEVEL, find_factor
from forecasts.distributions.cdf import Cdf, Scale
from forecasts.questions.question import QuestionId
from forecasts.statistics.recalibration import fit_recalibration
from tests.acceptance.worlds.figure import Figure, measure_share

Floats = NDArray[np.float64]
Families = tuple[Floats, NDArray[np.bool_], list[int] | None]

WORLDS = 200
DRAWS = 1000
"""Worlds that the product draws under calibration; in use it draws more."""

RANGE = Scale(0.0, 1.0)
TRIALS = 400


def simulate(seed: int) -> Iterator[Figure]:
    """Yield how often calibrated forecasters are accused, and others found and helped."""
    rng = np.random.default_rng(seed)
    yield from _measure_bands(rng)
    yield from _measure_families(rng)
    yield from _measure_power(rng)
    yield from _measure_ranks(rng)
    yield from _measure_recalibration(rng)
    yield from _measure_widening(rng)


def draw_forecasts(rng: np.random.Generator, shape: int | tuple[int, int]) -> Floats:
    """Draw calibrated forecasts, in whole percent: many low ones, some high ones."""
    return np.asarray(rng.beta(0.7, 1.3, shape).round(2).clip(0.01, 0.99))


def is_accused(test: CalibrationTest) -> bool:
    """Return True if the page would say that something is to be changed."""
    return any(test.outside) or test.deviation.is_far


def _judge(
    rng: np.random.Generator, p: Floats, happened: NDArray[np.bool_], families: list[int] | None
) -> CalibrationTest:
    seed = int(rng.integers(2**31))
    return judge_calibration(p, happened, families, draws=DRAWS, seed=seed)


def _measure_bands(rng: np.random.Generator) -> Iterator[Figure]:
    for n, worlds in ((15, WORLDS), (50, WORLDS), (200, WORLDS), (1000, 100)):
        outside = accused = 0
        for _ in range(worlds):
            p = draw_forecasts(rng, n)
            test = _judge(rng, p, rng.random(n) < p, None)
            outside += any(test.outside)
            accused += is_accused(test)
        name = f"calibrated, {n} questions"
        wanted = 1.0 - BAND_LEVEL
        yield measure_share(f"{name}: leaves the band anywhere", outside, worlds, "at most", wanted)
        yield measure_share(f"{name}: told to change", accused, worlds, "at most", wanted)


def _draw_one_fate(rng: np.random.Generator) -> Families:
    """30 families of 5 questions, each of which turns on one uniform number."""
    p = draw_forecasts(rng, (30, 5))
    return p.ravel(), (rng.random((30, 1)) < p).ravel(), np.repeat(np.arange(30), 5).tolist()


def _draw_common_cause(rng: np.random.Generator) -> Families:
    """30 families of 5 questions with a common cause, correlated by a half before rounding."""
    p = draw_forecasts(rng, (30, 5))
    cause = np.sqrt(0.5) * (rng.normal(size=(30, 1)) + rng.normal(size=(30, 5)))
    return p.ravel(), (ndtr(cause) < p).ravel(), np.repeat(np.arange(30), 5).tolist()


def _draw_exclusive(rng: np.random.Generator) -> Families:
    """30 families of 5 options, of which exactly one comes true."""
    p = rng.dirichlet(np.ones(5), 30)
    chosen = (rng.random((30, 1)) > p.cumsum(axis=1)).sum(axis=1)
    happened = np.arange(5) == chosen[:, np.newaxis]
    return p.ravel(), happened.ravel(), np.repeat(np.arange(30), 5).tolist()


def _draw_many_sizes(rng: np.random.Generator) -> Families:
    """33 families of 1 to 8 questions, each of which turns on one uniform number."""
    family = np.repeat(np.arange(33), rng.integers(1, 9, 33))
    p = draw_forecasts(rng, family.size)
    return p, rng.random(33)[family] < p, family.tolist()


def _measure_families(rng: np.random.Generator) -> Iterator[Figure]:
    kinds: dict[str, Callable[[np.random.Generator], Families]] = {
        "30 families of 5, one fate": _draw_one_fate,
        "30 families of 5, a common cause": _draw_common_cause,
        "30 families of 5, exclusive options": _draw_exclusive,
        "33 families of 1 to 8, one fate": _draw_many_sizes,
    }
    for name, draw in kinds.items():
        for known in ("recorded", "not recorded, opened together", "not recorded, opened apart"):
            alarms = accused = 0
            for _ in range(WORLDS):
                p, happened, families = draw(rng)
                order = rng.permutation(p.size) if "apart" in known else np.arange(p.size)
                labels = families if known == "recorded" else None
                test = _judge(rng, p[order], happened[order], labels)
                alarms += test.p_value <= 0.05
                accused += is_accused(test)
            label = f"{name}, {known}"
            yield measure_share(f"{label}: MCB test", alarms, WORLDS, "at most", 0.05)
            yield measure_share(f"{label}: told to change", accused, WORLDS, "at most", 0.05)


def _make_too_sure(p: Floats, stretch: float) -> Floats:
    return np.asarray(expit(stretch * logit(p)).clip(0.01, 0.99))


def _measure_power(rng: np.random.Generator) -> Iterator[Figure]:
    for n, wanted in ((50, 0.3), (100, 0.5), (300, 0.8)):
        accused = 0
        for _ in range(100):
            p = draw_forecasts(rng, n)
            said = _make_too_sure(p, 1.6).round(2)
            accused += is_accused(_judge(rng, said, rng.random(n) < p, None))
        name = f"too sure by 1.6 in log-odds, {n} questions: told to change"
        yield measure_share(name, accused, 100, "at least", wanted)


def make_row(number: int, rank: float, family: int) -> RankSnapshot:
    """Row of a question whose curve gives the answer this rank."""
    curve = Cdf((0.0, 1.0), (0.0, 1.0))
    return RankSnapshot(
        QuestionId(f"q{number}"), f"f{family}", rank, rank, 0.0, 0.0, curve, RANGE, rank
    )


def _assess(rng: np.random.Generator, ranks: Floats, size: int) -> RankRecord:
    rows = [make_row(n, float(u), n // size) for n, u in enumerate(ranks)]
    found = assess_ranks(rows, draws=DRAWS, seed=int(rng.integers(2**31)))
    assert found is not None
    return found


def _measure_ranks(rng: np.random.Generator) -> Iterator[Figure]:
    for families, size in ((15, 1), (50, 1), (200, 1), (30, 4)):
        covered, accused = [0, 0], 0
        for _ in range(WORLDS):
            cause = np.repeat(rng.normal(size=families), size)
            own = rng.normal(size=families * size)
            ranks = ndtr(own if size == 1 else np.sqrt(0.5) * (cause + own))
            found = _assess(rng, ranks, size)
            accused += found.deviation.is_far or _is_outside(found)
            for at, share in enumerate(found.intervals):
                assert share.low95 is not None and share.high95 is not None  # noqa: PT018
                covered[at] += share.low95 <= share.level <= share.high95
        name = f"{families} families of {size} calibrated curves"
        yield measure_share(f"{name}: told to change", accused, WORLDS, "at most", 0.05)
        for at, level in enumerate(("50 %", "90 %")):
            label = f"{name}: interval of the share inside {level} holds it"
            yield measure_share(label, covered[at], WORLDS, "at least", 0.93)
    narrow = [_assess(rng, ndtr(1.6 * rng.normal(size=100)), 1) for _ in range(100)]
    name = "too narrow by 1.6, 100 questions: told to change"
    hits = sum(found.deviation.is_far or _is_outside(found) for found in narrow)
    yield measure_share(name, hits, 100, "at least", 0.8)


def _is_outside(found: RankRecord) -> bool:
    return any(not b.band_low - 1e-9 <= b.share <= b.band_high + 1e-9 for b in found.bars)


def _measure_recalibration(rng: np.random.Generator) -> Iterator[Figure]:
    truth = rng.beta(0.7, 1.3, 2000).clip(0.005, 0.995)
    for stretch, wanted in ((1.0, 0.001), (1.6, -0.0015)):
        for n in (50, 100, 300):
            changes = []
            for _ in range(TRIALS):
                p = rng.beta(0.7, 1.3, n).clip(0.005, 0.995)
                fitted = fit_recalibration(
                    _make_too_sure(p, stretch), rng.random(n) < p, sd_a=SD_SHIFT, sd_b=SD_STRETCH
                )
                said = _make_too_sure(truth, stretch)
                changes.append(((fitted.apply(said) - truth) ** 2 - (said - truth) ** 2).mean())
            who = "calibrated" if stretch == 1.0 else f"too sure by {stretch}"
            yield Figure(
                f"{who}, recalibrated by {n} questions: change of Brier score",
                float(np.mean(changes)), "at most", wanted, TRIALS,
                float(np.std(changes) / np.sqrt(TRIALS)),
            )  # fmt: skip


def _measure_widening(rng: np.random.Generator) -> Iterator[Figure]:
    """Distances are those of a normal answer from a median with too narrow or too wide ends."""
    for families, size in ((30, 1), (100, 1), (20, 3)):
        for narrow in (0.6, 1.5):
            held = []
            for _ in range(TRIALS):
                scatter = np.abs(rng.normal(size=families + 1))
                shared = np.sqrt(0.5) * scatter[:-1, np.newaxis]
                own = np.sqrt(0.5) * np.abs(rng.normal(size=(families, size)))
                distances = (scatter[:-1, np.newaxis] if size == 1 else shared + own) / narrow
                factor = find_factor(
                    {str(f): row.tolist() for f, row in enumerate(distances)}, WIDENED_LEVEL
                )
                fresh = np.sqrt(0.5) * (scatter[-1] + np.abs(rng.normal())) / narrow
                held.append((scatter[-1] / narrow if size == 1 else fresh) <= factor)
            name = f"{families} families of {size}, ends at {narrow}: conformal 90 % holds"
            yield measure_share(name, int(sum(held)), TRIALS, "at least", 0.88)
