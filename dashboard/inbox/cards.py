"""Evidence cards: reports of a story, and its meaning for one or several questions."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.components.visit import Visit
from dashboard.components.widgets import HEADER, ROW, link_out, restated, table
from dashboard.inbox import judging
from dashboard.inbox.evidence_data import fold, reports_frame
from dashboard.inbox.marked import marked
from dashboard.inbox.versions_data import versions
from dashboard.wording import DATE_NOTE, clipped, folded, leans, plural, shift_of
from dashboard.wording import matched as matched_words
from forecasts.questions.question import Question, QuestionId
from tracker.model.read_models import EvidenceCard, QuestionPage

SUMMARY_LIMIT = 280
LONG_ARTICLE = 1_500
"""Characters from which an article scrolls in a box."""

MOST_OF_ARTICLE = 30_000
"""Characters that are sent to the browser: an inbox has ten cards, mostly unopened."""

SOURCES = 3
"""Sources that are named on the card; the reports name all."""

MANY_REPORTS = 8
"""Reports up to which their table is as high as needed; longer ones scroll."""

INBOX = "inbox"
_C = st.column_config


def picked(visit: Visit, page: QuestionPage, state: Any) -> None:
    """Show the evidence selected among the marks of a question's chart."""
    selected = {row.get("id") for row in state.selection.get("evidence") or []}
    if selected:
        restated(visit)
    for evidence_card in page.evidence:
        if evidence_card.evidence.id in selected:
            st.text(_describe_shift(page, evidence_card))
            card(visit, evidence_card, page.summary.question, place="chart")


def _describe_shift(page: QuestionPage, shown: EvidenceCard) -> str:
    """Describe the effect of a piece on the suggestion, and its number of reports and copies."""
    counts = fold(shown.items)
    copies_line = folded(counts.reports, counts.independent, counts.copies) + (
        "" if counts.copies else "; no copies"
    )
    if shown.context_only:
        return f"Context only · {copies_line}"
    if page.suggestion is None:
        return copies_line
    line = next(
        (
            suggestion_line
            for suggestion_line in page.suggestion.lines
            if suggestion_line.evidence_id == shown.evidence.id
        ),
        None,
    )
    return f"{shift_of(None if line is None else line.log_odds, page.suggestion.p)} · {copies_line}"


def card(visit: Visit, shown: EvidenceCard, question: Question, *, place: str) -> None:
    """Show evidence on the page of its question; `place` makes the widget keys unique."""
    with st.container(border=True, gap="xsmall"):
        _show_report(visit, shown, place)
        judging.judgement(visit, shown, question, judging.How(place))
        _show_background(visit, shown, place)


def story(
    visit: Visit,
    pieces: Sequence[EvidenceCard],
    questions: Mapping[QuestionId, Question],
    *,
    keys: bool = False,
) -> None:
    """Show a story in the inbox once, with a judgement for each question, the first one by keys."""
    with st.container(border=True, gap="xsmall"):
        _show_report(visit, pieces[0], INBOX)
        previous = ""
        for piece in pieces:
            question = questions[piece.evidence.question_id]
            match_line = (
                f"{matched_words(piece.evidence, piece.why)}{leans(piece.evidence, piece.why)}"
            )
            with st.container(border=len(pieces) > 1, gap="xsmall"):
                options = judging.How(
                    INBOX,
                    question.text,
                    repeats=match_line == previous,
                    keys=keys and piece is pieces[0],
                )
                judging.judgement(visit, piece, question, options)
            previous = match_line
        if len(pieces) > 1:
            judging.together(visit, pieces)
        _show_background(visit, pieces[0], INBOX)


