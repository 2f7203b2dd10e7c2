"""Short report on a question for whoever has a link to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from forecasts.evidence.evidence import Direction, describe_side
from forecasts.questions.formatting import capitalise, format_short, format_utc_day
from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.categorical import OptionSuggestion
from forecasts.suggestion.explanation import Mover, format_points, rank_movers
from tracker.reports.content import (
    Block,
    ReportDocument,
    ReportSection,
    format_count,
    make_cell,
    make_document,
    make_facts,
    make_paragraph,
    make_row,
    make_table,
)
from tracker.reports.known import QuestionAsOf, load_question_as_of
from tracker.reports.question_report import build_history, build_standings, summarise
from tracker.storage import questions
from tracker.storage.sessions import Session

MAX_CAUSES: Final = 3
MAX_EVIDENCE: Final = 10
_MIN_CHANGE: Final = 0.002
"""Smallest change that is told: a fifth of a point."""


def build_public_report(
    session: Session, question_id: str, at: datetime, me: ForecasterId
) -> ReportDocument:
    """Build the report that a link shows: numbers, chart, causes, criteria, latest evidence.

    It has no reasons of forecasts, no comments and no rejected evidence. Raises `NotFound`.
    """
    data = load_question_as_of(session, question_id, at, me)
    # Rows of a likelihood table name questions by their ids.
    has_table = isinstance(data.suggestion, OptionSuggestion)
    texts = {q.id: q.text for q in questions.list_questions(session)} if has_table else {}
    sections = (
        build_history(data),
        build_standings(data),
        _build_causes(data, texts),
        _build_criteria(data),
        _build_latest_evidence(data),
    )
    return make_document(
        "question",
        data.question.id,
        at,
        title=data.question.text,
        answer=summarise(data),
        sections=sections,
    )


def _build_causes(data: QuestionAsOf, texts: Mapping[QuestionId, str]) -> ReportSection:
    """Build the section on what moved the estimate most, in three sentences at most."""
    suggestion = data.suggestion
    option = suggestion.distribution.likeliest if isinstance(suggestion, OptionSuggestion) else ""
    sentences = [
        _describe_mover(data, mover, option, texts)
        for mover in rank_movers(suggestion, option)
        if abs(mover.change) >= _MIN_CHANGE
    ][:MAX_CAUSES]
    blocks: list[Block] = [make_paragraph(sentence) for sentence in sentences]
    if not blocks:
        blocks = [make_paragraph("No news has moved the estimate from its base rate.")]
    if data.headlines:
        blocks.append(make_paragraph(data.headlines, quiet=True))
    return ReportSection("What moved the estimate", tuple(blocks))


def _describe_mover(
    data: QuestionAsOf, mover: Mover, option: str, texts: Mapping[QuestionId, str]
) -> str:
    """Describe a cause: `+3 points since 2 March 2026: “Envoy in Kyiv” (Reuters).`"""
    if data.question.scale is not None:
        side = Direction.YES if mover.change > 0 else Direction.NO
        size = capitalise(describe_side(data.question.kind, side))
    else:
        size = f"{option} {format_points(mover.change)}".strip()
    cards = {card.evidence.id: card for card in data.cards}
    known = [cards[story] for story in mover.stories if story in cards]
    if not known:
        return f"{size}: {_describe_cause(data, mover, texts)}."
    first, more = known[0], len(known) - 1
    further = f" and {format_count(more, 'more story', 'more stories')}" if more else ""
    day = format_utc_day(first.evidence.first_seen_at)
    return f"{size} since {day}: “{first.headline}” ({first.items[0].feed_title}){further}."


def _describe_cause(data: QuestionAsOf, mover: Mover, texts: Mapping[QuestionId, str]) -> str:
    """Describe a cause that is no report; a row of a likelihood table by its question's text."""
    if mover.kind == "learned correction" and isinstance(data.suggestion, Suggestion):
        count = format_count(
            data.suggestion.learned_from, "answered question", "answered questions"
        )
        return f"a correction learned from {count}"
    subject, _, measure = mover.text.split(";")[0].partition(": ")
    subject = texts.get(QuestionId(subject), subject)
    return f"{measure}: “{subject}”" if measure else subject


def _build_criteria(data: QuestionAsOf) -> ReportSection:
    question = data.question
    facts = make_facts(
        ("Criteria", question.criteria),
        *(("Source", make_cell(source, source)) for source in question.sources),
        ("Base rate", f"{format_short(question, question.prior)}: {question.dated_prior_reason}"),
    )
    return ReportSection("How it is resolved", (facts,))


def _build_latest_evidence(data: QuestionAsOf) -> ReportSection | None:
    """Build the table of the newest evidence that nobody rejected; None without any."""
    cards = [card for card in data.cards if card.evidence.status != "rejected"]
    if not cards:
        return None
    rows = [
        make_row(
            format_utc_day(card.evidence.first_seen_at),
            make_cell(card.headline, card.carrier.item.url),
            card.items[0].feed_title,
            describe_side(data.question.kind, card.evidence.direction, card.evidence.option),
        )
        for card in cards[:MAX_EVIDENCE]
    ]
    table = make_table(("seen", "report", "source", "speaks"), rows, wide=(1, 2))
    note = f"The latest {len(rows)} of {format_count(len(cards), 'piece', 'pieces')}."
    return ReportSection("Latest evidence", (table, make_paragraph(note, quiet=True)))
