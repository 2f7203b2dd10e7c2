"""Who holds a forecast."""

from dataclasses import dataclass
from typing import Literal

from forecasts.questions.question import ForecasterId

ForecasterKind = Literal["person", "bot", "crowd", "suggestion", "prior", "hazard"]

SUGGESTION = ForecasterId("suggestion")
PRIOR = ForecasterId("prior")
HAZARD = ForecasterId("hazard")
CROWD = ForecasterId("crowd")
MATCHER = ForecasterId("matcher")
"""What judges new evidence; it holds no forecasts."""
MODEL_PREFIX = "model:"
"""What the names of language models that judge evidence begin with; no person may take such a
name.
"""


@dataclass(frozen=True, slots=True)
class Forecaster:
    """A person, a bot, or one of the forecasters that are computed for every question.

    `suggestion` is the evidence ledger, `prior` the base rate never moved, `hazard` the base rate
    moved by time alone, `crowd` the aggregate of people.
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
"""The computed forecasters that are scored beside the people."""

RESERVED = frozenset(forecaster.id for forecaster in COMPUTED) | {MATCHER}
"""Names no person may take."""