def _show_report(visit: Visit, shown: EvidenceCard, place: str) -> None:
    """Show headline, summary, source, age and odd dates. Feed text is never Markdown."""
    first = shown.items[0]
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        marked(
            shown.headline,
            shown.evidence.matched,
            f"{place}-headline-{shown.evidence.id}",
            "headline",
        )
        link_out(first.item.url, "Read it", key=f"{place}-link-{shown.evidence.id}")
    summary = clipped(first.item.summary, SUMMARY_LIMIT)
    with st.container(gap=None):
        if summary and summary.lower() != shown.headline.lower():
            marked(summary, shown.evidence.matched, f"{place}-summary-{shown.evidence.id}")
        st.text(_describe_source(visit, shown))
    if len(shown.items) > 1:
        _show_reports(visit, shown, place)


def _describe_source(visit: Visit, shown: EvidenceCard) -> str:
    """Describe the sources, the time first seen, and an odd date."""
    names = list(dict.fromkeys(item.feed_title for item in shown.items))
    others_note = f" and {len(names) - SOURCES:,} more" if len(names) > SOURCES else ""
    seen = (
        f"first seen {visit.day(shown.evidence.first_seen_at)}, "
        f"{visit.age(shown.evidence.first_seen_at)}"
    )
    note = DATE_NOTE[shown.items[0].item.date_note]
    return " · ".join(filter(None, (", ".join(names[:SOURCES]) + others_note, seen, note)))


def _show_reports(visit: Visit, shown: EvidenceCard, place: str) -> None:
    """Show all reports, copies marked: they count once."""
    counts = fold(shown.items)
    label = folded(counts.reports, counts.independent, counts.copies)
    columns = {
        "what": _C.TextColumn(
            "What", width=70, help="A copy has the text of an earlier report, and counts once."
        ),
        "source": _C.TextColumn("Source", width=190),
        "group": _C.TextColumn(
            "Stands behind it", width=120, help="The agency it names, or the owner of the feed."
        ),
        "seen": _C.DatetimeColumn(
            "First seen", format="D MMM YYYY, HH:mm", timezone=visit.zone.key, width=140
        ),
        "headline": _C.TextColumn("Headline", width=420),
    }
    with st.expander(label, type="compact", key=f"{place}-reports-{shown.evidence.id}"):
        height = "content" if len(shown.items) <= MANY_REPORTS else HEADER + MANY_REPORTS * ROW
        table(reports_frame(shown.items), columns, "Reports of this story", height=height)


def _show_background(visit: Visit, shown: EvidenceCard, place: str) -> None:
    _show_versions(visit, shown, place)
    _show_articles(shown, place)


def _show_versions(visit: Visit, shown: EvidenceCard, place: str) -> None:
    """Show the edits by its outlets since it was first seen."""
    edits = sum(len(item.revisions) for item in shown.items)
    if not edits:
        return
    label = f"Edited {edits}× since it was first seen"
    with st.expander(label, type="compact", key=f"{place}-versions-{shown.evidence.id}"):
        for item in shown.items:
            for version in versions(item) if item.revisions else ():
                with st.container(gap=None):
                    seen = version.seen_at
                    st.text(
                        f"{visit.ago(seen)} · {version.said} · {item.feed_title}",
                        help=visit.utc(seen),
                    )
                    st.text(version.title)
                    if version.summary:
                        st.text(clipped(version.summary, SUMMARY_LIMIT))


def _show_articles(shown: EvidenceCard, place: str) -> None:
    """Show the fetched articles of its reports."""
    for item in shown.items:
        if item.article:
            label = f"Whole article, {plural(len(item.article), 'character')}"
            with (
                st.expander(
                    label, type="compact", key=f"{place}-article-{shown.evidence.id}-{item.item.id}"
                ),
                st.container(
                    height=360 if len(item.article) > LONG_ARTICLE else "content", border=False
                ),
            ):
                st.text(f"{item.feed_title}\n\n{item.article[:MOST_OF_ARTICLE]}")
                if len(item.article) > MOST_OF_ARTICLE:
                    st.caption(f"The first {plural(MOST_OF_ARTICLE, 'character')} of it.")
