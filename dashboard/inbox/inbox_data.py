"""The evidence that waits, one row a piece."""

from collections.abc import Mapping, Sequence

import pandas as pd

from dashboard.components.columns_data import TIME, frame_of
from dashboard.wording import bearing
from forecasts.questions.question import Question, QuestionId
from tracker.model.read_models import EvidenceCard


def inbox_frame(
    pieces: Sequence[EvidenceCard],
    questions: Mapping[QuestionId, Question],
    at_hand: Sequence[EvidenceCard],
) -> pd.DataFrame:
    """Columns: at (a mark for the story at hand), headline, question, points (in words), source,
    seen.

    Headlines and sources are feed text: a table cell shows them as they are.
    """
    types = dict.fromkeys(("at", "headline", "question", "points", "source"), "str") | {
        "seen": TIME
    }
    now = {card.evidence.id for card in at_hand}
    rows = (
        (
            "▸" if card.evidence.id in now else "",
            card.headline,
            card.question_text,
            _points(card, questions[card.evidence.question_id]),
            card.items[0].feed_title,
            card.evidence.first_seen_at,
        )
        for card in pieces
    )
    return frame_of(types, rows)


def _points(card: EvidenceCard, question: Question) -> str:
    points = bearing(card.evidence, question.kind)
    return f"{points} (context only)" if card.context_only else points
