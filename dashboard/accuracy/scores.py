"""Sections of the accuracy page: cohorts, and scores down to every receipt."""

from functools import partial
from typing import Any

import streamlit as st

from dashboard.accuracy.data import (
    cohorts_frame,
    is_recomputable,
    list_scored_forecasters,
    scores_by_rule_frame,
    skill_by_question_frame,
)
from dashboard.accuracy.insights import describe_question_scores, describe_unscored
from dashboard.components.score_data import hindsight_frame
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    WRAPPED_ROW_HEIGHT,
    get_latest_pick,
    show_choice,
    show_question_line,
    show_table,
)
from dashboard.question.answering import show_receipt
from dashboard.wording import display_name, escape_markdown, percent_whole, plural
from forecasts.questions.question import ForecasterId
from forecasts.scoring.rulebook import HEADLINE, RULES, RuleName
from forecasts.scoring.scores import Score
from tracker.app.tracker import Tracker
from tracker.model.read_models import Accuracy, Choice, Receipts

_C = st.column_config


def show_cohorts(visit: Visit, accuracy: Accuracy) -> None:
    """Show the outcomes of the questions opened in each quarter."""
    over = plural(sum(c.over for c in accuracy.cohorts), "question")
    if accuracy.annul_rate is None:
        st.markdown("**No scheduled close has passed yet.**")
    else:
        trend = (
            " If the share rises, questions have become harder to resolve: it says nothing about "
            "the forecasts."
            if len(accuracy.cohorts) > 1
            else ""
        )
        st.markdown(
            f"**Of {over} whose scheduled close has passed, {percent_whole(accuracy.annul_rate)} "
            f"were annulled or ambiguous.**{trend}"
        )
    if waiting := describe_unscored(accuracy):
        st.markdown(escape_markdown(waiting))
    show_table(cohorts_frame(accuracy), _COHORT, "Cohorts of questions")
    st.caption(
        "An event that happens settles its question early; one that does not keeps it open to the "
        "end. So a question counts once its scheduled close has passed, however early its answer "
        "came."
    )


_COHORT = {
    "quarter": _C.TextColumn("Opened in", width=110),
    "opened": _C.NumberColumn("Questions"),
    "over": _C.NumberColumn("Closed", help="Their scheduled close has passed."),
    "answered": _C.NumberColumn("Answered", help="Closed, with an answer: these count."),
    "annulled": _C.NumberColumn("Annulled", help="Closed and withdrawn: not scored."),
    "ambiguous": _C.NumberColumn(
        "Ambiguous", help="Closed, and nobody could tell the answer: not scored."
    ),
    "unanswered": _C.NumberColumn("No answer yet", help="Closed, without an answer so far."),
    "early": _C.NumberColumn(
        "Answered early",
        help="Answered before their scheduled close: they count once it has passed.",
    ),
}


@st.fragment
def show_question_scores(visit: Visit, accuracy: Accuracy) -> None:
    """Show every question with everyone's skill; a selected number opens its receipts."""
    st.markdown(escape_markdown(describe_question_scores(accuracy)))
    frame = skill_by_question_frame(accuracy, visit.me)
    forecasters = {
        f.id: display_name(f, visit.me) for f in list_scored_forecasters(accuracy, visit.me)
    }
    columns: dict[str, Any] = {
        "question": _C.TextColumn("Question", width=360),
        "answer": _C.TextColumn("Answer", width=90),
        "known": _C.DatetimeColumn("Answered on", format="D MMM YYYY", timezone=visit.zone.key),
        **{
            forecaster_id: _C.NumberColumn(name, format="%+.1f")
            for forecaster_id, name in forecasters.items()
        },
    }
    state = show_table(
        frame, columns, "Skill by question", key="by-question", on_select="rerun",
        selection_mode=["single-row", "single-cell"], row_height=WRAPPED_ROW_HEIGHT,
    )  # fmt: skip
    # Below the table, whose own buttons hover above its right end.
    _show_download(visit, accuracy)
    picked = get_latest_pick(state, "by-question")
    if picked is not None and picked[0] < len(frame):
        row, column = picked
        chosen = {f for f in forecasters if f == column} or set(forecasters)
        _show_receipts(visit, accuracy, str(frame["id"][row]), chosen)


