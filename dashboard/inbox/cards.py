"""Evidence cards: reports of a story, and its meaning for one or several questions."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal

import streamlit as st

from dashboard.components.scripts import load_component
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    HEADER_HEIGHT,
    ROW_HEIGHT,
    link_to_site,
    show_headline_note,
    show_table,
)
from dashboard.inbox import evidence_review
from dashboard.inbox.data import count_reports, list_item_versions, reports_frame
from dashboard.wording import (
    DATE_NOTES,
    clip,
    describe_shift,
    describe_tilt,
    explain_direction,
    format_report_counts,
    plural,
)
from dashboard.wording import describe_match as matched_words
from forecasts.questions.question import Question, QuestionId
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.curves import CurveSuggestion
from forecasts.suggestion.explanation import story_effects
from tracker.model.evidence import EvidenceCard
from tracker.model.read_models import QuestionPage

_HTML: Final = '<div class="marked"></div>'


def show_marked_text(
    text: str, words: Sequence[str], key: str, look: Literal["headline", "prose"] = "prose"
) -> None:
    """Show a text with the matched `words` highlighted."""
    component = load_component("marked", _HTML, text)
    component(key=key, data={"pieces": split_marked(text, words), "look": look})


def split_marked(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """Split a text into pieces with a flag for the given words, as whole words in any case.



    >>> split_marked("Envoy: envoys meet the envoy", ["envoy"])
    [('Envoy', True), (': envoys meet the ', False), ('envoy', True)]
    """
    patterns = sorted(filter(None, words), key=len, reverse=True)
    if not patterns:
        return [(text, False)]
    parts = re.split(
        rf"(?<!\w)({'|'.join(map(re.escape, patterns))})(?!\w)", text, flags=re.IGNORECASE
    )
    return [(piece, bool(n % 2)) for n, piece in enumerate(parts) if piece]


MAX_SUMMARY_CHARACTERS = 280
MAX_UNSCROLLED_CHARACTERS = 1_500
"""Characters from which an article scrolls in a box."""

MAX_ARTICLE_CHARACTERS = 30_000
"""Characters that are sent to the browser: an inbox has ten cards, mostly unopened."""

MAX_SOURCES = 3
"""Sources that are named on the card; the reports name all."""

MAX_UNSCROLLED_REPORTS = 8
"""Reports up to which their table is as high as needed; longer ones scroll."""

INBOX_PLACE = "inbox"
_C = st.column_config


def show_selected(visit: Visit, page: QuestionPage, shown: EvidenceCard) -> None:
    """Show the evidence that was clicked in a question's chart."""
    show_headline_note(visit)
    st.text(_describe_shift(page, shown))
    show_card(visit, shown, page.summary.question, place="chart")


def _describe_shift(page: QuestionPage, shown: EvidenceCard) -> str:
    """Describe the effect of a piece on the suggestion, and its number of reports and copies."""
    counts = count_reports(shown.items)
    copies_line = format_report_counts(counts.reports, counts.independent, counts.copies) + (
        "" if counts.copies else "; no copies"
    )
    if shown.context_only:
        return f"Context only · {copies_line}"
    suggestion = page.suggestion
    if not isinstance(suggestion, Suggestion | CurveSuggestion):
        return copies_line
    added = story_effects(suggestion.lines).get(shown.evidence.id)
    shift = (
        describe_shift(added, suggestion.p)
        if isinstance(suggestion, Suggestion)
        else describe_tilt(added)
    )
    return f"{shift} · {copies_line}"


def show_card(visit: Visit, shown: EvidenceCard, question: Question, *, place: str) -> None:
    """Show evidence on the page of its question; `place` makes the widget keys unique."""
    with st.container(border=True, gap="xsmall"):
        _show_report(visit, shown, place)
        evidence_review.show_judgement(
            visit, shown, question, evidence_review.JudgementOptions(place)
        )
        _show_background(visit, shown, place)


