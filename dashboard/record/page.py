"""Page *Track record*: one sentence, skill over time, calibration, answered questions, details."""

import streamlit as st

from dashboard.components.markup import make_tag, show_markup
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_empty, show_skeleton
from dashboard.record import answered, calibration, details
from dashboard.record.filters import RETROSPECTIVE, choose_questions
from dashboard.record.skill import show_skill
from dashboard.record.text import (
    describe_start,
    describe_whose,
    name_standard,
)
from dashboard.wording.numbers import escape_markdown, name_in_sentence
from forecasts.questions.question import ForecasterId
from tracker.model.read_models import Accuracy


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
    choice, subject = whole.choice, visit.me
    if whole.scores:
        with place:
            whole, choice, subject = choose_questions(visit, whole)
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
    if note := describe_whose(accuracy, record, visit.me):
        st.caption(escape_markdown(note))
    left, right = st.columns(2, gap="large")
    with left:
        show_skill(visit, accuracy, record)
    with right:
        calibration.show_calibration(visit, accuracy, subject)
    answered.show_answered(visit, record)
    details.show_details(visit, accuracy, record)


def _show_first_weeks(visit: Visit, accuracy: Accuracy) -> None:
    """Show what comes before anything counts: provisional scores, and what closes next."""
    record = visit.tracker.accuracy.record(accuracy.choice)
    start = describe_start(accuracy, record, visit.stands_at, visit.zone)
    show_markup(make_tag("p", start, kind="answer"))
    if record.answered:
        answered.show_answered(visit, record)
    answered.show_upcoming(visit, accuracy)
    details.show_details(visit, accuracy, record)
