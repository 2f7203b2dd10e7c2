"""Tab Answer: the answer with everyone's scores and receipts."""

from typing import Final

import streamlit as st

from dashboard.components.score_data import (
    forecaster_scores_frame,
    hindsight_frame,
    score_receipt_frame,
)
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    WRAPPED_ROW_HEIGHT,
    build_score_columns,
    describe_direction,
    format_sentence,
    get_selected_row,
    link_to_site,
    show_empty,
    show_table,
)
from dashboard.question import resolving, settling
from dashboard.question import resolving as unchecked
from dashboard.question.data import contributions_frame, unseen_signposts_frame
from dashboard.question.why_data import SINGLE_QUESTION_CAVEAT, path_sentences
from dashboard.wording import (
    describe_resolution,
    escape_markdown,
    format_answer,
    format_day,
    name_in_sentence,
    plural,
)
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
    """Show the post-mortem, collapsed where much evidence would slow the page."""
    drawer = st.expander(
        "What there is to learn", len(page.evidence) <= MAX_IMMEDIATE_EVIDENCE,
        icon=":material/school:", key="post-mortem", on_change="rerun",
    )  # fmt: skip
    if not drawer.open:
        return
    post_mortem = visit.tracker.resolutions.post_mortem(page.summary.question.id)
    if post_mortem is not None:
        with drawer:
            _show_best_path(visit, page, post_mortem)
            _show_evidence_effects(visit, page, post_mortem)
            _show_missed_signposts(visit, page, post_mortem)
            st.caption(SINGLE_QUESTION_CAVEAT)


def _show_best_path(visit: Visit, page: QuestionPage, post_mortem: PostMortem) -> None:
    st.markdown("**Best path**")
    if post_mortem.path is None:
        st.caption(
            "You held no forecast that counts here, so there is no path of yours to compare."
        )
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
    if page.summary.question.kind != "binary":
        return
    st.markdown("**Most helpful and most harmful evidence**")
    frame = contributions_frame(post_mortem, page)
    if frame.empty:
        st.caption("No evidence moved the estimate.")
        return
    columns = {
        "way": _C.TextColumn("It pointed", width=160),
        "log_odds": _C.NumberColumn(
            "Log-odds", format="%+.2f", width=80, help="At its strongest; + is towards it."
        ),
        "seen": _C.DatetimeColumn(
            "First seen", format="D MMM YYYY", timezone=visit.zone.key, width=110
        ),
        "headline": _C.TextColumn("Headline", width=380),
        "signpost": _C.TextColumn("Signpost", width=300),
    }
    show_table(
        frame, columns, "Most helpful and most harmful evidence", row_height=WRAPPED_ROW_HEIGHT
    )


def _show_missed_signposts(visit: Visit, page: QuestionPage, post_mortem: PostMortem) -> None:
    frame = unseen_signposts_frame(post_mortem, page)
    if frame.empty:
        return
    st.markdown("**Signposts that were not seen**")
    columns = {
        "signpost": _C.TextColumn("Signpost", width=380),
        "strength": _C.TextColumn("Strength", width=100),
        "due": _C.DatetimeColumn(
            "Expected by", format="D MMM YYYY", timezone=visit.zone.key, width=110
        ),
        "told": _C.TextColumn("What that says", width=380),
    }
    if frame["due"].isna().all():
        del columns["due"]
    show_table(frame, columns, "Signposts that were not seen", row_height=WRAPPED_ROW_HEIGHT)
    st.caption(
        "Not seen is not the same as did not happen: the news that is read here may not have "
        "had it."
    )


def show_verdict(visit: Visit, page: QuestionPage) -> None:
    """Show the answer beside the chart of a closed question, or that it is due."""
    resolution = page.summary.resolution
    with st.container(border=True):
        if resolution is None:
            st.subheader("Waiting for its answer", anchor=False)
            st.caption(
                f"Closed {visit.age(page.summary.question.closes_at)}. Give the answer in the "
                "tab Answer."
            )
            if page.desk.missing:
                st.caption(format_sentence(f"Missing: {page.desk.missing}"))
            if page.unchecked:
                st.caption(
                    "An answer from memory is there; it counts once somebody has checked it."
                )
            return
        st.subheader(
            escape_markdown(describe_resolution(page.summary.question, resolution)), anchor=False
        )
        st.caption(f"Known {visit.ago(resolution.known_at)}", help=visit.utc(resolution.known_at))
        if page.scores and (provisional := _describe_provisional(visit, page.summary.question)):
            st.caption(provisional)
        if resolution.note:
            st.text(resolution.note)
        link_to_site(resolution.source_url, "Source of the answer", key="answer-source")


def render(visit: Visit, page: QuestionPage) -> None:
    """Show scores and receipts, and the form to give or correct the answer."""
    resolution = page.summary.resolution
    if visit.looks_back:
        _show_as_of(visit, page)
        return
    if resolution is None:
        unchecked.show_unverified_answers(visit, page)
        if page.summary.status == "open":
            st.caption(
                "Is the answer known already? Then give it here; forecasting ends at that instant."
            )
        resolving.show_answer_form(visit, page)
        settling.show_rule_form(visit, page.summary.question, page.desk)
        _show_earlier_answers(visit, page)
        return
    _show_scores(visit, page)
    if page.scores:
        show_postmortem(visit, page)
    _show_hindsight(visit, page)
    _show_earlier_answers(visit, page)
    with st.expander("Correct this answer"):
        st.caption(
            "A later answer supersedes this one; nothing is overwritten, and everyone is scored "
            "again."
        )
        resolving.show_answer_form(visit, page)
    resolving.show_reopening(visit, page.summary.question)


def _show_as_of(visit: Visit, page: QuestionPage) -> None:
    """Show the answer in an as-of view, which is read-only."""
    if page.summary.resolution is None:
        show_empty("The answer was not entered yet.", "Go back to now to see it, or to give it.")
        return
    _show_scores(visit, page)
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
        "By every rule",
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
