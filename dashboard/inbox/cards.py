"""A story as a card: what was reported and by whom, and below it what it means for one question or
for several.
"""

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
"""Characters from which on an article scrolls in a window of its own."""

MOST_OF_ARTICLE = 30_000
"""Characters that are sent to the browser: an inbox has ten cards, and nobody has opened them
yet.
"""

SOURCES = 3
"""Sources that are named; the reports name them all."""

MANY_REPORTS = 8
"""Reports up to which their table is as high as it needs to be; longer ones scroll."""

INBOX = "inbox"
_C = st.column_config


def picked(visit: Visit, page: QuestionPage, state: Any) -> None:
    """The pieces of evidence that were picked among the marks of a question's chart."""
    wanted = {row.get("id") for row in state.selection.get("evidence") or []}
    if wanted:
        restated(visit)
    for each in page.evidence:
        if each.evidence.id in wanted:
            st.text(_shift(page, each))
            card(visit, each, page.summary.question, place="chart")


def _shift(page: QuestionPage, shown: EvidenceCard) -> str:
    """What a piece does to the suggestion now, and how often it was reported and copied."""
    counts = fold(shown.items)
    copied = folded(counts.reports, counts.independent, counts.copies) + (
        "" if counts.copies else "; no copies"
    )
    if shown.context_only:
        return f"Context only · {copied}"
    if page.suggestion is None:
        return copied
    line = next((x for x in page.suggestion.lines if x.evidence_id == shown.evidence.id), None)
    return f"{shift_of(None if line is None else line.log_odds, page.suggestion.p)} · {copied}"


def card(visit: Visit, shown: EvidenceCard, question: Question, *, place: str) -> None:
    """One piece of evidence on the page of its question. `place` tells the same card at two places
    of a page apart.
    """
    with st.container(border=True, gap="xsmall"):
        _reported(visit, shown, place)
        judging.judgement(visit, shown, question, judging.How(place))
        _behind(visit, shown, place)


def story(
    visit: Visit,
    pieces: Sequence[EvidenceCard],
    questions: Mapping[QuestionId, Question],
    *,
    keys: bool = False,
) -> None:
    """A story in the inbox: told once, and then judged for each question that it bears on, for the
    first by keys.
    """
    with st.container(border=True, gap="xsmall"):
        _reported(visit, pieces[0], INBOX)
        before = ""
        for each in pieces:
            question = questions[each.evidence.question_id]
            said = f"{matched_words(each.evidence, each.why)}{leans(each.evidence, each.why)}"
            with st.container(border=len(pieces) > 1, gap="xsmall"):
                how = judging.How(
                    INBOX, question.text, repeats=said == before, keys=keys and each is pieces[0]
                )
                judging.judgement(visit, each, question, how)
            before = said
        if len(pieces) > 1:
            judging.together(visit, pieces)
        _behind(visit, pieces[0], INBOX)


def _reported(visit: Visit, shown: EvidenceCard, place: str) -> None:
    """Headline, summary, source, age, an odd date, and who else reported it: feed text, so never
    Markdown.
    """
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
        st.text(_source(visit, shown))
    if len(shown.items) > 1:
        _reports(visit, shown, place)


def _source(visit: Visit, shown: EvidenceCard) -> str:
    """Who reported it, when it was first seen, and what is odd about its date."""
    names = list(dict.fromkeys(item.feed_title for item in shown.items))
    more = f" and {len(names) - SOURCES:,} more" if len(names) > SOURCES else ""
    seen = (
        f"first seen {visit.day(shown.evidence.first_seen_at)}, "
        f"{visit.age(shown.evidence.first_seen_at)}"
    )
    note = DATE_NOTE[shown.items[0].item.date_note]
    return " · ".join(filter(None, (", ".join(names[:SOURCES]) + more, seen, note)))


def _reports(visit: Visit, shown: EvidenceCard, place: str) -> None:
    """Everyone who reported it, copies marked: they count once."""
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


def _behind(visit: Visit, shown: EvidenceCard, place: str) -> None:
    _versions(visit, shown, place)
    _articles(shown, place)


def _versions(visit: Visit, shown: EvidenceCard, place: str) -> None:
    """What its outlets changed since it was first seen, every version with its time."""
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


def _articles(shown: EvidenceCard, place: str) -> None:
    """The whole articles behind its reports, where they were read."""
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
