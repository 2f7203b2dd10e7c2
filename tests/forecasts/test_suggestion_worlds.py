"""In simulated worlds with known answers evidence helps, and does no harm where it is worth nothing.

`python -m tests.benchmarks.suggestion` measures them on more worlds.
"""

from forecasts.evidence.weights import DEFAULT_MODEL
from tests.benchmarks.suggestion import DRUM_BEAT, IDEAL, OVERRATED, WorldKind, measure_kind

MAX_HARM = 0.002
"""Largest Brier score by which the suggestion may be worse than time alone in any world."""


def gain(kind: WorldKind) -> float:
    return measure_kind(kind, DEFAULT_MODEL, archive=True, count=150)[0]


def test_evidence_is_never_much_worse_than_time_alone() -> None:
    gains = {kind.name: gain(kind) for kind in (IDEAL, DRUM_BEAT, OVERRATED)}
    assert max(gains.values()) <= MAX_HARM
    assert sum(gains.values()) / len(gains) < -0.002
    assert gains["ideal"] < -0.005
