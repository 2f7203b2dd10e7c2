"""Forecasters, human and computed."""

from dataclasses import dataclass
from typing import Literal

from forecasts.questions.question import ForecasterId

ForecasterKind = Literal["person", "bot", "crowd", "suggestion", "prior", "hazard"]

SUGGESTION = ForecasterId("suggestion")
PRIOR = ForecasterId("prior")
HAZARD = ForecasterId("hazard")
CROWD = ForecasterId("crowd")
MATCHER = ForecasterId("matcher")
"""Judge of new evidence; it holds no forecasts."""
MODEL_PREFIX = "model:"
"""Name prefix of language models that judge evidence, reserved from people."""


@dataclass(frozen=True, slots=True)
class Forecaster:
    """Person, bot, or forecaster that is computed for every question.

    `suggestion` is the evidence ledger, `prior` the fixed base rate, `hazard` the base rate
    adjusted for elapsed time only, `crowd` the aggregate of people.
    """

    id: ForecasterId
    name: str
    kind: ForecasterKind


COMPUTED = (
    Forecaster(SUGGESTION, "Suggestion", "suggestion"),
    Forecaster(PRIOR, "Prior, never moved", "prior"),
    Forecaster(HAZARD, "Prior and time", "hazard"),
    Forecaster(CROWD, "Crowd", "crowd"),
)
"""Computed forecasters, scored beside people."""

RESERVED = frozenset(forecaster.id for forecaster in COMPUTED) | {MATCHER}
"""Names that people cannot take."""
