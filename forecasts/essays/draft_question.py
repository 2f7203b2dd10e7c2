"""The question that a draft of a claim becomes."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from forecasts.distributions.cdf import Scale, day_number
from forecasts.essays.draft import ClaimDraft
from forecasts.essays.drafting.plan import QuestionPlan
from forecasts.questions.new_question import OWN_ESSAY, NewQuestion
from forecasts.questions.question import ClaimId, EssayId

_SPREADS: Final = 4.0
"""Half the width of a proposed range, in usual moves."""


def build_new_question(
    draft: ClaimDraft,
    *,
    name: str,
    now: datetime,
    essay_id: EssayId = OWN_ESSAY,
    claim_id: ClaimId | None = None,
    prior: str = "",
    prior_reason: str = "",
) -> NewQuestion:
    """Build the question of a draft, open from now to the end of its last day (UTC).

    A last day that has passed makes a question about the past, open from the day of the essay.
    """
    plan, window = draft.plan, draft.window
    if not (prior or prior_reason):
        prior, prior_reason = _propose_prior(plan)
    is_past = window.is_retrospective
    opens_at = datetime.combine(window.first, time(), UTC) if is_past else now
    closes_at = _first_instant_after(plan.last)
    return NewQuestion(
        id=name,
        text=plan.text,
        criteria=plan.criteria,
        sources=plan.sources,
        opens_at=opens_at,
        closes_at=closes_at,
        resolves_at=max(_first_instant_after(plan.published), closes_at),
        kind=plan.kind,
        horizon_shape=plan.shape,
        prior=prior or plan.prior,
        prior_reason=prior_reason,
        options=plan.options,
        scale=propose_scale(plan, opens_at, closes_at),
        essay_id=essay_id,
        claim_ids=(claim_id,) if claim_id else (),
        bears_out=plan.bears_out,
        retrospective=is_past,
    )


def _propose_prior(plan: QuestionPlan) -> tuple[str, str]:
    """Return the chance that the essay gives, else the base rate of the series, with a reason."""
    if plan.prior:
        return plan.prior, "the essay says so"
    return (plan.rate, plan.base_rate) if plan.rate else ("", "")


def propose_scale(plan: QuestionPlan, opens_at: datetime, closes_at: datetime) -> Scale | None:
    """Propose the range of a number or date: around the last value, as wide as it usually moves."""
    if plan.kind == "date":
        first, last = day_number(opens_at), day_number(closes_at)
        return Scale(first, last, open_upper=True) if first < last else None
    if plan.kind != "numeric":
        return None
    number = re.search(r"-?[0-9]+(?:\.[0-9]+)?", plan.bears_out)
    centre = plan.centre if plan.centre is not None else float(number[0]) if number else None
    if centre is None:
        upper = 2 * _SPREADS * plan.spread if plan.spread else 100.0
        return Scale(0.0, upper, open_lower=True, open_upper=True, unit=plan.unit)
    half = _SPREADS * (plan.spread or abs(centre) / _SPREADS or 25.0)
    return Scale(centre - half, centre + half, open_lower=True, open_upper=True, unit=plan.unit)


def _first_instant_after(day: date) -> datetime:
    at = datetime.combine(day, time(), UTC)
    latest = datetime.max.replace(tzinfo=UTC)
    return at + timedelta(days=1) if latest - at > timedelta(days=1) else latest
