"""Resolution of a question: the verdict, the post-mortem, scores with receipts, and the forms."""

from typing import Final

import streamlit as st

from dashboard.components.markup import make_tag, show_markup
from dashboard.components.score_data import (
    forecaster_scores_frame,
    hindsight_frame,
    score_receipt_frame,
)
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    build_score_columns,
    describe_direction,
    format_sentence,
    get_selected_row,
    link_to_site,
    show_empty,
    show_table,
)
from dashboard.question import resolving, settling
from dashboard.question.data import list_misses
from dashboard.question.why_data import SINGLE_QUESTION_CAVEAT, path_sentences
from dashboard.wording import (
    clip,
    describe_resolution,
    escape_markdown,
    format_answer,
    format_day,
    name_in_sentence,
    plural,
)
from forecasts.questions.formatting import format_signed
from forecasts.questions.links import is_past_close
from forecasts.questions.question import Question
from forecasts.scoring.rulebook import HEADLINE, RULES
from forecasts.scoring.scores import Score
from forecasts.suggestion.postmortem import PostMortem
from tracker.model.read_models import QuestionPage

_C = st.column_config

MAX_IMMEDIATE_EVIDENCE: Final = 100
"""Pieces of evidence up to which it is computed without a click."""


def show_postmortem(visit: Visit, page: QuestionPage) -> None:
    """Show what the answer teaches; with much evidence only on request, as that takes time."""
    show_markup(make_tag("h2", "Post-mortem"))
    key = f"post-mortem-{page.summary.question.id}"
    if len(page.pieces) > MAX_IMMEDIATE_EVIDENCE and not st.toggle("Work it out", key=key):
        return
    post_mortem = visit.tracker.resolutions.post_mortem(page.summary.question.id)
    if post_mortem is not None:
        _show_best_path(visit, page, post_mortem)
        _show_evidence_effects(visit, page, post_mortem)
        _show_missed_signposts(visit, page, post_mortem)
        st.caption(SINGLE_QUESTION_CAVEAT)


def _show_best_path(visit: Visit, page: QuestionPage, post_mortem: PostMortem) -> None:
    if post_mortem.path is None:
        st.caption("You had no forecast that counts here.")
        return
    best, worst = (
        name_in_sentence(page.forecasters[post_mortem.path.best], visit.me),
        post_mortem.path.worst,
    )
    dates = ("", "") if worst is None else (visit.day(worst.start), visit.day(worst.end))
    st.markdown(
        escape_markdown(path_sentences(page.summary.question, post_mortem.path, best, dates))
    )


def _show_evidence_effects(visit: Visit, page: QuestionPage, post_mortem: PostMortem) -> None:
    """Show the evidence that pointed most towards the answer, and most away from it."""
    pieces = {piece.evidence.id: piece for piece in page.pieces}
    for title, pushes in (
        ("Evidence that helped", post_mortem.helpful),
        ("Evidence that misled", post_mortem.harmful),
    ):
        rows = [
            make_tag(
                "li",
                make_tag("b", visit.day(piece.evidence.first_seen_at)),
                f" “{clip(piece.headline, 150)}” ({piece.source})",
            )
            for push in pushes
            if (piece := pieces.get(push.evidence_id)) is not None
        ]
        if rows:
            show_markup(make_tag("p", make_tag("b", title)), make_tag("ul", *rows, kind="causes"))


def _show_missed_signposts(visit: Visit, page: QuestionPage, post_mortem: PostMortem) -> None:
    rows = [make_tag("li", words) for words in list_misses(post_mortem, page, visit.zone)]
    if rows:
        show_markup(
            make_tag("p", make_tag("b", "Missed signals")),
            make_tag("ul", *rows, kind="causes"),
            make_tag("p", "Not seen may also mean not read here.", kind="note"),
        )


def show_verdict(visit: Visit, page: QuestionPage) -> None:
    """Show how the question was resolved, and your score, in place of the form."""
    question, resolution = page.summary.question, page.summary.resolution
    if resolution is None:
        return
    with st.container(border=True):
        st.markdown(f"**{escape_markdown(describe_resolution(question, resolution))}**")
        st.caption(f"Known {visit.ago(resolution.known_at)}", help=visit.utc(resolution.known_at))
        if own_score := describe_own_score(visit, page):
            st.markdown(own_score)
        if page.scores and (provisional := _describe_provisional(visit, question)):
            st.caption(provisional)
        if resolution.note:
            st.text(resolution.note)
        link_to_site(resolution.source_url, "Source of the answer", key="answer-source")


def describe_own_score(visit: Visit, page: QuestionPage) -> str:
    """Describe the viewer's score by the headline rule: `Your Brier score: 0.04 · skill +12.3`."""
    rule = RULES[HEADLINE[page.summary.question.kind]]
    score = next(
        (s for s in page.scores if s.forecaster_id == visit.me and s.rule == rule.name), None
    )
    if score is None or score.mean_while_active is None:
        return ""
    skill = format_signed(100 * score.skill_over_schedule, 1)
    return f"Your {rule.title}: **{score.mean_while_active:.3f}** · skill {skill}"


