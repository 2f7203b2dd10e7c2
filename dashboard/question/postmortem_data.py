"""Data frames of the lessons of an answered question."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from dashboard.components.columns_data import TIME, build_frame
from dashboard.wording import clip, strength_name
from forecasts.evidence.evidence import Indicator, IndicatorId
from forecasts.questions.question import EvidenceId
from forecasts.suggestion.postmortem import MissedSignpost, PostMortem
from tracker.model.read_models import EvidenceCard, QuestionPage

HELPFUL, HARMFUL = "✓ towards the answer", "✗ away from it"

_SILENCE_MEANING: Final = {
    True: "its silence pointed to the answer",
    False: "its silence pointed away from the answer",
    None: "its silence said nothing",
}


def contributions_frame(postmortem: PostMortem, page: QuestionPage) -> pd.DataFrame:
    """The most helpful, then the most misleading evidence. Columns:

    way (`HELPFUL` or `HARMFUL`), log_odds (at its strongest; above 0 towards the answer), seen
    (time), headline (feed text), signpost.
    """
    cards: Mapping[EvidenceId, EvidenceCard] = {card.evidence.id: card for card in page.evidence}
    rows: list[tuple[Any, ...]] = [
        (
            way,
            contribution.toward,
            card.evidence.first_seen_at,
            clip(card.headline, 170),
            card.indicator_name,
        )
        for way, pushes in ((HELPFUL, postmortem.helpful), (HARMFUL, postmortem.harmful))
        for contribution in pushes
        if (card := cards.get(contribution.evidence_id)) is not None
    ]
    return build_frame(
        {"way": "str", "log_odds": "float64", "seen": TIME, "headline": "str", "signpost": "str"},
        rows,
    )


def unseen_signposts_frame(postmortem: PostMortem, page: QuestionPage) -> pd.DataFrame:
    """Signposts not seen before the answer. Columns: signpost, due (time or empty), strength,
    told.
    """
    rows = [
        (
            indicator.name,
            indicator.expected.by if indicator.expected else None,
            strength_name(indicator.strength),
            _describe_miss(miss),
        )
        for miss in postmortem.missed
        if (indicator := _find_indicator(page, miss.indicator_id)) is not None
    ]
    return build_frame({"signpost": "str", "due": TIME, "strength": "str", "told": "str"}, rows)


def _find_indicator(page: QuestionPage, indicator_id: IndicatorId) -> Indicator | None:
    return page.indicators.get(indicator_id)


def _describe_miss(miss: MissedSignpost) -> str:
    if miss.state == "silent":
        return f"expected and not seen: {_SILENCE_MEANING[miss.right]}"
    return "would have pointed to the answer, and was never seen"
