"""Page *Track record*: one sentence, skill over time, calibration, answered questions, details."""

import streamlit as st

from dashboard import charts
from dashboard.components.markup import make_tag, show_markup
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_empty, show_skeleton
from dashboard.record import answered, calibration, details
from dashboard.record.data import build_skill_drawing, list_scored_forecasters
from dashboard.record.filters import RETROSPECTIVE, choose_questions
from dashboard.record.text import (
    describe_start,
    describe_unscored,
    explain_band,
    explain_skill,
    name_standard,
)
from dashboard.wording import escape_markdown, name_in_sentence
from forecasts.questions.question import ForecasterId
from tracker.model.read_models import Accuracy, TrackRecord


def render(visit: Visit) -> None:
    """Show the record of the chosen forecaster; live questions and practice never mix."""
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.subheader("Track record", anchor=False, width="content")
        place = st.container(width="content")
    with show_skeleton():
        whole = visit.tracker.accuracy.summarise()
        if not whole.scores:
            practice = visit.tracker.accuracy.summarise(RETROSPECTIVE)
            whole = practice if practice.scores else whole
    with place:
        whole, choice, subject = choose_questions(visit, whole)
    if choice.retrospective:
        st.caption("Retrospective questions are practice and don’t count towards your record.")
    with show_skeleton():
        accuracy = whole if choice == whole.choice else visit.tracker.accuracy.summarise(choice)
    if not accuracy.scores and whole.scores:
        show_empty("No scored question fits these filters.", "Choose others, or clear them.")
    elif not accuracy.scores:
        _show_first_weeks(visit, accuracy)
    else:
        _show_record(visit, accuracy, subject)


def _show_record(visit: Visit, accuracy: Accuracy, subject: ForecasterId) -> None:
    with show_skeleton():
        record = visit.tracker.accuracy.record(accuracy.choice, forecaster_id=subject)
    name = name_in_sentence(record.forecaster, visit.me)
    if record.skill is not None:
        claim = record.skill.describe(name, name_standard(record, visit.me))
        show_markup(make_tag("p", claim, kind="answer"))
    if visit.me not in {f.id for f in list_scored_forecasters(accuracy, visit.me)}:
        st.caption(f"You have no resolved forecast yet: this is the record of {name}.")
    left, right = st.columns(2, gap="large")
    with left:
        _show_skill(visit, accuracy, record)
    with right:
        calibration.show_calibration(visit, accuracy, subject)
    answered.show_answered(visit, record)
    details.show_details(visit, accuracy, record)


def _show_skill(visit: Visit, accuracy: Accuracy, record: TrackRecord) -> None:
    """Show the skill of the forecaster as answers came in, with its band, and others thinly."""
    skill = record.skill
    if skill is None:
        return
    standard = name_standard(record, visit.me)
    st.markdown(f"**Skill over time** · points better than {escape_markdown(standard)}")
    until = visit.replayed_until or visit.chart_end(skill.points[0].at)
    drawing = build_skill_drawing(record, accuracy, visit.me, max(until, skill.points[-1].at))
    spec = charts.bind_data(charts.skill_chart(drawing.styles, drawing.domain), **drawing.frames)
    alt = f"Points better than {standard}, as questions were answered, with the 95% band"
    st.vega_lite_chart(spec=spec, width="stretch", key="skill", alt=alt)
    st.caption(f"{explain_band(record, visit.me)}{explain_skill(record)}", help=details.EXPLANATION)


def _show_first_weeks(visit: Visit, accuracy: Accuracy) -> None:
    """Show what comes before anything counts: provisional scores, and what closes next."""
    show_markup(make_tag("p", describe_start(accuracy, visit.stands_at, visit.zone), kind="answer"))
    record = visit.tracker.accuracy.record(accuracy.choice)
    if record.answered:
        answered.show_answered(visit, record)
    answered.show_upcoming(visit, accuracy)
    if unscored := describe_unscored(accuracy):
        st.caption(escape_markdown(unscored))
    details.show_details(visit, accuracy, record)
