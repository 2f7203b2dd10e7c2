"""Fitting of suggestion parameters to resolved questions and reviews, with shrinkage.

Each fit uses only data known before an instant, so that the past can be replayed:

- the scale of all evidence (γ) and the shift of log-odds (a), from questions that closed with an
  answer (see `forecasts.evidence.parameters.is_learnable`);
- the rate at which matches of some relevance are accepted, from reviews;
- the rate at which a detected direction is right, from accepted evidence;
- the reliability of a feed, from the same questions.

Below a minimum sample the default is used, with a reason in words.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import numpy as np

from forecasts.distributions.probability import check_probabilities
from forecasts.evidence.evidence import MAX_RELIABILITY
from forecasts.evidence.log_odds import RAW_NEWS_KINDS
from forecasts.evidence.parameters import CLIP, LearnedLogitMap, LearnedValue
from forecasts.evidence.weights import DEFAULT_MODEL
from forecasts.questions.question import QuestionId
from forecasts.statistics.recalibration import fit_logistic, fit_recalibration
from forecasts.suggestion.binary import Suggestion

MIN_QUESTIONS = 30
"""Minimum of questions that closed with an answer, for fitting γ."""

MIN_RARER_OUTCOMES = 8
"""Minimum of these questions with the rarer outcome."""

MIN_DECISIONS = 30
"""Minimum of reviews for calibrating relevance and direction."""

MIN_SIGNAL_QUESTIONS = 10
"""Minimum of closed and answered questions with evidence from a feed, for its reliability."""

MIN_SIGNAL_RARER_OUTCOMES = 3
"""Minimum of these questions with the rarer outcome, as a feed that always says YES is right
whenever the outcome is YES.
"""

GRADE_STRENGTH = 20.0
"""Weight of the Admiralty grade, in resolved questions."""


@dataclass(frozen=True, slots=True)
class SuggestionSnapshot:
    """Inputs of a suggestion on one scheduled date, with the outcome of its question.

    `offset` is the log-odds of base rate and time, `evidence` the sum S of all evidence before
    the scale. `scheduled` is the number of dates from opening to scheduled close, whenever the
    question was answered: the row has weight 1 / scheduled, so that an early YES counts only for
    the time up to its answer.
    """

    question_id: QuestionId
    at: datetime
    known_at: datetime
    offset: float
    evidence: float
    happened: bool
    scheduled: int


@dataclass(frozen=True, slots=True)
class CallReview:
    """Decision on an automatic judgement: probability shown, acceptance and time."""

    probability: float
    accepted: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class FeedSignal:
    """Direction of one piece of a feed's evidence, on a question answered at `known_at`."""

    question_id: QuestionId
    known_at: datetime
    to_yes: bool
    happened: bool


def suggestion_snapshot(
    suggestion: Suggestion, *, known_at: datetime, happened: bool, scheduled: int
) -> SuggestionSnapshot:
    """Row for fitting from a suggestion and its outcome."""
    start = math.fsum(
        line.log_odds for line in suggestion.lines if line.kind in ("base rate", "time passed")
    )
    counted = (*RAW_NEWS_KINDS, "doubt")
    total = math.fsum(line.log_odds for line in suggestion.lines if line.kind in counted)
    return SuggestionSnapshot(
        suggestion.question_id, suggestion.at, known_at, start, total, happened, scheduled
    )


