"""Data frames of evidence, and of the reports behind a piece of evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from dashboard.components.frames import build_frame
from dashboard.wording import (
    describe_bearing,
    evidence_side,
    is_uncalled,
    model_name,
    percent_number,
    strength_name,
)
from forecasts.evidence.evidence import PERHAPS
from forecasts.questions.question import Kind, Question, QuestionId
from tracker.feeds.item import ItemId
from tracker.model.evidence import EvidenceCard, StoryItem


@dataclass(frozen=True, slots=True)
class StoryReport:
    """A report of a story; `copy` is True if it repeats the text of an earlier one."""

    report: StoryItem
    copy: bool


def flag_copies(items: Sequence[StoryItem]) -> tuple[StoryReport, ...]:
    """Mark the copies among the reports of a story, first seen first: same text as an earlier
    report.
    """
    texts: set[ItemId] = set()
    reports = []
    for item in sorted(items, key=lambda i: (i.item.first_seen_at, i.item.id)):
        text_id = item.copy_of or item.item.id
        reports.append(StoryReport(item, text_id in texts))
        texts.add(text_id)
    return tuple(reports)


@dataclass(frozen=True, slots=True)
class ReportCounts:
    """Counts of a story: distinct reports, independent source groups, and copies."""

    reports: int
    independent: int
    copies: int


def count_reports(items: Sequence[StoryItem]) -> ReportCounts:
    """Count reports as story reliability does: neither a copy nor the same owner is independent."""
    reports = flag_copies(items)
    source_groups = [t.report.source_group for t in reports if not t.copy]
    return ReportCounts(
        len(source_groups), len(set(source_groups)), len(reports) - len(source_groups)
    )


def reports_frame(items: Sequence[StoryItem]) -> pd.DataFrame:
    """Every report of a story, first seen first. Columns:

    seen, source (feed title), group (the news agency it names, or the feed's owner), what (`report`
    or `copy`), headline. All but `what` is feed text.
    """
    rows = (
        (
            t.report.item.first_seen_at,
            t.report.feed_title,
            t.report.source_group,
            "copy" if t.copy else "report",
            t.report.item.title,
        )
        for t in flag_copies(items)
    )
    return build_frame("seen:time source group what headline", rows)


def evidence_frame(cards: Sequence[EvidenceCard], kind: Kind) -> pd.DataFrame:
    """One row per piece of evidence, in the words of its question's kind. Columns:

    id, seen, headline (feed text), direction, sure (of the direction, percent; empty if not called
    or confirmed by a person), strength, relevant (probability that the match is relevant, percent;
    empty as before), status, judge (empty, or the model's name), matched (words), nearest
    (phrasing), sources (feed titles), reports, independent and copies (counts), url (of the first
    report).
    """
    return build_frame(
        (
            "id:int seen:time headline direction sure:float strength relevant:float "
            "status judge matched nearest sources reports:int independent:int "
            "copies:int url"
        ),
        (_evidence_row(card, kind) for card in cards),
    )


def _evidence_row(card: EvidenceCard, kind: Kind) -> tuple[Any, ...]:
    e, counts, model = card.evidence, count_reports(card.items), model_name(card.evidence.judged_by)
    is_waiting = e.status == "logged"
    return (
        e.id,
        e.first_seen_at,
        card.headline,
        evidence_side(e, kind),
        percent_number(e.p_direction) if is_waiting and not is_uncalled(e) else None,
        strength_name(e.strength),
        percent_number(e.relevance) if is_waiting else None,
        f"{card.state}, machine judgement" if model else card.state,
        model,
        ", ".join(e.matched),
        card.why.nearest,
        ", ".join(dict.fromkeys(item.feed_title for item in card.items)),
        counts.reports,
        counts.independent,
        counts.copies,
        card.carrier.item.url,
    )


def inbox_frame(
    cards: Sequence[EvidenceCard],
    questions: Mapping[QuestionId, Question],
    selected: Sequence[EvidenceCard],
) -> pd.DataFrame:
    """One row per piece of evidence. Columns:

    at (a mark for the selected story), headline, question, points (bearing in words), source, seen.

    Headlines and sources are feed text; table cells show them as they are.
    """
    selected_ids = {card.evidence.id for card in selected}
    rows = (
        (
            "▸" if card.evidence.id in selected_ids else "",
            card.headline,
            card.question_text,
            _bearing_words(card, questions[card.evidence.question_id]),
            card.carrier.feed_title,
            card.evidence.first_seen_at,
        )
        for card in cards
    )
    return build_frame("at headline question points source seen:time", rows)


def _bearing_words(card: EvidenceCard, question: Question) -> str:
    points = describe_bearing(card.evidence, question.kind)
    if card.context_only:
        return f"{points} (context only)"
    return f"{points} ({PERHAPS})" if card.perhaps else points


@dataclass(frozen=True, slots=True)
class ItemVersion:
    """One version and its change from the one before; `summary` is "" if it did not change."""

    seen_at: datetime
    change: str
    title: str
    summary: str


def list_item_versions(story_item: StoryItem) -> tuple[ItemVersion, ...]:
    """List all versions of an item, oldest first."""
    first = story_item.item
    result = [ItemVersion(first.first_seen_at, "first seen", first.title, first.summary)]
    title, summary = first.title, first.summary
    for later in story_item.revisions:
        changed = [
            *(["headline"] if later.title != title else []),
            *(["summary"] if later.summary != summary else []),
        ]
        change = f"{' and '.join(changed) or 'text'} changed"
        result.append(
            ItemVersion(
                later.seen_at,
                change,
                later.title,
                later.summary if later.summary != summary else "",
            )
        )
        title, summary = later.title, later.summary
    return tuple(result)
