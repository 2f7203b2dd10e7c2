"""Build essay pages and summaries with their track record."""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Final

from forecasts.distributions.distribution import Distribution
from forecasts.essays.catalogue.entries import load_catalogue
from forecasts.essays.catalogue.lookup import find_setting
from forecasts.essays.claim_map import compute_track_record, map_claims, measure_coverage
from forecasts.essays.comparison import EssayRecord, compare_records
from forecasts.essays.extract import Sentence, find_claims
from forecasts.questions.new_question import OWN_ESSAY
from forecasts.questions.question import Essay, EssayId, QuestionId, Resolution
from tracker.errors import NotFound, Refused
from tracker.essays.quote_anchors import anchor_claims, has_quote, move_rejections
from tracker.model.essays import EssayComparison, EssayPage, EssaySummary, EssayText
from tracker.model.read_models import QuestionSummary
from tracker.questions.queries.question_list import (
    SummariesByQuestion,
    board_forecast,
    summarise_questions,
)
from tracker.storage import essays
from tracker.storage.sessions import Session

_PUBLISHED_YEAR: Final = re.compile(r"\b(?:1[5-9]|20|21)[0-9]{2}\b")


@lru_cache(maxsize=16)
def split_sentences(text: str, published: str = "") -> tuple[Sentence, ...]:
    """Split a text into sentences, of which those that look ahead are claims; cached."""
    year = _PUBLISHED_YEAR.search(published)
    return find_claims(text, int(year[0]) if year else 0)


@lru_cache(maxsize=16)
def find_essay_setting(text: str) -> str:
    """Return the place that a text is about, "" for several; cached by text."""
    return find_setting(text, load_catalogue())


def load_essay_page(
    session: Session, essay_id: EssayId, now: datetime, known: SummariesByQuestion | None = None
) -> EssayPage:
    """Build an essay with its track record; raises `NotFound`.

    `known` replaces the current questions, for example by those of an earlier date.
    """
    essay = essays.find_essay(session, essay_id)
    if essay is None:
        raise NotFound("essay", essay_id, "see `tracker essay list` for the names")
    if known is None:
        return _build_page(session, essay, _group_by_essay(session, now).get(essay_id, {}))
    return _build_page(
        session, essay, {q: row for q, row in known.items() if row.question.essay_id == essay_id}
    )


def summarise_essays(session: Session, now: datetime) -> tuple[EssaySummary, ...]:
    """Summarise all essays; questions without an essay are left out."""
    by_essay = _group_by_essay(session, now)
    return tuple(
        _summarise_page(_build_page(session, essay, by_essay.get(essay.id, {})))
        for essay in _list_essays(session)
    )


def compare_essays(
    session: Session, first_id: EssayId, second_id: EssayId, now: datetime
) -> EssayComparison:
    """Compare the records of two essays; raises `NotFound`, or `Refused` for one and the same."""
    if first_id == second_id:
        raise Refused(f"{first_id} cannot be compared with itself: name another essay")
    summaries = {row.question.id: row for row in summarise_questions(session, now)}
    pages = [
        load_essay_page(session, essay_id, now, summaries) for essay_id in (first_id, second_id)
    ]
    resolutions = _resolutions_by_question(summaries.values())
    sides = [(page, {q: row.question for q, row in page.questions.items()}) for page in pages]
    live = [EssayRecord(page.live, questions) for page, questions in sides]
    past = [EssayRecord(page.retrospective, questions) for page, questions in sides]
    return EssayComparison(
        first=pages[0].essay,
        second=pages[1].essay,
        live=compare_records((live[0], live[1]), resolutions),
        retrospective=compare_records((past[0], past[1]), resolutions),
    )


def load_essay_titles(session: Session) -> dict[EssayId, str]:
    """Return the titles of all essays but the placeholder of questions without an essay."""
    return {essay.id: essay.title for essay in _list_essays(session)}


def _list_essays(session: Session) -> list[Essay]:
    """List all essays but the placeholder of questions without an essay."""
    return [essay for essay in essays.list_essays(session) if essay.id != OWN_ESSAY]


def _summarise_page(page: EssayPage) -> EssaySummary:
    return EssaySummary(
        page.essay,
        page.text is not None,
        page.coverage,
        page.live,
        page.retrospective,
        len(page.questions),
    )


def _group_by_essay(
    session: Session, now: datetime
) -> dict[EssayId, dict[QuestionId, QuestionSummary]]:
    by_essay: dict[EssayId, dict[QuestionId, QuestionSummary]] = {}
    for row in summarise_questions(session, now):
        by_essay.setdefault(row.question.essay_id, {})[row.question.id] = row
    return by_essay


def _build_page(session: Session, essay: Essay, summaries_by_id: SummariesByQuestion) -> EssayPage:
    text: EssayText | None = essays.find_newest_text(session, essay.id)
    content = "" if text is None else text.text
    claims = anchor_claims(essays.claims_of_essay(session, essay.id), content)
    rejections = move_rejections(essays.list_rejections(session, essay.id), content)
    all_questions = [row.question for row in summaries_by_id.values()]
    forecasts, resolutions = (
        _forecasts_by_question(summaries_by_id.values()),
        _resolutions_by_question(summaries_by_id.values()),
    )
    sentences = split_sentences(content, essay.published) if content else ()
    anchored_claims = [claim for claim in claims if not content or has_quote(claim, content)]
    detached = [claim for claim in claims if claim not in anchored_claims]
    attached = map_claims(
        sentences, anchored_claims, rejections, all_questions, forecasts, resolutions
    )
    mapped = (*attached, *map_claims((), detached, (), all_questions, forecasts, resolutions))
    return EssayPage(
        essay=essay,
        text=text,
        mapped=mapped,
        coverage=measure_coverage(mapped),
        live=compute_track_record(
            claims, all_questions, resolutions, forecasts, retrospective=False
        ),
        retrospective=compute_track_record(
            claims, all_questions, resolutions, forecasts, retrospective=True
        ),
        claims=claims,
        questions=dict(summaries_by_id),
        rejections=rejections,
        drafts=essays.list_drafts(session, essay.id),
    )


def _forecasts_by_question(rows: Iterable[QuestionSummary]) -> dict[QuestionId, Distribution]:
    return {row.question.id: board_forecast(row).distribution for row in rows}


def _resolutions_by_question(rows: Iterable[QuestionSummary]) -> dict[QuestionId, Resolution]:
    return {row.question.id: row.resolution for row in rows if row.resolution is not None}
