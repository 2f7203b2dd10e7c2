"""Sections of the accuracy page: cohorts, scores down to every receipt, and calibration."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import charts
from dashboard.accuracy.calibration_data import (
    band_frame,
    bins_frame,
    curve_frame,
    describe_p_value,
    interval_coverage_frame,
    list_bin_questions,
    measures_frame,
)
from dashboard.accuracy.data import (
    cohorts_frame,
    describe_sample,
    is_recomputable,
    list_scored_forecasters,
    scores_by_rule_frame,
    skill_by_question_frame,
)
from dashboard.accuracy.insights import describe_interval_record, describe_unscored
from dashboard.accuracy.standing import choose_forecaster
from dashboard.components.score_data import hindsight_frame
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    WRAPPED_ROW_HEIGHT,
    get_selected_row,
    show_choice,
    show_empty,
    show_question_line,
    show_skeleton,
    show_table,
)
from dashboard.question.answering import show_receipt
from dashboard.wording import display_name, escape_markdown, percent_whole, plural
from forecasts.calibration.reliability import LEADS_DAYS, MIN_CLUSTERS_FOR_ADVICE, Reliability
from forecasts.questions.question import Forecaster, ForecasterId
from forecasts.scoring.rulebook import HEADLINE, RULES, RuleName
from forecasts.scoring.scores import Score
from tracker.app.tracker import Tracker
from tracker.model.read_models import Accuracy, CalibrationReport, Choice, Receipts

_C = st.column_config


def show_cohorts(visit: Visit, accuracy: Accuracy) -> None:
    """Show the outcomes of the questions opened in each quarter."""
    over = plural(sum(c.over for c in accuracy.cohorts), "question")
    if accuracy.annul_rate is None:
        st.markdown("**No scheduled close has passed yet.**")
    else:
        st.markdown(
            f"**Of {over} that are over, {percent_whole(accuracy.annul_rate)} were annulled or "
            "ambiguous.** A rising share is a defect of how questions are written, not of how "
            "they are forecast."
        )
    if waiting := describe_unscored(accuracy):
        st.markdown(escape_markdown(waiting))
    show_table(cohorts_frame(accuracy), _COHORT, "Cohorts of questions")
    st.caption(
        "An event that comes answers its question early, one that does not keeps it open to the "
        "end. So a question counts once its scheduled close has passed, however early its "
        "answer came, with all that opened beside it."
    )


_COHORT = {
    "quarter": _C.TextColumn("Opened in", width=110),
    "opened": _C.NumberColumn("Questions"),
    "over": _C.NumberColumn("Over", help="Their scheduled close has passed."),
    "answered": _C.NumberColumn("Answered", help="Over, with an answer: these count."),
    "annulled": _C.NumberColumn("Annulled", help="Over, taken back: not scored."),
    "ambiguous": _C.NumberColumn(
        "Ambiguous", help="Over, nobody could tell the answer: not scored."
    ),
    "unanswered": _C.NumberColumn("Unanswered", help="Over, no answer given yet."),
    "early": _C.NumberColumn(
        "Early", help="Answered before their scheduled close: they wait until it has passed."
    ),
}


@st.fragment
def show_question_scores(visit: Visit, accuracy: Accuracy) -> None:
    """Show every question with everyone's skill; a selected number opens its receipts."""
    count = plural(len(accuracy.questions), "question")
    st.markdown(
        f"**{count}**: points of skill, higher is better. Pick a number for its receipt, a "
        "question for all."
    )
    frame = skill_by_question_frame(accuracy, visit.me)
    forecasters = {
        f.id: display_name(f, visit.me) for f in list_scored_forecasters(accuracy, visit.me)
    }
    columns: dict[str, Any] = {
        "question": _C.TextColumn("Question", width=360),
        "answer": _C.TextColumn("Answer", width=90),
        "known": _C.DatetimeColumn("Known", format="D MMM YYYY", timezone=visit.zone.key),
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
    picked = get_selected_row(state)
    if picked is not None:
        cells = state.selection.get("cells", [])
        chosen = {cells[0][1]} & set(forecasters) if cells else set()
        _show_receipts(visit, accuracy, str(frame["id"][picked]), chosen or set(forecasters))


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
                st.caption(
                    "Worked out anew from these rows alone, the score comes out the same to the "
                    "last digit."
                )
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
        "Coverage", format="%g %%", help="Share of the scheduled time with a forecast."
    ),
    "attainable": _C.NumberColumn(
        "Attainable", format="%g %%", help="The most that anyone could cover."
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


DIAGONAL = pd.DataFrame({"said": [0.0, 1.0], "happened": [0.0, 1.0]})
_LEADS = {str(days): f"{days} days before the close" for days in LEADS_DAYS}
_MAX_UNSCROLLED_QUESTIONS = 8


@st.fragment
def show_calibration(visit: Visit, accuracy: Accuracy) -> None:
    """Show the calibration of one forecaster at one lead before the scheduled close."""
    place = st.container()
    with st.container(horizontal=True):
        chosen = choose_forecaster(visit, accuracy)
        lead = show_choice(
            "As it stood", _LEADS, "lead", index=1, width=220, label_visibility="collapsed"
        )
    forecaster = accuracy.forecasters[chosen]
    with show_skeleton():
        report = visit.tracker.accuracy.calibration(
            accuracy.choice, lead_days=int(lead or LEADS_DAYS[1])
        )
    reliability = report.reliability.get(chosen)
    if reliability is not None:
        with place:
            _show_claim(
                reliability, escape_markdown(display_name(forecaster, visit.me)), report.lead_days
            )
        _show_reliability(reliability)
        _show_bins(visit, report, reliability)
    elif chosen not in report.intervals:
        show_empty(
            "No forecast of theirs stood at that time.",
            "Choose fewer days before the close, or another forecaster.",
        )
    if report.intervals:
        _show_intervals(visit, report, forecaster)


def _show_claim(reliability: Reliability, name: str, lead_days: int) -> None:
    st.markdown(
        f"**{name}: {escape_markdown(reliability.advice)}** "
        f"{describe_sample(reliability.n, reliability.clusters).capitalize()}, "
        f"each as it stood {plural(lead_days, 'day')} before its scheduled close. "
        f"{describe_p_value(reliability.p_value)}"
    )


def _show_reliability(reliability: Reliability) -> None:
    left, right = st.columns([3, 2], gap="large")
    with left:
        frames = {
            "band": band_frame(reliability.band),
            "diagonal": DIAGONAL,
            "curve": curve_frame(reliability.curve),
        }
        alt = (
            f"Reliability curve over {plural(reliability.n, 'question')}, with the band of a "
            "calibrated forecaster"
        )
        enough = reliability.clusters >= MIN_CLUSTERS_FOR_ADVICE
        spec = charts.bind_data(charts.calibration_chart(curved=enough), **frames)
        st.vega_lite_chart(spec=spec, width="stretch", key="calibration", alt=alt)
        line_label = (
            "Line"
            if enough
            else f"No line is drawn below {MIN_CLUSTERS_FOR_ADVICE} groups of questions. Dots"
        )
        st.caption(
            f"{line_label}: what forecasts were worth, by CORP, which needs no bins; dots grow "
            "with their number of questions. Below the diagonal forecasts were too high. Shaded: "
            "where the line of a perfectly calibrated forecaster lies in "
            f"{percent_whole(reliability.band.level)} of cases, at each forecast."
        )
    with right:
        # Text, because a phone has no room for a table with sentences.
        lines = (
            f"- **{row.measure}: {row.value}**  \n  {row.says}"
            for row in measures_frame(reliability).itertuples()
        )
        st.markdown("\n".join(lines))


_WILSON = "What the true share may be, given so few questions."
_BINS = {
    "range": _C.TextColumn("Forecasts of", width=110),
    "n": _C.NumberColumn("Questions", width=90),
    "said": _C.NumberColumn("Said on average", format="%.0f %%", width=125),
    "of": _C.TextColumn("Happened", width=90),
    "happened": _C.NumberColumn("Share", format="%.0f %%", width=75),
    "wilson": _C.TextColumn("95 % (Wilson)", width=110, alignment="right", help=_WILSON),
}


def _show_bins(visit: Visit, report: CalibrationReport, reliability: Reliability) -> None:
    st.markdown("**In five coarse bins.** Pick one to see its questions.")
    frame = bins_frame(reliability.bins)
    left, right = st.columns([3, 2], gap="large")
    with left:
        modes = ["single-row", "single-cell"]
        picked = get_selected_row(
            show_table(
                frame, _BINS, "Bins", key="bins-table", on_select="rerun", selection_mode=modes
            )
        )
    with right:
        spec = charts.bind_data(charts.bins_chart(), bins=frame, diagonal=DIAGONAL)
        st.vega_lite_chart(
            spec=spec, width="stretch", key="bins", alt="Bins: what was said against what happened"
        )
        st.caption(
            "Bars: 95 % intervals (Wilson; Jeffreys' in the tips), questions of one fate "
            "counted as one."
        )
    if picked is not None:
        _show_bin_questions(visit, report, reliability, int(frame["number"].iloc[picked]))


def _show_bin_questions(
    visit: Visit, report: CalibrationReport, reliability: Reliability, number: int
) -> None:
    """Show the questions of a bin, the worst misses first."""
    members = list_bin_questions(reliability.snapshots, number, report.questions)
    many = len(members) > _MAX_UNSCROLLED_QUESTIONS
    with st.container(height=360 if many else "content", border=many, gap="xsmall"):
        for question, words in members:
            show_question_line(visit, question, f"**{words}**", ":material/arrow_forward:")


_INTERVALS = {
    "forecaster": _C.TextColumn("Forecaster", width=170),
    "n": _C.NumberColumn("Questions"),
    "inside": _C.NumberColumn(
        "Inside", format="%g %%", help="Of the answers. It should be near 90 %."
    ),
    "bar": _C.TextColumn("95 % interval of that", alignment="right"),
    "width": _C.NumberColumn(
        "Mean width",
        format="%.0f %% of the range",
        help="Narrower is better, if enough lies inside.",
    ),
}


def _show_intervals(visit: Visit, report: CalibrationReport, forecaster: Forecaster) -> None:
    st.markdown(
        "**Numbers and dates: does the answer lie inside the 90 % interval 9 times in 10?**"
    )
    coverage = report.intervals.get(forecaster.id)
    if coverage is not None:
        st.markdown(
            escape_markdown(describe_interval_record(display_name(forecaster, visit.me), coverage))
        )
    show_table(interval_coverage_frame(report, visit.me), _INTERVALS, "Coverage of 90 % intervals")
    st.caption(f"As forecasts stood {plural(report.lead_days, 'day')} before the scheduled close.")
