"""Series of a question: the rule that settles it, its newest number, and the form for both."""

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import show_refusals
from dashboard.wording import escape_markdown
from forecasts.questions.question import Question
from tracker.model.proposed_answers import AnswerDesk

RULE_EXAMPLES = {
    "binary": "mean of 2026-12 more than 60",
    "numeric": "last of 2026-12",
    "date": "first day on which value at least 100",
    "categorical": "max of 2026",
    "ordered": "max of 2026",
}


def show_series_line(desk: AnswerDesk) -> None:
    """Say under the chart which series settles the question, and how far it is."""
    if desk.settling is None:
        return
    settlement = desk.settling.settlement
    words = f"Settled by the series {settlement.series_id}: {settlement.rule}."
    waiting = f"It waits: {desk.waiting}." if desk.waiting and not desk.missing else ""
    st.caption(escape_markdown(" ".join(filter(None, (words, waiting, desk.settling.distance)))))


def show_rule_form(visit: Visit, question: Question, desk: AnswerDesk) -> None:
    """Show the form that names a series and a rule; nothing while no series is read."""
    names = [status.series.id for status in visit.tracker.series.list()]
    if not names:
        return
    current = None if desk.settling is None else desk.settling.settlement
    with (
        st.expander("Settle it by a series", icon=":material/database:", key="settling"),
        st.form(f"settling-{question.id}", border=False),
    ):
        st.caption(
            "Once the series has the number, the answer is proposed here; a person confirms it. "
            "Periods are written 2026-12-31, 2026-12, Q4 2026 or 2026."
        )
        name = st.selectbox(
            "Series",
            names,
            index=names.index(current.series_id) if current and current.series_id in names else 0,
            key=f"settling-series-{question.id}",
        )
        rule = st.text_input(
            "Rule",
            value=current.rule if current else "",
            placeholder=RULE_EXAMPLES[question.kind],
            key=f"settling-rule-{question.id}",
            help="value in, mean of, last of, max of, min of, change of, percent change of or "
            "standing at a period; for yes or no with a number that it has to pass. Leave it "
            "empty to give the answer by hand.",
            max_chars=200,
        )
        if st.form_submit_button("Save the rule"):
            with show_refusals():
                visit.tracker.resolutions.settle_by(question.id, name, rule or "")
                notify("Saved: the series settles it" if rule else "Saved: people answer it")
                st.rerun()
