"""Which evidence a person should judge first: that whose judgement is expected to move the suggestion most."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from forecasts.evidence import Evidence, Indicator, IndicatorId
from forecasts.probability import probabilities
from forecasts.question import QuestionId
from forecasts.weighing import DEFAULT_MODEL, Model, Weighed, visible, weighed


@dataclass(frozen=True, slots=True)
class Informative:
    """A piece of evidence, and by how much of a probability its judgement is expected to move (0 or more)."""

    evidence: Evidence
    value: float


def most_informative(
    evidence: Iterable[Evidence],
    indicators: Mapping[IndicatorId, Indicator],
    p: Mapping[QuestionId, float],
    at: datetime,
    *,
    model: Model = DEFAULT_MODEL,
) -> tuple[Informative, ...]:
    """The evidence that waits for a person at `at`, that with the largest `informativeness` first.

    `p` holds the suggestion of each question; one without (of a kind that has none) counts as 0.5. What was judged
    before takes its part in novelty and is left out; so is what is neutral, of no strength or not seen yet. At a tie
    the newest comes first.
    """
    by_question: dict[QuestionId, list[Evidence]] = {}
    for e in evidence:
        by_question.setdefault(e.question_id, []).append(e)
    found = [
        Informative(story.evidence, informativeness(story, p.get(question_id, 0.5), model))
        for question_id, own in by_question.items()
        for story in weighed(visible(own, question_id, at), indicators, at, model)
        if story.evidence.status == "logged"
    ]
    return tuple(sorted(found, key=lambda i: (i.value, i.evidence.first_seen_at, i.evidence.id), reverse=True))


def informativeness(story: Weighed, p: float, model: Model = DEFAULT_MODEL) -> float:
    """How far a person's judgement of a story is expected to move a suggestion of p, in probability; 0 or more.

    γ · p(1 − p) · Σ chance · |weight then − weight now|, over the three things that a person can do: confirm it
    (relevance × p_direction; it then counts fully), turn its direction round (relevance × (1 − p_direction)), reject
    it (1 − relevance; it then weighs nothing). p(1 − p) is what a step in log-odds moves at p, so that judging is not
    spent on what is as good as settled; soft cap and what the piece does to the novelty of others are left out. What
    was judged already has nothing to tell. Raises `InvalidProbability`.

    >>> from forecasts.evidence import Direction, Report, Strength
    >>> from forecasts.question import utc
    >>> from forecasts.weighing import weigh
    >>> seen = utc("2026-01-01")
    >>> def unsure(relevance):
    ...     return weigh(Evidence(1, "peace", 1, "peace/talks", Direction.YES, Strength.MODERATE, relevance, "logged",
    ...         "machine", seen, (Report("wire", 0.9, seen),)), 1.0, None, seen)
    >>> [round(informativeness(unsure(relevance), 0.5), 3) for relevance in (0.0, 0.3, 0.6, 0.9, 1.0)]
    [0.0, 0.06, 0.059, 0.02, 0.0]
    """
    probabilities(p)
    e = story.evidence
    if e.reviewed:
        return 0.0
    now, full = story.log_odds, story.with_trust(1.0, e.strength)
    judged = (
        (e.relevance * e.p_direction, full),
        (e.relevance * (1.0 - e.p_direction), -full),
        (1.0 - e.relevance, 0.0),
    )
    return model.gamma * p * (1.0 - p) * sum(chance * abs(then - now) for chance, then in judged)
