"""Choose which pool of people's forecasts pages and scenario boards show as the crowd."""

from collections.abc import Mapping, Sequence

from forecasts.aggregation.leading_pool import find_leading_pool
from forecasts.evidence.parameters import LearnedValue
from forecasts.questions.question import CROWD, POOLS, ForecasterId
from forecasts.scoring.comparison import Comparison
from forecasts.scoring.rulebook import RuleName
from tracker.errors import Refused
from tracker.model.audit import Authorship
from tracker.questions.crowd_lessons import SHOWN, find_shown_crowd
from tracker.questions.submit_forecast import register_forecaster
from tracker.storage import learned
from tracker.storage.learned import LearnedRecord, LearnedState
from tracker.storage.sessions import Session


def choose_crowd(
    session: Session,
    pool: ForecasterId,
    pools: Mapping[RuleName, Sequence[Comparison]],
    authorship: Authorship,
) -> None:
    """Append that a pool is shown as the crowd from now on.

    The plain one always may; another only while it leads among the `pools`. Raises `Refused`.
    """
    shown = find_shown_crowd(session, authorship.at)
    if pool == shown:
        raise Refused("that is shown as the crowd already: there is nothing to change")
    leading = [row for rows in pools.values() if (row := find_leading_pool(rows)) is not None]
    evidence = next((row for row in leading if row.a == pool), None)
    if pool != CROWD and evidence is None:
        raise Refused(
            "it has not been shown to beat the plain crowd: `tracker accuracy summary` says which "
            "way of pooling leads"
        )
    families = 0 if evidence is None else evidence.families
    why = "" if evidence is None else f"led by an e-value of {evidence.e_value:.0f}"
    value = LearnedValue(
        SHOWN, learned.GLOBAL_SCOPE, float(POOLS.index(pool)), families, authorship.at, why
    )
    register_forecaster(session, authorship.by, authorship.at)
    state: LearnedState = "reset" if pool == CROWD else "frozen"
    learned.add_learned(session, LearnedRecord(value, state, authorship.by))