def show_due(visit: Visit, page: QuestionPage) -> None:
    """Show the form of the answer of a closed question, in place of that of the forecast."""
    with st.container(border=True):
        st.markdown("**How did it turn out?**")
        if page.desk.missing:
            st.caption(format_sentence(f"Missing: {page.desk.missing}"))
        resolving.show_unverified_answers(visit, page)
        resolving.show_answer_form(visit, page)


def show_early(visit: Visit, page: QuestionPage) -> None:
    """Show the form that resolves an open question, and the series that settles it."""
    st.caption("If the answer is known already: forecasting ends at that instant.")
    resolving.show_unverified_answers(visit, page)
    resolving.show_answer_form(visit, page)
    settling.show_rule_form(visit, page.summary.question, page.desk)
    _show_earlier_answers(visit, page)


def show_correction(visit: Visit, page: QuestionPage) -> None:
    """Show the forms that correct an answer, or take it back."""
    st.caption(
        "A later answer supersedes this one; nothing is overwritten, and everyone is scored again."
    )
    resolving.show_answer_form(visit, page)
    resolving.show_reopening(visit, page.summary.question)


def show_scores(visit: Visit, page: QuestionPage) -> None:
    """Show everyone's scores with receipts, late forecasts and earlier answers."""
    _show_scores(visit, page)
    if not visit.looks_back:
        _show_hindsight(visit, page)
    _show_earlier_answers(visit, page)


def _show_scores(visit: Visit, page: QuestionPage) -> None:
    question = page.summary.question
    if not page.scores:
        show_empty("Nobody was scored.", "Annulled and ambiguous questions have no scores.")
        return
    frame = forecaster_scores_frame(question, page.scores, page.forecasters, visit.me)
    st.caption(
        f"{_describe_provisional(visit, question)}One question says little about anybody. Pick a "
        "row for its receipt."
    )
    picked = get_selected_row(
        show_table(
            frame,
            build_score_columns(question, everything=st.session_state.get("all-rules", False)),
            "Scores",
            key="scores-table",
            on_select="rerun",
            selection_mode="single-row",
            height="content",
        )
    )
    st.toggle(
        "Show all scoring rules",
        key="all-rules",
        help="All are kept for everyone: rankings can differ between rules, so nobody picks the "
        "flattering one.",
    )
    if picked is not None:
        headline = HEADLINE[question.kind]
        forecaster_id = frame["who"][picked]
        show_receipt(
            visit,
            question,
            next(s for s in page.scores if s.forecaster_id == forecaster_id and s.rule == headline),
        )


def _describe_provisional(visit: Visit, question: Question) -> str:
    """State until when the scores are provisional; empty once they count."""
    if is_past_close(question, visit.now):
        return ""
    close = format_day(question.closes_at, visit.zone)
    return f"Scores are **provisional until the scheduled close on {close}**; then they count. "


def show_receipt(visit: Visit, question: Question, score: Score) -> None:
    """Show the components of a score, so that anyone can recompute it."""
    zone, rule = visit.zone.key, RULES[score.rule]
    columns = {
        "start": _C.DatetimeColumn("From", format="D MMM YYYY", timezone=zone),
        "end": _C.DatetimeColumn("To", format="D MMM YYYY", timezone=zone),
        "days": _C.NumberColumn("Days", format="%.1f"),
        "said": _C.TextColumn("Said"),
        "weight": _C.NumberColumn("Share of schedule", format="%.1f%%"),
        "score": _C.NumberColumn(
            rule.title, format="%.3f", help=f"{describe_direction(rule.name)}."
        ),
        "contribution": _C.NumberColumn("Adds to mean", format="%.4f"),
    }
    show_table(
        score_receipt_frame(question, score),
        columns,
        "Receipt",
        key=f"receipt-{score.question_id}-{score.forecaster_id}",
    )
    mean = (
        ""
        if score.mean_while_active is None
        else f" The last column adds up to the mean, {score.mean_while_active:.4f}."
    )
    st.caption(
        f"Each row is a forecast that stood, with its {rule.title}: "
        f"{describe_direction(rule.name)}.{mean}"
    )


def _show_hindsight(visit: Visit, page: QuestionPage) -> None:
    question = page.summary.question
    late = visit.tracker.resolutions.receipts(question.id).hindsight
    if not late:
        return
    st.markdown(
        f"**Made when the answer was known: {plural(len(late), 'forecast')} that do not count**"
    )
    columns = {
        "forecaster": _C.TextColumn("Forecaster"),
        "made": _C.DatetimeColumn("Made", format="D MMM YYYY, HH:mm", timezone=visit.zone.key),
        "said": _C.TextColumn("Said"),
    }
    show_table(
        hindsight_frame(question, late, page.forecasters, visit.me),
        columns,
        "Forecasts that do not count",
    )


def _show_earlier_answers(visit: Visit, page: QuestionPage) -> None:
    earlier = page.resolutions if page.summary.resolution is None else page.resolutions[:-1]
    if earlier:
        st.markdown("**Earlier answers**")
        for answer in earlier:
            words = format_answer(page.summary.question, answer)
            st.text(
                f"{words}, entered {visit.ago(answer.entered_at)}, by {answer.entered_by}. "
                f"{answer.note}",
                help=visit.utc(answer.entered_at),
            )
