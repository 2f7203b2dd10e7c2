"""Propriety of averaging over the schedule, as opposed to a question's life.

A question may be answered early: an event occurs on day d of D, or never, and then the question
runs to its end. A forecaster says q until day d and, if nothing happened, 0 from then on. Averaged
over the realised life, a YES weighs q fully, while a NO dilutes it with the days at 0 that follow,
so exaggeration pays. Divided by the scheduled length, the days before d weigh the same whatever
happens, and the true probability is the best report. That is `scoring`'s skill over schedule.
Source: Sempere & Lawsen 2021, arXiv 2106.11248, on Good Judgment Open.
"""

from forecasts.distributions.probability import check_probabilities
from forecasts.errors import InvalidTime


def best_report(p_true: float, resolves_day: float, scheduled_days: float) -> tuple[float, float]:
    """Report with the best expected Brier score: by realised life, and by schedule.

    The report q applies until `resolves_day`. An event occurs on `resolves_day` with probability
    `p_true`, or not at all in `scheduled_days`. The expected mean over the realised life is
    p_true·(1 − q)² + (1 − p_true)·q²·d/D, least at p_true / (p_true + (1 − p_true)·d/D); over the
    schedule both terms are divided by D alone, and the best q is p_true. Both 0 to 1. The first
    exceeds `p_true` by more the earlier the answer can come. Raises `InvalidTime` unless 0 < d ≤ D,
    and `InvalidProbability`. Source: Sempere & Lawsen 2021, arXiv 2106.11248.

    >>> by_life, by_schedule = best_report(0.5, 1.0, 10.0)
    >>> round(by_life, 3), by_schedule
    (0.909, 0.5)
    """
    if not 0.0 < resolves_day <= scheduled_days:
        raise InvalidTime(
            f"the event comes after the opening and by the end: day {resolves_day} of "
            f"{scheduled_days}"
        )
    truth = float(check_probabilities(p_true))
    return truth / (truth + (1.0 - truth) * (resolves_day / scheduled_days)), truth