def fit_gamma(
    rows: Iterable[SuggestionSnapshot], *, before: datetime
) -> tuple[LearnedValue, LearnedValue]:
    """Maximum a posteriori γ and a, the scale of all evidence and the shift of log-odds.

    y ~ offset + a + γ S, a logistic regression with the priors a ~ N(0, 0.3) and γ ~ N(1, 0.3),
    on snapshots at dates fixed by the schedule, each question counting at most once. Rows whose
    answer became known at `before` or later are ignored. γ is 0 or more: evidence is never
    inverted. Below `MIN_QUESTIONS` questions, or `MIN_RARER_OUTCOMES` of the rarer outcome, it is
    1 and 0. Rows may come in any order.

    >>> from forecasts.questions.question import utc
    >>> rows = [SuggestionSnapshot(f"q{n}", utc("2026-01-01"), utc("2026-06-01"), 0.0, 1.0 if n % 2
    ...     else -1.0, n % 4 > 0, 1)
    ...     for n in range(40)]
    >>> [(found.name, round(found.value, 3), found.n) for found in fit_gamma(rows,
    ...     before=utc("2026-07-01"))]
    [('gamma', 1.068, 40), ('shift', 0.536, 40)]
    >>> fit_gamma(rows, before=utc("2026-05-01"))[0].why
    'default: 0 of 30 questions have closed with an answer'
    """
    known = sorted((r for r in rows if r.known_at < before), key=lambda r: (r.question_id, r.at))
    answers = {r.question_id: r.happened for r in known}
    n, rarer = len(answers), _count_rarer(answers.values())
    learned = partial(LearnedValue, scope="all", n=n, as_of=before)
    missing = _explain_shortage(
        n, MIN_QUESTIONS, "questions have closed with an answer"
    ) or _explain_shortage(rarer, MIN_RARER_OUTCOMES, "needed came out the rarer way")
    if missing:
        return learned("gamma", value=DEFAULT_MODEL.gamma, why=missing), learned(
            "shift", value=0.0, why=missing
        )
    shift, gamma = _fit_gamma(known)
    why = (
        f"fitted to {len(known)} snapshots of {n} questions that closed with an answer, "
        f"{rarer} of the rarer outcome"
    )
    if gamma < 0.0:
        shift = _fit_gamma(known, fixed=0.0)[0]
        gamma = 0.0
        why = f"{why}; evidence pointed the wrong way, so none counts"
    return learned("gamma", value=gamma, why=why), learned("shift", value=shift, why=why)


def _fit_gamma(
    rows: Sequence[SuggestionSnapshot], fixed: float | None = None
) -> tuple[float, float]:
    """Fit a and γ; with `fixed`, only a for that γ."""
    evidence = np.array([r.evidence for r in rows])
    offset, ones = np.array([r.offset for r in rows]), np.ones(len(rows))
    middle, precision = np.array([0.0, DEFAULT_MODEL.gamma]), np.array([0.3, 0.3]) ** -2.0
    features = np.column_stack([ones, evidence])
    if fixed is not None:
        features, middle, precision = features[:, :1], middle[:1], precision[:1]
        offset = offset + fixed * evidence
    fitted = fit_logistic(
        features,
        np.array([float(r.happened) for r in rows]),
        middle=middle,
        precision=precision,
        offset=offset,
        weights=np.array([1.0 / r.scheduled for r in rows]),
    )
    return float(fitted[0]), float(fitted[-1]) if fixed is None else fixed


def fit_relevance(reviews: Iterable[CallReview], *, before: datetime) -> LearnedLogitMap:
    """Fit the rate at which matches of a given relevance are accepted in review.

    logit P(accepted) = shift + slope · logit(shown), shrunk to the identity (Platt 1999; see
    `forecasts.statistics.recalibration`), from at least `MIN_DECISIONS` decisions made before
    `before`. The map never falls: where higher relevance was accepted less often, all get the same
    probability.

    >>> from forecasts.questions.question import utc
    >>> seen = [CallReview(0.9, n % 2 == 0, utc("2026-01-01")) for n in range(60)]
    >>> found = fit_relevance(seen, before=utc("2026-02-01"))
    >>> round(found.apply(0.9), 3), found.slope.n
    (0.54, 60)
    """
    return _fit_calls("relevance", reviews, before)


def fit_direction(reviews: Iterable[CallReview], *, before: datetime) -> LearnedLogitMap:
    """Fit the rate at which the detected direction of accepted evidence is left unchanged.

    `shown` is the probability of 0.5 to 1 of the detected direction. As `fit_relevance`; a result
    below 0.5 makes `Evidence.trust` 0.
    """
    return _fit_calls("direction", reviews, before)


def _fit_calls(name: str, reviews: Iterable[CallReview], before: datetime) -> LearnedLogitMap:
    known = sorted(
        (r for r in reviews if r.at < before), key=lambda r: (r.at, r.probability, r.accepted)
    )
    learned = partial(LearnedValue, scope="all", n=len(known), as_of=before)
    missing = _explain_shortage(len(known), MIN_DECISIONS, "decisions are made")
    if missing:
        values, why = (0.0, 1.0), missing
    else:
        values = _fit_rising(known)
        why = f"fitted to {len(known)} decisions, {sum(r.accepted for r in known)} kept"
    shift, slope = (
        learned(f"{name} {label}", value=v, why=why)
        for label, v in zip(("shift", "slope"), values, strict=True)
    )
    return LearnedLogitMap(shift, slope)