def export_scores_csv(tracker: Tracker, selection: Choice) -> bytes:
    """Return all stored scores of the chosen questions as CSV."""
    return tracker.accuracy.score_table(selection).write_csv().encode()


def _show_download(visit: Visit, accuracy: Accuracy) -> None:
    st.download_button(
        "All scores as CSV",
        partial(export_scores_csv, visit.tracker, accuracy.choice),
        "scores.csv",
        "text/csv",
        key="scores-csv",
        on_click="ignore",
        icon=":material/download:",
        help="Every rule, forecaster and question of this choice, a row each.",
    )


def _show_receipts(
    visit: Visit, accuracy: Accuracy, question_id: str, forecaster_ids: set[ForecasterId]
) -> None:
    receipts = visit.tracker.resolutions.receipts(question_id)
    show_question_line(visit, receipts.question, "**Receipts**", ":material/receipt_long:")
    headline = HEADLINE[receipts.question.kind]
    titles = {
        s.rule: f"By {RULES[s.rule].title}"
        for s in sorted(receipts.scores, key=lambda s: s.rule != headline)
    }
    rule = (
        show_choice(
            "Rule of the receipts", titles, "by", index=0, width=220, label_visibility="collapsed"
        )
        or headline
    )
    for forecaster in list_scored_forecasters(accuracy, visit.me):
        scores = [s for s in receipts.scores if s.forecaster_id == forecaster.id]
        if scores and forecaster.id in forecaster_ids:
            with st.expander(
                escape_markdown(display_name(forecaster, visit.me)),
                expanded=len(forecaster_ids) == 1,
            ):
                _show_score_receipt(visit, receipts, scores, rule)
    if receipts.hindsight:
        _show_hindsight(visit, accuracy, receipts)


def _show_score_receipt(
    visit: Visit, receipts: Receipts, scores: list[Score], rule: RuleName
) -> None:
    for score in scores:
        if score.rule == rule:
            show_receipt(visit, receipts.question, score)
            if is_recomputable(receipts, score):
                st.caption("Checked: these rows alone give exactly the stored score.")
    show_table(
        scores_by_rule_frame(scores),
        _RULES,
        "Scores by every rule",
        key=f"rules-{scores[0].question_id}-{scores[0].forecaster_id}",
    )


_RULES = {
    "rule": _C.TextColumn("By every rule", width=170),
    "skill": _C.NumberColumn(
        "Skill or points", format="%+.1f", help="Over the schedule. Higher is better."
    ),
    "mean": _C.NumberColumn("Mean while active", format="%.3f"),
    "better": _C.TextColumn("Better"),
    "coverage": _C.NumberColumn(
        "Coverage", format="%g%%", help="Share of the scheduled time with a forecast."
    ),
    "attainable": _C.NumberColumn(
        "Attainable", format="%g%%", help="The most that anyone could cover."
    ),
}


def _show_hindsight(visit: Visit, accuracy: Accuracy, receipts: Receipts) -> None:
    st.caption(
        "Made when the answer was known, so without effect: "
        f"{plural(len(receipts.hindsight), 'forecast')}."
    )
    columns = {
        "made": _C.DatetimeColumn("Made", format="D MMM YYYY, HH:mm", timezone=visit.zone.key),
        "forecaster": _C.TextColumn("Forecaster"),
        "said": _C.TextColumn("Said"),
    }
    frame = hindsight_frame(receipts.question, receipts.hindsight, accuracy.forecasters, visit.me)
    show_table(frame, columns, "Forecasts made in hindsight")
