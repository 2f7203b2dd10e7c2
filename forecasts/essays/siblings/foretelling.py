"""Record of siblings: their answers, how well they were forecast, and the parent at their pace."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean, median
from typing import Literal, assert_never

from forecasts.distributions.distribution import Binary
from forecasts.essays.dates import remove_dates
from forecasts.essays.siblings.base_rates import parent_days
from forecasts.questions.answers import get_answer
from forecasts.questions.formatting import format_percent
from forecasts.questions.question import Question, Resolution


@dataclass(frozen=True, slots=True)
class SiblingAnswer:
    """A sibling with its answer and one forecaster's mean score on it, as far as there are any.

    `window` names its time, such as "December 2026".
    """

    question: Question
    resolution: Resolution | None
    score: float | None = None
    window: str = ""


@dataclass(frozen=True, slots=True)
class SiblingRecord:
    """Record of the siblings of a question.

    `answered` of the `opened` ones have an answer that counts, `yes` of them YES and `no` NO
    (yes/no siblings only); `middle` is the median of numeric answers. `mean_score` is the mean of
    the headline rule. `settled` is the parent's answer where a sibling on one event has brought
    it. `implied` is the probability of the parent at their pace, None where
    they ask something else or none is answered.
    """

    opened: int
    answered: int
    yes: int = 0
    no: int = 0
    middle: float | None = None
    mean_score: float | None = None
    implied: float | None = None
    settled: Literal["", "yes", "no"] = ""


def summarise_siblings(
    parent: Question, siblings: Sequence[SiblingAnswer], now: datetime
) -> SiblingRecord:
    """Summarise the siblings of a question as of `now`."""
    answered = [
        (s.question, s.resolution)
        for s in siblings
        if s.resolution is not None and s.resolution.outcome in ("yes", "no", "answered")
    ]
    yes = sum(resolution.outcome == "yes" for _, resolution in answered)
    numbers = [
        number
        for question, resolution in answered
        if question.kind == "numeric"
        and math.isfinite(number := float(get_answer(question, resolution) or 0.0))
    ]
    scores = [s.score for s in siblings if s.score is not None]
    return SiblingRecord(
        opened=len(siblings),
        answered=len(answered),
        yes=yes,
        no=sum(resolution.outcome == "no" for _, resolution in answered),
        middle=median(numbers) if numbers else None,
        mean_score=fmean(scores) if scores else None,
        implied=_imply_parent(parent, [q for q, _ in answered], yes, now),
        settled=_settle_parent(parent, answered),
    )


def _settle_parent(
    parent: Question, answered: Iterable[tuple[Question, Resolution]]
) -> Literal["", "yes", "no"]:
    """Answer of a parent whose event came in a sibling's window, or whose state ended in one."""
    undated = remove_dates(parent.text)
    outcomes = {resolution.outcome for q, resolution in answered if remove_dates(q.text) == undated}
    if parent.horizon_shape == "event_by" and "yes" in outcomes:
        return "yes"
    return "no" if parent.horizon_shape == "holds_until" and "no" in outcomes else ""


def describe_siblings(siblings: SiblingRecord) -> str:
    """Describe in a sentence what the siblings of a question say of it.

    >>> describe_siblings(SiblingRecord(4, 3, yes=1, no=2, mean_score=0.12, implied=0.4))
    '3 of 4 siblings are answered: YES 1, NO 2. Your mean Brier score is 0.12. At their pace, this
    question comes to 40%.'
    """
    if not siblings.answered:
        noun = "sibling is" if siblings.opened == 1 else "siblings are"
        return f"{siblings.opened or 'No'} {noun} asked, and none is answered yet."
    noun = "sibling is" if siblings.opened == 1 else "siblings are"
    sentences = [f"{siblings.answered} of {siblings.opened} {noun} answered{_answers(siblings)}."]
    if siblings.mean_score is not None:
        rule = "Brier score" if siblings.middle is None else "CRPS"
        sentences.append(f"Your mean {rule} is {siblings.mean_score:.2g}.")
    if siblings.settled:
        sentences.append(f"That settles this question, too: {siblings.settled.upper()}.")
    elif siblings.implied is not None:
        sentences.append(
            f"At their pace, this question comes to {format_percent(siblings.implied)}."
        )
    return " ".join(sentences)


def _answers(siblings: SiblingRecord) -> str:
    if siblings.middle is not None:
        return f": {siblings.middle:g} in the middle"
    if siblings.no or siblings.yes:
        return f": YES {siblings.yes}, NO {siblings.no}"
    return ""


def _imply_parent(
    parent: Question, answered: Sequence[Question], yes: int, now: datetime
) -> float | None:
    """Probability of the parent at the pace of its siblings, over the time that is left.

    The rate of a window is (YES answers + base rate) / (answers + 1): the base rate counts as one
    window, so that two windows without an event do not make it impossible.
    """
    undated = remove_dates(parent.text)
    priors = [
        q.prior.p
        for q in answered
        if isinstance(q.prior, Binary) and remove_dates(q.text) == undated
    ]
    if not answered or len(priors) < len(answered):
        return None
    rate = (yes + fmean(priors)) / (len(answered) + 1)
    days_left = max((parent.closes_at - now).total_seconds() / 86400.0, 0.0)
    windows_left = min(days_left, parent_days(parent)) / fmean(map(_window_days, answered))
    match parent.horizon_shape:
        case "event_by":
            return 1.0 - math.pow(1.0 - rate, windows_left)
        case "holds_until":
            return math.pow(rate, windows_left)
        case "state_at":
            return rate
        case _:
            assert_never(parent.horizon_shape)


def _window_days(sibling: Question) -> float:
    return max((sibling.closes_at - sibling.opens_at).total_seconds() / 86400.0, 1.0)
