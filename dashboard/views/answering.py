"""The last tab of a question: its answer with everyone's scores, and the form that gives it."""

from datetime import datetime
from typing import get_args

import streamlit as st

from dashboard.frames.accuracy import receipt_frame, scores_frame
from dashboard.views.parts import calm, empty, link_out, say, selected_row, table
from dashboard.views.visit import Visit
from dashboard.wording import OUTCOME, answered
from forecasts.errors import InvalidResolution
from forecasts.question import Outcome
from forecasts.scoring import Score
from tracker.summaries import QuestionPage

_C = st.column_config

_SKILL = (
    "100 × the Brier points gained over always saying 50 %, over the scheduled time. Higher is better; 25 is the most."
)
_BRIER = "Mean Brier score while a forecast stood, 0 to 1. Lower is better; always saying 50 % scores 0.25."
_LOG = "Mean log score while a forecast stood, in nats. Lower is better; always saying 50 % scores 0.693."

SCORE_COLUMNS = {
    "skill": _C.NumberColumn("Skill", format="%+.1f", help=_SKILL),
    "brier": _C.NumberColumn("Brier", format="%.3f", help=_BRIER),
    "log": _C.NumberColumn("Log", format="%.3f", help=_LOG),
    "coverage": _C.NumberColumn("Coverage", format="%g %%", help="Share of the scheduled time with a forecast."),
}
"""The four numbers of a score, each with its unit and direction."""


def verdict(visit: Visit, page: QuestionPage) -> None:
    """Beside the chart once no forecast can be made any more: the answer, or that it is waited for."""
    resolution = page.summary.resolution
    with st.container(border=True):
        if resolution is None:
            st.subheader("Waiting for its answer", anchor=False)
            st.caption(f"Closed {visit.age(page.summary.question.closes_at)}. Give the answer in the tab Answer.")
            return
        st.subheader(answered(resolution.outcome), anchor=False)
        st.caption(f"Known {visit.moment(resolution.known_at)}")
        if resolution.note:
            st.text(resolution.note)
        link_out(resolution.source_url, "Source of the answer", key="answer-source")


def render(visit: Visit, page: QuestionPage) -> None:
    """Everyone's scores and receipts, and the way to give or correct the answer."""
    resolution = page.summary.resolution
    if resolution is None:
        if page.summary.status == "open":
            st.caption("Is the answer known already? Then give it here; forecasting ends at that instant.")
        _form(visit, page)
        return
    _scores(visit, page)
    _earlier(visit, page)
    with st.expander("Correct this answer"):
        st.caption("A later answer supersedes this one; nothing is overwritten, and everyone is scored again.")
        _form(visit, page)


def _scores(visit: Visit, page: QuestionPage) -> None:
    if not page.scores:
        empty("Nobody was scored.", "Annulled and ambiguous questions have no scores.")
        return
    frame = scores_frame(page.scores, page.forecasters, visit.me)
    columns = {"forecaster": _C.TextColumn("Forecaster", width="medium"), **SCORE_COLUMNS}
    st.caption("Pick a row for its receipt.")
    picked = selected_row(
        table(
            frame,
            columns,
            "Scores",
            key="scores-table",
            on_select="rerun",
            selection_mode="single-row",
            height="content",
        )
    )
    if picked is not None:
        who = frame["who"][picked]
        receipt(visit, next(s for s in page.scores if s.forecaster_id == who and s.rule == "brier"))


def receipt(visit: Visit, score: Score) -> None:
    """What a score is made of, so that anyone can work it out again."""
    zone = visit.zone.key
    columns = {
        "start": _C.DatetimeColumn("From", format="D MMM YYYY", timezone=zone),
        "end": _C.DatetimeColumn("To", format="D MMM YYYY", timezone=zone),
        "days": _C.NumberColumn("Days", format="%.1f"),
        "p": _C.NumberColumn("Said", format="%g %%"),
        "weight": _C.NumberColumn("Share of schedule", format="%.1f %%"),
        "score": _C.NumberColumn("Brier", format="%.3f"),
        "contribution": _C.NumberColumn("Adds to mean", format="%.4f"),
    }
    table(receipt_frame(score), columns, "Receipt", key=f"receipt-{score.question_id}-{score.forecaster_id}")
    mean = (
        ""
        if score.mean_while_active is None
        else f" The last column adds up to the mean, {score.mean_while_active:.4f}."
    )
    st.caption(f"Each row is a forecast that stood; its Brier score is the squared distance from what happened.{mean}")


def _earlier(visit: Visit, page: QuestionPage) -> None:
    if len(page.resolutions) > 1:
        st.markdown("**Earlier answers**")
        for old in page.resolutions[:-1]:
            st.text(f"{OUTCOME[old.outcome]}, entered {visit.moment(old.entered_at)} by {old.entered_by}. {old.note}")


def _form(visit: Visit, page: QuestionPage) -> None:
    local = visit.now.astimezone(visit.zone).replace(tzinfo=None, second=0, microsecond=0)
    zone = visit.zone.key
    with st.form(f"answer-{page.summary.question.id}"):
        outcome = st.segmented_control(
            "Answer", get_args(Outcome), format_func=OUTCOME.__getitem__, key="answer-outcome"
        )
        source = st.text_input(
            "Source", placeholder="https://…", key="answer-url", help="The link where anyone can check it."
        )
        left, right = st.columns(2)
        known = left.datetime_input(
            f"Known at ({zone})",
            local,
            key="answer-known",
            help="When anyone could know. Forecasts made later do not count.",
        )
        event = right.datetime_input(
            f"Happened at ({zone})", None, key="answer-event", help="Leave it empty if it is the same."
        )
        note = st.text_input("Note", key="answer-note", max_chars=1_000)
        sure = st.checkbox(
            "I have checked the source. Forecasting on this question ends, and everyone is scored.", key="answer-sure"
        )
        if st.form_submit_button("Give this answer", type="primary"):
            with calm():
                _give(visit, page, (outcome, source or "", note or ""), (known, event, sure))


def _give(
    visit: Visit,
    page: QuestionPage,
    said: tuple[Outcome | None, str, str],
    rest: tuple[datetime | None, datetime | None, bool],
) -> None:
    outcome, source, note = said
    known, event, sure = rest
    if outcome is None:
        raise InvalidResolution("no answer chosen yet: YES, NO, annulled or ambiguous")
    if known is None:
        raise InvalidResolution("when was it known? give a date and time")
    if not sure:
        raise InvalidResolution("tick that you have checked the source, then give the answer again")
    visit.tracker.resolve(
        page.summary.question.id,
        outcome,
        source_url=source.strip(),
        known_at=known.replace(tzinfo=visit.zone),
        event_at=None if event is None else event.replace(tzinfo=visit.zone),
        note=note,
    )
    say(answered(outcome))
    st.rerun()
