"""What an answered question can teach, as tables."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from dashboard.components.columns_data import TIME, frame_of
from dashboard.wording import clipped, strength
from forecasts.evidence.evidence import Indicator, IndicatorId
from forecasts.questions.question import EvidenceId
from forecasts.suggestion.postmortem import Missed, PostMortem
from tracker.model.read_models import EvidenceCard, QuestionPage

HELPFUL, HARMFUL = "✓ towards the answer", "✗ away from it"

_RIGHT: Final = {
    True: "its silence pointed to the answer",
    False: "its silence pointed away from the answer",
    None: "its silence said nothing",
}


def pushes_frame(found: PostMortem, page: QuestionPage) -> pd.DataFrame:
    """The evidence that helped most, then that which misled most. Columns:

    way (`HELPFUL` or `HARMFUL`), log_odds (at its strongest; above 0 towards the answer), seen
    (time), headline (feed text), signpost.
    """
    cards: Mapping[EvidenceId, EvidenceCard] = {card.evidence.id: card for card in page.evidence}
    rows: list[tuple[Any, ...]] = [
        (
            way,
            push.toward,
            card.evidence.first_seen_at,
            clipped(card.headline, 170),
            card.indicator_name,
        )
        for way, pushes in ((HELPFUL, found.helpful), (HARMFUL, found.harmful))
        for push in pushes
        if (card := cards.get(push.evidence_id)) is not None
    ]
    return frame_of(
        {"way": "str", "log_odds": "float64", "seen": TIME, "headline": "str", "signpost": "str"},
        rows,
    )


def missed_frame(found: PostMortem, page: QuestionPage) -> pd.DataFrame:
    """The signposts that were not seen before the answer. Columns: signpost, due (time or empty),
    strength, told.
    """
    rows = [
        (indicator.name, indicator.expected.by if indicator.expected else None, strength(indicator.strength),
         _told(miss))
        for miss in found.missed
        if (indicator := _indicator(page, miss.indicator_id)) is not None
    ]  # fmt: skip
    return frame_of({"signpost": "str", "due": TIME, "strength": "str", "told": "str"}, rows)


def _indicator(page: QuestionPage, indicator_id: IndicatorId) -> Indicator | None:
    return page.indicators.get(indicator_id)


def _told(miss: Missed) -> str:
    if miss.state == "silent":
        return f"expected and not seen: {_RIGHT[miss.right]}"
    return "would have pointed to the answer, and was never seen"
