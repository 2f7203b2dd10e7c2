"""Demotions: indicators and feeds whose pieces move nothing until a person confirms them.

They are learned values, 1 while one is demoted: dated, so that a past suggestion stays as it was.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from forecasts.evidence.evidence import IndicatorId
from tracker.feeds.item import FeedId
from tracker.storage.tables import LearnedRow

DEMOTED_INDICATOR: Final = "demoted signpost"
DEMOTED_FEED: Final = "demoted feed"


@dataclass(frozen=True, slots=True)
class Demotions:
    """Reasons of the demotions at an instant, by indicator and by feed."""

    indicators: Mapping[str, str]
    feeds: Mapping[str, str]

    def find_reason(self, indicator_id: IndicatorId, feed_ids: Sequence[FeedId]) -> str:
        """Return why a piece moves nothing; "" if its indicator, or one of its feeds, may."""
        if reason := self.indicators.get(indicator_id, ""):
            return f"what this signpost finds is usually rejected: {reason}"
        reasons = [self.feeds.get(feed_id, "") for feed_id in feed_ids]
        if reasons and all(reasons):
            return f"what this feed brings is usually rejected: {reasons[0]}"
        return ""


def load_demotions(session: Session) -> Callable[[datetime | None], Demotions]:
    """Load all versions once; return a function of the instant, None for now."""
    names = (DEMOTED_INDICATOR, DEMOTED_FEED)
    query = select(LearnedRow).where(col(LearnedRow.name).in_(names))
    versions = session.exec(query.order_by(col(LearnedRow.id))).all()

    def at(instant: datetime | None) -> Demotions:
        newest = {
            (row.name, row.scope): row
            for row in versions
            if instant is None or row.as_of <= instant
        }
        reasons: dict[str, dict[str, str]] = defaultdict(dict)
        for (name, scope), row in newest.items():
            if row.state != "reset" and row.value > 0.5:
                reasons[name][scope] = row.why
        return Demotions(reasons[DEMOTED_INDICATOR], reasons[DEMOTED_FEED])

    return at
