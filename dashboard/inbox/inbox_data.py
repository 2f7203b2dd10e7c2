"""Data frame of the evidence to review."""

from collections.abc import Mapping, Sequence

import pandas as pd

from dashboard.components.columns_data import TIME, build_frame
from dashboard.wording import describe_bearing
from forecasts.questions.question import Question, QuestionId
from tracker.model.read_models import EvidenceCard


def inbox_frame(
    cards: Sequence[EvidenceCard],
    questions: Mapping[QuestionId, Question],
    selected: Sequence[EvidenceCard],
) -> pd.DataFrame:
    """One row per piece of evidence. Columns:

    at (a mark for the selected story), headline, question, points (bearing in words), source, seen.

    Headlines and sources are feed text; table cells show them as they are.
    """
    types = dict.fromkeys(("at", "headline", "question", "points", "source"), "str") | {
        "seen": TIME
    }
    selected_ids = {card.evidence.id for card in selected}
    rows = (
        (
            "▸" if card.evidence.id in selected_ids else "",
            card.headline,
            card.question_text,
            _bearing_words(card, questions[card.evidence.question_id]),
            card.items[0].feed_title,
            card.evidence.first_seen_at,
        )
        for card in cards
    )
    return build_frame(types, rows)


def _bearing_words(card: EvidenceCard, question: Question) -> str:
    points = describe_bearing(card.evidence, question.kind)
    return f"{points} (context only)" if card.context_only else points
