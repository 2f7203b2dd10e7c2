"""Losses of references over the same questions and times as a forecaster.

Computed from receipts. A forecaster who covers half of a question is compared with the loss of the
reference on that half; both are integrated over the active time and divided by the scheduled
length, like the headline skill.
"""

from collections.abc import Mapping, Sequence

from forecasts.questions.forecaster import HAZARD, PRIOR
from forecasts.questions.question import ForecasterId
from forecasts.scoring.scores import ReceiptLine, Score
from forecasts.scoring.skill import ReferenceName

_COMPUTED: tuple[tuple[ReferenceName, ForecasterId], ...] = (
    ("base_rate", PRIOR),
    ("hazard", HAZARD),
)


def own_loss(score: Score) -> float:
    """Loss of the forecaster over the schedule; 0 without a forecast."""
    return 0.0 if score.mean_while_active is None else score.mean_while_active * score.coverage


def reference_losses(
    score: Score, scores: Mapping[ForecasterId, Score], climatology: float | None = None
) -> Mapping[ReferenceName, float]:
    """Loss of each reference over the active time of the forecaster.

    `scores` are all scores on the same question by the same rule, where lower is better;
    `climatology` is the loss of the share of YES among the other questions. References that the
    question does not have are left out; all are, without a forecast.
    """
    if score.mean_while_active is None:
        return {}
    losses: dict[ReferenceName, float] = {
        "half": score.skill_over_schedule + own_loss(score),
        "no_change": score.receipt[0].score * score.coverage,
    }
    for name, forecaster_id in _COMPUTED:
        if forecaster_id in scores:
            losses[name] = _loss_over_same_time(score.receipt, scores[forecaster_id].receipt)
    if climatology is not None:
        losses["climatology"] = climatology * score.coverage
    return losses


def _loss_over_same_time(receipt: Sequence[ReceiptLine], reference: Sequence[ReceiptLine]) -> float:
    """Loss of a reference over the intervals of another receipt and the scheduled length."""
    total, place = 0.0, 0
    for line in receipt:
        per_second = line.weight / (line.end - line.start).total_seconds()
        while place < len(reference) and reference[place].end <= line.start:
            place += 1
        at = place
        while at < len(reference) and reference[at].start < line.end:
            start, end = max(line.start, reference[at].start), min(line.end, reference[at].end)
            total += reference[at].score * per_second * (end - start).total_seconds()
            at += 1
    return total
