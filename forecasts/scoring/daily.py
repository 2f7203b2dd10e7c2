"""Daily and relative Brier scores, as on Good Judgment Open and Cultivate Labs.

A day counts by the forecast just before the UTC midnight that ends it. Only full days count:
midnights e with opening < e ≤ effective close. The day of the answer, or of a close before
midnight, has no midnight left and counts for nobody; neither does a forecast made only then.

Daily scores serve comparison with those platforms; our own scores weigh forecasts by time. Days are
counted, not looped over, so that a question of a thousand years takes no longer than one of a week.
"""

import numpy as np
from numpy.typing import NDArray

from forecasts.distributions.probability import Floats
from forecasts.scoring.rulebook import RULES
from forecasts.scoring.scores import ScoreColumns, rule_columns
from forecasts.scoring.span_table import SpanTable
from forecasts.scoring.time_averages import Cells, Counts, average_comparison, average_scores

DAY_MICROSECONDS = 86_400_000_000


def count_midnights(times: Counts, _: NDArray[np.intp] | None = None) -> Counts:
    """Clock of daily scores: UTC midnights since 1970 up to a time.

    A forecast made at midnight belongs to the new day: of the midnights e with start < e ≤ end a
    period holds the difference of the two counts.

    >>> count_midnights(np.array([0, 86_400_000_000 - 1, 86_400_000_000])).tolist()
    [0, 0, 1]
    """
    return times // DAY_MICROSECONDS


def score_daily(table: SpanTable) -> tuple[ScoreColumns, ...]:
    """Daily and relative Brier scores, in columns; none for numbers and dates.

    On ordered options both use the ordered Brier score, as on Good Judgment Open.

    The median is taken over the pairs of the table, which the caller selects: people, as a rule.
    Both means are over one's own active days, lower is better; the platforms multiply the mean
    relative score by the share of days that one was active. Skill over schedule, higher is better,
    divides by the scheduled number of midnights, although the platforms divide by those up to the
    answer, as otherwise exaggeration would pay. It is Σ (0.25 − daily) / days, and Σ (median − own)
    / days. A receipt has a line for each forecast: its mean over the days it speaks for. Source:
    the FAQ of Good Judgment Open; Cultivate Labs, relative Brier score.

    >>> from forecasts.distributions.distribution import Binary
    >>> from forecasts.questions.question import Question, Resolution, utc
    >>> from forecasts.questions.timeline import build_timeline
    >>> from forecasts.scoring.scores import list_scores
    >>> from forecasts.scoring.span_table import stand
    >>> question = Question("ceasefire", "essay", "binary", "Ceasefire by 11 January?",
    ...     "As both announce it.", (),
    ...     "event_by", utc("2026-01-01"), utc("2026-01-11"), utc("2026-01-12"), Binary(0.3),
    ...     "3 of 10 years", ())
    >>> yes = Resolution("ceasefire", "yes", "https://example.org", "",
    ...     *[utc("2026-01-06T08:00Z")] * 3, "ann")
    >>> ann = build_timeline([(utc("2026-01-01"), Binary(0.9))])
    >>> bob = build_timeline([(utc("2026-01-05"), Binary(0.5))])
    >>> table = SpanTable.read([stand(question, yes, {"ann": ann, "bob": bob})])
    >>> for s in list_scores(score_daily(table)):
    ...     print(s.rule, s.forecaster_id, round(s.mean_while_active, 3), s.coverage,
    ...     round(s.skill_over_schedule, 3))
    daily_brier ann 0.01 0.5 0.12
    daily_brier bob 0.25 0.1 0.0
    relative_brier ann -0.024 0.5 0.012
    relative_brier bob 0.12 0.1 -0.012
    """
    fits = np.array([kind in RULES["daily_brier"].kinds for kind in table.kinds], dtype=np.bool_)
    daily = table.select(fits[table.question_index])
    values, no_skill = rule_columns(daily)
    counted = daily.on_clock(count_midnights)
    behind = average_comparison(
        counted.pair,
        counted.start,
        counted.end,
        group=counted.question_index,
        values=values,
        compare=_compare_with_median,
    )
    cut = counted.clip()
    return (
        ScoreColumns("daily_brier", daily, average_scores(cut, "daily_brier", values, no_skill)),
        ScoreColumns("relative_brier", daily, average_scores(cut, "relative_brier", behind, 0.0)),
    )


def _compare_with_median(scores: Cells) -> Floats:
    """Differences from the median of all that stand in the same period."""
    standing = scores.count()
    ranked = scores.values[np.lexsort((scores.values, scores.column))]
    first = np.cumsum(standing) - standing
    present = standing > 0
    medians = np.zeros(len(standing))
    low, high = (first + (standing - 1) // 2)[present], (first + standing // 2)[present]
    medians[present] = (ranked[low] + ranked[high]) / 2.0
    return np.asarray(scores.values - medians[scores.column], dtype=np.float64)
