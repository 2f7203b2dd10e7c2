"""How good a forecaster was on a question: proper scoring rules over the time each forecast stood.

Scores are taken first and averaged over time afterwards: the score of an averaged forecast would
reward moving to the far side of one's belief. Two averages are kept, and they answer two questions.
*Mean while active* says how good the forecasts were while they stood; *skill over schedule* divides
by the question's scheduled length, and is the one to rank people by. Take an event that comes on day 1
of 10 with 50 %, or never: the mean counts the first day fully if it comes and a tenth if not, so that
the best report is 91 %. Over the schedule both count a tenth, and the best report is the truth.

Sources: Brier 1950; Good 1952; Sempere & Lawsen 2021, arXiv 2106.11248, for early resolution.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

from forecasts.distribution import Binary
from forecasts.question import ForecasterId, Question, QuestionId, Resolution, effective_close, outcome_value
from forecasts.timeline import Span, Timeline

RuleName = Literal["brier", "log"]

LOG_CLIP = 0.001
"""The log score alone moves 0 and 1 to 0.001 and 0.999, so that one careless certainty costs 6.9 and not infinity."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A proper scoring rule: `of` scores one forecast against an outcome.

    `reference` is the score of always saying 50 %, the zero point of skill.
    """

    name: RuleName
    title: str
    of: Callable[[Binary, int], float]
    reference: float
    direction: str
    range: str


def brier(forecast: Binary, outcome: int) -> float:
    """Brier score (p − o)²: the squared distance of a forecast from what happened.

    Range 0 (certain and right) to 1 (certain and wrong); lower is better; always 50 % scores 0.25. The
    two-sided version of some platforms is twice this. An outcome that is not 0 or 1 raises `ValueError`.
    Source: Brier 1950, Monthly Weather Review 78.

    >>> round(brier(Binary(0.8), 1), 4), round(brier(Binary(0.8), 0), 4)
    (0.04, 0.64)
    """
    return (1.0 - _given_to(forecast, outcome)) ** 2


def log_score(forecast: Binary, outcome: int) -> float:
    """Logarithmic score −ln(probability given to what happened), in nats.

    Range 0.001 (certain and right) to 6.908 (certain and wrong), because 0 and 1 are moved to 0.001 and
    0.999 here, and only here; lower is better; always 50 % scores ln 2 = 0.693. An outcome that is not 0
    or 1 raises `ValueError`. Source: Good 1952, Journal of the Royal Statistical Society B 14.

    >>> round(log_score(Binary(0.8), 1), 4), round(log_score(Binary(0.0), 1), 4)
    (0.2231, 6.9078)
    """
    return -math.log(min(max(_given_to(forecast, outcome), LOG_CLIP), 1.0 - LOG_CLIP))


def _given_to(forecast: Binary, outcome: int) -> float:
    if outcome not in (0, 1):
        raise ValueError(f"the outcome of a binary question is 0 or 1, not {outcome!r}")
    return forecast.p if outcome else 1.0 - forecast.p


RULES: Mapping[RuleName, Rule] = MappingProxyType(
    {
        "brier": Rule("brier", "Brier score", brier, 0.25, "lower is better", "0 to 1"),
        "log": Rule("log", "Log score", log_score, math.log(2), "lower is better", "0.001 to 6.908 nats"),
    }
)
"""Both are published for everyone: rankings can differ between proper rules, so nobody picks the flattering one."""


@dataclass(frozen=True, slots=True)
class Interval:
    """One line of a receipt: a forecast that stood on [start, end), and what it earned.

    `weight` is its share of the scheduled length; `contribution` is its score times its share of the
    active time, so that contributions add up to the mean while active.
    """

    start: datetime
    end: datetime
    p: float
    weight: float
    score: float
    contribution: float


@dataclass(frozen=True, slots=True)
class Score:
    """How good one forecaster was on one question under one rule.

    `mean_while_active`: time-weighted mean of the rule, lower is better, None when nothing ever stood.
    `coverage`: share of the scheduled time with a standing forecast, 0 to 1; `attainable_coverage`: the
    most that anyone could have, below 1 when the question resolved early. `skill_over_schedule`: the
    gain over always 50 %, integrated over the active time and divided by the scheduled length; higher
    is better, 0 is no skill; skipping a question costs nothing and earns nothing.
    """

    question_id: QuestionId
    forecaster_id: ForecasterId
    rule: RuleName
    mean_while_active: float | None
    coverage: float
    attainable_coverage: float
    skill_over_schedule: float
    receipt: tuple[Interval, ...]


def score(  # noqa: PLR0917  one value of each kind; there is nothing to confuse
    question: Question, resolution: Resolution, forecaster_id: ForecasterId, timeline: Timeline, rule: RuleName
) -> Score | None:
    """The score of a timeline on a resolved question; None when it was annulled or is ambiguous.

    Counted is [opening, effective close): a forecast made earlier counts from the opening, one made at
    or after the instant when the answer was known not at all. Gaps are left out, never filled.

    >>> from forecasts.question import utc
    >>> from forecasts.timeline import timeline
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 10 January?", "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2026-01-10"), utc("2026-01-12"), Binary(0.3), "3 of 10 years", ())
    >>> no = Resolution("ceasefire", "no", "https://example.org", "", *[utc("2026-01-10")] * 3, "ann")
    >>> held = timeline([(utc("2026-01-01"), Binary(0.8)), (utc("2026-01-07"), Binary(0.4))])
    >>> scored = score(question, no, "ann", held, "brier")
    >>> round(scored.mean_while_active, 4), round(scored.skill_over_schedule, 4)
    (0.48, -0.23)
    """
    outcome = outcome_value(resolution)
    if outcome is None:
        return None
    end = effective_close(question, resolution)
    scheduled = question.closes_at - question.opens_at
    return _account(
        Score(
            question_id=question.id,
            forecaster_id=forecaster_id,
            rule=rule,
            mean_while_active=None,
            coverage=0.0,
            attainable_coverage=max(end - question.opens_at, timedelta(0)) / scheduled,
            skill_over_schedule=0.0,
            receipt=(),
        ),
        timeline.spans(question.opens_at, end),
        scheduled,
        outcome,
    )


def recompute(score: Score) -> Score:
    """The same score computed anew from the start, end and p of its receipt's intervals alone.

    `recompute(s) == s`, to the last bit, says that the receipt is whole; a changed number anywhere in
    it makes the two differ. The outcome is the one under which the intervals' scores fit their p; the
    scheduled length follows from the coverage.
    """
    if not score.receipt:
        return replace(score, mean_while_active=None, coverage=0.0, skill_over_schedule=0.0)
    spans = [Span(i.start, i.end, Binary(i.p)) for i in score.receipt]
    active = _active(spans)
    scheduled = timedelta(microseconds=round(active / timedelta(microseconds=1) / score.coverage))
    return _account(score, spans, scheduled, _fitting_outcome(score))


def _fitting_outcome(score: Score) -> int:
    rule = RULES[score.rule].of

    def misfit(outcome: int) -> float:
        return math.fsum(abs(i.score - rule(Binary(i.p), outcome)) for i in score.receipt)

    return min((1, 0), key=misfit)


def _account(blank: Score, spans: Sequence[Span], scheduled: timedelta, outcome: int) -> Score:
    """Fill in everything that follows from the spans."""
    rule, active = RULES[blank.rule], _active(spans)
    receipt = tuple(_interval(span, rule.of(span.distribution, outcome), active, scheduled) for span in spans)
    return replace(
        blank,
        mean_while_active=math.fsum(i.contribution for i in receipt) if receipt else None,
        coverage=active / scheduled,
        skill_over_schedule=math.fsum((rule.reference - i.score) * i.weight for i in receipt),
        receipt=receipt,
    )


def _interval(span: Span, value: float, active: timedelta, scheduled: timedelta) -> Interval:
    length = span.end - span.start
    return Interval(span.start, span.end, span.distribution.p, length / scheduled, value, value * (length / active))


def _active(spans: Iterable[Span]) -> timedelta:
    return sum((span.end - span.start for span in spans), timedelta(0))


@dataclass(frozen=True, slots=True)
class Summary:
    """How good one forecaster was under one rule over several questions.

    All numbers are over the same `questions`: those on which a forecast of theirs ever stood, each
    counting once however long it ran. `mean_while_active` (lower is better) is the mean of the
    questions' means, `skill` (higher is better) of their skill over schedule; both are None when
    there is no such question. `coverage` is the mean share of scheduled time covered, 0 to 1.
    """

    forecaster_id: ForecasterId
    rule: RuleName
    questions: int
    mean_while_active: float | None
    skill: float | None
    coverage: float


def summarise(scores: Sequence[Score]) -> tuple[Summary, ...]:
    """One summary per forecaster and rule: Brier before log, within a rule the best skill first.

    Forecasters choose their questions, so summaries over different questions compare them only
    roughly. Scores of retrospective questions are to be summarised on their own.
    """
    groups: dict[tuple[RuleName, ForecasterId], list[Score]] = defaultdict(list)
    for each in scores:
        groups[each.rule, each.forecaster_id].append(each)
    summaries = [_summary(forecaster, rule, group) for (rule, forecaster), group in groups.items()]
    return tuple(sorted(summaries, key=_rank))


def _summary(forecaster_id: ForecasterId, rule: RuleName, scores: Iterable[Score]) -> Summary:
    active = [(s.mean_while_active, s) for s in scores if s.mean_while_active is not None]
    if not active:
        return Summary(forecaster_id, rule, 0, None, None, 0.0)
    n = len(active)
    return Summary(
        forecaster_id=forecaster_id,
        rule=rule,
        questions=n,
        mean_while_active=math.fsum(mean for mean, _ in active) / n,
        skill=math.fsum(s.skill_over_schedule for _, s in active) / n,
        coverage=math.fsum(s.coverage for _, s in active) / n,
    )


def _rank(summary: Summary) -> tuple[int, bool, float, ForecasterId]:
    place = list(RULES).index(summary.rule)
    return place, summary.skill is None, -(summary.skill or 0.0), summary.forecaster_id
