"""Base rate of a sibling, derived from its parent's.

An event "by" a day is taken to have a constant hazard: with probability P over the parent's time T,
1 − (1 − P)^(t/T) over the sibling's time t. A state that has to hold "until" a day is the reverse,
P^(t/T). What is true at a day, and shares of options, keep the parent's numbers; so does a curve,
which is right for a level and wrong for a total. Each can be given instead.
"""

from typing import assert_never

from forecasts.distributions.distribution import Binary, Distribution
from forecasts.questions.formatting import format_percent
from forecasts.questions.question import Question

MIN_PRIOR = 0.001
"""A base rate of 0 or 1 could never be revised."""


def derive_prior(parent: Question, days: float) -> Distribution:
    """Derive the base rate of a sibling that runs for `days`.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> from forecasts.questions.question import utc
    >>> rain = build_question(NewQuestion("rain", "Rain by 2027?", "As measured.",
    ...     ("https://example.org",), utc("2026-01-01"), utc("2027-01-01"), utc("2027-01-01"),
    ...     horizon_shape="event_by", prior="50%"))
    >>> round(derive_prior(rain, 36.5).p, 3)
    0.067
    """
    if not isinstance(parent.prior, Binary):
        return parent.prior
    share = days / parent_days(parent)
    match parent.horizon_shape:
        case "event_by":
            p = 1.0 - (1.0 - parent.prior.p) ** share
        case "holds_until":
            p = parent.prior.p**share
        case "state_at":
            p = parent.prior.p
        case _:
            assert_never(parent.horizon_shape)
    return Binary(min(max(p, MIN_PRIOR), 1.0 - MIN_PRIOR))


def explain_prior(parent: Question, days: float, *, is_reworded: bool = False) -> str:
    """Explain the derived base rate in a sentence; a reworded sibling may ask something else."""
    origin = f"{parent.id}, which is worded otherwise" if is_reworded else parent.id
    if not isinstance(parent.prior, Binary) or parent.horizon_shape == "state_at":
        comparison = "" if is_reworded else ", which asks the same of another time"
        return f"The base rate of {origin}{comparison}."
    whole = f"{format_percent(parent.prior.p)} over {parent_days(parent):.0f} days"
    derived = derive_prior(parent, days)
    assert isinstance(derived, Binary)
    return (
        f"By constant hazard from {origin}: {whole} make {format_percent(derived.p)} over "
        f"{days:.0f} days."
    )


def parent_days(parent: Question) -> float:
    """Scheduled length of a question in days."""
    return (parent.closes_at - parent.opens_at).total_seconds() / 86400.0
