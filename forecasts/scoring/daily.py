"""Daily and relative Brier scores, as on Good Judgment Open and Cultivate Labs.

A day counts by the forecast just before the UTC midnight that ends it. Only full days count:
midnights e with opening < e ≤ effective close. The day of the answer, or of a close before
midnight, has no midnight left and counts for nobody; neither does a forecast made only then.

Daily scores serve comparison with those platforms; our own scores weigh forecasts by time.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import numpy as np

from forecasts.distributions.distribution import Binary, Distribution
from forecasts.distributions.probability import Floats
from forecasts.errors import InvalidForecast
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.answers import Answer, get_answer
from forecasts.questions.question import Question, Resolution, effective_close
from forecasts.questions.timeline import Timeline
from forecasts.scoring.rulebook import HEADLINE, RULES, RuleName, ignorance_forecast, rule_values
from forecasts.scoring.rules import brier
from forecasts.scoring.scores import ReceiptLine, Score, Timelines

DAY = timedelta(days=1)

Name = TypeVar("Name")


@dataclass(frozen=True, slots=True)
class DailyBrier:
    """Daily scores of one forecaster on a question.

    `days` counts the full days, `active_days` those with a forecast. `mean_daily_brier` is the mean
    over the active days, 0 to 1, lower is better, None without any. `relative_brier` is Σ over the
    active days of (own − median of all active that day) / `days`, −1 to 1; NEGATIVE is better than
    the crowd, and it is 0.0 without active days, too.
    """

    days: int
    active_days: int
    mean_daily_brier: float | None
    relative_brier: float


def list_midnights(opens_at: datetime, ends_at: datetime) -> tuple[datetime, ...]:
    """UTC midnights e with opens_at < e ≤ ends_at: the ends of the days that count.

    Both times are aware.

    >>> from forecasts.questions.question import utc
    >>> [e.isoformat() for e in list_midnights(utc("2026-01-01T12:00Z"), utc("2026-01-03"))]
    ['2026-01-02T00:00:00+00:00', '2026-01-03T00:00:00+00:00']
    """
    first = opens_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + DAY
    return tuple(first + n * DAY for n in range((ends_at - first) // DAY + 1))


def daily_brier(
    timelines: Mapping[Name, Timeline], outcome: int, *, opens_at: datetime, ends_at: datetime
) -> dict[Name, DailyBrier]:
    """Daily and relative Brier scores of all forecasters on a binary question.

    Divided by the days up to the effective close, as the platforms do; with early answers that is
    not proper, and `score_daily` divides by the schedule. Two-sided scores, as on Good Judgment
    Open, are twice these. Raises `InvalidForecast` for a forecast of another kind of question,
    `ValueError` for an outcome that is not 1 or 0. Source: the FAQ of Good Judgment Open; Cultivate
    Labs, relative Brier score.

    >>> from forecasts.questions.question import utc
    >>> from forecasts.questions.timeline import build_timeline
    >>> ann = build_timeline([(utc("2026-01-01"), Binary(0.9))])
    >>> bob = build_timeline([(utc("2026-01-02"), Binary(0.5))])
    >>> found = daily_brier({"ann": ann, "bob": bob}, 1, opens_at=utc("2026-01-01"),
    ...     ends_at=utc("2026-01-03"))
    >>> found["bob"]
    DailyBrier(days=2, active_days=1, mean_daily_brier=0.25, relative_brier=0.06)
    """
    ends = list_midnights(opens_at, ends_at)
    scores, relative = _score_grid(
        timelines,
        ends,
        lambda _, forecasts: brier([_check_binary(forecast).p for forecast in forecasts], outcome),
    )
    return {
        name: DailyBrier(
            days=len(ends),
            active_days=len(values),
            mean_daily_brier=math.fsum(values) / len(values) if values else None,
            relative_brier=math.fsum(behind) / len(ends) if values else 0.0,
        )
        for name, values, behind in zip(
            timelines, map(_drop_missing, scores), map(_drop_missing, relative), strict=True
        )
    }


MidnightScorer = Callable[[Sequence[datetime], Sequence[Distribution]], Floats]
"""Function that scores forecasts, each held just before its midnight."""


def _score_grid(
    timelines: Mapping[Name, Timeline], ends: Sequence[datetime], score: MidnightScorer
) -> tuple[Floats, Floats]:
    """Scores and their differences from the daily median, by forecaster and day; NaN if missing."""
    standing = [
        (row, day, forecast)
        for row, timeline in enumerate(timelines.values())
        for day, end in enumerate(ends)
        if (forecast := _forecast_before(timeline, end)) is not None
    ]
    scores, medians = np.full((len(timelines), len(ends)), np.nan), np.full(len(ends), np.nan)
    if standing:
        rows, days, forecasts = zip(*standing, strict=True)
        scores[rows, days] = score([ends[day] for day in days], forecasts)
    scored_days = ~np.isnan(scores).all(axis=0)
    medians[scored_days] = np.nanmedian(scores[:, scored_days], axis=0)
    return scores, scores - medians


def _forecast_before(timeline: Timeline, midnight: datetime) -> Distribution | None:
    """Forecast held just before midnight; an act at midnight belongs to the new day."""
    return timeline.at(midnight - datetime.resolution)


def _check_binary(forecast: Distribution) -> Binary:
    if not isinstance(forecast, Binary):
        raise InvalidForecast(
            "this daily score is of binary questions: give forecasts of a probability"
        )
    return forecast


def _drop_missing(row: Floats) -> list[float]:
    return [float(value) for value in row[~np.isnan(row)]]


def score_daily(
    question: Question, resolution: Resolution, timelines: Timelines
) -> tuple[Score, ...]:
    """Daily and relative Brier scores with receipts; none for numbers, dates, or without an answer.

    On ordered options both use the ordered Brier score, as on Good Judgment Open.

    The median is taken over `timelines`, which the caller selects: people, as a rule. Both means
    are over one's own active days, lower is better. Skill over schedule, higher is better, divides
    by the scheduled number of midnights, although `daily_brier` divides by those up to the answer,
    as otherwise exaggeration would pay (see `propriety`). It is Σ (0.25 − daily) / days, and Σ
    (median − own) / days: the negative relative Brier score.

    >>> from forecasts.questions.question import utc
    >>> from forecasts.questions.timeline import build_timeline
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 11 January?",
    ...     "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2026-01-11"), utc("2026-01-12"), Binary(0.3),
    ...     "3 of 10 years", ())
    >>> yes = Resolution("ceasefire", "yes", "https://example.org", "",
    ...     *[utc("2026-01-06T08:00Z")] * 3, "ann")
    >>> ann = build_timeline([(utc("2026-01-01"), Binary(0.9))])
    >>> bob = build_timeline([(utc("2026-01-05"), Binary(0.5))])
    >>> for s in score_daily(question, yes, {"ann": ann, "bob": bob}):
    ...     print(s.rule, s.forecaster_id, round(s.mean_while_active, 3), s.coverage,
    ...     round(s.skill_over_schedule, 3))
    daily_brier ann 0.01 0.5 0.12
    daily_brier bob 0.25 0.1 0.0
    relative_brier ann -0.024 0.5 0.012
    relative_brier bob 0.12 0.1 -0.012
    """
    happened = get_answer(question, resolution)
    if happened is None or question.kind not in RULES["daily_brier"].kinds:
        return ()
    ends = list_midnights(question.opens_at, effective_close(question, resolution))
    headline = HEADLINE[question.kind]
    no_skill = float(rule_values(headline, question, happened, [ignorance_forecast(question)])[0])
    scores, relative = _score_grid(timelines, ends, _make_scorer(question, happened))
    return (
        *_make_scores(question, "daily_brier", scores, timelines, ends=ends, zero=no_skill),
        *_make_scores(question, "relative_brier", relative, timelines, ends=ends, zero=0.0),
    )


def _make_scorer(question: Question, happened: Answer) -> MidnightScorer:
    """Make the function that scores by the headline rule, with options removed by each midnight
    folded.
    """

    def score(midnights: Sequence[datetime], forecasts: Sequence[Distribution]) -> Floats:
        folded = [
            fold_removed_options(question, end - datetime.resolution, forecast)
            for end, forecast in zip(midnights, forecasts, strict=True)
        ]
        return rule_values(HEADLINE[question.kind], question, happened, folded)

    return score


def _make_scores(
    question: Question,
    rule: RuleName,
    values: Floats,
    timelines: Timelines,
    *,
    ends: Sequence[datetime],
    zero: float,
) -> Iterator[Score]:
    """Yield the score of each forecaster from its row of daily values; `zero` has no skill."""
    scheduled = len(list_midnights(question.opens_at, question.closes_at))
    for (forecaster_id, timeline), row in zip(timelines.items(), values, strict=True):
        receipt = _make_receipt(timeline, ends, row, scheduled)
        yield Score(
            question_id=question.id,
            forecaster_id=forecaster_id,
            rule=rule,
            mean_while_active=math.fsum(line.contribution for line in receipt) if receipt else None,
            coverage=len(receipt) / max(scheduled, 1),
            attainable_coverage=len(ends) / max(scheduled, 1),
            skill_over_schedule=math.fsum((zero - line.score) * line.weight for line in receipt),
            receipt=receipt,
        )


def _make_receipt(
    timeline: Timeline, ends: Sequence[datetime], values: Floats, scheduled: int
) -> tuple[ReceiptLine, ...]:
    active = int((~np.isnan(values)).sum())
    return tuple(
        ReceiptLine(end - DAY, end, forecast, 1.0 / scheduled, score, score / active)
        for end, score in zip(ends, values.tolist(), strict=True)
        if (forecast := _forecast_before(timeline, end)) is not None
    )


def mean_with_gaps(
    timeline: Timeline,
    outcome: int,
    *,
    opens_at: datetime,
    ends_at: datetime,
    imputed: float | None = None,
) -> float | None:
    """Time-weighted mean Brier score on [opens_at, ends_at), with gaps filled by `imputed`.

    For binary questions. `imputed` is the probability of YES used in gaps: 0.5, a base rate, or
    None to leave gaps out. Range 0 to 1; lower is better. None without any forecast or imputation,
    or for an empty period. Raises `InvalidForecast` when a forecast is not of a binary question,
    `InvalidProbability` for `imputed`, `ValueError` for an outcome that is not 1 or 0. Source: the
    Good Judgment Project filled the days before a first forecast.

    >>> from forecasts.questions.question import utc
    >>> from forecasts.questions.timeline import build_timeline
    >>> late = build_timeline([(utc("2026-01-04"), Binary(0.8))])
    >>> ten = {"opens_at": utc("2026-01-01"), "ends_at": utc("2026-01-11")}
    >>> [round(mean_with_gaps(late, 1, imputed=p, **ten), 3) for p in (None, 0.5, 0.2)]
    [0.04, 0.103, 0.22]
    """
    spans = timeline.spans(opens_at, ends_at)
    p = [span.distribution.p for span in spans if isinstance(span.distribution, Binary)]
    if len(p) < len(spans):
        raise InvalidForecast(
            "gaps are filled on binary questions only: give forecasts of a probability"
        )
    days = [span.days for span in spans]
    if imputed is not None:
        p.append(imputed)
        days.append(max((ends_at - opens_at) / timedelta(days=1) - math.fsum(days), 0.0))
    losses = brier(p, np.full(len(p), outcome))
    total = math.fsum(days)
    return math.fsum(losses * days) / total if total > 0.0 else None