def _fit_rising(known: Sequence[CallReview]) -> tuple[float, float]:
    accepted = np.array([float(r.accepted) for r in known])
    fitted = fit_recalibration([r.probability for r in known], accepted, clip=CLIP)
    if fitted.b >= 0.0:
        return fitted.a, fitted.b
    shift = fit_logistic(
        np.ones((len(accepted), 1)), accepted, middle=np.zeros(1), precision=np.array([0.5**-2.0])
    )
    return float(shift[0]), 0.0


def fit_reliability(
    feed: str, graded: float, record: Iterable[FeedSignal], *, before: datetime
) -> LearnedValue:
    """P(a report of a feed is informative), from its evidence on questions answered by `before`.

    A feed that is informative with probability r, and otherwise says YES with some probability q,
    points to YES in a share r + (1 − r) q of the questions with outcome YES and to NO in r + (1 −
    r)(1 − q) of the others. The two add up to 1 + r, whatever q and the frequency of YES: r = share
    right if YES + share right if NO − 1 (Youden 1950, Cancer 3). The plain share right would be
    unfair to feeds that report on rare events.

    Each question counts once, with the share of its evidence that pointed right. Both shares are
    shrunk by a Beta prior at (1 + graded)/2, the expectation from the Admiralty grade, with the
    weight of half of `GRADE_STRENGTH` questions. Range 0 to 0.97; the grade itself below
    `MIN_SIGNAL_QUESTIONS` questions, or `MIN_SIGNAL_RARER_OUTCOMES` of the rarer outcome. Raises
    `InvalidProbability` for the grade's value.

    >>> from forecasts.questions.question import utc
    >>> record = [FeedSignal(f"q{n}", utc("2026-01-01"), n % 3 > 0, n % 2 == 0) for n in range(24)]
    >>> found = fit_reliability("wire", 0.75, record, before=utc("2026-02-01"))
    >>> round(found.value, 3), found.n
    (0.341, 24)
    """
    check_probabilities(graded)
    shares = _shares_right(r for r in record if r.known_at < before)
    n, rarer = sum(map(len, shares.values())), min(map(len, shares.values()))
    missing = _explain_shortage(
        n, MIN_SIGNAL_QUESTIONS, "questions that it bore on have closed with an answer"
    ) or _explain_shortage(rarer, MIN_SIGNAL_RARER_OUTCOMES, "needed came out the rarer way")
    if missing:
        return LearnedValue("reliability", feed, graded, n, before, missing)
    half, prior = GRADE_STRENGTH / 2.0, (1.0 + graded) / 2.0
    if_yes, if_no = (
        (half * prior + math.fsum(shares[outcome])) / (half + len(shares[outcome]))
        for outcome in (True, False)
    )
    value = min(MAX_RELIABILITY, max(0.0, if_yes + if_no - 1.0))
    why = (
        f"pointed right in {if_yes:.0%} of {len(shares[True])} questions that came out YES and "
        f"{if_no:.0%} of {len(shares[False])} that came out NO, shrunk towards its grade "
        f"({graded:.2f})"
    )
    return LearnedValue("reliability", feed, value, n, before, why)


def _shares_right(record: Iterable[FeedSignal]) -> dict[bool, list[float]]:
    """Share of evidence that pointed to the outcome, by question, grouped by outcome."""
    pointed: dict[tuple[QuestionId, bool], list[bool]] = defaultdict(list)
    for r in record:
        pointed[r.question_id, r.happened].append(r.to_yes == r.happened)
    shares: dict[bool, list[float]] = {True: [], False: []}
    for (_, happened), right in pointed.items():
        shares[happened].append(sum(right) / len(right))
    return shares


def _count_rarer(outcomes: Iterable[bool]) -> int:
    collected = list(outcomes)
    return min(sum(collected), len(collected) - sum(collected))


def _explain_shortage(count: int, required: int, requirement: str) -> str:
    """Reason for keeping the default; empty if the sample is large enough."""
    return "" if count >= required else f"default: {count} of {required} {requirement}"