def show_story(
    visit: Visit,
    pieces: Sequence[EvidenceCard],
    questions: Mapping[QuestionId, Question],
    *,
    keys: bool = False,
) -> None:
    """Show a story in the inbox once, with a judgement for each question, the first one by keys."""
    with st.container(border=True, gap="xsmall"):
        _show_report(visit, pieces[0], INBOX_PLACE)
        previous = ""
        for piece in pieces:
            question = questions[piece.evidence.question_id]
            match_line = matched_words(piece.evidence, piece.why) + explain_direction(
                piece.evidence, piece.why
            )
            with st.container(border=len(pieces) > 1, gap="xsmall"):
                options = evidence_review.JudgementOptions(
                    INBOX_PLACE,
                    question.text,
                    repeats=match_line == previous,
                    keys=keys and piece is pieces[0],
                )
                evidence_review.show_judgement(visit, piece, question, options)
            previous = match_line
        if len(pieces) > 1:
            evidence_review.show_joint_judgement(visit, pieces)
        _show_background(visit, pieces[0], INBOX_PLACE)


def _show_report(visit: Visit, shown: EvidenceCard, place: str) -> None:
    """Show headline, summary, source, age and odd dates. Feed text is never Markdown."""
    carrier = shown.carrier.item
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        show_marked_text(
            shown.headline,
            shown.evidence.matched,
            f"{place}-headline-{shown.evidence.id}",
            "headline",
        )
        link_to_site(carrier.url, "Read it", key=f"{place}-link-{shown.evidence.id}")
    summary = clip(carrier.summary, MAX_SUMMARY_CHARACTERS)
    with st.container(gap=None):
        if summary and summary.lower() != shown.headline.lower():
            show_marked_text(
                summary, shown.evidence.matched, f"{place}-summary-{shown.evidence.id}"
            )
        st.text(_describe_source(visit, shown))
    if len(shown.items) > 1:
        _show_reports(visit, shown, place)


def _describe_source(visit: Visit, shown: EvidenceCard) -> str:
    """Describe the sources, the time first seen, and an odd date."""
    names = list(dict.fromkeys(item.feed_title for item in shown.items))
    others_note = f" and {len(names) - MAX_SOURCES:,} more" if len(names) > MAX_SOURCES else ""
    seen = (
        f"first seen {visit.day(shown.evidence.first_seen_at)}, "
        f"{visit.age(shown.evidence.first_seen_at)}"
    )
    note = DATE_NOTES[shown.carrier.item.date_note]
    return " · ".join(filter(None, (", ".join(names[:MAX_SOURCES]) + others_note, seen, note)))


def _show_reports(visit: Visit, shown: EvidenceCard, place: str) -> None:
    """Show all reports, copies marked: they count once."""
    counts = count_reports(shown.items)
    label = format_report_counts(counts.reports, counts.independent, counts.copies)
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
        height = (
            "content"
            if len(shown.items) <= MAX_UNSCROLLED_REPORTS
            else HEADER_HEIGHT + MAX_UNSCROLLED_REPORTS * ROW_HEIGHT
        )
        show_table(reports_frame(shown.items), columns, "Reports of this story", height=height)


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
            for version in list_item_versions(item) if item.revisions else ():
                with st.container(gap=None):
                    seen = version.seen_at
                    st.text(
                        f"{visit.ago(seen)} · {version.change} · {item.feed_title}",
                        help=visit.utc(seen),
                    )
                    st.text(version.title)
                    if version.summary:
                        st.text(clip(version.summary, MAX_SUMMARY_CHARACTERS))


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
                    height=360 if len(item.article) > MAX_UNSCROLLED_CHARACTERS else "content",
                    border=False,
                ),
            ):
                st.text(f"{item.feed_title}\n\n{item.article[:MAX_ARTICLE_CHARACTERS]}")
                if len(item.article) > MAX_ARTICLE_CHARACTERS:
                    st.caption(f"The first {plural(MAX_ARTICLE_CHARACTERS, 'character')} of it.")
