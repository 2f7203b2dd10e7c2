"""How good everyone was: the headline table, scores over time, calibration, every receipt."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import charts
from dashboard.frames.accuracy import calibration_frame, progress_frame, question_scores_frame, ranked, scoreboard_frame
from dashboard.views.answering import SCORE_COLUMNS, receipt
from dashboard.views.parts import WRAPPED, choice, empty, line_about, selected_row, table
from dashboard.views.visit import Visit
from dashboard.wording import inert, named, plural
from forecasts.calibration import LEADS_DAYS, TOO_FEW, advice
from forecasts.forecaster import Forecaster
from forecasts.question import ForecasterId, QuestionId
from tracker.summaries import Accuracy

_C = st.column_config
KINDS = ("Live", "Retrospective")
_DIFFERENT = "On which a forecast of theirs ever stood. Scores over different questions compare only roughly."


def render(visit: Visit) -> None:
    """Live and retrospective questions never mix; the one with scores is shown first."""
    st.subheader("Accuracy", anchor=False)
    live = visit.tracker.accuracy(retrospective=False)
    kind = st.segmented_control(
        "Questions", KINDS, default="Live" if live.scores else "Retrospective", required=True, key="kind",
        bind="query-params", label_visibility="collapsed",
    )  # fmt: skip
    accuracy = live if kind == "Live" else visit.tracker.accuracy(retrospective=True)
    if kind == "Retrospective":
        st.caption("Retrospective questions were written after their own window: practice, never a record.")
    if not accuracy.scores:
        empty(
            "No question has been scored yet.",
            "Scores appear when a question is resolved: open it, then its tab Answer.",
        )
        return
    _board(visit, accuracy)
    left, right = st.columns(2, gap="large")
    with left:
        _progress(visit, accuracy)
    with right:
        _calibration(visit, accuracy)
    _questions(visit, accuracy)


def _styles(visit: Visit, forecasters: tuple[Forecaster, ...]) -> tuple[charts.Line, ...]:
    return charts.lines(forecasters, [named(f, visit.me) for f in forecasters], visit.me)


def _board(visit: Visit, accuracy: Accuracy) -> None:
    answered = sum(r.outcome in ("yes", "no") for r in accuracy.resolutions.values())
    unscored = f", {accuracy.unscored} more annulled or ambiguous and not scored" if accuracy.unscored else ""
    st.caption(f"{plural(answered, 'question')} resolved{unscored}.{_small(answered)}")
    frame = scoreboard_frame(accuracy, visit.me)
    columns = {
        "forecaster": _C.TextColumn("Forecaster", width="medium"),
        "questions": _C.NumberColumn("Questions", help=_DIFFERENT),
        **SCORE_COLUMNS,
    }  # fmt: skip
    table(frame, columns, "Scores by forecaster")
    st.caption(
        "Rank by **skill**: Brier points gained over always saying 50 %, times 100, over the whole scheduled time;"
        " higher is better. Brier and log are means while a forecast stood; lower is better."
    )


def _small(questions: int) -> str:
    if questions >= TOO_FEW:
        return ""
    return f" With fewer than {TOO_FEW} questions most differences are luck."


def _progress(visit: Visit, accuracy: Accuracy) -> None:
    st.markdown("**Score as answers came in**")
    forecasters = ranked(accuracy, visit.me)
    even = pd.DataFrame({"brier": [0.25]})
    spec = charts.drawn(
        charts.progress(_styles(visit, forecasters)), progress=progress_frame(accuracy, visit.me), even=even
    )
    st.vega_lite_chart(spec=spec, width="stretch", key="progress", alt="Mean Brier score of each forecaster over time")
    st.caption("Mean Brier score over the questions answered so far; lower is better. Dotted: always 50 %.")


def _calibration(visit: Visit, accuracy: Accuracy) -> None:
    st.markdown("**When someone says 70 %, does it happen 7 times in 10?**")
    forecasters = {f.id: named(f, visit.me) for f in ranked(accuracy, visit.me)}
    with st.container(horizontal=True):
        who = choice("Forecaster", forecasters, "who", index=0, width=200)
        lead = st.selectbox("Days before the close", LEADS_DAYS, index=1, key="lead", bind="query-params", width=180)
    points = accuracy.points.get(lead, {}).get(who, ()) if who else ()
    if not points:
        empty("No forecast stood that long before the close.", "Choose fewer days, or another forecaster.")
        return
    diagonal = pd.DataFrame({"said": [0.0, 1.0], "happened": [0.0, 1.0]})
    spec = charts.drawn(charts.calibration(), bins=calibration_frame(points), diagonal=diagonal)
    st.vega_lite_chart(
        spec=spec,
        width="stretch",
        key="calibration",
        alt=f"What was said against what happened, {len(points)} questions",
    )
    st.caption(
        f"{inert(advice(points))} One point per question, as it stood {lead} days before the close;"
        " bars are 95 % intervals."
    )


def _questions(visit: Visit, accuracy: Accuracy) -> None:
    st.markdown("**Question by question**: mean Brier score of each forecaster, lower is better")
    frame = question_scores_frame(accuracy, visit.me)
    forecasters = {f.id: named(f, visit.me) for f in ranked(accuracy, visit.me)}
    columns: dict[str, Any] = {
        "question": _C.TextColumn("Question", width=360),
        "answer": _C.TextColumn("Answer", width=80),
        "known": _C.DatetimeColumn("Known", format="D MMM YYYY", timezone=visit.zone.key),
        **{who: _C.NumberColumn(name, format="%.3f") for who, name in forecasters.items()},
    }
    st.caption("Pick a number for its receipt, or a question for all of them.")
    state = table(
        frame, columns, "Scores by question", key="by-question", on_select="rerun",
        selection_mode=["single-row", "single-cell"], row_height=WRAPPED,
    )  # fmt: skip
    picked = selected_row(state)
    if picked is not None:
        cells = state.selection.get("cells", [])
        chosen = {cells[0][1]} & set(forecasters) if cells else set()
        _receipts(visit, accuracy, frame["id"][picked], chosen or set(forecasters))


def _receipts(visit: Visit, accuracy: Accuracy, question_id: str, wanted: set[ForecasterId]) -> None:
    question = accuracy.questions[QuestionId(question_id)]
    line_about(visit, question, "**Receipts**", ":material/receipt_long:")
    order = [f.id for f in ranked(accuracy, visit.me)]
    found = [s for s in accuracy.scores if s.question_id == question_id and s.rule == "brier"]
    for score in sorted(found, key=lambda s: order.index(s.forecaster_id)):
        if score.forecaster_id in wanted:
            name = inert(named(accuracy.forecasters[score.forecaster_id], visit.me))
            with st.expander(name, expanded=len(wanted) == 1):
                receipt(visit, score)
